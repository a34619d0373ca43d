import { BUTTON } from "../../machine/input.ts";
import type { Problem } from "../../problem.ts";
import type { MovieEvent, System, Track } from "../movie.ts";
import type { Bk2Extra } from "./bk2.ts";
import { columnsOf, defaultLogKey, type Meaning, meaningOf, toStick } from "./bk2-columns.ts";
import { checkSize, fault, textOf } from "./text.ts";

interface Column {
  readonly name: string;
  readonly meaning: Meaning;
  axis: boolean;
  /** The last row's value. */
  value: number;
  readonly changes: [number, number][];
}

export interface InputLog {
  readonly length: number;
  readonly tracks: Track[];
  readonly events: MovieEvent[];
  readonly extra: Pick<Bk2Extra, "logKey" | "emptyGroups" | "axes" | "columns" | "letters">;
}

/** Far above any keyboard. */
const MOST_COLUMNS = 1024;
const PIPE = 0x7c;
const DOT = 0x2e;
const COMMA = 0x2c;
const SPACE = 0x20;
const MINUS = 0x2d;

/**
 * Reads 'Input Log.txt': "LogKey:#Power|Reset|#P1 Up|...", then a row for each frame, "|..|U.......|". A button takes
 * one character ('.' is released), an axis a number padded with spaces and ended by a comma. BizHawk reads rows without
 * their pipes, so this does too. A row of pipes alone is a frame with everything at rest.
 */
export function readInputLog(file: string, bytes: Uint8Array, system: System): InputLog {
  const { rows, length, logKey } = scan(bytes, system);
  const columns = columnsOf(logKey)
    .flat()
    .map((name): Column => ({ name, meaning: meaningOf(name, system), axis: false, value: 0, changes: [] }));
  if (columns.length > MOST_COLUMNS)
    throw fault(file, `its LogKey has ${columns.length} columns`, `no system has more than ${MOST_COLUMNS}`);
  if (columns.length > 0) findAxes(file, bytes, rows, length, columns);
  const tracks = tracksOf(file, columns, length);
  const events: MovieEvent[] = [];
  const letters = new Map<string, string>();
  const lid = { closed: false };
  for (let frame = 0; frame < length; frame++) {
    let at = rows[frame * 2]!;
    const end = rows[frame * 2 + 1]!;
    const empty = isEmpty(bytes, at, end);
    for (const column of columns) {
      let value = 0;
      if (!empty) {
        while (at < end && bytes[at] === PIPE) at++;
        const next = column.axis ? axisEnd(bytes, at, end) : at + 1;
        if (next < 0 || next > end) {
          throw misfit(file, frame, `'${printable(column.name)}'`);
        }
        if (column.axis) value = axisValue(bytes, at, next - 1);
        else if (bytes[at] !== DOT) {
          value = 1;
          if (!letters.has(column.name)) letters.set(column.name, String.fromCharCode(bytes[at]!));
        }
        at = next;
      }
      put(column, value, frame, tracks, events, lid);
      column.value = value;
    }
    for (const track of tracks) {
      if (lid.closed) track.buttons[frame]! |= BUTTON.Lid;
      if (track.touch && !(track.buttons[frame]! & TOUCHING)) track.touch.fill(-1, frame * 2, frame * 2 + 2);
      track.buttons[frame]! &= ~TOUCHING;
    }
  }
  const kept = columns
    .filter((column) => column.changes.length > 0)
    .map((column) => [column.name, column.changes] as const);
  const axes = columns.filter((column) => column.axis).map((column) => column.name);
  const extra = {
    logKey,
    emptyGroups: emptyGroups(bytes, rows, length),
    axes,
    columns: Object.fromEntries(kept),
    letters: Object.fromEntries(letters),
  };
  return { length, tracks, events, extra };
}

/** Marks a touched sample while its row is read; no button has this bit. */
const TOUCHING = 1 << 31;

function put(
  column: Column,
  value: number,
  frame: number,
  tracks: Track[],
  events: MovieEvent[],
  lid: { closed: boolean },
): void {
  const { meaning } = column;
  switch (meaning.kind) {
    case "button":
      if (value) tracks[meaning.port]!.buttons[frame]! |= meaning.bit;
      return;
    case "stick":
      tracks[meaning.port]!.sticks![frame * 4 + meaning.index] = toStick(value, meaning.scale);
      return;
    case "touch":
      tracks[meaning.port]!.touch![frame * 2 + meaning.index] = value;
      break;
    case "touching":
      if (value) tracks[meaning.port]!.buttons[frame]! |= TOUCHING;
      return;
    case "push":
      if (value)
        tracks[meaning.port]!.sticks![frame * 4 + meaning.index] = toStick(
          meaning.value,
          meaning.index === 1 ? "signed-up" : "signed",
        );
      break;
    case "lid":
      if (value) lid.closed = meaning.closes;
      break;
    case "event":
      if (value && !column.value)
        events.push({ at: frame, kind: meaning.event, ...(meaning.data !== undefined && { data: meaning.data }) });
      break;
  }
  // What pads do not carry is kept as it changes.
  if (value !== column.value) column.changes.push([frame, value]);
}

