import { describe, expect, it } from "vitest";
import { type Layout, matricesIn } from "../../src/audit/find-matrices.ts";
import type { Place } from "../../src/audit/find-trace.ts";

const SIZE = 0x4000;
const MOMENTS = [0, 1, 3, 10, 30, 90, 200];

/** The rotation of a moment: a turn about two axes, made twice as large. */
function rotation(moment: number): number[] {
  const [a, b] = [0.3 + moment * 0.11, 0.7 - moment * 0.05];
  const [sa, ca, sb, cb] = [Math.sin(a), Math.cos(a), Math.sin(b), Math.cos(b)];
  return [ca, sa * sb, sa * cb, 0, cb, -sb, -sa, ca * sb, ca * cb].map((x) => 2 * x);
}

/** Memory at each moment, with bytes as the console orders them put in by `fill`. */
function copies(swap: 0 | 3, fill: (view: DataView, moment: number) => void): Uint8Array[] {
  return MOMENTS.map((moment) => {
    const view = new DataView(new ArrayBuffer(SIZE));
    fill(view, moment);
    const bytes = new Uint8Array(view.buffer);
    return bytes.map((_, i) => bytes[i ^ swap]!);
  });
}

const place = (swap: 0 | 3): Place => ({
  name: "main",
  base: 0x2000000,
  size: SIZE,
  endian: swap ? "big" : "little",
  swap,
});

describe("a rotation in memory", () => {
  it.each([
    ["f32", 4, 0],
    ["f32", 3, 3],
    ["s32", 3, 0],
    ["s32", 4, 3],
    ["s16", 3, 0],
    ["s16", 4, 3],
    ["halves", 4, 3],
  ] as [Layout, 3 | 4, 0 | 3][])("is found as %s in rows of %i, with word order %i", (layout, columns, swap) => {
    const little = swap === 0;
    const all = copies(swap, (view, moment) => {
      for (const [i, x] of rotation(moment).entries()) {
        const n = Math.floor(i / 3) * columns + (i % 3);
        const fixed = Math.round(x * 65536);
        if (layout === "f32") view.setFloat32(0x1230 + 4 * n, x, little);
        if (layout === "s32") view.setInt32(0x1230 + 4 * n, Math.round(x * 4096), little);
        if (layout === "s16") view.setInt16(0x1230 + 2 * n, Math.round(x * 4096), little);
        if (layout === "halves") {
          view.setInt16(0x1230 + 2 * n, fixed >> 16, little);
          view.setUint16(0x1250 + 2 * n, fixed & 0xffff, little);
        }
      }
    });
    expect(matricesIn(place(swap), all)).toMatchObject([{ region: "main", address: 0x2001230, layout, columns }]);
  });

  it("is not what does not turn, what leans, and noise", () => {
    const still = copies(0, (view) => {
      for (const [i, x] of rotation(7).entries()) view.setFloat32(0x100 + 4 * i, x, true);
    });
    const scaled = copies(0, (view, moment) => {
      for (let i = 0; i < 3; i++) view.setFloat32(0x100 + 16 * i, 1 + moment, true);
    });
    const leaning = copies(0, (view, moment) => {
      for (const [i, x] of rotation(moment).entries()) view.setFloat32(0x100 + 4 * i, i < 3 ? x : x + 0.2, true);
    });
    let seed = 1;
    const noise = copies(0, (view) => {
      for (let at = 0; at < SIZE; at += 4) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        view.setUint32(at, seed);
      }
    });
    for (const all of [still, scaled, leaning, noise]) expect(matricesIn(place(0), all)).toEqual([]);
  });
});
