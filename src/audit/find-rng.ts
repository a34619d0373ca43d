import type { Algorithm, RngSpec } from "../watch/restores.ts";
import { drawsBetween, type Kind, type Pairs, stepOf } from "./find-generators.ts";
import { proposals, simplest } from "./find-proposals.ts";
import { type Place, type Play, type Survey, survey, type Trace, trace, variablesOf } from "./find-trace.ts";

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
}

export interface RngOptions {
  readonly frames: number;
  /** Words that are traced at most, the wildest first. */
  readonly words?: number;
  readonly onStep?: (done: number, of: number) => void;
}

/** Frames that must have changed a state before anything is said of it. */
const LEAST = 20;
/** A generator is found from three blocks of changes out of five, and has to foretell the others. */
const [BLOCK, LEARNT] = [16, 3];
/** Regions up to this size are looked at from every byte on; others from multiples of a value's own size. */
const SMALL = 64 << 10;
/** Candidates that all generators are tried on. */
const DEEP = 16;

interface Candidate {
  readonly place: Place;
  readonly offset: number;
  readonly width: 8 | 16 | 32;
  readonly endian: "little" | "big";
  readonly pairs: Pairs;
  /** Those of the first three fifths of each run, and the rest: the generator is found from the former. */
  readonly learn: Pairs;
  readonly test: Pairs;
  /** How unlike a counter or a position it is: 0 for every bit flipping half of the times. */
  readonly bias: number;
}

/** Watches runs of a game, which should differ in their inputs, and finds its random number generators. */
export async function findRng(
  plays: readonly Play[],
  { frames, words = 6000, onStep }: RngOptions,
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
  return distinct(found);
}

/** Offsets of the words whose changes flip half of their bits, or of one half's, most like that first; at most so many. */
function wildest({ changes, flips }: Survey, most: number): number[][] {
  const bias = changes.map((count, r) =>
    Float32Array.from(count, (n, w) => {
      if (n < LEAST) return 1;
      const [low, high] = [flips[r]!.low[w]! / n / 16 - 0.5, flips[r]!.high[w]! / n / 16 - 0.5].map(Math.abs) as [
        number,
        number,
      ];
      return Math.max(low, high) < 0.15
        ? Math.max(low, high)
        : Math.min(low, high) < 0.1
          ? 0.5 + Math.min(low, high)
          : 1;
    }),
  );
  const sorted = bias.flatMap((b) => [...b.filter((x) => x < 1)]).sort((a, b) => a - b);
  const limit = sorted[most] ?? 1;
  return bias.map((b) => [...b.keys()].filter((w) => b[w]! < limit).map((w) => w * 4));
}

/** Of a console whose CPU reads bytes; addresses of more than 24 bits are of one that reads words. */
const bytewise = ({ size, base }: Place): boolean => size <= SMALL && base < 1 << 24;

function* candidatesOf(regions: readonly Place[], traces: readonly Trace[]): Generator<Candidate> {
  for (const { region, from, to, at } of traces[0]!.spans) {
    const place = regions[region]!;
    for (let offset = from; offset < to; offset++)
      for (const width of [32, 16, 8] as const) {
        const bytes = width / 8;
        const step = bytewise(place) ? 1 : bytes;
        if (offset % step || offset + bytes > to) continue;
        // Where memory is large the CPU reads words, in its own order.
        if (width === 8 && !bytewise(place)) continue;
        const own = width === 8 || !bytewise(place);
        for (const endian of own ? ([place.endian] as const) : (["little", "big"] as const)) {
          const pairs = pairsOf(traces, at + offset - from, width, endian, place.swap);
          const bias = pairs && biasOf(pairs.pairs);
          if (pairs && bias !== undefined) yield { place, offset, width, endian, ...pairs, bias };
        }
      }
  }
}

/** The states before and after each frame that changed them; undefined when there are too few. */
function pairsOf(
  traces: readonly Trace[],
  at: number,
  width: 8 | 16 | 32,
  endian: "little" | "big",
  swap: number,
): Pick<Candidate, "pairs" | "learn" | "test"> | undefined {
  const before: number[] = [];
  const after: number[] = [];
  const joined: number[] = [];
  const bytes = width / 8;
  const order = Array.from({ length: bytes }, (_, i) => (at + (endian === "little" ? bytes - 1 - i : i)) ^ swap);
  for (const { bytes: all, rows, stride } of traces) {
    let last = -1;
    let was = false;
    for (let row = 1; row < rows; row++) {
      let value = 0;
      const start = row * stride;
      for (let i = 0; i < bytes; i++) value = (value << 8) | all[start + order[i]!]!;
      value >>>= 0;
      const changed = row > 1 && value !== last;
      if (changed) {
        if (was) joined[joined.length - 1] = 1;
        before.push(last);
        after.push(value);
        joined.push(0);
      }
      was ||= changed;
      last = value;
    }
  }
  if (before.length < LEAST) return undefined;
  const some = (kept: readonly number[]): Pairs => ({
    width,
    before: Uint32Array.from(kept, (i) => before[i]!),
    after: Uint32Array.from(kept, (i) => after[i]!),
    joined: Uint8Array.from(kept, (i, n) => (kept[n + 1] === i + 1 ? joined[i]! : 0)),
  });
  // Each pair once: what comes again and again proves nothing more, and what was learnt from is no test.
  const seen = new Set<number>();
  const fresh = [...before.keys()].filter((i) => {
    const pair = before[i]! * 2 ** 32 + after[i]!;
    return !seen.has(pair) && seen.add(pair);
  });
  const learnt = (n: number): boolean => Math.floor(n / BLOCK) % 5 < LEARNT;
  return {
    pairs: some([...before.keys()]),
    learn: some(fresh.filter((_, n) => learnt(n))),
    test: some(fresh.filter((_, n) => !learnt(n))),
  };
}

