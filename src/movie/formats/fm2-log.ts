import { BUTTON } from "../../machine/input.ts";
import type { Problem } from "../../problem.ts";
import type { MovieEvent, Track } from "../movie.ts";
import { countRows, Rows } from "./rows.ts";
import { checkSize, count, fault, textOf } from "./text.ts";

/** Pad letters in the order of a row's characters; character i is bit 7 - i of the binary form. */
export const FM2_PAD = [
  BUTTON.Right,
  BUTTON.Left,
  BUTTON.Down,
  BUTTON.Up,
  BUTTON.Start,
  BUTTON.Select,
  BUTTON.B,
  BUTTON.A,
];
/** The command field's bits. */
export const FM2_COMMANDS = [
  { bit: 1, kind: "reset" },
  { bit: 2, kind: "power" },
  { bit: 4, kind: "disk-insert" },
  { bit: 8, kind: "disk-select" },
  { bit: 16, kind: "coin" },
  { bit: 32, kind: "coin", data: "2" },
] as const;

/** The device number of a pad on a port. */
export const PADS = 1;

export interface Fm2Log {
  readonly length: number;
  readonly tracks: Track[];
  readonly events: MovieEvent[];
  readonly fields: (number | null)[];
  readonly other?: Record<string, [number, string][]>;
}

function commandEvents(at: number, commands: number, events: MovieEvent[]): void {
  for (const command of FM2_COMMANDS) {
    if (commands & command.bit)
      events.push({ at, kind: command.kind, ...("data" in command && { data: command.data }) });
  }
  const unknown = commands & ~63;
  if (unknown) events.push({ at, kind: "other", data: `commands ${unknown}` });
}

export function readText(
  file: string,
  bytes: Uint8Array,
  start: number,
  values: Map<string, string>,
  ports: (number | undefined)[],
): Fm2Log {
  const length = Math.min(countRows(bytes, start), count(values.get("length")) ?? Number.MAX_SAFE_INTEGER);
  const events: MovieEvent[] = [];
  const rows = new Rows(file, bytes, start);
  const fields = length > 0 ? fieldsOf(bytes, start, ports) : [];
  const pads = fields.filter((field) => field !== null).length;
  checkSize(file, length, pads);
  const tracks = Array.from({ length: pads }, (): Track => ({ device: "pad", buttons: new Uint32Array(length) }));
  const other: Record<string, [number, string][]> = {};
  for (let frame = 0; frame < length && rows.next(); frame++) {
    if (rows.same && frame > 0) {
      for (const { buttons } of tracks) buttons[frame] = buttons[frame - 1]!;
      if (!plain(bytes, rows.start)) commandEvents(frame, commandsOf(file, rows, frame), events);
      continue;
    }
    const commands = commandsOf(file, rows, frame);
    if (commands) commandEvents(frame, commands, events);
    let at = rows.field(rows.start + 1) + 1;
    for (let field = 0; field < fields.length; field++) {
      const to = rows.field(at);
      const track = fields[field]!;
      if (track !== null) {
        if (to - at !== FM2_PAD.length) throw misfit(file, frame, field, to - at);
        tracks[track]!.buttons[frame] = rows.pad(at, FM2_PAD);
      } else if (to > at || other[`port${field}`]) keep(other, `port${field}`, frame, rows.text(at, to));
      at = Math.min(to + 1, rows.end);
    }
  }
  return { length, tracks, events, fields, ...(Object.keys(other).length > 0 && { other }) };
}

/** |commands|port0|port1|port2|: what the header leaves open, the width of the first row's field says. */
function fieldsOf(bytes: Uint8Array, start: number, ports: readonly (number | undefined)[]): (number | null)[] {
  const newline = bytes.indexOf(0x0a, start);
  const first = textOf(bytes.subarray(start, newline < 0 ? bytes.length : newline))
    .trimEnd()
    .split("|");
  let pads = 0;
  return Array.from({ length: Math.max(0, Math.min(16, first.length - 3)) }, (_, port) => {
    const device = ports[port];
    return device === PADS || (device === undefined && first[port + 2]!.length === FM2_PAD.length) ? pads++ : null;
  });
}

/** Whether a row starts with "|0|". */
function plain(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === 0x30 && bytes[at + 2] === 0x7c;
}

function commandsOf(file: string, rows: Rows, frame: number): number {
  const from = rows.start + 1;
  const to = rows.field(from);
  let commands = to > from && to - from < 10 ? 0 : -1;
  for (let at = from; at < to && commands >= 0; at++) {
    const digit = rows.bytes[at]! - 0x30;
    commands = digit >= 0 && digit < 10 ? commands * 10 + digit : -1;
  }
  if (commands < 0)
    throw fault(file, `frame ${frame} has no command number`, "each row is |commands|port0|port1|port2|");
  return commands;
}

function misfit(file: string, frame: number, field: number, size: number): Problem {
  return fault(
    file,
    `frame ${frame}: port ${field} has ${size} characters instead of 8`,
    "each pad is RLDUTSBA with '.' for released",
  );
}

function keep(other: Record<string, [number, string][]>, key: string, frame: number, text: string): void {
  other[key] ??= [];
  const list = other[key];
  if (list.at(-1)?.[1] !== text) list.push([frame, text]);
}

/** Bytes of a zapper's record: x, y, button, bogo and the 64-bit time of the hit. */
const ZAPPER = 12;

export function readBinary(
  file: string,
  bytes: Uint8Array,
  start: number,
  values: Map<string, string>,
  ports: (number | undefined)[],
): Fm2Log {
  const devices = ports.map((port) => port ?? PADS);
  const size = devices.reduce((sum, device) => sum + (device === PADS ? 1 : device === 2 ? ZAPPER : 0), 1);
  const first = start + 1;
  const room = Math.max(0, Math.floor((bytes.length - first) / size));
  const length = count(values.get("length")) ?? room;
  if (length > room) {
    throw fault(
      file,
      `the header says ${length} frames, the file holds ${room}`,
      "get the whole file, or set 'length' to what it holds",
    );
  }
  let pads = 0;
  const fields = devices.map((device) => (device === PADS ? pads++ : null));
  checkSize(file, length, pads);
  const tracks = Array.from({ length: pads }, (): Track => ({ device: "pad", buttons: new Uint32Array(length) }));
  const events: MovieEvent[] = [];
  const other: Record<string, [number, string][]> = {};
  for (let frame = 0, at = first; frame < length; frame++) {
    const commands = bytes[at++]!;
    if (commands) commandEvents(frame, commands, events);
    for (let field = 0; field < devices.length; field++) {
      const track = fields[field]!;
      if (track !== null) tracks[track]!.buttons[frame] = padByte(bytes[at++]!);
      else if (devices[field] === 2) {
        const view = new DataView(bytes.buffer, bytes.byteOffset + at, ZAPPER);
        keep(
          other,
          `port${field}`,
          frame,
          `${view.getUint8(0)} ${view.getUint8(1)} ${view.getUint8(2)} ${view.getUint8(3)} ${view.getBigUint64(4, true)}`,
        );
        at += ZAPPER;
      }
    }
  }
  fields.push(null);
  return { length, tracks, events, fields, ...(Object.keys(other).length > 0 && { other }) };
}

function padByte(byte: number): number {
  let buttons = 0;
  for (let i = 0; i < 8; i++) if (byte & (0x80 >> i)) buttons |= FM2_PAD[i]!;
  return buttons;
}
