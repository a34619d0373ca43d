import { gunzipSync, gzipSync } from "fflate";
import { textAt } from "./bits.ts";
import { fault } from "./text.ts";

const BLOCK = 512;
const MOST = 256 * 2 ** 20;
/** DEFLATE cannot grow its input more than this. */
const RATIO = 1032;

export interface TarEntry {
  readonly name: string;
  readonly data: Uint8Array;
}

/** The plain files of a .tar.gz (POSIX.1-1988 ustar, and GNU's). Throws a Problem for a damaged archive. */
export function untar(file: string, bytes: Uint8Array): TarEntry[] {
  const damaged = fault(file, "the archive is damaged", "get the file again");
  if (bytes.length < 18) throw damaged;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  if (size > Math.min(MOST, bytes.length * RATIO)) throw damaged;
  let tar: Uint8Array;
  try {
    tar = gunzipSync(bytes, { out: new Uint8Array(size) });
  } catch {
    throw damaged;
  }
  const entries: TarEntry[] = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const length = Number.parseInt(textAt(tar, at + 124, 12), 8);
    if (!(length >= 0 && at + BLOCK + length <= tar.length)) throw damaged;
    const type = tar[at + 156];
    const name = textAt(tar, at, 100).replace(/^\.\//, "");
    if (type === 0x30 || type === 0) entries.push({ name, data: tar.slice(at + BLOCK, at + BLOCK + length) });
    at += BLOCK + Math.ceil(length / BLOCK) * BLOCK;
  }
  return entries;
}

/** A .tar.gz of plain files; equal entries give equal bytes. */
export function tar(entries: readonly TarEntry[]): Uint8Array {
  const size = entries.reduce((sum, { data }) => sum + BLOCK + Math.ceil(data.length / BLOCK) * BLOCK, 2 * BLOCK);
  const bytes = new Uint8Array(size);
  const put = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  };
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width, "0")}\0`;
  let at = 0;
  for (const { name, data } of entries) {
    put(at, name.slice(0, 99));
    put(at + 100, octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(data.length, 11) + octal(0, 11));
    put(at + 148, "        0");
    put(at + 257, "ustar\x0000");
    const sum = bytes.subarray(at, at + BLOCK).reduce((total, byte) => total + byte, 0);
    put(at + 148, `${octal(sum, 6)} `);
    bytes.set(data, at + BLOCK);
    at += BLOCK + Math.ceil(data.length / BLOCK) * BLOCK;
  }
  return gzipSync(bytes, { mtime: 0, level: 6 });
}
