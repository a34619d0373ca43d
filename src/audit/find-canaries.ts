import type { Movie } from "../movie/movie.ts";
import { type Named, named } from "./find-groups.ts";
import { type Lockstep, lockstep } from "./find-lockstep.ts";
import { type Matrix, matricesIn } from "./find-matrices.ts";
import { NOISE } from "./find-noise.ts";
import { type Canary, choose, type Disturbed, type Ranked, rank } from "./find-rank.ts";
import { type Place, type Play, snapshots, trace } from "./find-trace.ts";

export interface FoundCanaries {
  readonly canaries: readonly Named[];
  /** Values that show a desync, all told. */
  readonly ranked: number;
  readonly passedOver: Ranked["noise"];
  /** What was disturbed, in words, and after how many frames the first of the chosen values shows it; null: it has no effect on any. */
  readonly disturbed: readonly { readonly what: string; readonly shownAfter: number | null }[];
  readonly lockstep: Lockstep;
  /** Rotations in memory, in the order of their addresses. */
  readonly matrices: readonly Matrix[];
}

export type Progress = (step: string, done: number, total: number) => void;

/** Frames that are watched after a disturbance. */
const AFTER = 240;
/** Words of four bytes that are watched one by one at most. */
const WORDS = 4096;
/** Values that a profile gets at most. */
const CHOSEN = 16;
/** Words of a page of 1024 bytes that differ for it to be a picture or sound. */
const BUSY = 150;

/** Plays native and target side by side, and native disturbed on purpose, and ranks the values in memory by how they tell of a desync. */
export async function findCanaries(
  native: Play,
  target: Play | undefined,
  frames: number,
  progress: Progress = () => {},
): Promise<FoundCanaries> {
  const at = (part: number): number => Math.floor(frames * part);
  progress("look", 0, 1);
  const { words, matrices } = await parting(native, at(0.5), frames);
  const learnt = await lockstep(native, target ?? native, frames, words, (frame) =>
    progress("side by side", frame, frames),
  );
  const disturbances = [0.2, 0.5, 0.8].flatMap((part) => [
    { what: "a frame too many", at: at(part), play: { faults: [{ kind: "lag" as const, frame: at(part) }] } },
    { what: "pads let go", at: at(part - 0.1), play: { movie: letGo(native.movie!, learnt.samples[at(part - 0.1)]!) } },
  ]);
  const disturbed: Disturbed[] = [];
  for (const { what, at, play } of disturbances) {
    const run = await trace({ ...native, ...play }, Math.min(frames, at + AFTER), learnt.words, at);
    disturbed.push({ what: `${what} at ${at}`, at, trace: run });
    progress("disturb", disturbed.length, disturbances.length);
  }
  const { canaries, noise } = rank(learnt, disturbed);
  const chosen = choose(canaries, CHOSEN);
  return {
    canaries: named(chosen, matrices),
    ranked: canaries.length,
    passedOver: noise,
    disturbed: disturbed.map(({ what }, d) => ({ what, shownAfter: soonest(chosen, d) })),
    lockstep: learnt,
    matrices,
  };
}

function soonest(chosen: readonly Canary[], run: number): number | null {
  const shown = chosen.flatMap(({ first }) => (first[run]! >= 0 ? [first[run]!] : []));
  return shown.length ? Math.min(...shown) : null;
}

/**
 * For each region the words that differ at some time after a frame too many. Where memory is large, whole memories are compared at a few
 * frames; pages that differ nearly everywhere are pictures or sound, no variables. Rotations are found on the way.
 */
async function parting(
  native: Play,
  at: number,
  frames: number,
): Promise<{ words: number[][]; matrices: readonly Matrix[] }> {
  const when = [0, 1, 3, 10, 30, 90, 200].map((n) => at + n).filter((n) => n <= frames);
  const a = await snapshots(native, when);
  const total = a.regions.reduce((sum, r) => sum + r.size, 0);
  if (total <= WORDS * 4) return { words: a.regions.map((r) => every(r.size)), matrices: [] };
  const matrices = a.regions.flatMap((place, r) =>
    matricesIn(
      place,
      a.at.map((copies) => copies[r]!),
    ),
  );
  const b = await snapshots({ ...native, faults: [{ kind: "lag", frame: at }] }, when);
  const hits = a.regions.map((place, r) => {
    const count = new Uint8Array(place.size >> 2);
    for (const [n, before] of a.at.entries()) {
      const [x, y] = [before[r]!, b.at[n]![r]!];
      if (Buffer.compare(x, y) === 0) continue;
      const [xs, ys] = [wordsOf(x), wordsOf(y)];
      for (let w = 0; w < xs.length; w++) if (xs[w] !== ys[w]) count[w]!++;
    }
    for (let page = 0; place.size > 0x10000 && page < count.length; page += 256) {
      const words = count.subarray(page, page + 256);
      if (words.reduce((n, c) => n + (c ? 1 : 0), 0) >= BUSY) words.fill(0);
    }
    return count;
  });
  const sorted = hits.flatMap((c) => [...c.filter((n) => n > 0)]).sort((x, y) => y - x);
  const least = Math.min(when.length, Math.max(1, (sorted[WORDS] ?? 0) + 1));
  let left = WORDS;
  const words = hits.map((c) => [...c.keys()].filter((w) => c[w]! >= least && left-- > 0).map((w) => w * 4));
  return { words, matrices };
}

