import fc from "fast-check";
import { expect } from "vitest";
import { Problem } from "../../src/problem.ts";

/** What goes wrong with files: bytes change, a part is lost, doubled or cut off, a size becomes huge. */
export const mutation = (size: number): fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> =>
  fc.oneof(
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((flips) => (bytes: Uint8Array) => {
      const out = bytes.slice();
      for (const [at, value] of flips) out[at % out.length] = value;
      return out;
    }),
    fc.tuple(fc.nat(Math.min(size, 512)), fc.constantFrom(0xffffffff, 0x7fffffff, 0x80000000, 0, 0x10000)).map(([at, value]) => (bytes: Uint8Array) => {
      const out = bytes.slice();
      if (at + 4 <= out.length) new DataView(out.buffer).setUint32(at, value, true);
      return out;
    }),
    fc.nat(size).map((end) => (bytes: Uint8Array) => bytes.slice(0, end)),
    fc.tuple(fc.nat(size), fc.nat(64)).map(([at, count]) => (bytes: Uint8Array) =>
      Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + count)]),
    ),
    fc.tuple(fc.nat(size), fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([at, more]) => (bytes: Uint8Array) =>
      Uint8Array.from([...bytes.subarray(0, at), ...more, ...bytes.subarray(at)]),
    ),
  ); // biome-ignore format: a list of faults

/** Runs it; anything but a Problem of one line is thrown on. */
export function onlyProblems<T>(run: () => T): T | Problem {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.message).not.toContain("\n");
    expect(error.message.length).toBeLessThan(400);
    return error;
  }
}
