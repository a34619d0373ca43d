import type { Probe, Profile } from "../watch/profile.ts";
import { type Place, type Play, snapshots, type Trace, trace } from "./find-trace.ts";
import { readValue, type Value, valuesIn } from "./find-values.ts";

/** A value that shows desyncs, and how well. */
export interface Canary {
  readonly value: Value;
  readonly precision: Probe["precision"];
  /** Disturbed runs that it showed, of all that parted. */
  readonly shown: number;
  /** Frames from the disturbance until it showed; the mean over the runs that it showed. */
  readonly delay: number;
  /** Of the frames after it showed, how many show it still: 0 to 1. */
  readonly stays: number;
  /** Frames in which it differs although the runs are in step, within its precision. */
  readonly wolf: number;
  /** It only counts: it shows a lost frame at once, and nothing else. */
  readonly counter: boolean;
}

export interface FoundCanaries {
  readonly canaries: readonly Canary[];
  readonly from: number;
  /** Frame at which native and target part for good, or null: they never do, or are the same. */
  readonly parts: number | null;
  /** The disturbances, in words, and how many frames after each the first of the chosen values shows it; null: it had no effect. */
  readonly disturbed: readonly { readonly what: string; readonly shownAfter: number | null }[];
  /** Values that were passed over, by reason. */
  readonly noise: Readonly<Record<string, number>>;
}

/** Frames that are watched after a disturbance. */
const AFTER = 240;
/** Words that are watched at most. */
const WORDS = 4096;
/** Frames of a power-on in which memory is still being set up. */
const SETUP = 120;
/** Values that a profile gets at most. */
const CHOSEN = 16;

/** A run that was disturbed on purpose, from the frame of that on. */
interface Disturbed {
  readonly what: string;
  readonly at: number;
  readonly trace: Trace;
  /** Where in a row the byte is that was changed: that it differs says nothing. */
  readonly poked?: number;
}

/** Plays native, target and disturbed runs, and ranks the values in memory by how they tell of a desync. */
export async function findCanaries(native: Play, target: Play | undefined, frames: number): Promise<FoundCanaries> {
  const lags = [0.2, 0.5, 0.8].map((part) => Math.floor(frames * part)).filter((at) => at > 0 && at + 2 < frames);
  const { regions, words, buffers } = await parting(native, lags.at(-2) ?? 1, frames);
  const expected = await trace(native, frames, words);
  const again = await trace(native, frames, words);
  const other = target && (await trace(target, frames, words));
  const disturbed: Disturbed[] = [];
  const play = async (what: string, at: number, disturbance: Partial<Play>, poked = -1): Promise<void> => {
    const end = Math.min(frames, at + AFTER);
    disturbed.push({ what, at, trace: await trace({ ...native, ...disturbance }, end, words, at), poked });
  };
  for (const at of lags) await play(`a frame too many at ${at}`, at, { faults: [{ kind: "lag", frame: at }] });
  for (const [i, { region, offset, row }] of pokes(regions, expected, disturbed).entries()) {
    const at = Math.floor(frames * (0.3 + 0.15 * i));
    const place = regions[region]!;
    const address = (place.base + offset).toString(16);
    const poke = { frame: at, region: place.name, at: offset, xor: 1 };
    await play(`a changed bit of ${place.name} $${address} at ${at}`, at, { poke }, row);
  }
  return rank({ regions, expected, again, other, disturbed, frames, buffers });
}

/**
 * The words that differ at some time after a frame too many. Where memory is large, whole memories are compared at a few frames; pages that differ
 * nearly everywhere are pictures or sound, no variables.
 */
