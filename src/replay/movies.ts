import { readForeign } from "../movie/formats/all.ts";
import type { Movie } from "../movie/movie.ts";
import { isIsr, readIsr } from "./isr.ts";

/**
 * Reads a movie: its content says what it is, and where that is open (.fm2 has no signature) its name does.
 * Throws a Problem for anything that is no movie or is damaged; an .isr that was cut off plays up to the cut.
 */
export function readMovie(fileName: string, bytes: Uint8Array): Movie {
  return isIsr(bytes) ? readIsr(fileName, bytes).movie : readForeign(fileName, bytes);
}
