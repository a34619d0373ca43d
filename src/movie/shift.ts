import type { Movie, Track } from "./movie.ts";

/**
 * The movie begun `by` samples later, with nobody at the pads until then, or earlier: its first samples are left out.
 * Emulators differ by some frames in how long a console takes to boot. What only the movie's format knew is dropped, since
 * it counts samples too.
 */
export function shift(movie: Movie, by: number): Movie {
  if (by === 0) return movie;
  const length = Math.max(0, movie.length + by);
  const tracks = movie.tracks.map((track): Track => ({
    device: track.device,
    buttons: moved(track.buttons, length, by, 0),
    ...(track.sticks && { sticks: moved(track.sticks, length * 4, by * 4, 0) }),
    ...(track.touch && { touch: moved(track.touch, length * 2, by * 2, -1) }),
  })); // biome-ignore format: a track
  const events = movie.events.map((event) => ({ ...event, at: event.at + by })).filter((event) => event.at >= 0);
  const { lag, extra, ...said } = movie;
  return { ...said, length, tracks, events, ...(lag && { lag: moved(lag, length, by, 1) }) };
}

function moved<T extends Uint32Array | Int16Array | Uint8Array>(
  values: T,
  length: number,
  by: number,
  rest: number,
): T {
  const out = new (values.constructor as new (length: number) => T)(length).fill(rest) as T;
  out.set(values.subarray(Math.max(0, -by), values.length), Math.max(0, by));
  return out;
}
