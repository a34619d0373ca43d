import { describe, expect, it } from "vitest";
import { placeOf, Trace } from "../../src/audit/find-trace.ts";
import { valuesIn } from "../../src/audit/find-values.ts";

const [ROWS, SIZE] = [60, 0x20000];

/** What words of a region at `base` come to be when `at` says what each of them holds in each frame. */
function valuesOf(base: number, swap: 0 | 3, at: readonly ((row: number) => number)[]) {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  const order = swap ? ({ endian: "big", swap } as const) : ({ endian: "little" } as const);
  const region = { name: "ram", base, size: SIZE, bytes, ...order };
  const traced = new Trace([at.map((_, w) => w * 4)], ROWS);
  for (let row = 1; row < ROWS; row++) {
    // A host's own words, whatever order the console's bytes have.
    for (const [w, word] of at.entries()) view.setUint32(w * 4, word(row) >>> 0, true);
    traced.take([region], row);
  }
  return [...valuesIn([placeOf(region)], traced)];
}

describe("a word that changes", () => {
  const turn =
    (...all: number[]) =>
    (row: number) =>
      all[row % all.length]!;

  it.each([
    ["of a Game Boy Advance or DS", 0x02000000, 0],
    ["of a Nintendo 64", 0x80000000, 3],
  ] as const)("is a pointer where it is always an address in memory or null: %s", (_, base, swap) => {
    const values = valuesOf(base, swap, [
      turn(base + 0x100, base + 0x1f00, base + 0x80),
      turn(0, base + 0x1fffe),
      turn(base + 0x100, base + SIZE),
      turn(base + 0x101, base + 0x200),
      turn(0, 0, 0x1000000),
      (row) => row * 0x400000,
    ]);
    expect(values.filter(({ points }) => points).map(({ address }) => address - base)).toEqual([0, 4]);
    expect(values.length).toBeGreaterThan(4);
  });

  it("is a pointer too where a Nintendo 64's memory is not cached", () => {
    const [first, ...others] = valuesOf(0x80000000, 3, [turn(0xa0000100, 0x80000200), turn(0xc0000100, 0x80000200)]);
    expect(first!.points).toBe(true);
    expect(others.some(({ points }) => points)).toBe(false);
  });
});
