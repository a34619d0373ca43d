import type { Problem } from "../../problem.ts";
import type { Rows } from "./rows.ts";
import { fault, textOf } from "./text.ts";

const MOST_HEAD = 2 ** 16;
export const PIPE = 0x7c;
const COMMA = 0x2c;
const SPACE = 0x20;
const MINUS = 0x2d;

/** What comes before the first row. */
export function headOf(bytes: Uint8Array, start: number): string {
  let at = start;
  while (at < bytes.length && bytes[at] !== PIPE) {
    const newline = bytes.indexOf(0x0a, at);
    at = newline < 0 ? bytes.length : newline + 1;
  }
  return textOf(bytes.subarray(start, Math.min(at, start + MOST_HEAD)));
}

/** What comes after the row that ends at `end`, or after the head when there is no row. */
export function tailOf(bytes: Uint8Array, end: number): string {
  const newline = end < 0 ? -1 : bytes.indexOf(0x0a, end);
  return newline < 0 ? "" : textOf(bytes.subarray(newline + 1, newline + 1 + MOST_HEAD));
}

/**
 * Which columns are axes is not in the LogKey; a row tells: one character each when it has no axis, else each number
 * that a comma ends. The first row that is not empty decides.
 */
export function findAxes(file: string, rows: Rows, columns: readonly { axis: boolean }[]): void {
  const { bytes } = rows;
  let row = -1;
  do {
    if (!rows.next(true)) return;
    if (bytes[rows.start] === PIPE) row++;
  } while (bytes[rows.start] !== PIPE || isEmpty(bytes, rows.start, rows.end));
  let at = rows.start;
  const { end } = rows;
  let characters = 0;
  for (let p = at; p < end; p++) if (bytes[p] !== PIPE) characters++;
  if (characters === columns.length) return;
  for (const column of columns) {
    while (at < end && bytes[at] === PIPE) at++;
    const next = axisEnd(bytes, at, end);
    column.axis = next > 0;
    at = column.axis ? next : at + 1;
  }
  while (at < end && bytes[at] === PIPE) at++;
  if (at !== end) throw misfit(file, row, "its end");
}

/** Offset after the comma of a number that starts at `at`, or -1 when there is none. */
export function axisEnd(bytes: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && bytes[p] === SPACE) p++;
  if (p < end && bytes[p] === MINUS) p++;
  const digits = p;
  while (p < end && bytes[p]! >= 0x30 && bytes[p]! <= 0x39 && p - digits < 10) p++;
  return p > digits && p < end && bytes[p] === COMMA ? p + 1 : -1;
}

export function axisValue(bytes: Uint8Array, at: number, comma: number): number {
  let value = 0;
  let sign = 1;
  for (let p = at; p < comma; p++) {
    if (bytes[p] === MINUS) sign = -1;
    else if (bytes[p] !== SPACE) value = value * 10 + bytes[p]! - 0x30;
  }
  return sign * value || 0;
}

export function isEmpty(bytes: Uint8Array, at: number, end: number): boolean {
  for (let p = at; p < end; p++) if (bytes[p] !== PIPE) return false;
  return true;
}

export function emptyGroups(bytes: Uint8Array, end: number): number {
  let pipes = 0;
  while (bytes[end - 1 - pipes] === PIPE) pipes++;
  return Math.max(0, pipes - 1);
}

export function misfit(file: string, row: number, place: string): Problem {
  return fault(
    file,
    `row ${row + 1} of its input log does not fit the LogKey at ${place}`,
    "mend that row or save it again with BizHawk",
  );
}

export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 40);
}
