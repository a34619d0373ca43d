import { drawsBetween, type Kind, type Pairs, stepOf } from "./find-generators.ts";
import { proposals, simplest } from "./find-proposals.ts";

// Whether a place in memory is a generator's state: a generator must be found from one part of its changes and foretell the other.

/** Frames that must have changed a state before anything is said of it. */
export const LEAST = 20;
/** A generator is found from three blocks of changes out of five, and has to foretell the others. */
const [BLOCK, LEARNT] = [4, 3];
export interface Changes {
  readonly pairs: Pairs;
  /** The run and frame of each of them. */
  readonly when: readonly { readonly run: number; readonly frame: number }[];
  /** What the generator is found from, and what it has to foretell; each pair once. */
  readonly learn: Pairs;
  readonly test: Pairs;
}

/** The states before and after each frame that changed them; undefined when there are too few. Frame 0 is not looked at. */
export function changesOf(runs: readonly Uint32Array[], width: 8 | 16 | 32): Changes | undefined {
  const when: { run: number; frame: number }[] = [];
  const before: number[] = [];
  const after: number[] = [];
  const joined: number[] = [];
  for (const [run, states] of runs.entries()) {
    let was = false;
    for (let frame = 2; frame < states.length; frame++) {
      if (states[frame] === states[frame - 1]) continue;
      if (was) joined[joined.length - 1] = 1;
      when.push({ run, frame });
      before.push(states[frame - 1]!);
      after.push(states[frame]!);
      joined.push(0);
      was = true;
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
    when,
    pairs: some([...before.keys()]),
    learn: some(fresh.filter((_, n) => learnt(n))),
    test: some(fresh.filter((_, n) => !learnt(n))),
  };
}

/** Undefined for what cannot be a generator's state: its upper bits hardly flip, or few states come again and again. */
export function biasOf({ width, before, after }: Pairs): number | undefined {
  const n = before.length;
  const flips = new Uint32Array(width);
  for (let i = 0; i < n; i++) {
    const x = before[i]! ^ after[i]!;
    for (let bit = 0; bit < width; bit++) flips[bit]! += (x >>> bit) & 1;
  }
  let bias = 0;
  for (let bit = 0; bit < width; bit++) {
    const rate = flips[bit]! / n;
    // Not the top one: states below 2^31, and carries, leave it alone.
    if (bit >= width / 2 && bit < width - 1 && (rate < 0.15 || rate > 0.85)) return undefined;
    if (bit < width / 2 && rate === 0 && bit > 1) return undefined;
    bias += Math.abs(rate - 0.5);
  }
  const distinct = new Set(after).size;
  if (distinct < Math.min(n * 0.4, width === 8 ? 48 : 200)) return undefined;
  return bias / width;
}

/** The generator behind the states of a run, one for each frame; undefined where none foretells those that it is not found by. */
export function generatorOf(states: Uint32Array, width: 8 | 16 | 32, most = 64): Kind | undefined {
  const changes = changesOf([states], width);
  if (!changes || biasOf(changes.pairs) === undefined) return undefined;
  return (generatorIn(changes, width, most, false) ?? generatorIn(changes, width, most, true))?.kind;
}

/** What describes the changes best and foretells those that it was not found by. */
export function generatorIn({ learn, test }: Changes, width: 8 | 16 | 32, most: number, deep: boolean) {
  const [first, few] = [sample(learn, 8), sample(learn, 32)];
  let best: { kind: Kind; measure: Measure } | undefined;
  for (const proposed of proposals(learn, deep)) {
    if (measure(proposed, first, Math.min(most, FIRST)).explained === 0) continue;
    if (measure(proposed, few, most).explained < few.before.length * 0.15) continue;
    const kind = wholeDraws(proposed, learn, most);
    const full = measure(kind, learn, most);
    if (!best || better(kind, full, best)) best = { kind, measure: full };
  }
  if (!best || best.measure.bits < PROOF) return undefined;
  const heldOut = measure(best.kind, test, most);
  if (heldOut.explained < heldOut.pairs * foretold(best.kind) || heldOut.bits + constantsOf(best.kind, width) < PROOF)
    return undefined;
  return { kind: simplest(best.kind, width), bits: best.measure.bits, heldOut };
}

/** Says more; or says as much with a multiplier that people choose, where the other may be a power of it. */
function better(kind: Kind, { bits, explained }: Measure, best: { kind: Kind; measure: Measure }): boolean {
  const plain = (k: Kind): boolean => k.kind === "lcg" && Number(k.multiply) < 1024;
  if (plain(kind) && !plain(best.kind) && best.kind.kind === "lcg" && explained >= best.measure.explained * 0.98)
    return true;
  if (plain(best.kind) && !plain(kind) && kind.kind === "lcg" && best.measure.explained >= explained * 0.98)
    return false;
  return bits > best.measure.bits;
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

/** Draws in a frame up to which a first look counts them: some frame will have so few. */
const FIRST = 128;
/** Bits that a generator must save, in what it was found by and in what it was not. */
const PROOF = 60;
/**
 * Of the pairs that it was not found by, it must foretell so many; the rest may be seeded or stirred. An LFSR of one shift foretells half of
 * whatever is shifted, be its taps what they may.
 */
const foretold = (kind: Kind): number => (kind.kind === "lfsr" && kind.steps < 4 ? 0.7 : 0.4);

/**
 * By minimum description length: a pair that k draws explain costs what a universal code of k takes, one that none explains its state and
 * one bit.
 */
export function measure(kind: Kind, { width, before, after }: Pairs, most: number): Measure {
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
function wholeDraws(kind: Kind, pairs: Pairs, most: number): Kind {
  if (kind.kind !== "lfsr") return kind;
  let common = 0;
  for (const k of measure(kind, pairs, most).draws) if (k > 0) common = gcd(common, k);
  return common > 1 && common <= 64 ? { ...kind, steps: common } : kind;
}

const gcd = (a: number, b: number): number => (b ? gcd(b, a % b) : a);
