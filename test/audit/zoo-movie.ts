import { fileURLToPath } from "node:url";
import { noMovie } from "../../src/cli/options.ts";
import { BUTTON } from "../../src/machine/input.ts";
import type { Movie, MovieEvent } from "../../src/movie/movie.ts";

export const ZOO: string = fileURLToPath(new URL("../../games/zoo/zoo.nes", import.meta.url));
const EXHIBITS = ["spawn", "steal", "dash", "load", "flock", "dust", "roll", "stack", "hiccup"] as const;
export type Exhibit = (typeof EXHIBITS)[number];
/** The frame in which an exhibit is entered: one at which FLOCK's first draw is 3, and 0 is drawn only where memory holds 3 or so. */
export const ENTERED = 32;

/** Held in both ports, by frame. */
type Pads = Readonly<Record<number, number>>;

/** A visit to an exhibit: through the menu, then what is pressed. The zoo reads port 1 alone. */
export function visit(exhibit: Exhibit, pads: Pads = {}, others: Pads = {}, events: readonly MovieEvent[] = []): Movie {
  const length = 100;
  const [first, second] = [new Uint32Array(length), new Uint32Array(length)];
  for (let i = 0; i < EXHIBITS.indexOf(exhibit); i++) first[10 + 2 * i] = BUTTON.Select;
  first[ENTERED - 1] = BUTTON.Start;
  for (const [at, buttons] of Object.entries(pads)) first[Number(at)] = buttons;
  for (const [at, buttons] of Object.entries(others)) second[Number(at)] = buttons;
  const tracks = [first, second].map((buttons) => ({ device: "pad" as const, buttons }));
  return { ...noMovie, system: "nes", length, tracks, events };
}
