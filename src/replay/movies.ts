import { readBk2 } from "../movie/formats/bk2.ts";
import { readFm2 } from "../movie/formats/fm2.ts";
import { isZip } from "../movie/formats/unzip.ts";
import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import { isIsr, readIsr } from "./isr.ts";

/** Formats that are read, by their usual extension. */
export const READS = ["isr", "bk2", "tasproj", "fm2", "fm3"] as const;

/**
 * Reads a movie: its content says what it is, and where that is open (.fm2 has no signature) its name does.
 * Throws a Problem for anything that is no movie or is damaged; an .isr that was cut off plays up to the cut.
 */
export function readMovie(fileName: string, bytes: Uint8Array): Movie {
  if (isIsr(bytes)) return readIsr(fileName, bytes).movie;
  const extension = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
  if (isZip(bytes) && extension !== "ltm" && extension !== "lsmv") return readBk2(fileName, bytes);
  if (extension === "fm2" || extension === "fm3" || startsAsFm2(bytes)) return readFm2(fileName, bytes);
  throw new Problem(
    `${fileName} is no movie that Instep reads; it reads ${READS.map((name) => `.${name}`).join(", ")}`,
  );
}

function startsAsFm2(bytes: Uint8Array): boolean {
  return /^\ufeff?version 3\s/.test(new TextDecoder("latin1").decode(bytes.subarray(0, 16)));
}
