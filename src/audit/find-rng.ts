import type { Algorithm, RngSpec } from "../watch/restores.ts";
import { biasOf, type Changes, changesOf, generatorIn, LEAST, measure } from "./find-foretell.ts";
import type { Kind } from "./find-generators.ts";
import { tableOf } from "./find-indexes.ts";
import { type Place, type Play, survey, type Trace, trace, variablesOf } from "./find-trace.ts";
import { wildest } from "./find-wildest.ts";

/** A random number generator that was found in a game's memory. */
export interface FoundRng {
  readonly region: string;
  readonly address: number;
  readonly type: "u8" | "u16" | "u32";
  readonly endian: "little" | "big";
  readonly kind: Kind;
  /** Bits by which the generator describes what was seen more shortly than the states themselves do. */
  readonly bits: number;
  /** Frames in which the state changed, and those of them that a number of draws explains; the rest was seeded or written. */
  readonly changed: number;
  readonly explained: number;
  /** The same for changes that the search did not look at, each counted once: two blocks out of five. */
  readonly heldOut: { readonly changed: number; readonly explained: number };
  /** Frames by how many draws they made, 0 too. */
  readonly draws: Readonly<Record<number, number>>;
  /** The first run and frame in which it drew. */
  readonly first: { readonly run: number; readonly frame: number };
  /** It may as well be a counter: an index into a table looks the same, and foretells nothing. */
  readonly perhaps?: true;
}

export interface RngOptions {
  readonly frames: number;
  /** Words that are traced at most, the wildest first. */
  readonly words?: number;
  readonly onStep?: (done: number, of: number) => void;
}

/** Regions up to this size are looked at from every byte on; others from multiples of a value's own size. */
const SMALL = 64 << 10;
/** Candidates that all generators are tried on. */
const DEEP = 16;

interface Candidate extends Changes {
  readonly place: Place;
  readonly offset: number;
  readonly width: 8 | 16 | 32;
  readonly endian: "little" | "big";
  /** How unlike a counter or a position it is: 0 for every bit flipping half of the times. */
  readonly bias: number;
  /** Draws in a frame that are looked for. */
  readonly most: number;
}

/** Watches runs of a game, which should differ in their inputs, and finds its random number generators. */
export async function findRng(
  plays: readonly Play[],
  { frames, words = 4000, onStep }: RngOptions,
): Promise<FoundRng[]> {
  const { regions, changes } = await survey(plays[0]!, 0);
  const small = changes.every((c) => c.length * 4 <= SMALL);
  const steps = plays.length + (small ? 1 : 2);
  const chosen = small
    ? changes.map((c) => Array.from(c, (_, w) => w * 4))
    : wildest(await survey(plays[0]!, frames), words);
  const traces: Trace[] = [];
  for (const play of plays) {
    onStep?.(steps - plays.length - 1 + traces.length, steps);
    traces.push(await trace(play, frames, chosen, 0, variablesOf));
  }
  onStep?.(steps - 1, steps);
  const candidates = [...candidatesOf(regions, traces)].sort((a, b) => a.bias - b.bias);
  const found: FoundRng[] = [];
  for (const deep of [false, true]) {
    let tried = 0;
    for (const candidate of candidates) {
      if (deep && (tried >= DEEP || candidate.width === 8)) continue;
      if (found.some((f) => covers(f, candidate))) continue;
      if (deep) tried++;
      const one = explain(candidate, frames * plays.length, deep);
      if (one) found.push(one);
    }
  }
  if (found.length === 0 && small) return [...indexesIn(regions, traces)];
  return distinct(found);
}

/** Bytes that may be indexes into tables of numbers. */
function* indexesIn(regions: readonly Place[], traces: readonly Trace[]): Generator<FoundRng> {
  const moves = movesOf(traces);
  for (const { region, from, to, at } of traces[0]!.spans) {
    const place = regions[region]!;
    for (let offset = from; offset < to; offset++) {
      const here = at + offset - from;
      if (!bytewise(place) || moves[here ^ place.swap]! < LEAST) continue;
      const states = traces.map((run) => statesOf(run, here, 8, place.endian, place.swap));
      const length = tableOf(states);
      const changes = length !== undefined && changesOf(states, 8);
      if (!changes) continue;
      const kind: Kind = { kind: "table", length, step: 1 };
      const frames = traces.reduce((sum, { rows }) => sum + rows - 1, 0);
      const candidate: Candidate = { ...changes, place, offset, width: 8, endian: place.endian, bias: 0, most: length };
      yield { ...said(candidate, frames, kind), bits: 0, heldOut: { changed: 0, explained: 0 }, perhaps: true };
    }
  }
}

/** Of a console whose CPU reads bytes; addresses of more than 24 bits are of one that reads words. */
const bytewise = ({ size, base }: Place): boolean => size <= SMALL && base < 1 << 24;

