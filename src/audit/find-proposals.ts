import { type Kind, maskOf, type Pairs, parity } from "./find-generators.ts";
import { inverse, POWERS, plainLcg, searchedGalois, searchedXorshift, small } from "./find-searches.ts";

// Generators that may explain some pairs of states. Each has still to be measured: a proposal is no claim.

/** Constants that libraries of C and published papers use: they need no search (source: Numerical Recipes; Knuth; the libraries). */
const KNOWN_LCG: readonly [number, number][] = [
  [1103515245, 12345], // ISO C's example, glibc's TYPE_0
  [0x4c957f2d, 1], // newlib, musl: low half of 6364136223846793005
  [214013, 2531011], // Microsoft C
  [1664525, 1013904223], // Numerical Recipes
  [69069, 1], // VAX
  [69069, 5],
  [22695477, 1], // Borland
  [134775813, 1], // Delphi
  [0x41c64e6d, 0x6073],
  [0x01010101, 0x31415927], // cc65
  [0x010101, 0x31415927],
  [0x01010101, 0xb3b3b3b3],
];
const SMALL_LCG: readonly [number, number][] = [
  [5, 1],
  [17, 1],
  [17, 0x5c93], // GBDK
];
/** Polynomials that are met with: CRC-32 and CRC-32C, and shortest ones of full period (Ward and Molteno). */
const KNOWN_TAPS: Record<8 | 16 | 32, readonly number[]> = {
  8: [],
  16: [0x1021, 0x8005, 0x002d, 0x0039, 0x6255, 0x100b],
  32: [0x04c11db7, 0x1edc6f41, 0x000000c5, 0x000000af, 0x00000057, 0x00400007, 0x00000095, 0x80000057],
};
/** Marsaglia's own choice (2003), and the one that fits 8-bit CPUs, where shifts of 7 to 9 are cheap. */
const KNOWN_XORSHIFT: Record<8 | 16 | 32, readonly number[][]> = {
  8: [],
  16: [[7, -9, 8]],
  32: [
    [13, -17, 5],
    [5, -17, 13],
  ],
};
const KNOWN_MWC = [36969, 18000, 30903, 18030, 30345, 31083, 0xfea0];
const KNOWN_LEHMER = [16807, 48271, 69621, 39373];

/** What may explain the pairs; each has still to be measured against all of them. */
export function* proposals(pairs: Pairs, deep: boolean): Generator<Kind> {
  const { width } = pairs;
  if (width > 8) yield* congruential(pairs);
  if (width === 16) {
    for (const [multiply, add] of SMALL_LCG) yield { kind: "lcg", multiply, add };
    yield* plainLcg(pairs);
  }
  for (const shifts of KNOWN_XORSHIFT[width]) yield { kind: "xorshift", shifts };
  for (const taps of KNOWN_TAPS[width]) {
    yield { kind: "lfsr", form: "galois", shift: "left", taps, steps: 1 };
    yield { kind: "lfsr", form: "galois", shift: "right", taps: reversed(taps, width), steps: 1 };
  }
  if (width === 32) {
    for (const [multiply, add] of KNOWN_LCG) yield { kind: "lcg", multiply, add };
    for (const carry of ["high", "low"] as const)
      for (const multiply of [...KNOWN_MWC, ...votedMwc(pairs, carry)]) yield { kind: "mwc", multiply, carry };
    for (const multiply of KNOWN_LEHMER) yield { kind: "lehmer", multiply, modulus: 0x7fffffff };
  }
  yield* fibonacci(pairs);
  yield* votedGalois(pairs);
  if (width === 8) yield* small(pairs);
  if (!deep) return;
  if (width === 16) yield* searchedGalois(pairs);
  if (width > 8) yield* searchedXorshift(pairs);
}

/** The most frequent values of a list, most frequent first. */
function voted<T>(votes: Iterable<T>, most: number, least = 2): T[] {
  const count = new Map<T, number>();
  for (const vote of votes) count.set(vote, (count.get(vote) ?? 0) + 1);
  return [...count]
    .filter(([, n]) => n >= least)
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([value]) => value);
}

/**
 * Of an affine map x -> A x + C three states on end give A = (x2 - x1) / (x1 - x0), wherever that difference is odd. Draws differ from
 * frame to frame, so what is voted for most are powers of the generator; one power undone by another gives the generator itself.
 */
function* congruential({ width, before, after, joined }: Pairs): Generator<Kind> {
  const mask = maskOf(width);
  const votes: string[] = [];
  for (let i = 0; i + 1 < before.length && votes.length < 4000; i++) {
    if (!joined[i]) continue;
    const [x0, x1, x2] = [before[i]!, after[i]!, after[i + 1]!];
    const d = (x1 - x0) >>> 0;
    if ((d & 1) === 0) continue;
    const a = (Math.imul(x2 - x1, inverse(d)) & mask) >>> 0;
    if (a === 1 || (a & 1) === 0) continue;
    votes.push(`${a},${((x1 - Math.imul(a, x0)) & mask) >>> 0}`);
  }
  const maps = voted(votes, 10).map((key) => key.split(",").map(Number) as [number, number]);
  for (const [multiply, add] of maps) if (sound(multiply, add)) yield { kind: "lcg", multiply, add };
  for (const [a, c] of maps)
    for (const [b, d] of maps) {
      const multiply = (Math.imul(a, inverse(b)) & mask) >>> 0;
      const add = ((c - Math.imul(multiply, d)) & mask) >>> 0;
      if (sound(multiply, add)) yield { kind: "lcg", multiply, add };
    }
}

