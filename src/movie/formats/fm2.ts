import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import type { Movie, MovieEvent, MovieStart, Track } from "../movie.ts";
import { checkSize, count, fault, fromBase64, fromHex, textOf, toHex } from "./text.ts";

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

/** What {@link Movie.extra} holds for an .fm2: enough to write the same text again. */
const EXTRA = v.object({
  format: v.literal("fm2"),
  /** The header's lines as they are, without line ends. */
  header: v.array(v.string()),
  newline: v.picklist(["\n", "\r\n"]),
  /** Fields of a row after the commands: the track of a pad, or null. */
  fields: v.pipe(v.array(v.nullable(v.number())), v.maxLength(16)),
  /** Fields that are not pads: text where it changes, as [frame, text] by "port0" and so on. */
  other: v.exactOptional(v.record(v.string(), v.array(v.tuple([v.number(), v.string()])))),
  comments: v.exactOptional(v.array(v.string())),
  subtitles: v.exactOptional(v.array(v.string())),
});
export type Fm2Extra = v.InferOutput<typeof EXTRA>;

/** What an .fm2 said that this movie was read from, maybe by way of an .isr. */
export function fm2Extra(movie: Movie): Fm2Extra | undefined {
  const result = v.safeParse(EXTRA, movie.extra);
  return result.success ? result.output : undefined;
}

const PIPE = 0x7c;
const PADS = 1;

/**
 * Reads FCEUX's .fm2, text or binary, and the movie part of its .fm3 (fceux.com/web/FM2.html). NES only.
 * Throws a Problem for bytes that are none.
 */
export function readFm2(file: string, bytes: Uint8Array): Movie {
  const inputAt = inputLog(bytes);
  const headerText = textOf(bytes.subarray(0, inputAt));
  const header = headerText.split(/\r?\n/);
  if (header.at(-1) === "") header.pop();
  const values = new Map(
    header.map((line): [string, string] => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)]),
  );
  if (!header.some((line) => /^(version|rerecordCount|palFlag|romChecksum|romFilename|port0|FDS) /.test(line))) {
    throw fault(file, "line 1 is no .fm2 header", "give a movie that FCEUX wrote");
  }
  const version = values.get("version");
  if (version !== undefined && version.trim() !== "3") {
    throw fault(
      file,
      `this is version ${version.trim().slice(0, 20)} of .fm2`,
      "only version 3 is known: save it again with FCEUX",
    );
  }
  const ports = portsOf(values);
  const log =
    values.get("binary")?.trim() === "1"
      ? readBinary(file, bytes, inputAt, values, ports)
      : readText(file, bytes, inputAt, values, ports);
  const all = (key: string): string[] =>
    header.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const comments = all("comment");
  const subtitles = all("subtitle");
  const authors = comments
    .map((text) => /^author\s+(.+)$/.exec(text)?.[1]?.trim())
    .filter((name) => name !== undefined);
  const rerecords = count(values.get("rerecordCount"));
  const md5 = checksum(values.get("romChecksum"));
  const name = values.get("romFilename");
  const emulator = values.get("emuVersion");
  const extra: Fm2Extra = {
    format: "fm2",
    header,
    newline: headerText.includes("\r\n") ? "\r\n" : "\n",
    fields: log.fields,
    ...(log.other && { other: log.other }),
    ...(comments.length > 0 && { comments }),
    ...(subtitles.length > 0 && { subtitles }),
  };
  return {
    system: "nes",
    by: "frame",
    length: log.length,
    tracks: log.tracks,
    events: log.events,
    start: startOf(values),
    rom: { ...(name && { name }), ...(md5 && { md5 }) },
    region: values.get("palFlag")?.trim() === "1" ? "pal" : "ntsc",
    ...(rerecords !== undefined && { rerecords }),
    ...(authors.length > 0 && { authors }),
    ...(emulator && { emulator: `FCEUX ${emulator.trim()}` }),
    extra,
  };
}

interface Log {
  readonly length: number;
  readonly tracks: Track[];
  readonly events: MovieEvent[];
  readonly fields: (number | null)[];
  readonly other?: Record<string, [number, string][]>;
}

/** Offset of the first line that starts with '|', or the end. */
function inputLog(bytes: Uint8Array): number {
  if (bytes[0] === PIPE) return 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1))
    if (bytes[at + 1] === PIPE) return at + 1;
  return bytes.length;
}

/** Device numbers of the ports; undefined where the header says nothing. */
function portsOf(values: Map<string, string>): (number | undefined)[] {
  if (values.get("fourscore")?.trim() === "1") return [PADS, PADS, PADS, PADS];
  return ["port0", "port1"].map((key) => count(values.get(key)));
}

function startOf(values: Map<string, string>): MovieStart {
  const savestate = values.get("savestate");
  if (savestate === undefined) return { kind: "power-on" };
  const text = savestate.trim();
  const data = text.startsWith("base64:")
    ? fromBase64(text.slice(7))
    : text.startsWith("0x")
      ? fromHex(text.slice(2))
      : undefined;
  return { kind: "state", data: data ?? new Uint8Array() };
}

/** The ROM's MD5; FCEUX leaves the iNES header out of it. */
function checksum(text: string | undefined): string | undefined {
  const value = text?.trim() ?? "";
  const bytes = value.startsWith("base64:") ? fromBase64(value.slice(7)) : fromHex(value.replace(/^0x/, ""));
  return bytes?.length === 16 ? toHex(bytes) : undefined;
}

function commandEvents(at: number, commands: number, events: MovieEvent[]): void {
  for (const command of FM2_COMMANDS) {
    if (commands & command.bit)
      events.push({ at, kind: command.kind, ...("data" in command && { data: command.data }) });
  }
  const unknown = commands & ~63;
  if (unknown) events.push({ at, kind: "other", data: `commands ${unknown}` });
}

function readText(
  file: string,
  bytes: Uint8Array,
  start: number,
  values: Map<string, string>,
  ports: (number | undefined)[],
): Log {
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

function readBinary(
  file: string,
  bytes: Uint8Array,
  start: number,
  values: Map<string, string>,
  ports: (number | undefined)[],
): Log {
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
