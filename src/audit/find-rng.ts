import type { Algorithm, RngSpec } from "../watch/restores.ts";
import { drawsBetween, type Kind, type Pairs, proposals, stepOf } from "./find-generators.ts";
import { type Place, type Play, type Survey, survey, type Trace, trace } from "./find-trace.ts";

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
  /** The same for frames that the search did not look at: the last two fifths of each run. */
  readonly heldOut: { readonly changed: number; readonly explained: number };
  /** Frames by how many draws they made, 0 too. */
  readonly draws: Readonly<Record<number, number>>;
}

export interface RngOptions {
  readonly frames: number;
  /** Words that are traced at most; those that change most often come first. */
  readonly words?: number;
}

/** Frames that must have changed a state before anything is said of it. */
const LEAST = 20;
/** Of each run, the part that a generator is found from. */
const LEARNT = 0.6;
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
export async function findRng(plays: readonly Play[], { frames, words = 6000 }: RngOptions): Promise<FoundRng[]> {
  const { regions, changes } = await survey(plays[0]!, 0);
  const small = changes.every((c) => c.length * 4 <= SMALL);
  const chosen = small
    ? changes.map((c) => Array.from(c, (_, w) => w * 4))
    : wildest(await survey(plays[0]!, frames), words);
  const traces: Trace[] = [];
  for (const play of plays) traces.push(await trace(play, frames, chosen));
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
  const late: boolean[] = [];
  const bytes = width / 8;
  for (const { bytes: all, rows, stride } of traces) {
    let last = -1;
    let was = false;
    for (let row = 1; row < rows; row++) {
      let value = 0;
      const start = row * stride + at;
      for (let i = 0; i < bytes; i++)
        value = (value << 8) | all[start + ((endian === "little" ? bytes - 1 - i : i) ^ (bytes === 4 ? swap : 0))]!;
      value >>>= 0;
      const changed = row > 1 && value !== last;
      if (changed) {
        if (was) joined[joined.length - 1] = 1;
        before.push(last);
        after.push(value);
        joined.push(0);
        late.push(row > rows * LEARNT);
        was = true;
      }
      last = value;
    }
  }
  if (before.length < LEAST) return undefined;
  const some = (wanted: (i: number) => boolean): Pairs => {
    const kept = [...before.keys()].filter(wanted);
    const [from, to] = [before, after].map((all) => Uint32Array.from(kept, (i) => all[i]!)) as [
      Uint32Array,
      Uint32Array,
    ];
    return { width, before: from, after: to, joined: Uint8Array.from(kept, (i) => joined[i]!) };
  };
  return { pairs: some(() => true), learn: some((i) => !late[i]), test: some((i) => late[i]!) };
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

/** The generator that describes the candidate's states best, if one does. */
function explain(candidate: Candidate, frames: number, deep: boolean): FoundRng | undefined {
  const { pairs, learn, place, offset, width, endian } = candidate;
  const distinct = once(learn);
  const test = once(candidate.test, learn);
  let best: { kind: Kind; measure: Measure } | undefined;
  for (const proposed of proposals(learn, deep)) {
    const screened = measure(proposed, sample(distinct));
    if (screened.explained < screened.pairs * 0.3) continue;
    const kind = wholeDraws(proposed, distinct);
    const full = measure(kind, distinct);
    if (!best || full.bits > best.measure.bits) best = { kind, measure: full };
  }
  if (!best || best.measure.bits < 60 || best.measure.mean > MEAN[width]) return undefined;
  const heldOut = measure(best.kind, test);
  if (test.before.length > 5 && heldOut.explained < heldOut.pairs * 0.6) return undefined;
  const all = measure(best.kind, pairs);
  const draws: Record<number, number> = { 0: frames - all.pairs };
  for (const k of all.draws) if (k > 0) draws[k] = (draws[k] ?? 0) + 1;
  return {
    region: place.name,
    address: place.base + (offset ^ (width === 32 ? 0 : place.swap && 4 - width / 8)),
    type: `u${width}`,
    endian,
    kind: best.kind,
    bits: Math.round(best.measure.bits),
    changed: all.pairs,
    explained: all.explained,
    heldOut: { changed: heldOut.pairs, explained: heldOut.explained },
    draws,
  };
}

/** Each pair once: what comes again and again proves nothing more. */
function once({ width, before, after }: Pairs, known?: Pairs): Pairs {
  const key = (b: number, a: number): number => b * 2 ** 32 + a;
  const seen = new Set<number>();
  if (known) for (let i = 0; i < known.before.length; i++) seen.add(key(known.before[i]!, known.after[i]!));
  const kept = [...before.keys()].filter((i) => {
    const pair = key(before[i]!, after[i]!);
    return !seen.has(pair) && seen.add(pair);
  });
  const some = (all: Uint32Array) => Uint32Array.from(kept, (i) => all[i]!);
  return { width, before: some(before), after: some(after), joined: new Uint8Array(kept.length) };
}

/** Some pairs from everywhere. */
function sample(pairs: Pairs): Pairs {
  const every = Math.max(1, Math.floor(pairs.before.length / 24));
  const some = (all: Uint32Array) => all.filter((_, i) => i % every === 0);
  return { ...pairs, before: some(pairs.before), after: some(pairs.after) };
}

interface Measure {
  readonly pairs: number;
  readonly explained: number;
  readonly bits: number;
  /** Draws in those that are explained. */
  readonly mean: number;
  /** For each pair; -1 where no number of draws explains it. */
  readonly draws: Int32Array;
}

/** Draws in a frame up to which they are counted: of few states, any is near any other. */
const MOST = { 8: 40, 16: 400, 32: 2000 } as const;
/** More than so many in the mean are no draws of a game, but a chance among so few states. */
const MEAN = { 8: 8, 16: 48, 32: 2000 } as const;

/**
 * By minimum description length: a pair that k draws explain costs what a geometric code of the mean takes (log2 of the mean and
 * 1.5 bits), one that none explains its state and one bit. What is saved against writing all states down, less the constants.
 */
function measure(kind: Kind, { width, before, after }: Pairs): Measure {
  const step = stepOf(kind, width);
  const draws = new Int32Array(before.length);
  let explained = 0;
  let sum = 0;
  for (let i = 0; i < before.length; i++) {
    const k = drawsBetween(step, before[i]!, after[i]!, MOST[width]);
    draws[i] = k;
    if (k < 0) continue;
    explained++;
    sum += k;
  }
  const mean = explained ? sum / explained : 1;
  const constants = kind.kind === "lcg" ? 2 * width : width + 4;
  const bits = explained * (width - Math.log2(mean) - 1.5) - (before.length - explained) - constants;
  return { pairs: before.length, explained, bits, mean, draws };
}

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
