import type { Place } from "./find-trace.ts";

/** How a matrix's numbers lie in memory; "halves": the Nintendo 64's, 16 whole parts and then 16 fractions. */
export type Layout = "f32" | "s32" | "s16" | "halves";

/** A rotation in memory, which may also make larger and move: three rows at right angles and of one length. */
export interface Matrix {
  readonly region: string;
  readonly address: number;
  /** Bytes of its three rows, and of the fractions where they lie apart. */
  readonly bytes: number;
  readonly layout: Layout;
  /** Numbers from one row to the next: 3 or 4. */
  readonly columns: 3 | 4;
}

/** By how much of their length rows may differ, and lean towards each other. */
const EXACT = 0.004;
/** A matrix along the axes, such as the one that does nothing, proves nothing: two rows at least have another number of this part of their length. */
const TURNED = 0.01;
/** Moments of those looked at in which it is one, and different ones among them. */
const [SEEN, DIFFERENT] = [4, 3];
/** Fixed-point numbers are so large at least for their rows to be measured that exactly. */
const LEAST = 256;

/** Bytes of a number, and of a row of it, by layout. */
const SIZE = { f32: 4, s32: 4, s16: 2, halves: 2 } as const;

/** All rotations of a large memory, from copies of it at some moments. */
export function matricesIn(place: Place, copies: readonly Uint8Array[]): Matrix[] {
  if (place.endian === "big" && place.swap === 0) return []; // no console here is like that
  const views = copies.map((copy) => new View(copy, place.swap));
  const moved = movedIn(views.map(({ words }) => words));
  const found: Matrix[] = [];
  for (let offset = 0; offset + 64 <= place.size; offset += 4) {
    if (!moved[offset >> 2]) continue;
    const is = oneAt(views, offset);
    if (!is) continue;
    found.push({ region: place.name, address: place.base + offset, ...is });
    offset += is.bytes - 4;
  }
  return found;
}

function oneAt(views: readonly View[], offset: number): Pick<Matrix, "layout" | "columns" | "bytes"> | undefined {
  for (const layout of ["f32", "s32", "s16", "halves"] as const)
    for (const columns of layout === "halves" ? ([4] as const) : ([3, 4] as const)) {
      let seen = 0;
      const different = new Set<string>();
      for (const view of views) {
        const rows = view.rows(layout, columns, offset);
        if (!turns(rows, layout === "f32" ? 1e-3 : LEAST)) continue;
        seen++;
        different.add(rows.join());
      }
      if (seen < SEEN || different.size < DIFFERENT) continue;
      return { layout, columns, bytes: layout === "halves" ? 64 : 3 * columns * SIZE[layout] };
    }
  return undefined;
}

/** Nine numbers, row by row: rows of one length, at right angles, not along the axes. */
function turns(m: readonly number[], least: number): boolean {
  const [a, b, c] = [dot(m, 0, 0), dot(m, 3, 3), dot(m, 6, 6)];
  const off = a * EXACT;
  if (!(a >= least * least && a < 1e18) || Math.abs(a - b) > 2 * off || Math.abs(a - c) > 2 * off) return false;
  if (Math.abs(dot(m, 0, 3)) > off || Math.abs(dot(m, 0, 6)) > off || Math.abs(dot(m, 3, 6)) > off) return false;
  const small = Math.sqrt(a) * TURNED;
  const slanted = [0, 3, 6].filter((r) => m.slice(r, r + 3).filter((x) => Math.abs(x) > small).length > 1);
  return slanted.length >= 2;
}

const dot = (m: readonly number[], i: number, j: number): number =>
  m[i]! * m[j]! + m[i + 1]! * m[j + 1]! + m[i + 2]! * m[j + 2]!;

/** 1 for each word from which on some of the next sixteen have changed between two of the copies. */
function movedIn(all: readonly Uint32Array[]): Uint8Array {
  const [first, ...rest] = all;
  const moved = new Uint8Array(first!.length);
  for (const words of rest)
    for (let w = 0; w < words.length; w++)
      if (words[w] !== first![w]) for (let i = Math.max(0, w - 15); i <= w; i++) moved[i] = 1;
  return moved;
}

/** A copy of memory as the console's numbers. */
class View {
  readonly words: Uint32Array;
  readonly #floats: Float32Array;
  readonly #longs: Int32Array;
  readonly #shorts: Int16Array;
  /** Which of a word's halves comes first in the host. */
  readonly #half: 0 | 1;

  constructor({ buffer, byteOffset, length }: Uint8Array, swap: 0 | 3) {
    this.words = new Uint32Array(buffer, byteOffset, length >> 2);
    this.#floats = new Float32Array(buffer, byteOffset, length >> 2);
    this.#longs = new Int32Array(buffer, byteOffset, length >> 2);
    this.#shorts = new Int16Array(buffer, byteOffset, length >> 1);
    this.#half = swap ? 1 : 0;
  }

  /** The nine numbers of three rows. */
  rows(layout: Layout, columns: number, offset: number): number[] {
    const m = new Array<number>(9);
    for (let r = 0; r < 3; r++) for (let c = 0; c < 3; c++) m[3 * r + c] = this.#at(layout, offset, r * columns + c);
    return m;
  }

  #at(layout: Layout, offset: number, i: number): number {
    switch (layout) {
      case "f32":
        return this.#floats[(offset >> 2) + i]!;
      case "s32":
        return this.#longs[(offset >> 2) + i]!;
      case "s16":
        return this.#shorts[((offset >> 1) + i) ^ this.#half]!;
      case "halves": {
        const whole = this.#shorts[((offset >> 1) + i) ^ this.#half]!;
        return whole * 65536 + (this.#shorts[((offset >> 1) + 16 + i) ^ this.#half]! & 0xffff);
      }
    }
  }
}