async function parting(native: Play, at: number, frames: number) {
  const when = [0, 1, 3, 10, 30, 90, 200].map((n) => at + n).filter((n) => n <= frames);
  const a = await snapshots(native, when);
  const total = a.regions.reduce((sum, r) => sum + r.size, 0);
  if (total <= WORDS * 4) return { regions: a.regions, words: a.regions.map((r) => every(r.size)), buffers: 0 };
  const b = await snapshots({ ...native, faults: [{ kind: "lag", frame: at }] }, when);
  let buffers = 0;
  const hits = a.regions.map((place, r) => {
    const count = new Uint8Array(place.size >> 2);
    for (const [n, before] of a.at.entries()) {
      const [x, y] = [before[r]!, b.at[n]![r]!];
      if (Buffer.compare(x, y) === 0) continue;
      const [xs, ys] = [x, y].map((bytes) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)) as [
        Uint32Array,
        Uint32Array,
      ];
      for (let w = 0; w < xs.length; w++) if (xs[w] !== ys[w]) count[w]!++;
    }
    for (let page = 0; page < count.length; page += 256) {
      const words = count.subarray(page, page + 256);
      const busy = words.reduce((n, c) => n + (c ? 1 : 0), 0);
      if (busy < 150 || place.size <= 0x10000) continue;
      words.fill(0);
      buffers += busy;
    }
    return count;
  });
  const sorted = hits.flatMap((c) => [...c.filter((n) => n > 0)]).sort((x, y) => y - x);
  const least = Math.max(1, (sorted[WORDS] ?? 0) + 1);
  let left = WORDS;
  const words = hits.map((c) =>
    [...c.keys()].filter((w) => c[w]! >= Math.min(least, 7) && left-- > 0).map((w) => w * 4),
  );
  return { regions: a.regions, words, buffers };
}

const every = (size: number): number[] => Array.from({ length: size >> 2 }, (_, w) => w * 4);

/** Four bytes whose difference stayed after a frame too many and that do not only count: a bit of theirs is changed in runs of their own. */
function pokes(regions: readonly Place[], expected: Trace, disturbed: readonly Disturbed[]) {
  const [lag] = disturbed;
  if (!lag) return [];
  const found: { region: number; offset: number; row: number; score: number }[] = [];
  for (const { region, from, to, at } of expected.spans) {
    for (let i = 0; i < to - from; i++) {
      const parted = partedRows(expected, lag, at + i);
      const wild = new Set(column(expected, at + i)).size;
      if (parted > 10 && wild > 8 && wild < 200) found.push({ region, offset: from + i, row: at + i, score: parted });
    }
  }
  found.sort((a, b) => b.score - a.score || a.offset - b.offset);
  return [0.05, 0.25, 0.5, 0.75]
    .flatMap((part) => found[Math.floor(found.length * part)] ?? [])
    .filter((f) => regions[f.region]);
}

function column({ bytes, stride, rows }: Trace, at: number): Uint8Array {
  const all = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) all[row] = bytes[row * stride + at]!;
  return all;
}

function partedRows(expected: Trace, { at: first, trace: run }: Disturbed, at: number): number {
  let n = 0;
  for (let row = 0; row < run.rows; row++)
    if (run.bytes[row * run.stride + at] !== expected.bytes[(first + row) * expected.stride + at]) n++;
  return n;
}

interface Runs {
  readonly regions: readonly Place[];
  readonly expected: Trace;
  readonly again: Trace;
  readonly other: Trace | undefined;
  readonly disturbed: readonly Disturbed[];
  readonly frames: number;
  readonly buffers: number;
}

function rank({ regions, expected, again, other, disturbed, frames, buffers }: Runs): FoundCanaries {
  const parts = other ? partsAt(expected, other, frames) : null;
  const inStep = other ? (parts === null ? frames : Math.max(0, parts - AFTER)) : 0;
  const noise = { unsteady: 0, harmless: 0, silent: 0, buffers };
  const ranked: (Canary & { first: number[] })[] = [];
  let from = 0;
  for (const value of valuesIn(regions, expected)) {
    const read = (run: Trace, row: number): number => readValue(value, run, row);
    const differs = (run: Trace, row: number, at: number, step: number): boolean => {
      const [a, b] = [read(expected, at), read(run, row)];
      return a !== b && !(Math.abs(a - b) <= step) && !(Number.isNaN(a) && Number.isNaN(b));
    };
    let unsteady = false;
    for (let row = SETUP; row <= frames && !unsteady; row++) unsteady = differs(again, row, row, 0);
    if (unsteady) {
      noise.unsteady++;
      continue;
    }
    // What differs while the runs are in step is harmless: a smooth value may be allowed for, another cries wolf.
    let step = 0;
    let wolf = 0;
    for (let row = SETUP; other && row < inStep; row++) {
      if (!differs(other, row, row, 0)) continue;
      wolf++;
      step = Math.max(step, Math.abs(read(expected, row) - read(other, row)));
    }
    if (wolf > 0) {
      if (!value.smooth || !(step * 2 < value.spread / 16)) {
        noise.harmless++;
        continue;
      }
      step *= 2;
    }
    const first = disturbed.map(({ at, trace: run, poked = -1 }) => {
      if (poked >= value.at && poked < value.at + 4) return -1;
      for (let row = 0; row < run.rows; row++) if (differs(run, row, at + row, step)) return row;
      return -1;
    });
    if (other && parts !== null) {
      let row = Math.max(SETUP, inStep);
      while (row <= frames && !differs(other, row, row, step)) row++;
      first.push(row <= frames ? row - inStep : -1);
    }
    const seen = first.filter((n) => n >= 0);
    if (seen.length === 0) {
      noise.silent++;
      continue;
    }
    let [still, after] = [0, 0];
    for (const [d, { at, trace: run }] of disturbed.entries()) {
      if (first[d]! < 0) continue;
      for (let row = first[d]!; row < run.rows; row++, after++) if (differs(run, row, at + row, step)) still++;
    }
    ranked.push({
      value,
      precision: step > 0 ? { step } : "exact",
      shown: seen.length,
      delay: seen.reduce((a, b) => a + b, 0) / seen.length,
      stays: after ? still / after : 1,
      wolf: 0,
      counter: value.counts,
      first,
    });
  }
  const effective = disturbed.map((_, d) => ranked.some((c) => c.first[d]! >= 0));
  const chosen = choose(ranked);
  if (other)
    for (const { value, precision } of chosen) {
      const step = typeof precision === "object" && "step" in precision ? precision.step : 0;
      for (let row = 1; row < SETUP; row++)
        if (Math.abs(readValue(value, expected, row) - readValue(value, other, row)) > step)
          from = Math.max(from, row + 1);
    }
  return {
    canaries: chosen.map(({ first: _, ...canary }) => canary),
    from,
    parts,
    disturbed: disturbed.map(({ what }, d) => {
      const shown = chosen.flatMap((c) => (c.first[d]! >= 0 ? [c.first[d]!] : []));
      return { what, shownAfter: effective[d] && shown.length ? Math.min(...shown) : null };
    }),
    noise,
  };
}

