import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkedProfile, parseProfile } from "../../src/watch/profile.ts";
import type { RngSpec } from "../../src/watch/restores.ts";
import { Rng } from "../../src/watch/rng.ts";

function spec(type: RngSpec["type"], algorithm: unknown, endian: "little" | "big" = "little"): RngSpec {
  const rng = [{ name: "seed", region: "ram", address: 0, type, endian, algorithm }];
  return checkedProfile("test", { game: "g", fingerprint: { regions: ["ram"] }, rng }).rng[0]!;
}

function drawn(rng: RngSpec, state: readonly number[], draws: number): number[] {
  const bytes = Uint8Array.from([9, ...state, 9]);
  new Rng(rng, "big").advance(bytes, 1, draws, bytes, 1);
  expect([bytes[0], bytes.at(-1)]).toEqual([9, 9]);
  return [...bytes.subarray(1, -1)];
}

const le = (n: number | bigint, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Number((BigInt(n) >> BigInt(8 * i)) & 0xffn));

describe("a random number generator", () => {
  it("goes on as its algorithm does, in every width", () => {
    // Melee's and many others': x * 214013 + 2531011.
    expect(drawn(spec("u32", { kind: "lcg", multiply: 214013, add: 2531011 }), le(1, 4), 1)).toEqual(le(2745024, 4));
    // Knuth's MMIX: constants that no double holds.
    const mmix = { kind: "lcg", multiply: "0x5851F42D4C957F2D", add: "0x14057B7EF767814F" };
    const after = BigInt.asUintN(64, 1n * 0x5851f42d4c957f2dn + 0x14057b7ef767814fn);
    expect(drawn(spec("u64", mmix), le(1, 8), 1)).toEqual(le(after, 8));
    // Marsaglia's xorshift32 and xorshift64, first outputs for seed 1.
    expect(drawn(spec("u32", { kind: "xorshift", shifts: [13, -17, 5] }), le(1, 4), 1)).toEqual(le(270369, 4));
    expect(drawn(spec("u64", { kind: "xorshift", shifts: [13, -7, 17] }), le(1, 8), 1)).toEqual(le(1082269761n, 8));
    // The textbook's 16-bit Fibonacci LFSR (taps 16, 14, 13, 11): from 0xACE1 the first new bit is 0.
    const fibonacci = { kind: "lfsr", form: "fibonacci", shift: "right", taps: 0x2d };
    expect(drawn(spec("u16", fibonacci), le(0xace1, 2), 1)).toEqual(le(0x5670, 2));
    expect(drawn(spec("u16", fibonacci), le(0xace1, 2), 65535)).toEqual(le(0xace1, 2));
    const galois = { kind: "lfsr", form: "galois", shift: "right", taps: 0xb400 };
    expect(drawn(spec("u16", galois), le(0xace1, 2), 1)).toEqual(le(0xe270, 2));
    expect(drawn(spec("u16", { ...galois, steps: 5 }), le(0xace1, 2), 13107)).toEqual(le(0xace1, 2));
    expect(drawn(spec("u8", { kind: "table", length: 250, step: 7 }), [245], 1)).toEqual([2]);
  });

  const algorithms = fc.oneof(
    fc.record({ kind: fc.constant("lcg"), multiply: fc.nat(), add: fc.nat() }),
    fc.record({
      kind: fc.constant("lfsr"),
      form: fc.constantFrom("galois", "fibonacci"),
      shift: fc.constantFrom("left", "right"),
      taps: fc.nat(),
      steps: fc.integer({ min: 1, max: 9 }),
    }),
    fc.record({
      kind: fc.constant("xorshift"),
      shifts: fc.array(
        fc.integer({ min: -7, max: 7 }).filter((s) => s !== 0),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({ kind: fc.constant("table"), length: fc.integer({ min: 1, max: 250 }) }),
  );

  it("counts draws as they were made, and says where no count leads", () => {
    fc.assert(
      fc.property(
        algorithms,
        fc.constantFrom("u8", "u16", "u32", "u64"),
        fc.constantFrom("little", "big"),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        fc.integer({ min: 0, max: 60 }),
        (algorithm, type, endian, state, draws) => {
          const rng = new Rng(spec(type as RngSpec["type"], algorithm, endian as "little"), "little");
          const after = state.slice();
          rng.advance(state, 0, draws, after, 0);
          const counted = rng.calls(state, 0, after, 0, 60);
          // A short cycle may lead there sooner.
          expect(counted).toBeGreaterThanOrEqual(0);
          expect(counted).toBeLessThanOrEqual(draws);
          const again = state.slice();
          rng.advance(state, 0, counted, again, 0);
          expect(again).toEqual(after);
          expect(rng.calls(state, 0, after, 0, counted - 1)).toBe(-1);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("is refused when its algorithm makes no sense", () => {
    const parse = (algorithm: unknown) =>
      parseProfile(
        "game.json",
        JSON.stringify({
          game: "g",
          fingerprint: { regions: ["ram"] },
          rng: [{ name: "seed", region: "ram", address: 0, type: "u32", algorithm }],
        }),
      );
    expect(() => parse({ kind: "lcg", multiply: "41c64e6d", add: 1 })).toThrow(
      /^game\.json: rng\.0\.algorithm\.multiply/,
    );
    expect(() => parse({ kind: "mersenne" })).toThrow(/^game\.json: rng\.0\.algorithm/);
    expect(() => parse({ kind: "xorshift", shifts: [] })).toThrow(/shifts/);
  });
});
