import { first, type Movie } from "../movie/movie.ts";
import type { Recording } from "./isr-header.ts";
import { ReplayReader } from "./reader.ts";

export { isIsr } from "./isr-header.ts";
export { IsrWriter, writeIsr } from "./isr-write.ts";

export interface IsrFile {
  readonly movie: Movie;
  readonly recording: Recording;
  /** The file has its end. Without it the writer was killed, or still writes. */
  readonly complete: boolean;
  /** Bytes that were read. A growing file goes on there. */
  readonly read: number;
  /** Why reading stopped before the end of the bytes, where that was no plain cut. */
  readonly damage?: string;
}

/**
 * Reads the movie of an .isr. Of a file that was cut off or is damaged after its header, what stands before that place
 * is read. Throws a Problem where the header is not whole, or the file is none.
 */
export function readIsr(file: string, bytes: Uint8Array): IsrFile {
  const reader = new ReplayReader(file);
  reader.push(bytes);
  const { movie, recording, complete, damage } = reader.finish();
  const events = complete ? movie.events : movie.events.filter((event) => event.at < movie.length);
  return {
    movie: { ...first(movie, movie.length), events },
    recording,
    complete,
    read: reader.read,
    ...(damage !== undefined && { damage }),
  };
}