const every = (size: number): number[] => Array.from({ length: size >> 2 }, (_, w) => w * 4);
const wordsOf = (b: Uint8Array): Uint32Array => new Uint32Array(b.buffer, b.byteOffset, b.length >> 2);

/** Nobody presses anything for so many samples. */
const LET_GO = 20;

/** The movie with nothing pressed for some samples. */
function letGo(movie: Movie, from: number): Movie {
  const tracks = movie.tracks.map((track) => {
    const buttons = track.buttons.slice();
    buttons.fill(0, from, from + LET_GO);
    const sticks = track.sticks?.slice();
    sticks?.fill(0, from * 4, (from + LET_GO) * 4);
    const touch = track.touch?.slice();
    touch?.fill(-1, from * 2, (from + LET_GO) * 2);
    return { ...track, buttons, ...(sticks && { sticks }), ...(touch && { touch }) };
  });
  return { ...movie, tracks };
}

/** Ranges that a profile masks at most: where they are more, those nearest to each other are joined. */
const RANGES = 200;
/** Bytes that a profile puts back in one entry at most. */
const SPAN = 4096;

interface Range {
  readonly region: string;
  readonly from: string;
  readonly length: string;
}

/**
 * The profile that watches them: the values by name, and a fingerprint of all of memory that is no noise, so that nothing parts unseen. On
 * another core what differed at power-on is put back at the start, and the values in each frame where the runs part.
 */
export function canaryProfile(game: string, sha256: string, { canaries, lockstep: learnt }: FoundCanaries) {
  const { regions, common, noise, foreign, garbage, partings } = learnt;
  const probes = canaries.map(({ name, scale, canary: { value, precision } }) => {
    const { region, address, type, endian } = value;
    const within = typeof precision === "object" && "step" in precision ? { step: precision.step * scale } : precision;
    return { name, region, address: hex(address), type, endian, scale, precision: within };
  });
  const restore = foreign
    ? [
        ...garbage.flatMap(({ region, from, to }) => entries("garbage", "start", regions[region]!, from, to)),
        ...(partings.length ? canaries.map(valueEntry) : []),
      ]
    : [];
  const watched = regions.filter((_, r) => common[r]);
  return {
    game,
    sha256: [sha256],
    from: foreign ? settledAt(learnt) : 0,
    probes,
    ...(restore.length && { restore }),
    fingerprint: {
      regions: watched.map(({ name }) => name),
      mask: watched.flatMap((place) => masksOf(place, noise[regions.indexOf(place)]!)),
    },
  };
}

const hex = (n: number): string => `0x${n.toString(16).padStart(4, "0")}`;

/** Another core is at another instruction while the game sets itself up. */
function settledAt({ inStep, passing }: Lockstep): number {
  const early = passing.filter((frame) => frame < 120).at(-1);
  let from = 1;
  while (from < inStep.length - 1 && from < 120 && inStep[from] === 0) from++;
  return early === undefined ? from : Math.max(from, early + 2);
}

function* spans(noise: Uint8Array, gap: number): Generator<{ from: number; to: number }> {
  let from = -1;
  let to = -1;
  for (let i = 0; i < noise.length; i++) {
    if (noise[i] === 0) continue;
    if (from >= 0 && i - to > gap) {
      yield { from, to };
      from = i;
    }
    if (from < 0) from = i;
    to = i + 1;
  }
  if (from >= 0) yield { from, to };
}

function masksOf({ name, base, swap }: Place, noise: Uint8Array): Range[] {
  for (let gap = 0; ; gap = gap * 2 + 1) {
    const found = [...spans(noise, gap)];
    if (found.length <= RANGES)
      return found.map(({ from, to }) => {
        const [first, end] = [from & ~swap, (to + swap) & ~swap];
        return { region: name, from: hex(base + first), length: hex(end - first) };
      });
  }
}

function entries(kind: "garbage" | "values", at: string, { name, base }: Place, from: number, to: number) {
  const found: { name: string; kind: typeof kind; region: string; address: string; length: number; at: string[] }[] =
    [];
  for (let start = from; start < to; start += SPAN)
    found.push({
      name: `${kind} at ${name} ${hex(base + start)}`,
      kind,
      region: name,
      address: hex(base + start),
      length: Math.min(SPAN, to - start),
      at: [at],
    });
  return found;
}

function valueEntry({ name, canary: { value } }: Named) {
  const { region, address, type } = value;
  const length = Number(type.slice(1)) / 8;
  return { name, kind: "values" as const, region, address: hex(address), length, at: ["frame"] };
}

/** How many bytes of all memory are noise, by why. */
export function masked({ noise }: Lockstep): Record<keyof typeof NOISE, number> {
  const counts = { picture: 0, passing: 0, restless: 0 };
  const why = Object.keys(NOISE) as (keyof typeof NOISE)[];
  for (const bytes of noise) for (const byte of bytes) if (byte) counts[why[byte - 1]!]++;
  return counts;
}
