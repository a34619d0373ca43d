import type { VideoFrame } from "../../machine/machine.ts";

/** Cells of a heat map at most, and those in a row. */
const MOST_CELLS = 16384;
const COLUMNS = 128;
const LISTED = 64;

/** How much of each piece of a region differs; `swap` as regions have it. */
export function heatOf(a: Uint8Array, b: Uint8Array, base: number, swap: number) {
  const grain = Math.max(1, Math.ceil(a.length / MOST_CELLS));
  const cells = new Uint8Array(Math.ceil(a.length / grain));
  const bytes: { address: number; a: number; b: number }[] = [];
  let differing = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    differing++;
    const cell = Math.floor(i / grain);
    // One byte of a large piece is seen too.
    cells[cell] = Math.min(255, Math.max(cells[cell]!, 96) + Math.ceil(159 / grain));
    if (bytes.length < LISTED) bytes.push({ address: base + (i ^ swap), a: a[i]!, b: b[i]! });
  }
  return { columns: Math.min(COLUMNS, cells.length), grain, cells, differing, bytes };
}

/** What differs between two pictures, over the first one made faint; the second is taken at the first one's size. */
export function differenceOf(a: VideoFrame, b: VideoFrame): VideoFrame {
  const { width, height } = a;
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * b.height) / height) * b.pitch;
    for (let x = 0; x < width; x++) {
      const from = y * a.pitch + x * 4;
      const other = row + Math.floor((x * b.width) / width) * 4;
      const off = Math.max(
        Math.abs(a.pixels[from]! - b.pixels[other]!),
        Math.abs(a.pixels[from + 1]! - b.pixels[other + 1]!),
        Math.abs(a.pixels[from + 2]! - b.pixels[other + 2]!),
      );
      const grey = (a.pixels[from]! + a.pixels[from + 1]! + a.pixels[from + 2]!) / 12;
      const to = (y * width + x) * 4;
      // B G R: what differs glows.
      pixels[to] = grey + off * 0.25;
      pixels[to + 1] = grey + off * 0.45;
      pixels[to + 2] = off > 0 ? Math.min(255, grey + 90 + off * 0.65) : grey;
    }
  }
  return { width, height, pitch: width * 4, aspect: a.aspect, pixels };
}
