import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Machine } from "../../src/machine/machine.ts";
import { type Probe, type Profile, parseProfile } from "../../src/watch/profile.ts";
import { describeDivergence, equalReading, firstDivergence, newReadings } from "../../src/watch/readings.ts";
import { ReadingsLog } from "../../src/watch/readings-log.ts";
import { fingerprint, Watcher } from "../../src/watch/watcher.ts";

const profileOf = (value: object): Profile => parseProfile("p", JSON.stringify({ game: "g", ...value }));
const probe = (precision: unknown): Probe =>
  profileOf({ probes: [{ name: "x", region: "ram", address: 0, type: "f32", precision }] }).probes[0]!;

/** Enough of a machine for what only looks at memory. */
function memoryOf(bytes: Uint8Array, base = 0): Machine {
  const region = { name: "ram", base, size: bytes.length, bytes, endian: "little" as const };
  return { memory: [region], frame: 0, polls: 0, audio: { samples: new Int16Array(0) } } as unknown as Machine;
}

describe("precision", () => {
  it("exact parts any two numbers, and holds NaN equal to itself", () => {
    expect(equalReading(probe("exact"), 1, 1 + Number.EPSILON)).toBe(false);
    expect(equalReading(probe("exact"), Number.NaN, Number.NaN)).toBe(true);
    expect(equalReading(probe("exact"), 0, -0)).toBe(true);
  });
  it("a step allows that much, and no more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: -200, max: 200 }),
        (value, step, by) => {
          expect(equalReading(probe({ step }), value, value + by)).toBe(Math.abs(by) <= step);
        },
      ),
    );
  });
  it("decimals compare as printed numbers do", () => {
    expect(equalReading(probe({ decimals: 2 }), 1.234, 1.2299)).toBe(true);
    expect(equalReading(probe({ decimals: 2 }), 1.234, 1.236)).toBe(false);
  });
});

describe("the watcher", () => {
  it("reads each type at its bus address, in either byte order, scaled", () => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setInt16(0, -300, true);
    view.setUint32(4, 0xdeadbeef, false);
    view.setFloat32(8, 1.5, true);
    const profile = profileOf({
      probes: [
        { name: "a", region: "ram", address: 0x100, type: "s16", scale: 0.5 },
        { name: "b", region: "ram", address: 0x104, type: "u32", endian: "big" },
        { name: "c", region: "ram", address: 0x108, type: "f32" },
      ],
    });
    const readings = newReadings(profile, 0, 1);
    new Watcher(profile, memoryOf(bytes, 0x100)).read(readings, 0);
    expect([...readings.values]).toEqual([-150, 0xdeadbeef, 1.5]);
  });

  it("a fingerprint changes with every byte that is not masked, and with no other", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.nat(63), (bytes, at) => {
        const profile = profileOf({
          fingerprint: {
            regions: ["ram"],
            mask: [
              { region: "ram", from: 8, length: 8 },
              { region: "ram", from: 40, length: 24 },
            ],
          },
        });
        const watcher = new Watcher(profile, memoryOf(bytes));
        const before = watcher.fingerprint();
        bytes[at]! ^= 1;
        const masked = (at >= 8 && at < 16) || at >= 40;
        expect(watcher.fingerprint() === before).toBe(masked);
      }),
    );
  });

  it("fingerprints are XXH64", () => {
    expect(fingerprint(new TextEncoder().encode("abc")).toString(16)).toBe("44bc2cf5ad770999");
  });
});

describe("divergence", () => {
  const profile = profileOf({
    probes: [{ name: "x", region: "ram", address: 0, type: "u8" }],
    fingerprint: { regions: ["ram"] },
  });
  const flat = (first: number, count: number) => newReadings(profile, first, count);

  it("is the first frame that differs, wherever the batches begin", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(40), (first, other, at) => {
        const expected = flat(first, 20);
        const actual = flat(other, 20);
        if (at >= first && at < first + 20) expected.values[at - first] = 1;
        const both = at >= Math.max(first, other) && at < Math.min(first, other) + 20;
        expect(firstDivergence(profile, expected, actual)?.frame).toBe(both ? at : undefined);
      }),
    );
  });

  it("is not looked for before the profile's first frame", () => {
    const later = { ...profile, from: 9 };
    const parted = flat(5, 10);
    parted.values.fill(1);
    expect(firstDivergence(later, flat(5, 10), parted)?.frame).toBe(9);
  });

  it("tells expected and actual values", () => {
    const expected = flat(7, 1);
    const actual = flat(7, 1);
    actual.values[0] = 5;
    actual.prints[0] = 0xabcn;
    const divergence = firstDivergence(profile, expected, actual)!;
    expect(divergence).toEqual({
      frame: 7,
      probes: [{ name: "x", expected: 0, actual: 5 }],
      fingerprint: { expected: "0000000000000000", actual: "0000000000000abc" },
    });
    expect(describeDivergence(divergence)).toBe("x is 5, should be 0");
  });
});

describe("a log of readings", () => {
  it("is the same however it was cut into batches that overlap", () => {
    const profile = profileOf({
      probes: [{ name: "x", region: "ram", address: 0, type: "u8" }],
      fingerprint: { regions: ["ram"] },
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(5)), { minLength: 1, maxLength: 12 }),
        (batches) => {
          const log = new ReadingsLog(profile, 200);
          for (const [count, back] of batches) {
            const first = Math.max(0, log.length - back);
            const readings = newReadings(profile, first, count);
            for (let row = 0; row < count; row++) {
              readings.values[row] = (first + row) * 3;
              readings.prints[row] = BigInt(first + row);
              readings.polls[row] = 2;
            }
            log.append(readings);
          }
          const all = log.slice(0, log.length);
          expect([...all.values]).toEqual(Array.from({ length: log.length }, (_, frame) => frame * 3));
          expect([...log.probe(0)]).toEqual([...all.values]);
          expect(log.pollsBefore(log.length - 1)).toBe(2 * (log.length - 1));
          expect(() => log.append(newReadings(profile, log.length + 1, 1))).toThrow(RangeError);
        },
      ),
    );
  });
});