/** Undefined for what cannot be a generator's state: its upper bits hardly flip, or few states come again and again. */
function biasOf({ width, before, after }: Pairs): number | undefined {
  const n = before.length;
  const flips = new Uint32Array(width);
  for (let i = 0; i < n; i++) {
    const x = before[i]! ^ after[i]!;
    for (let bit = 0; bit < width; bit++) flips[bit]! += (x >>> bit) & 1;
  }
  let bias = 0;
  for (let bit = 0; bit < width; bit++) {
    const rate = flips[bit]! / n;
    if (bit >= width / 2 && (rate < 0.2 || rate > 0.8)) return undefined;
    if (bit < width / 2 && rate === 0 && bit > 1) return undefined;
    bias += Math.abs(rate - 0.5);
  }
  const distinct = new Set(after).size;
  if (distinct < Math.min(n * 0.4, width === 8 ? 48 : 200)) return undefined;
  return bias / width;
}

/** The generator that describes the candidate's states best, if one does, and foretells those that it was not found by. */
function explain(candidate: Candidate, frames: number, deep: boolean): FoundRng | undefined {
  const { pairs, learn, test, place, offset, width, endian } = candidate;
  const [first, few] = [sample(learn, 8), sample(learn, 32)];
  let best: { kind: Kind; measure: Measure } | undefined;
  for (const proposed of proposals(learn, deep)) {
    if (measure(proposed, first).explained === 0) continue;
    if (measure(proposed, few).explained < few.before.length * 0.15) continue;
    const kind = wholeDraws(proposed, learn);
    const full = measure(kind, learn);
    if (!best || full.bits > best.measure.bits) best = { kind, measure: full };
  }
  if (!best || best.measure.bits < PROOF) return undefined;
  const heldOut = measure(best.kind, test);
  if (heldOut.explained < heldOut.pairs * FORETOLD || heldOut.bits + constantsOf(best.kind, width) < PROOF)
    return undefined;
  const kind = simplest(best.kind, width);
  const all = measure(kind, pairs);
  const draws: Record<number, number> = { 0: frames - all.pairs };
  for (const k of all.draws) if (k > 0) draws[k] = (draws[k] ?? 0) + 1;
  return {
    region: place.name,
    address: place.base + (offset ^ (width === 32 ? 0 : place.swap && 4 - width / 8)),
    type: `u${width}`,
    endian,
    kind,
    bits: Math.round(best.measure.bits),
    changed: all.pairs,
    explained: all.explained,
    heldOut: { changed: heldOut.pairs, explained: heldOut.explained },
    draws,
  };
}

/** Some pairs from everywhere. */
function sample(pairs: Pairs, count: number): Pairs {
  const every = Math.max(1, Math.floor(pairs.before.length / count));
  const some = (all: Uint32Array) => all.filter((_, i) => i % every === 0);
  return { ...pairs, before: some(pairs.before), after: some(pairs.after) };
}

interface Measure {
  readonly pairs: number;
  readonly explained: number;
  /** What is saved against writing all states down, in bits, the generator's constants paid for. */
  readonly bits: number;
  /** For each pair; -1 where no number of draws explains it. */
  readonly draws: Int32Array;
}

/** Bits that a generator must save, in what it was found by and in what it was not. */
const PROOF = 60;
/** Of the pairs that it was not found by, it must foretell so many. The rest may be seeded or stirred. */
const FORETOLD = 0.3;
/** Draws in a frame up to which they are counted: of few states, any is near any other. */
const MOST = { 8: 10, 16: 160, 32: 2000 } as const;

/**
 * By minimum description length: a pair that k draws explain costs what a universal code of k takes, one that none explains its state and
 * one bit.
 */
function measure(kind: Kind, { width, before, after }: Pairs, most: number = MOST[width]): Measure {
  const step = stepOf(kind, width);
  const draws = new Int32Array(before.length);
  let explained = 0;
  let bits = -constantsOf(kind, width);
  for (let i = 0; i < before.length; i++) {
    const k = drawsBetween(step, before[i]!, after[i]!, most);
    draws[i] = k;
    if (k < 0) bits--;
    else bits += width - 2 * Math.log2(k) - 1.5;
    if (k > 0) explained++;
  }
  return { pairs: before.length, explained, bits, draws };
}

const constantsOf = (kind: Kind, width: number): number => (kind.kind === "lcg" ? 2 * width : width + 4);

/** Shifts that always come in eights are draws of eight shifts; so for any other number. */
function wholeDraws(kind: Kind, pairs: Pairs): Kind {
  if (kind.kind !== "lfsr") return kind;
  let common = 0;
  for (const k of measure(kind, pairs).draws) if (k > 0) common = gcd(common, k);
  return common > 1 && common <= 64 ? { ...kind, steps: common } : kind;
}

const gcd = (a: number, b: number): number => (b ? gcd(b, a % b) : a);

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
