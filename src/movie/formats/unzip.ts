import { unzipSync } from "fflate";
import { fault } from "./text.ts";

/** No entry of a movie is larger than this when unpacked: the longest known input log has 25 MB. */
const MOST = 256 * 2 ** 20;
/** DEFLATE cannot grow its input more than this; an entry that says so lies about its size. */
const RATIO = 1032;

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** Unpacks the entries that `wanted` names. Throws a Problem for a broken archive and for entries of absurd size. */
export function unzip(file: string, bytes: Uint8Array, wanted: (name: string) => boolean): Map<string, Uint8Array> {
  let entries: Record<string, Uint8Array>;
  let tooLarge = "";
  let sum = 0;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize, size }) => {
        if (!wanted(name)) return false;
        sum += originalSize;
        if (originalSize <= RATIO * size + 64 && size <= bytes.length && sum <= MOST) return true;
        tooLarge = name;
        return false;
      },
    });
  } catch {
    throw fault(file, "the zip archive is damaged", "get the file again");
  }
  if (tooLarge)
    throw fault(
      file,
      `its entry '${printable(tooLarge)}' says that it is larger than ${MOST / 2 ** 20} MB or than its bytes can hold`,
      "get the file again",
    );
  return new Map(Object.entries(entries));
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 60);
}
