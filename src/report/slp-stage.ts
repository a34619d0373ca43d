import { STAGE } from "../movie/slp/names.ts";
import type { Slp } from "../movie/slp/reader.ts";

export type Box = readonly [left: number, right: number, top: number, bottom: number];

/** A stage from the side, in the game's units. */
export interface StageShape {
  /** Lines of x, y pairs: ground first. */
  readonly lines: readonly (readonly number[])[];
  /** Beyond them a stock is lost: left, right, top, bottom. Undefined where it is not known. */
  readonly blast: Box | undefined;
  /** Fountain: x ranges of the platforms that move, left and right; their heights are in the recording. */
  readonly moving: readonly (readonly [number, number])[];
  /** Stages without lines: where characters stood in this recording, x and y in turn. */
  readonly stood: readonly number[];
  /** Left, right, top, bottom of what is shown at least, and at most. */
  readonly home: Box;
  readonly view: Box;
}

const platform = (y: number, from: number, to: number): number[] => [from, y, to, y];
const ground = (edge: number): number[] => [-edge, -10, -edge, 0, edge, 0, edge, -10];

type Known = Pick<StageShape, "lines" | "blast">;

/** Edges, platforms and blast zones, as the game has them: collected by libmelee (melee/stages.py) and Magus420. */
const KNOWN: Readonly<Record<number, Known>> = {
  [STAGE.battlefield]: {
    lines: [ground(68.4), platform(27.2, -57.6, -20), platform(27.2, 20, 57.6), platform(54.4, -18.8, 18.8)],
    blast: [-224, 224, 200, -108.8],
  },
  [STAGE.finalDestination]: { lines: [ground(85.57)], blast: [-246, 246, 188, -140] },
  [STAGE.dreamLand]: {
    lines: [
      ground(77.27),
      platform(30.14, -61.39, -31.73),
      platform(30.24, 31.7, 63.07),
      platform(51.43, -19.02, 19.02),
    ],
    blast: [-255, 255, 250, -123],
  },
  [STAGE.fountain]: {
    lines: [ground(63.35), platform(42.75, -14.25, 14.25)],
    blast: [-198.75, 198.75, 202.5, -146.25],
  },
  [STAGE.stadium]: {
    lines: [ground(87.75), platform(25, -55, -25), platform(25, 25, 55)],
    blast: [-230, 230, 180, -111],
  },
  [STAGE.yoshis]: {
    lines: [ground(56), platform(23.45, -59.5, -28), platform(23.45, 28, 59.5), platform(42, -15.75, 15.75)],
    blast: [-175.7, 173.6, 168, -91],
  },
};
const FOUNTAIN_PLATFORMS = [
  [-49.5, -21],
  [21, 49.5],
] as const;
/** Places at most that are shown of a stage without lines. */
const MOST_PLACES = 4000;
/** Places beyond are no places: who is out of the game is kept far away. */
const FURTHEST = 1000;

/** How the stage of a recording looks. */
export function stageShape(slp: Slp): StageShape {
  const { stage } = slp.start;
  const known = KNOWN[stage];
  const stood = known ? [] : placesStood(slp);
  return {
    lines: known?.lines ?? [],
    blast: known?.blast,
    moving: stage === STAGE.fountain ? FOUNTAIN_PLATFORMS : [],
    stood,
    home: home(slp, known, stood),
    view: known?.blast ?? bounds(slp),
  };
}

function placesStood(slp: Slp): number[] {
  const seen = new Set<string>();
  const places: number[] = [];
  for (const { post } of slp.tracks) {
    const [x, y, airborne] = [post.column("x"), post.column("y"), post.column("airborne")];
    if (!x || !y || !airborne) continue;
    for (let row = 0; row < post.length && seen.size < MOST_PLACES; row++) {
      if (!post.has(row) || airborne[row] !== 0) continue;
      const [px, py] = [Math.round(x[row]!), Math.round(y[row]! * 2) / 2];
      const key = `${px},${py}`;
      if (seen.has(key) || !Number.isFinite(px + py)) continue;
      seen.add(key);
      places.push(px, py);
    }
  }
  return places;
}

/** The stage itself, with some room. */
function home(slp: Slp, known: Known | undefined, stood: readonly number[]): Box {
  const places = known ? known.lines.flat() : stood;
  if (places.length === 0) return bounds(slp);
  let [left, right, top, bottom] = [-60, 60, 60, -10];
  for (let i = 0; i < places.length; i += 2) {
    left = Math.min(left, places[i]!);
    right = Math.max(right, places[i]!);
    top = Math.max(top, places[i + 1]!);
    bottom = Math.min(bottom, places[i + 1]!);
  }
  return [left - 12, right + 12, top + 12, bottom - 12];
}

/** What all characters were in, with some room. */
function bounds(slp: Slp): Box {
  let [left, right, top, bottom] = [-60, 60, 60, -30];
  for (const { post } of slp.tracks) {
    const [x, y] = [post.column("x"), post.column("y")];
    for (let row = 0; x && y && row < post.length; row++) {
      if (!(Math.abs(x[row]!) < FURTHEST && Math.abs(y[row]!) < FURTHEST)) continue;
      left = Math.min(left, x[row]!);
      right = Math.max(right, x[row]!);
      top = Math.max(top, y[row]!);
      bottom = Math.min(bottom, y[row]!);
    }
  }
  return [left - 12, right + 12, top + 24, bottom - 12];
}