/** One that is near 1, or leaves many low bits to go on by themselves, would be near a counter. */
function sound(multiply: number, add: number): boolean {
  if (add !== 0 && (add & 1) === 0) return false;
  const alike = 31 - Math.clz32((multiply - 1) & -(multiply - 1));
  return multiply > 4 && multiply < 0xfffffff0 && alike < 5;
}

/** Where each frame draws the same number of times, only a power of the generator is seen: the generator itself, if it is a well-known one. */
export function simplest(kind: Kind, width: 8 | 16 | 32): Kind {
  if (kind.kind !== "lcg" || width !== 32) return kind;
  for (const [multiply] of KNOWN_LCG) {
    let [power, sum] = [multiply >>> 0, 1];
    for (let k = 2; k <= POWERS; k++) {
      sum = (sum + power) >>> 0;
      power = Math.imul(power, multiply) >>> 0;
      if (power === Number(kind.multiply) && (sum & 1) === 1)
        return { kind: "lcg", multiply: multiply >>> 0, add: Math.imul(Number(kind.add), inverse(sum)) >>> 0 };
    }
  }
  return kind;
}

function votedMwc({ before, after }: Pairs, carry: "high" | "low"): number[] {
  const votes: number[] = [];
  for (let i = 0; i < before.length; i++) {
    const [s, t] = [before[i]!, after[i]!];
    const [x, c] = carry === "high" ? [s & 0xffff, s >>> 16] : [s >>> 16, s & 0xffff];
    const next = carry === "high" ? t : ((t >>> 16) | (t << 16)) >>> 0;
    const a = (next - c) / x;
    if (x > 255 && Number.isInteger(a) && a > 255 && a < 65536) votes.push(a);
  }
  return voted(votes, 4);
}

/**
 * After k < width shifts what is left of the old bits is still there, so all shifts between are known, and each says one linear equation
 * of the taps. Gauss solves them.
 */
function* fibonacci({ width, before, after }: Pairs): Generator<Kind> {
  const mask = maskOf(width);
  for (const shift of ["left", "right"] as const) {
    for (const k of [1, 2, 3, 4, 5, 6, 7, 8, 16].filter((n) => n < width - 4)) {
      const kept = mask >>> k;
      const equations: number[] = [];
      const values: number[] = [];
      for (let i = 0; i < before.length && equations.length < 4 * width; i++) {
        const [s, t] = [before[i]!, after[i]!];
        const same = shift === "right" ? (t & kept) === s >>> k : t >>> k === (s & kept);
        if (!same) continue;
        let x = s;
        for (let j = 0; j < k; j++) {
          const bit = shift === "right" ? (t >>> (width - k + j)) & 1 : (t >>> (k - 1 - j)) & 1;
          equations.push(x);
          values.push(bit);
          x = shift === "right" ? ((x >>> 1) | (bit << (width - 1))) >>> 0 : (((x << 1) & mask) | bit) >>> 0;
        }
      }
      if (equations.length < width) continue;
      const taps = solve(equations, values, width);
      if (taps !== undefined && whole(taps, shift === "right" ? 1 : mask ^ (mask >>> 1)))
        yield { kind: "lfsr", form: "fibonacci", shift, taps, steps: 1 };
    }
  }
}

/** x with parity(equation & x) = value for all equations; undefined when there is none. */
function solve(equations: readonly number[], values: readonly number[], width: number): number | undefined {
  const rows: { word: number; value: number; bit: number }[] = [];
  for (let i = 0; i < equations.length; i++) {
    let word = equations[i]!;
    let value = values[i]!;
    for (const row of rows)
      if ((word >>> row.bit) & 1) {
        word = (word ^ row.word) >>> 0;
        value ^= row.value;
      }
    if (word === 0) {
      if (value) return undefined;
      continue;
    }
    rows.push({ word, value, bit: 31 - Math.clz32(word) });
  }
  if (rows.length < width - 2) return undefined;
  let x = 0;
  for (const row of rows.sort((a, b) => a.bit - b.bit))
    if (parity(row.word & x) !== row.value) x = (x | (1 << row.bit)) >>> 0;
  return x;
}

/** Taps that lose no state, and do more than turn it round. `last` is the bit that what falls out must come back to. */
const whole = (taps: number, last: number): boolean => (taps & last) !== 0 && (taps & ~last) !== 0;

/** Bits in the other order: a polynomial for shifts the other way. */
function reversed(word: number, width: number): number {
  let x = 0;
  for (let bit = 0; bit < width; bit++) if ((word >>> bit) & 1) x = (x | (1 << (width - 1 - bit))) >>> 0;
  return x;
}

/**
 * Where of k bits that fall out only the last is 1, what is left after k shifts lacks the taps alone; that is so in one pair of 2^k. All
 * small k are voted on, since the number of shifts in a draw is not known.
 */
function* votedGalois({ width, before, after }: Pairs): Generator<Kind> {
  const mask = maskOf(width);
  for (const shift of ["left", "right"] as const)
    for (let k = 1; k <= 8 && k < width; k++) {
      const votes: number[] = [];
      for (let i = 0; i < before.length; i++) {
        const [s, t] = [before[i]!, after[i]!];
        if (shift === "left" ? s >>> (width - k) !== 1 : (s & ((1 << k) - 1)) !== 1 << (k - 1)) continue;
        votes.push((t ^ (shift === "left" ? (s << k) & mask : s >>> k)) >>> 0);
      }
      for (const taps of voted(votes, 3))
        if (whole(taps, shift === "left" ? 1 : mask ^ (mask >>> 1)))
          yield { kind: "lfsr", form: "galois", shift, taps, steps: 1 };
    }
}
