import { BUTTON } from "../../machine/input.ts";
import type { MovieEvent, Track } from "../movie.ts";
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
  const text = textOf(bytes.subarray(start));
  const rows = text.split("\n");
  const length = Math.min(
    rows.filter((row) => row.startsWith("|")).length,
    count(values.get("length")) ?? Number.MAX_SAFE_INTEGER,
  );
  const events: MovieEvent[] = [];
  const first = (rows[0] ?? "").trimEnd().split("|");
  // |commands|port0|port1|port2|: what the header leaves open, the width of the first row's field says.
  const fields: (number | null)[] = [];
  let pads = 0;
  for (let port = 0; port < Math.min(16, first.length - 3); port++) {
    const device = ports[port];
    fields.push(
      device === PADS || (device === undefined && first[port + 2]!.length === FM2_PAD.length) ? pads++ : null,
    );
  }
  checkSize(file, length, pads);
  const tracks = Array.from({ length: pads }, (): Track => ({ device: "pad", buttons: new Uint32Array(length) }));
  const other: Record<string, [number, string][]> = {};
  let frame = 0;
  for (let line = 0; line < rows.length && frame < length; line++) {
    const row = rows[line]!;
    if (!row.startsWith("|")) {
      if (row.trim() !== "")
        throw fault(file, `row ${line + 1} of the input log does not start with '|'`, "mend that line or delete it");
      continue;
    }
    const parts = row.trimEnd().split("|");
    if (!/^\d{1,9}$/.test(parts[1] ?? ""))
      throw fault(file, `frame ${frame} has no command number`, "each row is |commands|port0|port1|port2|");
    if (parts[1] !== "0") commandEvents(frame, Number(parts[1]), events);
    for (let field = 0; field < fields.length; field++) {
      const part = parts[field + 2] ?? "";
      const track = fields[field]!;
      if (track !== null) tracks[track]!.buttons[frame] = padOf(part, file, frame, field);
      else if (part !== "") keep(other, `port${field}`, frame, part);
      else if (other[`port${field}`]) keep(other, `port${field}`, frame, part);
    }
    frame++;
  }
  return { length, tracks, events, fields, ...(Object.keys(other).length > 0 && { other }) };
}

function padOf(part: string, file: string, frame: number, field: number): number {
  if (part.length !== FM2_PAD.length) {
    throw fault(
      file,
      `frame ${frame}: port ${field} has ${part.length} characters instead of 8`,
      "each pad is RLDUTSBA with '.' for released",
    );
  }
  let buttons = 0;
  for (let i = 0; i < 8; i++) if (part[i] !== "." && part[i] !== " ") buttons |= FM2_PAD[i]!;
  return buttons;
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
