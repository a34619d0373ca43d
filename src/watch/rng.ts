import { RNG_BYTES } from "./profile.ts";
import type { Algorithm, RngSpec } from "./restores.ts";

type Next<T> = (state: T) => T;

/** A random number generator whose algorithm is known: says how many draws lie between two of its states. */
export class Rng {
  readonly #size: number;
  readonly #little: boolean;
  /** One of them is there: states of 64 bits are BigInts, others unsigned numbers. */
  readonly #next: Next<number> | undefined;
  readonly #nextLong: Next<bigint> | undefined;

  /** Throws a RangeError where the specification names no algorithm. */
  constructor(spec: RngSpec, endian: "little" | "big") {
    if (!spec.algorithm) throw new RangeError(`rng "${spec.name}" has no algorithm`);
    this.#size = RNG_BYTES[spec.type];
    this.#little = (spec.endian ?? endian) === "little";
    if (this.#size === 8) this.#nextLong = nextLong(spec.algorithm);
    else this.#next = nextOf(spec.algorithm, this.#size * 8);
  }

  /** Draws that lead from the state at `before[beforeAt]` to that at `after[afterAt]`; -1 when it takes more than `most`. */
  calls(before: Uint8Array, beforeAt: number, after: Uint8Array, afterAt: number, most: number): number {
    if (this.#nextLong) return draws(this.#nextLong, this.#long(before, beforeAt), this.#long(after, afterAt), most);
    return draws(this.#next!, this.#word(before, beforeAt), this.#word(after, afterAt), most);
  }

  /** Writes to `into[to]` the state that `count` draws make of that at `from[at]`. */
  advance(from: Uint8Array, at: number, count: number, into: Uint8Array, to: number): void {
    const last = this.#size - 1;
    if (this.#nextLong) {
      let long = this.#long(from, at);
      for (let i = 0; i < count; i++) long = this.#nextLong(long);
      for (let i = 0; i <= last; i++, long >>= 8n) into[to + (this.#little ? i : last - i)] = Number(long & 0xffn);
      return;
    }
    let word = this.#word(from, at);
    for (let i = 0; i < count; i++) word = this.#next!(word);
    for (let i = 0; i <= last; i++, word >>>= 8) into[to + (this.#little ? i : last - i)] = word;
  }

  #word(bytes: Uint8Array, at: number): number {
    let word = 0;
    for (let i = 0; i < this.#size; i++) word = (word << 8) | bytes[at + (this.#little ? this.#size - 1 - i : i)]!;
    return word >>> 0;
  }

  #long(bytes: Uint8Array, at: number): bigint {
    return new DataView(bytes.buffer, bytes.byteOffset + at).getBigUint64(0, this.#little);
  }
}

function draws<T>(next: Next<T>, before: T, after: T, most: number): number {
  let state = before;
  for (let count = 0; count <= most; count++, state = next(state)) if (state === after) return count;
  return -1;
}

function nextOf(algorithm: Algorithm, width: number): Next<number> {
  const mask = 0xffffffff >>> (32 - width);
  const word = (constant: number | string): number => Number(BigInt(constant) & BigInt(mask));
  switch (algorithm.kind) {
    case "lcg": {
      const [multiply, add] = [word(algorithm.multiply), word(algorithm.add)];
      return (state) => ((Math.imul(state, multiply) + add) & mask) >>> 0;
    }
    case "lfsr": {
      const { form, shift, steps } = algorithm;
      const taps = word(algorithm.taps);
      const left = shift === "left";
      const top = width - 1;
      return repeated(steps, (state) => {
        const shifted = left ? ((state << 1) & mask) >>> 0 : state >>> 1;
        if (form === "fibonacci") return (shifted | (parity(state & taps) << (left ? 0 : top))) >>> 0;
        return (left ? state >>> top : state & 1) ? (shifted ^ taps) >>> 0 : shifted;
      });
    }
    case "xorshift": {
      const { shifts } = algorithm;
      return (state) => {
        let x = state;
        for (const s of shifts) x = (x ^ (s > 0 ? (x << s) & mask : x >>> -s)) >>> 0;
        return x;
      };
    }
    case "table":
      return (state) => (state + algorithm.step) % algorithm.length;
  }
}

/** The same for 64 bits. */
function nextLong(algorithm: Algorithm): Next<bigint> {
  const word = (constant: number | string | bigint): bigint => BigInt.asUintN(64, BigInt(constant));
  switch (algorithm.kind) {
    case "lcg": {
      const [multiply, add] = [word(algorithm.multiply), word(algorithm.add)];
      return (state) => word(state * multiply + add);
    }
    case "lfsr": {
      const { form, shift, steps } = algorithm;
      const taps = word(algorithm.taps);
      const left = shift === "left";
      return repeated(steps, (state) => {
        const shifted = left ? word(state << 1n) : state >> 1n;
        if (form === "fibonacci") {
          const both = state & taps;
          const bit = BigInt(parity(Number(both & 0xffffffffn) ^ Number(both >> 32n)));
          return shifted | (bit << (left ? 0n : 63n));
        }
        return (left ? state >> 63n : state & 1n) ? shifted ^ taps : shifted;
      });
    }
    case "xorshift": {
      const shifts = algorithm.shifts.map(BigInt);
      return (state) => {
        let x = state;
        for (const s of shifts) x ^= s > 0n ? word(x << s) : x >> -s;
        return x;
      };
    }
    case "table":
      return (state) => (state + BigInt(algorithm.step)) % BigInt(algorithm.length);
  }
}

function repeated<T>(times: number, next: Next<T>): Next<T> {
  if (times === 1) return next;
  return (state) => {
    let s = state;
    for (let i = 0; i < times; i++) s = next(s);
    return s;
  };
}

function parity(word: number): number {
  let x = word;
  for (let shift = 16; shift > 0; shift >>= 1) x ^= x >>> shift;
  return x & 1;
}
