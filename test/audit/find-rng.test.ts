import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { whoDraws } from "../../src/audit/find-draws.ts";
import { generatorOf } from "../../src/audit/find-foretell.ts";
import { drawsBetween, type Kind, stepOf } from "../../src/audit/find-generators.ts";
import { tableOf } from "../../src/audit/find-indexes.ts";
import { findRng, rngSpec } from "../../src/audit/find-rng.ts";
import { loadMovie } from "../../src/cli/options.ts";

const game = (name: string): string => fileURLToPath(new URL(`../../games/${name}`, import.meta.url));

/** States of so many frames, each some draws after the one before, and the generator's state 40 draws further. */
function run(kind: Kind, width: 8 | 16 | 32, seed: number, draws: (frame: number) => number, frames = 500) {
  const step = stepOf(kind, width);
  const states = new Uint32Array(frames + 1);
  let s = seed;
  for (let frame = 1; frame <= frames; frame++) {
    for (let n = draws(frame); n > 0; n--) s = step(s);
    states[frame] = s;
  }
  return states;
}

/** Nobody knows how often a frame draws: 0 to 3 times. */
const uneven = (frame: number): number => (Math.imul(frame, 0x9e3779b1) >>> 29) & 3;

/** What was found goes on as the game does, beyond the frames that it was found from. */
function expectForetold(kind: Kind, width: 8 | 16 | 32, seed: number): void {
  const states = run(kind, width, seed, uneven, 600);
  const found = generatorOf(states.subarray(0, 500), width);
  expect(found, JSON.stringify(kind)).toBeDefined();
  const step = stepOf(found!, width);
  for (let frame = 501; frame <= 600; frame++)
    if (states[frame] !== states[frame - 1])
      expect(drawsBetween(step, states[frame - 1]!, states[frame]!, 64)).toBeGreaterThan(0);
}

const odd = (max: number): fc.Arbitrary<number> => fc.nat({ max: max >> 1 }).map((n) => (n * 2 + 1) >>> 0);
const word = fc.integer({ min: 0x1234, max: 0x7fffffff });

describe("generators of every family are found from states some draws apart, and go on as the game does", () => {
  test("LCG of 32 bits with constants that nobody knows", () => {
    const constants = fc.record({ multiply: fc.integer({ min: 0x10001, max: 0x0fffffff }), add: odd(0x7fffffff) });
    fc.assert(
      fc.property(constants, word, ({ multiply, add }, seed) =>
        expectForetold({ kind: "lcg", multiply: ((multiply & ~7) | 5) >>> 0, add }, 32, seed),
      ),
      { numRuns: 6 },
    );
  });
  test("LCG of 16 bits, drawn from in threes and sixes", () => {
    const states = run({ kind: "lcg", multiply: 261, add: 13849 }, 16, 7, (frame) => (frame % 5 ? 6 : 3));
    expect(generatorOf(states, 16)).toEqual({ kind: "lcg", multiply: 261, add: 13849 });
  });
  test.each([16, 32] as const)("LFSR of %i bits, with any taps", (width) => {
    const taps = fc.integer({ min: 3, max: width === 16 ? 0xffff : 0x7fffffff });
    fc.assert(
      fc.property(taps, fc.boolean(), word, (taps, left, seed) => {
        const last = left ? 1 : width === 16 ? 0x8000 : 0x80000000;
        const kind: Kind = {
          kind: "lfsr",
          form: "galois",
          shift: left ? "left" : "right",
          taps: (taps | last | 6) >>> 0,
          steps: 1,
        };
        const start = width === 16 ? seed & 0xffff : seed;
        // Some taps come round after a few dozen draws: too few states to tell it from a counter.
        const step = stepOf(kind, width);
        fc.pre(drawsBetween(step, step(start), start, 600) <= 0);
        expectForetold(kind, width, start);
      }),
      { numRuns: 4 },
    );
  });
  test.each([
    ["an LFSR of eight shifts a draw", { kind: "lfsr", form: "galois", shift: "left", taps: 0x1021, steps: 8 }, 16],
    ["a Fibonacci LFSR", { kind: "lfsr", form: "fibonacci", shift: "right", taps: 0x002d, steps: 1 }, 16],
    ["xorshift", { kind: "xorshift", shifts: [13, -17, 5] }, 32],
    ["xorshift of 16 bits", { kind: "xorshift", shifts: [7, -9, 8] }, 16],
    ["multiply-with-carry", { kind: "mwc", multiply: 36969, carry: "high" }, 32],
    ["multiply-with-carry of another multiplier", { kind: "mwc", multiply: 60123, carry: "low" }, 32],
    ["Lehmer's", { kind: "lehmer", multiply: 48271, modulus: 0x7fffffff }, 32],
    ["an LCG of 8 bits", { kind: "lcg", multiply: 5, add: 77 }, 8],
  ] as [string, Kind, 8 | 16 | 32][])("%s", (_, kind, width) => {
    // Of eight bits there are 256 states: a game that draws once a frame shows them all.
    if (width !== 8) expectForetold(kind, width, 0x1d2c);
    else
      expect(
        generatorOf(
          run(kind, width, 3, () => 1),
          width,
        ),
      ).toEqual(kind);
  });
});

