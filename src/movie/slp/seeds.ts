import { drawsBetween } from "./lcg.ts";
import type { Slp } from "./reader.ts";

/** Where a recording's seeds come from, and whether they follow each other. */
export interface SeedCheck {
  /** "game": each follows from the one before; "online": Slippi writes them, 65536 more in each frame; "none": too few to tell. */
  readonly source: "game" | "online" | "none";
  readonly checked: number;
  /** Most draws between two seeds that follow each other. */
  readonly mostDraws: number;
  /** At most 100 of them. */
  readonly wrong: readonly SeedFault[];
}

/** A seed that is not where the generator, or Slippi, would have put it. */
export interface SeedFault {
  readonly frame: number;
  /** Whose event held it: "frame start", "port 1", "port 1's follower". */
  readonly where: string;
  readonly seed: number;
  /** Draws since the seed before; in seeds that Slippi writes: how far it is from the right one. */
  readonly off: number;
}

/** One seed of a recording. */
export interface SeedReading {
  readonly frame: number;
  readonly where: string;
  readonly seed: number;
}

const ONLINE_STEP = 0x10000;
/** More draws than a frame makes: 340 are the most in 87 recordings. A wrong seed passes by chance once in a million. */
const MOST_DRAWS = 4096;
const MOST_FAULTS = 100;

/** All seeds of a frame, in the order in which the game wrote them. */
export function* seedsOf(slp: Slp, row: number): Generator<SeedReading> {
  const frame = slp.first + row;
  const start = slp.frames?.value("seed", row);
  if (start !== undefined) yield { frame, where: "frame start", seed: start };
  const tracks = slp.tracks.filter(({ pre }) => pre.has(row)).sort((a, b) => a.pre.offset(row) - b.pre.offset(row));
  for (const { port, follower, pre } of tracks) {
    const seed = pre.value("seed", row);
    if (seed !== undefined) yield { frame, where: follower ? `port ${port}'s follower` : `port ${port}`, seed };
  }
}

/** Checks that each seed can come from the one before it by the game's generator, or is what Slippi writes in games online. */
export function checkSeeds(slp: Slp): SeedCheck {
  const online = isOnline(slp);
  const wrong: SeedFault[] = [];
  let checked = 0;
  let mostDraws = 0;
  let before: number | undefined;
  for (let row = 0; row < slp.rows && wrong.length < MOST_FAULTS; row++) {
    for (const { frame, where, seed } of seedsOf(slp, row)) {
      const written = online && where === "frame start";
      if (written) {
        const off = (seed - (slp.start.seed + row * ONLINE_STEP)) | 0;
        checked++;
        if (off !== 0) wrong.push({ frame, where, seed, off });
        before = seed;
        continue;
      }
      // Frames that are not there draw too.
      if (before !== undefined) {
        const draws = drawsBetween(before, seed);
        checked++;
        if (draws > MOST_DRAWS) wrong.push({ frame, where, seed, off: draws });
        else if (draws > mostDraws) mostDraws = draws;
      }
      before = seed;
    }
  }
  return { source: checked === 0 ? "none" : online ? "online" : "game", checked, mostDraws, wrong };
}

/** Games online have their seed written over at the start of each frame, so that a rollback draws alike. */
export function isOnline({ frames, rows }: Slp): boolean {
  const seeds = frames?.column("seed");
  if (!seeds) return false;
  let steps = 0;
  let known = 0;
  for (let row = 1; row < rows; row++) {
    if (!frames!.has(row) || !frames!.has(row - 1)) continue;
    known++;
    if (((seeds[row]! - seeds[row - 1]!) | 0) === ONLINE_STEP) steps++;
  }
  return steps * 2 > known;
}
