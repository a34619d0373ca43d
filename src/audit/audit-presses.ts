import type { Movie } from "../movie/movie.ts";

/** Frames in which nothing is pressed, and from one press to the next. */
const [QUIET, EVERY] = [20, 6];
const BUTTONS = 12;

/** A movie in which buttons of the first pad are pressed at random, the same ones each time (xorshift, Marsaglia 2003). */
export function presses(length: number): Movie {
  const buttons = new Uint32Array(length);
  let x = 12345;
  const random = (below: number): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
  for (let i = QUIET; i < length; i += EVERY) buttons.fill(1 << random(BUTTONS), i, i + 1 + random(5));
  return {
    system: "unknown",
    by: "frame",
    length,
    tracks: [{ device: "pad", buttons }],
    events: [],
    start: { kind: "power-on" },
    rom: {},
  };
}