/**
 * First what shows each disturbance soonest, then what adds most: few values of which together none is late. Among equals what stays parted
 * goes first, what only counts last.
 */
function choose<T extends Canary & { first: number[] }>(ranked: readonly T[]): T[] {
  const worth = (c: T): number =>
    c.shown * 10 - Math.log2(1 + c.delay) + c.stays * 4 - (c.counter ? 12 : 0) + (c.value.smooth ? 3 : 0);
  const order = [...ranked].sort((a, b) => worth(b) - worth(a));
  const chosen = new Set<T>();
  const runs = ranked[0]?.first.length ?? 0;
  for (let run = 0; run < runs; run++) {
    const soonest = Math.min(...ranked.flatMap((c) => (c.first[run]! >= 0 ? [c.first[run]!] : [])));
    if (!Number.isFinite(soonest) || [...chosen].some((c) => c.first[run] === soonest)) continue;
    chosen.add(order.find((c) => c.first[run] === soonest)!);
  }
  for (const canary of order) if (chosen.size < CHOSEN) chosen.add(canary);
  return order.filter((c) => chosen.has(c));
}

/** The frame from which on native and target differ in far more than when they are in step, to the end; null: they do not. */
function partsAt(expected: Trace, other: Trace, frames: number): number | null {
  const counts = new Uint32Array(frames + 1);
  const { stride } = expected;
  const [a, b] = [expected.bytes, other.bytes].map((bytes) => Buffer.from(bytes.buffer)) as [Buffer, Buffer];
  for (let row = SETUP; row <= frames; row++) {
    const start = row * stride;
    if (a.compare(b, start, start + stride, start, start + stride) === 0) continue;
    for (let at = start; at < start + stride; at++) if (a[at] !== b[at]) counts[row]!++;
  }
  const sorted = counts.slice(SETUP).sort();
  const quiet = sorted[Math.floor(sorted.length * 0.05)] ?? 0;
  const loud = counts[frames]!;
  const limit = quiet + Math.max(8, (loud - quiet) * 0.1);
  if (loud <= limit) return null;
  let row = frames;
  while (row > SETUP && counts[row]! > limit) row--;
  return row + 1;
}

/** The profile that watches them. `game` is its name, `sha256` its content's. */
export function canaryProfile(game: string, sha256: string, { canaries, from }: FoundCanaries) {
  const probes = canaries.map(({ value, precision }) => {
    const { name, region, address, type, endian } = value;
    return { name, region, address: `0x${address.toString(16).padStart(4, "0")}`, type, endian, precision };
  });
  return { game, sha256: [sha256], from, probes } satisfies Record<
    keyof Pick<Profile, "game" | "from" | "probes" | "sha256">,
    unknown
  >;
}
