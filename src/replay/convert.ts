import { writeBk2 } from "../movie/formats/bk2-write.ts";
import { writeFm2 } from "../movie/formats/fm2-write.ts";
import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import { writeIsr } from "./isr.ts";
import { lossesBetween } from "./losses.ts";
import { readMovie } from "./movies.ts";

const WRITERS: Readonly<Record<string, (movie: Movie) => Uint8Array>> = {
  isr: (movie) => writeIsr(movie),
  bk2: writeBk2,
  fm2: writeFm2,
};

/**
 * Converts a movie; the ending of `outName` says the format. What was written is read again and compared, so `losses`
 * names everything that it does not hold. Throws a Problem for bytes that are no movie and for a format that cannot hold
 * this one at all.
 */
export function convertMovie(
  inName: string,
  inBytes: Uint8Array,
  outName: string,
): { bytes: Uint8Array; losses: string[] } {
  const extension = /\.([^.]+)$/.exec(outName)?.[1]?.toLowerCase() ?? "";
  const write = Object.hasOwn(WRITERS, extension) ? WRITERS[extension] : undefined;
  if (!write)
    throw new Problem(
      `${outName}: Instep writes ${Object.keys(WRITERS)
        .map((name) => `.${name}`)
        .join(", ")}; give the output one of these endings`,
    );
  const movie = readMovie(inName, inBytes);
  const bytes = write(movie);
  return { bytes, losses: lossesBetween(movie, readMovie(outName, bytes)) };
}
