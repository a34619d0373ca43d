import type { Algorithm } from "../watch/restores.ts";

// Families of random number generators, each found from pairs of states some unknown number of draws apart.

/** Generators that profiles have, and two more that have no count of draws there. */
export type Kind =
  | Algorithm
  | { readonly kind: "mwc"; readonly multiply: number; readonly carry: "high" | "low" }
  | { readonly kind: "lehmer"; readonly multiply: number; readonly modulus: number };

/** States before and after a frame in which something was drawn, unsigned, `width` bits. */
export interface Pairs {
  readonly width: 8 | 16 | 32;
  readonly before: Uint32Array;
  readonly after: Uint32Array;
  /** 1 where `after` of this pair is `before` of the next. */
  readonly joined: Uint8Array;
}

export type Step = (state: number) => number;

export const maskOf = (width: number): number => 0xffffffff >>> (32 - width);

/** Goes on by one draw. */
export function stepOf(kind: Kind, width: number): Step {
  const mask = maskOf(width);
  switch (kind.kind) {
    case "lcg": {
      const [a, c] = [Number(kind.multiply), Number(kind.add)];
      return (s) => ((Math.imul(s, a) + c) & mask) >>> 0;
    }
    case "lehmer": {
      const { multiply, modulus } = kind;
      return (s) => (s * multiply) % modulus; // below 2^48: exact
    }
    case "mwc": {
      const { multiply, carry } = kind;
      if (carry === "high") return (s) => ((s & 0xffff) * multiply + (s >>> 16)) >>> 0;
      return (s) => {
        const t = (s >>> 16) * multiply + (s & 0xffff);
        return ((t << 16) | (Math.floor(t / 65536) & 0xffff)) >>> 0;
      };
    }
    case "xorshift": {
      const [x = 0, y = 0, z = 0] = kind.shifts;
      const sh = (s: number, n: number): number => (n > 0 ? (s ^ (s << n)) & mask : s ^ (s >>> -n)) >>> 0;
      return (s) => sh(sh(sh(s, x), y), z);
    }
    case "lfsr": {
      const taps = Number(kind.taps);
      const { steps } = kind;
      const one = shiftOf(kind.form, kind.shift, taps, width);
      if (steps === 1) return one;
      return (s) => {
        let x = s;
        for (let i = 0; i < steps; i++) x = one(x);
        return x;
      };
    }
    case "table":
      return (s) => (s + kind.step) % kind.length;
  }
}

function shiftOf(form: "galois" | "fibonacci", shift: "left" | "right", taps: number, width: number): Step {
  const mask = maskOf(width);
  const top = width - 1;
  if (form === "galois")
    return shift === "left"
      ? (s) => (((s << 1) & mask) ^ ((s >>> top) & 1 ? taps : 0)) >>> 0
      : (s) => ((s >>> 1) ^ (s & 1 ? taps : 0)) >>> 0;
  return shift === "left"
    ? (s) => (((s << 1) & mask) | parity(s & taps)) >>> 0
    : (s) => ((s >>> 1) | (parity(s & taps) << top)) >>> 0;
}

export function parity(word: number): number {
  let x = word ^ (word >>> 16);
  x ^= x >>> 8;
  x ^= x >>> 4;
  return (0x6996 >>> (x & 15)) & 1;
}

/** Draws from one state to another, or -1 beyond `most`. */
export function drawsBetween(step: Step, from: number, to: number, most: number): number {
  let s = from;
  for (let k = 1; k <= most; k++) {
    s = step(s);
    if (s === to) return k;
    if (s === from) return -1;
  }
  return -1;
}
