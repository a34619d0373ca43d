import fc from "fast-check";
import { deflateSync } from "fflate";
import { describe, expect, it } from "vitest";
import { applyPatch, makePatch } from "../../src/history/pages.ts";

/** States as cores have them: mostly equal bytes, a few runs that are not, any alignment in their buffer. */
const state = fc
  .record({
    size: fc.integer({ min: 0, max: 40_000 }),
    fill: fc.constantFrom(0, 0xff, 0x5a),
    offset: fc.integer({ min: 0, max: 7 }),
    runs: fc.array(fc.tuple(fc.nat(40_000), fc.uint8Array({ maxLength: 300 })), { maxLength: 8 }),
  })
  .map(({ size, fill, offset, runs }) => {
    const bytes = new Uint8Array(size + offset).fill(fill).subarray(offset);
    for (const [at, run] of runs) bytes.set(run.subarray(0, Math.max(0, size - at)), Math.min(at, size));
    return bytes;
  });

describe("patches of states", () => {
  it("make the state again, of a base of any size or of none", () => {
    fc.assert(
      fc.property(fc.option(state, { nil: undefined }), state, (base, next) => {
        expect(Buffer.compare(applyPatch(base, makePatch(base, next), next.length), next)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it("are the same where the host compares without Buffer", () => {
    fc.assert(
      fc.property(state, state, (base, next) => {
        const patch = makePatch(base, next);
        const { Buffer } = globalThis;
        try {
          // @ts-expect-error: as in a browser
          globalThis.Buffer = undefined;
          expect(makePatch(base, next)).toEqual(patch);
        } finally {
          globalThis.Buffer = Buffer;
        }
      }),
    );
  });

  it("of a state that changed in few places are small", () => {
    const base = Uint8Array.from({ length: 400_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
    const next = base.slice();
    for (let at = 5; at < next.length; at += 20_000) next[at]! ^= 0x80;
    expect(makePatch(base, next).length).toBeLessThan(500);
    expect(makePatch(base, base).length).toBeLessThan(30);
  });

  it("that are damaged or hostile end in a RangeError or some state of that size, never in more memory", () => {
    const base = new Uint8Array(30_000).fill(7);
    const next = base.slice().fill(9, 1000, 3000);
    const patch = makePatch(base, next);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(patch.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
        fc.nat(patch.length),
        fc.nat(70_000),
        (flips, cut, size) => {
          const bad = patch.slice(0, cut);
          for (const [at, by] of flips) if (at < cut) bad[at]! ^= by;
          try {
            const made = applyPatch(base, bad, size);
            expect(made.length).toBe(size);
            expect(made.buffer.byteLength).toBeLessThanOrEqual(size + size / 128 + 64);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(5000), (bytes, size) => {
        try {
          expect(applyPatch(undefined, bytes, size).length).toBe(size);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  it("that inflate to more than they say are refused or cut, not followed", () => {
    const bomb = deflateSync(new Uint8Array(50 << 20));
    const patch = new Uint8Array(5 + bomb.length);
    patch[0] = 8;
    new DataView(patch.buffer).setUint32(1, 1, true);
    patch.set(bomb, 5);
    const before = process.memoryUsage().arrayBuffers;
    expect(applyPatch(undefined, patch, 256).length).toBe(256);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });
});