function* candidatesOf(regions: readonly Place[], traces: readonly Trace[]): Generator<Candidate> {
  const moves = movesOf(traces);
  for (const { region, from, to, at } of traces[0]!.spans) {
    const place = regions[region]!;
    for (let offset = from; offset < to; offset++)
      for (const width of [32, 16, 8] as const) {
        const bytes = width / 8;
        const step = bytewise(place) ? 1 : bytes;
        if (offset % step || offset + bytes > to) continue;
        // Where memory is large the CPU reads words, in its own order.
        if (width === 8 && !bytewise(place)) continue;
        const first = at + offset - from;
        let still = false;
        for (let i = 0; i < bytes; i++) still ||= moves[(first + i) ^ place.swap]! < LEAST / 2;
        if (still) continue;
        const own = width === 8 || !bytewise(place);
        for (const endian of own ? ([place.endian] as const) : (["little", "big"] as const)) {
          const states = traces.map((run) => statesOf(run, first, width, endian, place.swap));
          const pairs = changesOf(states, width);
          const bias = pairs && biasOf(pairs.pairs);
          if (pairs && bias !== undefined)
            yield { place, offset, width, endian, ...pairs, bias, most: mostOf(place, width) };
        }
      }
  }
}

/** How often each byte of a row changed, in all runs. */
function movesOf(traces: readonly Trace[]): Uint32Array {
  const moves = new Uint32Array(traces[0]!.stride);
  for (const { bytes, rows, stride } of traces)
    for (let at = 2 * stride; at < rows * stride; at += stride)
      for (let i = 0; i < stride; i++) if (bytes[at + i] !== bytes[at + i - stride]) moves[i]!++;
  return moves;
}

/** The states of a place in each frame of each run, as one number. */
function statesOf(
  { bytes: all, rows, stride }: Trace,
  at: number,
  width: 8 | 16 | 32,
  endian: "little" | "big",
  swap: number,
): Uint32Array {
  const bytes = width / 8;
  const order = Array.from({ length: bytes }, (_, i) => (at + (endian === "little" ? bytes - 1 - i : i)) ^ swap);
  const states = new Uint32Array(rows);
  for (let row = 1; row < rows; row++) {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = (value << 8) | all[row * stride + order[i]!]!;
    states[row] = value;
  }
  return states;
}

/** The generator whose state a candidate is, if there is one. */
function explain(candidate: Candidate, frames: number, deep: boolean): FoundRng | undefined {
  const { width, most } = candidate;
  const found = generatorIn(candidate, width, most, deep);
  if (!found) return undefined;
  const { kind, bits, heldOut } = found;
  return {
    ...said(candidate, frames, kind),
    bits: Math.round(bits),
    heldOut: { changed: heldOut.pairs, explained: heldOut.explained },
  };
}

/** What a generator says of a candidate's changes. */
function said({ pairs, when, place, offset, width, endian, most }: Candidate, frames: number, kind: Kind) {
  const all = measure(kind, pairs, most);
  const draws: Record<number, number> = { 0: frames - all.pairs };
  for (const k of all.draws) if (k > 0) draws[k] = (draws[k] ?? 0) + 1;
  return {
    region: place.name,
    address: place.base + offset,
    type: `u${width}` as const,
    endian,
    kind,
    changed: all.pairs,
    explained: all.explained,
    draws,
    first: when[all.draws.findIndex((k) => k > 0)]!,
  };
}

/** Draws in a frame up to which they are counted: of few states, any is near any other; a slow CPU cannot make many. */
const mostOf = (place: Place, width: 8 | 16 | 32): number =>
  ({ 8: 10, 16: 160, 32: bytewise(place) ? 300 : 2000 })[width];

const BYTES = { u8: 1, u16: 2, u32: 4 } as const;

function covers(found: FoundRng, { place, offset, width }: Candidate): boolean {
  const from = place.base + offset;
  return (
    found.region === place.name &&
    from < found.address + BYTES[found.type] &&
    found.address < from + width / 8 &&
    width / 8 <= BYTES[found.type]
  );
}

/** Of those that overlap, the one that says most. */
function distinct(found: readonly FoundRng[]): FoundRng[] {
  const kept: FoundRng[] = [];
  for (const one of [...found].sort((a, b) => b.bits - a.bits)) {
    const overlaps = kept.some(
      (k) =>
        k.region === one.region && one.address < k.address + BYTES[k.type] && k.address < one.address + BYTES[one.type],
    );
    if (!overlaps) kept.push(one);
  }
  return kept;
}

/** As a profile's `rng` has it; generators that profiles do not count go without an algorithm. */
export function rngSpec({ region, address, type, endian, kind }: FoundRng, n: number): RngSpec {
  const algorithm = kind.kind === "mwc" || kind.kind === "lehmer" ? undefined : (kind as Algorithm);
  return {
    name: n ? `random ${n + 1}` : "random",
    region,
    address,
    type,
    endian,
    ...(algorithm && { algorithm }),
    at: ["frame"],
  };
}