/** Offsets of the rows (start and end of each) and the LogKey. */
function scan(bytes: Uint8Array, system: System): { rows: Uint32Array; length: number; logKey: string } {
  let rows = new Uint32Array(2 * 1024);
  let length = 0;
  let logKey: string | undefined;
  for (let at = bytes[0] === 0xef ? 3 : 0; at < bytes.length; ) {
    let next = bytes.indexOf(0x0a, at);
    if (next < 0) next = bytes.length;
    let end = next;
    while (end > at && bytes[end - 1]! <= SPACE) end--;
    if (bytes[at] === PIPE) {
      if (length * 2 === rows.length) {
        const larger = new Uint32Array(rows.length * 2);
        larger.set(rows);
        rows = larger;
      }
      rows[length * 2] = at;
      rows[length * 2 + 1] = end;
      length++;
    } else if (logKey === undefined && bytes[at] === 0x4c) {
      const line = textOf(bytes.subarray(at, end));
      if (line.startsWith("LogKey:")) logKey = line.slice(7);
    }
    at = next + 1;
  }
  return { rows, length, logKey: logKey ?? defaultLogKey(system, 2) ?? "" };
}

/**
 * Which columns are axes is not in the LogKey; a row tells: one character each when it has no axis, else each number
 * that a comma ends. The first row that is not empty decides.
 */
function findAxes(
  file: string,
  bytes: Uint8Array,
  rows: Uint32Array,
  length: number,
  columns: readonly Column[],
): void {
  let row = 0;
  while (row < length && isEmpty(bytes, rows[row * 2]!, rows[row * 2 + 1]!)) row++;
  if (row === length) return;
  let at = rows[row * 2]!;
  const end = rows[row * 2 + 1]!;
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
function axisEnd(bytes: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && bytes[p] === SPACE) p++;
  if (p < end && bytes[p] === MINUS) p++;
  const digits = p;
  while (p < end && bytes[p]! >= 0x30 && bytes[p]! <= 0x39 && p - digits < 10) p++;
  return p > digits && p < end && bytes[p] === COMMA ? p + 1 : -1;
}

function axisValue(bytes: Uint8Array, at: number, comma: number): number {
  let value = 0;
  let sign = 1;
  for (let p = at; p < comma; p++) {
    if (bytes[p] === MINUS) sign = -1;
    else if (bytes[p] !== SPACE) value = value * 10 + bytes[p]! - 0x30;
  }
  return sign * value || 0;
}

function isEmpty(bytes: Uint8Array, at: number, end: number): boolean {
  for (let p = at; p < end; p++) if (bytes[p] !== PIPE) return false;
  return true;
}

function emptyGroups(bytes: Uint8Array, rows: Uint32Array, length: number): number {
  if (length === 0 || isEmpty(bytes, rows[0]!, rows[1]!)) return 0;
  let pipes = 0;
  while (bytes[rows[1]! - 1 - pipes] === PIPE) pipes++;
  return Math.max(0, pipes - 1);
}

function tracksOf(file: string, columns: readonly Column[], length: number): Track[] {
  let ports = 0;
  for (const { meaning } of columns) if ("port" in meaning) ports = Math.max(ports, meaning.port + 1);
  checkSize(file, length, ports);
  return Array.from({ length: ports }, (_, port): Track => {
    const has = (kind: Meaning["kind"]): boolean =>
      columns.some(({ meaning }) => meaning.kind === kind && "port" in meaning && meaning.port === port);
    const sticks = has("stick") || has("push");
    const touch = has("touch") || has("touching");
    return {
      device: touch ? "touch" : sticks ? "analog" : "pad",
      buttons: new Uint32Array(length),
      ...(sticks && { sticks: new Int16Array(length * 4) }),
      ...(touch && { touch: new Int16Array(length * 2) }),
    };
  });
}

function misfit(file: string, row: number, place: string): Problem {
  return fault(
    file,
    `row ${row + 1} of its input log does not fit the LogKey at ${place}`,
    "mend that row or save it again with BizHawk",
  );
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 40);
}
