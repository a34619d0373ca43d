import { BUTTON } from "../../machine/input.ts";
import type { MovieEvent, System, Track } from "../movie.ts";
import type { Bk2Extra } from "./bk2.ts";
import { columnsOf, defaultLogKey, type Meaning, meaningOf, toStick } from "./bk2-columns.ts";
import {
  axisEnd,
  axisValue,
  emptyGroups,
  findAxes,
  headOf,
  isEmpty,
  misfit,
  PIPE,
  printable,
  tailOf,
} from "./bk2-rows.ts";
import { countRows, Rows } from "./rows.ts";
import { checkSize, fault } from "./text.ts";

interface Column {
  readonly name: string;
  readonly meaning: Meaning;
  /** A 0 in it says something: its track is not 0 by itself. */
  readonly always: boolean;
  /** The first character that stood for a pressed button. */
  letter?: string;
  axis: boolean;
  /** The last row's value. */
  value: number;
  readonly changes: [number, number][];
}

export interface InputLog {
  readonly length: number;
  readonly tracks: Track[];
  readonly events: MovieEvent[];
  readonly extra: Pick<
    Bk2Extra,
    "logKey" | "head" | "tail" | "emptyGroups" | "groups" | "axes" | "columns" | "letters"
  >;
}

/** Far above any keyboard. */
const MOST_COLUMNS = 1024;
const DOT = 0x2e;

/**
 * Reads 'Input Log.txt': "LogKey:#Power|Reset|#P1 Up|...", then a row for each frame, "|..|U.......|". A button takes
 * one character ('.' is released), an axis a number padded with spaces and ended by a comma. BizHawk reads rows without
 * their pipes, so this does too. A row of pipes alone is a frame with everything at rest.
 */
export function readInputLog(file: string, bytes: Uint8Array, system: System): InputLog {
  const start = bytes[0] === 0xef ? 3 : 0;
  const length = countRows(bytes, start);
  const head = headOf(bytes, start);
  const logKey = /^LogKey:(.*?)\s*$/m.exec(head)?.[1] ?? defaultLogKey(system, 2) ?? "";
  const columns = columnsOf(logKey)
    .flat()
    .map((name): Column => {
      const meaning = meaningOf(name, system);
      return {
        name,
        meaning,
        always: meaning.kind === "stick" || meaning.kind === "touch",
        axis: false,
        value: 0,
        changes: [],
      };
    });
  if (columns.length > MOST_COLUMNS)
    throw fault(file, `its LogKey has ${columns.length} columns`, `no system has more than ${MOST_COLUMNS}`);
  const at = start + new TextEncoder().encode(head).length;
  if (columns.length > 0) findAxes(file, new Rows(file, bytes, at), columns);
  const rows = new Rows(file, bytes, at);
  const tracks = tracksOf(file, columns, length);
  const overridden = overridesOf(columns);
  const events: MovieEvent[] = [];
  const lid = { closed: false };
  const groups: [number, number][] = [];
  for (let frame = 0; frame < length && rows.next(true); frame++) {
    if (bytes[rows.start] !== PIPE) {
      frame--;
      continue;
    }
    if (rows.same && frame > 0) {
      repeat(tracks, frame);
      continue;
    }
    let at = rows.start;
    const { end } = rows;
    const empty = isEmpty(bytes, at, end);
    const ending = empty ? 0 : emptyGroups(bytes, end);
    if (!empty && ending !== (groups.at(-1)?.[1] ?? 0)) groups.push([frame, ending]);
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
          column.letter ??= String.fromCharCode(bytes[at]!);
        }
        at = next;
      }
      if (value === 0 && column.value === 0 && !column.always) continue;
      put(column, value, frame, tracks, events, lid);
      column.value = value;
    }
    for (const [stick, pushes] of overridden)
      if (pushes.some((push) => push.value)) stick.changes.push([frame, stick.value]);
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
    head,
    tail: tailOf(bytes, length > 0 ? rows.end : -1),
    emptyGroups: groups[0]?.[0] === 0 ? groups[0][1] : 0,
    ...(groups.length > 1 && { groups }),
    axes,
    columns: Object.fromEntries(kept),
    letters: Object.fromEntries(columns.flatMap(({ name, letter }) => (letter === undefined ? [] : [[name, letter]]))),
  };
  return { length, tracks, events, extra };
}

/** A frame whose row is the row before again. */
function repeat(tracks: readonly Track[], frame: number): void {
  for (const { buttons, sticks, touch } of tracks) {
    buttons[frame] = buttons[frame - 1]!;
    sticks?.copyWithin(frame * 4, frame * 4 - 4, frame * 4);
    touch?.copyWithin(frame * 2, frame * 2 - 2, frame * 2);
  }
}

/** Sticks that buttons push to their ends: what the row says of the stick itself is kept beside. */
function overridesOf(columns: readonly Column[]): (readonly [Column, Column[]])[] {
  const pushes = columns.filter(({ meaning }) => meaning.kind === "push");
  return columns.flatMap((column) => {
    const { meaning } = column;
    if (meaning.kind !== "stick") return [];
    const of = pushes.filter(
      (push) =>
        push.meaning.kind === "push" && push.meaning.port === meaning.port && push.meaning.index === meaning.index,
    );
    return of.length > 0 ? [[column, of] as const] : [];
  });
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
