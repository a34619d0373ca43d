import type { Probe } from "../watch/profile.ts";
import type { Lockstep } from "./find-lockstep.ts";
import type { Trace } from "./find-trace.ts";
import { readValue, SIZE, type Value, valuesIn } from "./find-values.ts";

/** A value that shows desyncs, and how well. */
export interface Canary {
  readonly value: Value;
  readonly precision: Probe["precision"];
  /** Runs that parted, by themselves or disturbed, in which it showed. */
  readonly shown: number;
  /** Frames from the cause until it showed: the mean over those runs. */
  readonly delay: number;
  /** Of the frames after it showed, how many show it still: 0 to 1. */
  readonly stays: number;
  /** Frames in which it differed although the runs were in step; within its precision it did not. */
  readonly wolf: number;
  /** It goes on by the same amount each time: it shows a lost frame at once, and nothing else. */
  readonly counter: boolean;
  /** For each run that parted the frames until it showed; -1: it did not. */
  readonly first: readonly number[];
}

/** A run that was disturbed on purpose, traced from the frame of that on. */
export interface Disturbed {
  readonly what: string;
  readonly at: number;
  readonly trace: Trace;
}

export interface Ranked {
  /** Best first. */
  readonly canaries: readonly Canary[];
  /** Values that were passed over, by reason: they differ while in step; no run showed in them; they only say where things lie. */
  readonly noise: { readonly harmless: number; readonly silent: number; readonly pointers: number };
}

/** Frames of a power-on in which memory is still being set up. */
const SETUP = 120;
/** Frames after a parting of the target by itself in which a value may show it. */
const AFTER = 60;
/** A smooth value may be this part of its spread apart without anybody seeing it. */
const TOLERANCE = 1 / 16;

/** All values that the traces hold, by how they tell of a desync. */
export function rank(learnt: Lockstep, disturbed: readonly Disturbed[]): Ranked {
  const { native, target, inStep, partings, regions } = learnt;
  const noise = { harmless: 0, silent: 0, pointers: 0 };
  const canaries: Canary[] = [];
  for (const value of valuesIn(regions, native)) {
    if (value.points) {
      noise.pointers++;
      continue;
    }
    const differs = (run: Trace, row: number, at: number, step: number): boolean => {
      const [a, b] = [readValue(value, native, at), readValue(value, run, row)];
      return a !== b && !(Math.abs(a - b) <= step) && !(Number.isNaN(a) && Number.isNaN(b));
    };
    let wolf = 0;
    let step = 0;
    for (let row = SETUP; row < inStep.length; row++) {
      if (inStep[row] === 0 || !differs(target, row, row, 0)) continue;
      wolf++;
      step = Math.max(step, Math.abs(readValue(value, native, row) - readValue(value, target, row)));
    }
    if (wolf > 0 || isNoise(learnt, value)) {
      if (wolf === 0 || !value.smooth || !(step * 2 < value.spread * TOLERANCE)) {
        noise.harmless++;
        continue;
      }
      step *= 2;
    }
    const first = [
      ...disturbed.map(({ at, trace }) => {
        for (let row = 0; row < trace.rows; row++) if (differs(trace, row, at + row, step)) return row;
        return -1;
      }),
      ...partings.map(({ frame }) => {
        for (let n = 0; n < AFTER && frame + n < inStep.length && inStep[frame + n] === 0; n++)
          if (differs(target, frame + n, frame + n, step)) return n;
        return -1;
      }),
    ];
    const seen = first.filter((n) => n >= 0);
    if (seen.length === 0) {
      noise.silent++;
      continue;
    }
    let [still, after] = [0, 0];
    for (const [d, { at, trace }] of disturbed.entries()) {
      if (first[d]! < 0) continue;
      for (let row = first[d]!; row < trace.rows; row++, after++) if (differs(trace, row, at + row, step)) still++;
    }
    canaries.push({
      value,
      precision: step > 0 ? { step } : "exact",
      shown: seen.length,
      delay: seen.reduce((a, b) => a + b, 0) / seen.length,
      stays: after ? still / after : 1,
      wolf,
      counter: value.counts,
      first,
    });
  }
  canaries.sort((a, b) => worth(b) - worth(a));
  return { canaries, noise };
}

/** Soon, often, and for long; what only counts comes last, positions come first among equals. */
const worth = ({ shown, delay, stays, counter, value }: Canary): number =>
  shown * 6 - 3 * Math.log2(1 + delay) + stays * 6 - (counter ? 12 : 0) + (value.smooth ? 3 : 0);

function isNoise({ noise, regions }: Lockstep, { region, address, type }: Value): boolean {
  const r = regions.findIndex(({ name }) => name === region);
  const { base, swap } = regions[r]!;
  for (let i = 0; i < SIZE[type]; i++) if (noise[r]![(address - base + i) ^ swap]) return true;
  return false;
}

/** Of values near each other so many say what all say: within 32 bytes, or 1 KiB where memory is large. */
const NEAR = 4;
const nearby = ({ region, address }: Value): string => `${region} ${address >>> (address < 0x10000 ? 5 : 10)}`;

/** First what shows each parting soonest, then the best of the rest: few values of which together none is late. */
export function choose(ranked: readonly Canary[], most: number): Canary[] {
  const chosen = new Set<Canary>();
  const runs = ranked[0]?.first.length ?? 0;
  for (let run = 0; run < runs && chosen.size < most; run++) {
    let soonest = Number.POSITIVE_INFINITY;
    for (const { first } of ranked) if (first[run]! >= 0) soonest = Math.min(soonest, first[run]!);
    if (!Number.isFinite(soonest) || [...chosen].some((c) => c.first[run] === soonest)) continue;
    chosen.add(ranked.find((c) => c.first[run] === soonest)!);
  }
  const places = new Map<string, number>();
  for (const canary of ranked) {
    const place = nearby(canary.value);
    const there = places.get(place) ?? 0;
    if (chosen.size >= most || chosen.has(canary) || there >= NEAR) continue;
    places.set(place, there + 1);
    chosen.add(canary);
  }
  return ranked.filter((c) => chosen.has(c));
}
