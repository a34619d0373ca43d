import { FORMATS, writerOf } from "../movie/formats/all.ts";
import { shift } from "../movie/shift.ts";
import { Problem } from "../problem.ts";
import { writeIsr } from "./isr.ts";
import { lossesBetween } from "./losses.ts";
import { readMovie } from "./movies.ts";

/**
 * Converts a movie; the ending of `outName` says the format. What was written is read again and compared, so `losses`
 * names everything that it does not hold. Throws a Problem for bytes that are no movie and for a format that cannot hold
 * this one at all. `offset` begins it so many samples later ({@link shift}); what that leaves out is no loss here.
 */
export function convertMovie(
  inName: string,
  inBytes: Uint8Array,
  outName: string,
  offset = 0,
): { bytes: Uint8Array; losses: string[] } {
  const extension = /\.([^.]+)$/.exec(outName)?.[1]?.toLowerCase() ?? "";
  const write = extension === "isr" ? writeIsr : writerOf(extension);
  if (!write) {
    const endings = [".isr", ...FORMATS.map(({ extensions }) => `.${extensions[0]}`)];
    throw new Problem(`${outName}: Instep writes ${endings.join(", ")}; give the output one of these endings`);
  }
  const movie = shift(readMovie(inName, inBytes), offset);
  const bytes = write(movie);
  return { bytes, losses: lossesBetween(movie, readMovie(outName, bytes)) };
}
