import type { VideoFrame } from "../machine/machine.ts";

export type Picture = Pick<VideoFrame, "width" | "height" | "pitch" | "pixels">;

const COLUMNS = 64;
const ROWS = 60;
const BLOCK = 4; // cells on a side of the blocks whose largest difference is told
/** Pairs of neighbouring rows that are looked at; more would not change a decision (see offset.test.ts). */
const SAMPLED = 240;

/** What is remembered of a picture: 16 KB instead of 44 MB at 3840x2880. Luma is 0 to 255. */
export interface Feature {
  width: number;
  height: number;
  /** Mean luma of each cell of a grid over the picture, COLUMNS x ROWS or fewer. */
  readonly cells: Float32Array;
  columns: number;
  rows: number;
  /**
   * Mean |mixed derivative| of luma: how much changes from pixel to pixel in both directions. A picture that was drawn at
   * 1/k of the size and enlarged, sharp or smooth, has at most 1/k of the detail of one drawn at full size: each corner
   * and each step of a slope was drawn once for k x k pixels.
   */
  detail: number;
}

export function newFeature(): Feature {
  return { width: 0, height: 0, cells: new Float32Array(COLUMNS * ROWS), columns: 0, rows: 0, detail: 0 };
}

let upper = new Int16Array(0);
let lower = new Int16Array(0);

/** Looks at a picture; `into` is used again where given. */
export function featureOf(picture: Picture, into: Feature = newFeature()): Feature {
  const { width, height } = picture;
  if (upper.length < width) [upper, lower] = [new Int16Array(width), new Int16Array(width)];
  const pairs = Math.max(1, Math.min(height - 1, SAMPLED));
  const columns = Math.min(COLUMNS, width);
  const rows = Math.min(ROWS, pairs);
  const counts = new Uint32Array(rows);
  Object.assign(into, { width, height, columns, rows });
  into.cells.fill(0);
  let detail = 0;
  for (let i = 0; i < pairs; i++) {
    const from = Math.floor((i * (height - 1)) / pairs);
    const room = Math.floor(((i + 1) * (height - 1)) / pairs) - from;
    // Not every n-th row: an enlarged picture repeats its rows with a period too.
    const y = from + (room > 1 ? (i * 7919) % room : 0);
    lumaRow(picture, y, upper);
    lumaRow(picture, Math.min(y + 1, height - 1), lower);
    for (let x = 1; x < width; x++) detail += Math.abs(upper[x]! - upper[x - 1]! - lower[x]! + lower[x - 1]!);
    const row = Math.floor((i * rows) / pairs);
    counts[row] = counts[row]! + 1;
    for (let c = 0, x = 0; c < columns; c++) {
      const start = x;
      const end = Math.floor(((c + 1) * width) / columns);
      let sum = 0;
      for (; x < end; x++) sum += upper[x]!;
      into.cells[row * columns + c]! += sum / (end - start);
    }
  }
  for (let c = 0; c < columns * rows; c++) into.cells[c]! /= counts[Math.floor(c / columns)]!;
  into.detail = detail / (pairs * Math.max(1, width - 1));
  return into;
}

function lumaRow({ pixels, pitch, width }: Picture, y: number, out: Int16Array): void {
  for (let x = 0, at = y * pitch; x < width; x++, at += 4) {
    out[x] = (pixels[at]! * 29 + pixels[at + 1]! * 150 + pixels[at + 2]! * 77) >> 8;
  }
}

export interface Difference {
  /** Mean absolute difference of luma, 0 to 255. */
  readonly mean: number;
  /** The largest mean of a block of 1/16 of the picture each way. */
  readonly max: number;
  /** Detail of b over that of a: below 1, b is less sharp. */
  readonly sharpness: number;
}

/** Blocks of a picture, and blocks in a row of them. */
export const BLOCKS_WIDE = COLUMNS / BLOCK;
export const BLOCKS = BLOCKS_WIDE * (ROWS / BLOCK);

const scratch = new Float32Array(BLOCKS);

/** How much b differs from a; `blocks` gets the mean of each block. Of unequal sizes: as much as can be. */
export function compareFeatures(a: Feature, b: Feature, blocks: Float32Array = scratch): Difference {
  const sharpness = sharpnessOf(a, b);
  if (a.width !== b.width || a.height !== b.height) {
    blocks.fill(255);
    return { mean: 255, max: 255, sharpness };
  }
  blocks.fill(0);
  const { columns, rows } = a;
  let total = 0;
  let max = 0;
  for (let top = 0; top < rows; top += BLOCK) {
    for (let left = 0; left < columns; left += BLOCK) {
      const [bottom, right] = [Math.min(rows, top + BLOCK), Math.min(columns, left + BLOCK)];
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let c = y * columns + left; c < y * columns + right; c++) sum += Math.abs(a.cells[c]! - b.cells[c]!);
      }
      total += sum;
      const mean = sum / ((bottom - top) * (right - left));
      blocks[(top / BLOCK) * BLOCKS_WIDE + left / BLOCK] = mean;
      max = Math.max(max, mean);
    }
  }
  return { mean: total / (columns * rows), max, sharpness };
}

/** Less detail than this is noise: a plain picture is as sharp as any other plain one. */
const PLAIN = 0.02;

function sharpnessOf(a: Feature, b: Feature): number {
  return (b.detail + PLAIN) / (a.detail + PLAIN);
}

const first = newFeature();
const second = newFeature();

/** How much picture b differs from picture a; equal pictures are told at the speed of memory. */
export function difference(a: Picture, b: Picture): Difference {
  if (a.width === b.width && a.height === b.height && a.pitch === b.pitch && Buffer.compare(a.pixels, b.pixels) === 0) {
    return { mean: 0, max: 0, sharpness: 1 };
  }
  return compareFeatures(featureOf(a, first), featureOf(b, second));
}