test("counters, positions, what is stirred by the pads and noise are called no generator", () => {
  const states = (f: (frame: number) => number): Uint32Array => Uint32Array.from({ length: 500 }, (_, i) => f(i) >>> 0);
  const hash = (n: number): number => {
    const x = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d);
    return Math.imul(x ^ (x >>> 12), 0x297a2d39) >>> 3;
  };
  let stirred = 1;
  const others = {
    counter: states((i) => i * 3),
    "counter of large steps": states((i) => Math.imul(i, 0x10305)),
    position: states((i) => 30000 + 20000 * Math.sin(i / 40)),
    rotation: states((i) => (1 << (i & 31)) | (0xff00 >>> (i & 15))),
    "two counters in one word": states((i) => (i << 16) | ((i * 7) & 0xffff)),
    noise: states((i) => hash(i * 77 + 1)),
    stirred: states((i) => (stirred = Math.imul(stirred, 1664525) + (hash(i) & 0xffff))),
  };
  for (const [name, run] of Object.entries(others))
    for (const width of [8, 16, 32] as const) {
      const cut = run.map((s) => s & (0xffffffff >>> (32 - width)));
      expect(generatorOf(cut, width), `${name} of ${width} bits`).toBeUndefined();
    }
});

describe("the index of a table of numbers", () => {
  const events = Array.from({ length: 60 }, (_, n) => 20 + n * 37 + ((n * n * 7) % 31));
  const walked = (length: number, by: (n: number) => number, when = events): Uint32Array => {
    const states = new Uint32Array(3000);
    let [at, n] = [0, 0];
    for (let frame = 0; frame < states.length; frame++) {
      if (frame === when[n]) at = (at + by(n++)) % length;
      states[frame] = at;
    }
    return states;
  };

  test("is a byte that goes on by a few now and then, and wraps", () => {
    expect(tableOf([walked(50, (n) => 1 + (n % 2))])).toBe(50);
    expect(tableOf([walked(31, () => 1)])).toBe(31);
  });
  test.each([
    [
      "a clock, which is regular",
      [
        walked(
          50,
          () => 1,
          events.map((_, n) => 20 + n * 40),
        ),
      ],
    ],
    ["an animation of a few pictures", [walked(6, () => 1)]],
    ["what never wraps", [walked(250, () => 1)]],
    ["what goes back and forth", [walked(200, (n) => (n % 2 ? 197 : 4))]],
    ["a value that is set to this and that", [walked(199, (n) => (n * 83) % 199)]],
  ])("is not %s", (_, runs) => {
    expect(tableOf(runs)).toBeUndefined();
  });
});

test("in a game it is found where its source says, with what draws from it", async () => {
  const { movie } = await loadMovie(game("gleam/classic.isr"));
  const play = { rom: game("gleam/gleam.nes"), core: "jsnes", settings: {}, movie };
  const found = await findRng([play], { frames: 900 });
  expect(found).toMatchObject([
    {
      region: "ram",
      address: 0x28,
      type: "u16",
      endian: "little",
      kind: { kind: "lfsr", form: "galois", shift: "left", taps: 0x39, steps: 8 },
    },
  ]);
  const [rng] = found;
  expect(rng!.heldOut.explained).toBe(rng!.heldOut.changed);
  expect(rngSpec(rng!, 0)).toMatchObject({ name: "random", algorithm: rng!.kind });
  const draws = await whoDraws(play, rng!, rng!.first.frame, rng!.first.frame + 20);
  // The routine of boot.s that shifts; two instructions of it write the state.
  expect(Object.keys(draws!.writers)).toEqual(["$89bc", "$89c5"]);
  expect(Object.keys(draws!.callers).length).toBeGreaterThan(0);
}, 120_000);
