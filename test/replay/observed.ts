import fc from "fast-check";
import { checkedProfile, type Profile } from "../../src/watch/profile.ts";
import { newReadings, type Readings } from "../../src/watch/readings.ts";
import { momentsOf, Tape } from "../../src/watch/tape.ts";

/** A profile with all that a recording can hold. */
export const EVERYTHING: Profile = checkedProfile("everything", {
  game: "Everything",
  fingerprint: { regions: ["ram"] },
  probes: [
    ...["u8", "s8", "u16", "s16", "u32", "s32", "f32", "f64"].map((type, i) => probe(type, type, i * 8)),
    { ...probe("fixed", "s16", 80), scale: 0.00390625 },
    { ...probe("scaled float", "f32", 88), scale: 3 },
  ],
  hooks: [
    { name: "logic", address: "$c000" },
    { name: "draw", address: "$c100" },
  ],
  rng: [
    rng("lcg", "u32", { kind: "lcg", multiply: "0x41c64e6d", add: 12345 }, ["start", "frame"]),
    rng("long", "u64", { kind: "lcg", multiply: "0x5851f42d4c957f2d", add: "0x14057b7ef767814f" }, ["frame"]),
    rng("lfsr", "u16", { kind: "lfsr", form: "galois", shift: "left", taps: "$39", steps: 8 }, ["frame", "logic"]),
    rng("index", "u8", { kind: "table", length: 256 }, ["logic"]),
    rng("unknown", "u16", undefined, ["logic"]),
  ],
  restore: [
    { name: "ring", kind: "pads", region: "ram", address: 256, length: 17, at: ["logic"] },
    { name: "garbage", kind: "garbage", region: "ram", address: 300, length: 3, at: ["start"] },
    { name: "place", kind: "values", region: "ram", address: 400, length: 4, at: ["draw"] },
  ],
  events: [
    {
      name: "steal",
      hook: "logic",
      capture: [{ region: "ram", address: 500, length: 3 }],
      set: [{ region: "ram", address: 510, captured: 0 }],
    },
  ],
  patches: [{ name: "spawns", writes: [{ offset: 16, from: "a9", to: "aa" }] }],
});

function probe(name: string, type: string, address: number) {
  return { name, region: "ram", address, type, endian: "little" };
}

function rng(name: string, type: string, algorithm: unknown, at: string[]) {
  return {
    name,
    region: "ram",
    address: 128,
    type,
    endian: "little",
    ...(algorithm !== undefined && { algorithm }),
    at,
  };
}

/** Some rows from `first` on; `values(row, probe)` may be anything at all. */
export interface Rows {
  readonly readings: Readings;
  readonly tapes: readonly Tape[];
}

const INTEGERS: Readonly<Record<string, { min: number; max: number }>> = {
  u8: { min: 0, max: 255 },
  s8: { min: -128, max: 127 },
  u16: { min: 0, max: 65535 },
  s16: { min: -32768, max: 32767 },
  u32: { min: 0, max: 2 ** 32 - 1 },
  s32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
};

/** What a probe of the profile may read: at rest, in motion, at random, and what no such type holds. */
function column(p: number, count: number): fc.Arbitrary<number[]> {
  const { type, scale } = EVERYTHING.probes[p]!;
  const range = INTEGERS[type];
  const any = range ? fc.integer(range) : type === "f32" ? fc.float() : fc.double();
  const scaled = any.map((value) => value * scale);
  return fc.oneof(
    scaled.map((value) => Array<number>(count).fill(value)),
    fc
      .tuple(scaled, fc.integer({ min: -3, max: 3 }))
      .map(([from, by]) => Array.from({ length: count }, (_, i) => from + i * by * scale)),
    fc.array(scaled, { minLength: count, maxLength: count }),
    fc.array(fc.double(), { minLength: count, maxLength: count }),
  );
}

/** Rows of everything, as a machine might give them. */
export function anyRows(first: number): fc.Arbitrary<Rows> {
  return fc
    .integer({ min: 1, max: 50 })
    .chain((count) =>
      fc
        .tuple(
          fc.tuple(...EVERYTHING.probes.map((_, p) => column(p, count))),
          fc.array(fc.integer({ min: 0, max: 5 }), { minLength: count, maxLength: count }),
          fc.integer(),
          fc.constantFrom(0, 1, 3, 70),
        )
        .map(([columns, polls, seed, busy]) => rowsOf(first, count, columns, polls, seed, busy)),
    );
}

export function rowsOf(
  first: number,
  count: number,
  columns: readonly (readonly number[])[],
  polls: readonly number[],
  seed: number,
  busy: number,
): Rows {
  const readings = newReadings(EVERYTHING, first, count);
  let state = seed | 1;
  const random = (below: number): number => {
    state = Math.imul(state, 0x41c64e6d) + 12345;
    return (state >>> 8) % below;
  };
  const tapes = momentsOf(EVERYTHING).map((moment) => new Tape(moment, first));
  for (let row = 0; row < count; row++) {
    for (const [p, values] of columns.entries()) readings.values[row * columns.length + p] = values[row]!;
    readings.prints[row] = (BigInt(random(2 ** 24)) << 40n) | BigInt(random(2 ** 24));
    readings.polls[row] = polls[row]!;
    for (const tape of tapes) {
      const { name, size } = tape.moment;
      const times =
        first + row === 0 ? 0 : name === "frame" ? 1 : name === "start" ? Number(first + row === 1) : random(busy + 1);
      for (let n = 0; n < times; n++) {
        const to = tape.add();
        // Mostly as before, with draws and changes in between.
        if (to >= size) tape.bytes.copyWithin(to, to - size, to);
        for (let change = random(4); change > 0; change--) tape.bytes[to + random(size)] = random(256);
        const first32 = new DataView(tape.bytes.buffer, tape.bytes.byteOffset + to);
        if (name === "frame")
          first32.setUint32(0, (Math.imul(first32.getUint32(0, true), 0x41c64e6d) + 12345) >>> 0, true);
      }
      tape.endFrame();
    }
  }
  return { readings, tapes };
}

/** All that rows say, as plain values that can be compared. */
export function said({ readings, tapes }: Rows, first = readings.first, count = readings.count) {
  return {
    values: [...readings.values],
    prints: [...readings.prints],
    polls: [...readings.polls],
    tapes: tapes.map((tape) =>
      Array.from({ length: count }, (_, row) =>
        Array.from({ length: tape.times(first + row) }, (_, n) => {
          const at = tape.at(first + row, n);
          return Buffer.from(tape.bytes.slice(at, at + tape.moment.size)).toString("hex");
        }),
      ),
    ),
  };
}
