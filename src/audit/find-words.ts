import type { Kind } from "./find-generators.ts";

const hex = (n: number | string): string => `0x${Number(n).toString(16)}`;

/** A generator in words and in C, for people. */
export function describeKind(kind: Kind, type: string): string {
  switch (kind.kind) {
    case "lcg":
      return `LCG, s = s * ${hex(kind.multiply)} + ${hex(kind.add)} (${type})`;
    case "mwc":
      return `multiply-with-carry, x = ${kind.multiply} * x + carry, the carry in the ${kind.carry} half`;
    case "lehmer":
      return `Lehmer, s = s * ${kind.multiply} mod ${hex(kind.modulus)}`;
    case "xorshift":
      return `xorshift ${kind.shifts.map((s) => (s > 0 ? `<< ${s}` : `>> ${-s}`)).join(", ")}`;
    case "table":
      return `walks a table of ${kind.length}, by ${kind.step}`;
    case "lfsr": {
      const each = kind.steps === 1 ? "" : `, ${kind.steps} shifts a draw`;
      return `LFSR, ${kind.form}, shifts ${kind.shift}, taps ${hex(kind.taps)}${each}`;
    }
  }
}
