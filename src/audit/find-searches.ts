import { drawsBetween, type Kind, maskOf, type Pairs, stepOf } from "./find-generators.ts";

// Generators that are found by trying all of a family: the states of some pairs decide.

/** Draws between two states that are tried, and multipliers that need no further reason. */
export const POWERS = 16;
const PLAIN = 1024;

/** Every plain multiplier, with what has to be added for some pair to be so many draws apart, confirmed by two more pairs. */
export function* plainLcg({ before, after }: Pairs): Generator<Kind> {
  for (const at of starts(before.length))
    for (let multiply = 5; multiply < PLAIN; multiply += 4) {
      let [power, sum] = [multiply, 1];
      for (let k = 1; k <= POWERS; k++) {
        const lacks = (after[at]! - Math.imul(power, before[at]!)) & 0xffff;
        const shared = 31 - Math.clz32(sum & -sum);
        if ((lacks & ((1 << shared) - 1)) === 0) {
          const add = Math.imul(lacks >>> shared, inverse(sum >>> shared)) & (0xffff >>> shared);
          for (let top = 0; top < 1 << Math.min(shared, 4); top++) {
            const kind: Kind = { kind: "lcg", multiply, add: add | ((top << (16 - shared)) & 0xffff) };
            if ((kind.add as number) & 1 && nearNext(kind, 16, before, after, at, POWERS)) yield kind;
          }
        }
        sum = (sum + power) >>> 0;
        power = Math.imul(power, multiply) >>> 0;
      }
    }
}

/** Whether two of the next three pairs too are so few draws apart. */
function nearNext(
  kind: Kind,
  width: number,
  before: Uint32Array,
  after: Uint32Array,
  at: number,
  most: number,
): boolean {
  const step = stepOf(kind, width);
  let [hits, misses] = [0, 0];
  for (let n = 1; n <= 3 && hits < 2 && misses < 2; n++) {
    const p = (at + n * 5) % before.length;
    if (drawsBetween(step, before[p]!, after[p]!, most) > 0) hits++;
    else misses++;
  }
  return hits >= 2;
}

/** States of eight bits are so few that all generators can be tried. */
export function* small({ before, after }: Pairs): Generator<Kind> {
  const near = (kind: Kind): boolean => {
    const step = stepOf(kind, 8);
    let hits = 0;
    for (let i = 0; i < 12 && i < before.length; i++) if (drawsBetween(step, before[i]!, after[i]!, 16) > 0) hits++;
    return hits >= 10;
  };
  for (let taps = 1; taps < 256; taps++)
    for (const shift of ["left", "right"] as const) {
      if (shift === "left" ? (taps & 1) === 0 : taps < 128) continue;
      const kind: Kind = { kind: "lfsr", form: "galois", shift, taps, steps: 1 };
      if (near(kind)) yield kind;
    }
  // Multipliers of 5 modulo 8 alone have a full period in their upper bits too; others are near counters.
  for (let multiply = 5; multiply < 256; multiply += 8)
    for (let add = 1; add < 256; add += 2) {
      const kind: Kind = { kind: "lcg", multiply, add };
      if (near(kind)) yield kind;
    }
}

/** Pairs from which a search starts: the generator may have been seeded anew in one of them. */
const STARTS = 2;

/** Every taps of 16 bits with which a pair is within so many shifts, confirmed by two more pairs. */
export function* searchedGalois({ before, after }: Pairs): Generator<Kind> {
  const most = 160;
  for (const left of [true, false]) {
    const found = new Set<number>();
    for (const at of starts(before.length)) {
      for (let i = 0; i < 0x8000; i++) {
        const taps = left ? (i << 1) | 1 : i | 0x8000;
        let s = before[at]!;
        const to = after[at]!;
        let k = 0;
        if (left) for (; k < most && s !== to; k++) s = ((s << 1) & 0xffff) ^ (s & 0x8000 ? taps : 0);
        else for (; k < most && s !== to; k++) s = (s >>> 1) ^ (s & 1 ? taps : 0);
        if (s !== to || found.has(taps)) continue;
        const kind: Kind = { kind: "lfsr", form: "galois", shift: left ? "left" : "right", taps, steps: 1 };
        const step = stepOf(kind, 16);
        let hits = 0;
        for (let n = 1; n <= 5; n++) {
          const p = (at + n) % before.length;
          if (drawsBetween(step, before[p]!, after[p]!, most) > 0) hits++;
        }
        if (hits < 3) continue;
        found.add(taps);
        yield kind;
      }
    }
  }
}

/** Every three shifts with which a pair is within so many draws. */
export function* searchedXorshift({ width, before, after }: Pairs): Generator<Kind> {
  const mask = maskOf(width);
  const most = width === 16 ? 24 : 48;
  for (const at of starts(before.length)) {
    const [from, to] = [before[at]!, after[at]!];
    for (const left of [true, false])
      for (let a = 1; a < width; a++)
        for (let b = 1; b < width; b++)
          for (let c = 1; c < width; c++) {
            let s = from;
            let k = 0;
            if (left)
              for (; k < most && s !== to; k++) {
                s ^= (s << a) & mask;
                s ^= s >>> b;
                s = (s ^ ((s << c) & mask)) >>> 0;
              }
            else
              for (; k < most && s !== to; k++) {
                s = (s ^ (s >>> a)) >>> 0;
                s = (s ^ ((s << b) & mask)) >>> 0;
                s = (s ^ (s >>> c)) >>> 0;
              }
            if (s >>> 0 !== to) continue;
            const kind: Kind = { kind: "xorshift", shifts: left ? [a, -b, c] : [-a, b, -c] };
            const step = stepOf(kind, width);
            const p = (at + 1) % before.length;
            const q = (at + 2) % before.length;
            if (
              width === 32 ||
              (drawsBetween(step, before[p]!, after[p]!, most) > 0 &&
                drawsBetween(step, before[q]!, after[q]!, most) > 0)
            )
              yield kind;
          }
  }
}

function starts(length: number): number[] {
  return Array.from({ length: Math.min(STARTS, length) }, (_, i) => Math.floor(((i + 0.5) * length) / STARTS)).filter(
    (at) => at < length,
  );
}

/** Of an odd number, modulo 2^32 (Newton). */
export function inverse(odd: number): number {
  let x = odd;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x >>> 0;
}
