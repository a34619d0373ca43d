import { existsSync } from "node:fs";
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Rows of a readings file that came since: one a frame, the frame and then a value for each probe. */
export interface Rows {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  /** Where to go on reading. */
  readonly next: number;
}

/** A seam and its pictures. */
export interface Strip {
  readonly frame: number;
  readonly offset?: number;
  readonly reason?: string;
  readonly fits?: boolean;
  readonly pictures: readonly { readonly file: string; readonly frame: number; readonly after: boolean }[];
}

const MOST = 1 << 20;
const STRIP = /^(\d+)-(\d+)([ab])\.png$/;

/** What a force-sync has written so far: its folder is read as it grows. */
export async function progressOf(folder: string, native: number, target: number) {
  return {
    native: await rowsOf(join(folder, "native.readings.txt"), native),
    target: await rowsOf(join(folder, "target.readings.txt"), target),
    log: await linesOf(join(folder, "align.jsonl")),
    strips: await stripsOf(folder),
  };
}

/** Path of a picture of a strip, or undefined for another name. */
export function stripFile(folder: string, name: string): string | undefined {
  return STRIP.test(name) ? join(folder, "strips", name) : undefined;
}

async function rowsOf(path: string, from: number): Promise<Rows> {
  if (!existsSync(path)) return { names: [], rows: [], next: 0 };
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = await file.read(Buffer.alloc(Math.min(size, 65536)), 0, Math.min(size, 65536), 0);
    const [first = "", columns = ""] = head.buffer.toString("utf8").split("\n");
    const begin = Buffer.byteLength(first) + Buffer.byteLength(columns) + 2;
    const names = columns.slice(2).split("\t").slice(4);
    // A file that was begun anew is shorter than what was read of it.
    const start = from < begin || from > size ? begin : from;
    const length = Math.max(0, Math.min(size - start, MOST));
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
    const end = buffer.lastIndexOf(10) + 1;
    const rows = buffer.toString("utf8", 0, end).split("\n").slice(0, -1).map(row);
    return { names, rows, next: start + end };
  } finally {
    await file.close();
  }
}

/** frame, polls, samples, fingerprint, then the probes. */
function row(line: string): number[] {
  const [frame, , , , ...values] = line.split("\t");
  return [Number(frame), ...values.map(Number)];
}

async function linesOf(path: string): Promise<unknown[]> {
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, "utf8")).split("\n").slice(0, -1);
  return lines.filter((line) => !line.startsWith('{"checkpoint"')).map((line) => JSON.parse(line));
}

async function stripsOf(folder: string): Promise<Strip[]> {
  const seams = new Map<number, Strip["pictures"][number][]>();
  for (const file of await readdir(join(folder, "strips")).catch(() => [])) {
    const [, seam, frame, side] = STRIP.exec(file) ?? [];
    if (seam === undefined) continue;
    const pictures = seams.get(Number(seam)) ?? [];
    seams.set(Number(seam), [...pictures, { file, frame: Number(frame), after: side === "b" }]);
  }
  return [...seams]
    .sort(([a], [b]) => a - b)
    .map(([frame, pictures]) => ({
      frame,
      pictures: pictures.sort((a, b) => Number(a.after) - Number(b.after) || a.frame - b.frame),
    }));
}
