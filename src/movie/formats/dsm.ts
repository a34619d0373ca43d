import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import type { Movie, MovieEvent, Track } from "../movie.ts";
import { type Changes, keepChange } from "./bits.ts";
import { extraOf } from "./extra.ts";
import { countRows, Rows } from "./rows.ts";
import { checkSize, count, fault, fromBase64, textOf } from "./text.ts";

const { A, B, X, Y, L, R, Select, Start, Up, Down, Left, Right, Lid, Mic } = BUTTON;
/** "RLDUTSBAYXWEG": T is Select and S is Start, a slip of DeSmuME's that stayed; G, the debug button, is no button here. */
export const DSM_PAD = [Right, Left, Down, Up, Select, Start, B, A, Y, X, L, R, 0];
export const DSM_LETTERS = "RLDUTSBAYXWEG";
/** Bits of the commands. The lid opens or closes when its bit comes. */
export const DSM_COMMAND = { mic: 1, reset: 2, lid: 4 };
/** "RLDUTSBAYXWEGxxx yyy t" */
const SIZE = 22;
const BINARY = { pad: 1, x: 3, y: 4, touch: 5, size: 6 };

const EXTRA = v.object({
  format: v.literal("dsm"),
  /** The header's lines as they are, without line ends. */
  header: v.array(v.string()),
  newline: v.picklist(["\n", "\r\n"]),
  /** Commands as bits where they change: the microphone's are buttons and not here. */
  commands: v.array(v.tuple([v.number(), v.number()])),
  /** x + 256 y, plus 65536 for the debug button, where they change while the screen is not touched or the button is held. */
  rest: v.array(v.tuple([v.number(), v.number()])),
  comments: v.exactOptional(v.array(v.string())),
});

export const dsmExtra = (movie: Movie): v.InferOutput<typeof EXTRA> | undefined => extraOf(EXTRA, movie);

/**
 * Reads DeSmuME's .dsm, text or binary (tasvideos.org/EmulatorResources/Desmume/DSM, and dsm.txt in its sources).
 * Throws a Problem for bytes that are none.
 */
export function readDsm(file: string, bytes: Uint8Array): Movie {
  const start = bytes[0] === 0x7c ? 0 : bytes.indexOf(0x0a) < 0 ? bytes.length : logAt(bytes);
  const text = textOf(bytes.subarray(0, start));
  const header = text.split(/\r?\n/);
  if (header.at(-1) === "") header.pop();
  const values = new Map(header.map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1).trim()]));
  if (bytes[0] !== 0x7c && !header.some((line) => /^(version|emuVersion|rerecordCount|romFilename|guid) /.test(line)))
    throw fault(file, "line 1 is no .dsm header", "give a movie that DeSmuME wrote");
  const log = new Log(
    file,
    values.get("binary") === "1" ? binaryRows(file, bytes, start + 1, values) : countRows(bytes, start),
  );
  if (values.get("binary") === "1") log.readBinary(bytes, start + 1);
  else log.readText(new Rows(file, bytes, start));
  const comments = header.filter((line) => line.startsWith("comment ")).map((line) => line.slice(8));
  const authors = comments
    .map((line) => /^author\s+(.+)$/.exec(line)?.[1]?.trim())
    .filter((name) => name !== undefined);
  const rerecords = count(values.get("rerecordCount"));
  const name = values.get("romFilename");
  const crc32 = /^(?:0x)?([0-9A-Fa-f]{8})$/.exec(values.get("romChecksum") ?? "")?.[1]?.toLowerCase();
  const version = values.get("emuVersion");
  const rtc = Date.parse(values.get("rtcStart") ?? "") / 1000;
  const extra: v.InferOutput<typeof EXTRA> = {
    format: "dsm",
    header,
    newline: text.includes("\r\n") ? "\r\n" : "\n",
    commands: log.commands,
    rest: log.rest,
    ...(comments.length > 0 && { comments }),
  };
  return {
    system: "nds",
    by: "frame",
    length: log.length,
    tracks: [log.track],
    events: log.events,
    start: startOf(values),
    rom: { ...(name && { name }), ...(crc32 && { crc32 }) },
    ...(rerecords !== undefined && { rerecords }),
    ...(authors.length > 0 && { authors }),
    ...(version && { emulator: `DeSmuME ${versionOf(version)}` }),
    ...settingsOf(values),
    ...(Number.isFinite(rtc) && { rtc }),
    extra,
  };
}

/** Offset of the first line that starts with '|', or the end. */
function logAt(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1))
    if (bytes[at + 1] === 0x7c) return at + 1;
  return bytes.length;
}

/** 90600 is 0.9.6. */
function versionOf(text: string): string {
  const value = count(text);
  return value !== undefined && value >= 10000
    ? `0.${Math.floor(value / 10000)}.${Math.floor(value / 100) % 100}`
    : text;
}

function settingsOf(values: ReadonlyMap<string, string>): Pick<Movie, "syncSettings"> {
  const said = [...values].filter(([key]) => /^(use|adv|firm|swi|jit)/.test(key));
  return said.length > 0 ? { syncSettings: Object.fromEntries(said) } : {};
}

function startOf(values: ReadonlyMap<string, string>): Movie["start"] {
  const bytes = (key: string): Uint8Array | undefined => {
    const text = values.get(key);
    if (text === undefined || text === "0") return undefined;
    return fromBase64(text.replace(/^base64:/, "")) ?? new Uint8Array();
  };
  const state = bytes("savestate");
  if (state) return { kind: "state", data: state };
  const save = bytes("sram");
  return save ? { kind: "save", data: save } : { kind: "power-on" };
}

function binaryRows(file: string, bytes: Uint8Array, start: number, values: ReadonlyMap<string, string>): number {
  const room = Math.max(0, Math.floor((bytes.length - start) / BINARY.size));
  const length = count(values.get("length")) ?? room;
  if (length > room)
    throw fault(
      file,
      `the header says ${length} frames, the file holds ${room}`,
      "get the whole file, or set 'length' to what it holds",
    );
  return length;
}

class Log {
  readonly length: number;
  readonly track: Track & { readonly touch: Int16Array };
  readonly events: MovieEvent[] = [];
  readonly commands: Changes = [];
  readonly rest: Changes = [];
  readonly #file: string;
  #closed = false;
  #before = 0;

  constructor(file: string, length: number) {
    checkSize(file, length, 2);
    this.#file = file;
    this.length = length;
    this.track = { device: "touch", buttons: new Uint32Array(length), touch: new Int16Array(length * 2).fill(-1) };
  }

  readText(rows: Rows): void {
    const { buttons, touch } = this.track;
    let [command, x, y, touched, debug] = [0, 0, 0, false, 0];
    for (let frame = 0; frame < this.length && rows.next(); frame++) {
      if (rows.same && frame > 0) {
        buttons[frame] = buttons[frame - 1]!;
        touch[frame * 2] = touch[frame * 2 - 2]!;
        touch[frame * 2 + 1] = touch[frame * 2 - 1]!;
        continue;
      }
      const to = rows.field(rows.start + 1);
      const at = to + 1;
      command = number(rows.bytes, rows.start + 1, to);
      x = number(rows.bytes, at + 13, at + 16);
      y = number(rows.bytes, at + 17, at + 20);
      if (rows.field(at) - at < SIZE || command < 0 || x < 0 || y < 0)
        throw fault(
          this.#file,
          `frame ${frame} is no row of |commands|RLDUTSBAYXWEGxxx yyy t|`,
          "mend that row or save it again with DeSmuME",
        );
      const last = rows.bytes[at + 21];
      touched = last !== 0x30 && last !== 0x2e && last !== 0x20;
      debug = rows.bytes[at + 12] === 0x2e || rows.bytes[at + 12] === 0x20 ? 0 : 0x10000;
      this.#put(frame, command, rows.pad(at, DSM_PAD), x, y, touched, debug);
    }
  }

  readBinary(bytes: Uint8Array, start: number): void {
    for (let frame = 0, at = start; frame < this.length; frame++, at += BINARY.size) {
      const word = bytes[at + BINARY.pad]! | (bytes[at + BINARY.pad + 1]! << 8);
      let buttons = 0;
      for (let i = 0; i < DSM_PAD.length; i++) if (word & (0x1000 >> i)) buttons |= DSM_PAD[i]!;
      this.#put(
        frame,
        bytes[at]!,
        buttons,
        bytes[at + BINARY.x]!,
        bytes[at + BINARY.y]!,
        bytes[at + BINARY.touch] !== 0,
        (word & 1) << 16,
      );
    }
  }

  #put(frame: number, command: number, held: number, x: number, y: number, touched: boolean, debug: number): void {
    if (command & ~this.#before & DSM_COMMAND.lid) this.#closed = !this.#closed;
    if (command & ~this.#before & DSM_COMMAND.reset) this.events.push({ at: frame, kind: "reset" });
    this.#before = command;
    keepChange(this.commands, frame, command & ~DSM_COMMAND.mic);
    this.track.buttons[frame] = held | (command & DSM_COMMAND.mic ? Mic : 0) | (this.#closed ? Lid : 0);
    if (touched) {
      this.track.touch[frame * 2] = x;
      this.track.touch[frame * 2 + 1] = y;
    }
    keepChange(this.rest, frame, (touched ? 0 : x + 256 * y) + debug);
  }
}

/** A number of digits, or -1. */
function number(bytes: Uint8Array, from: number, to: number): number {
  let value = to > from && to - from < 6 ? 0 : -1;
  for (let at = from; at < to && value >= 0; at++) {
    const digit = bytes[at]! - 0x30;
    value = digit >= 0 && digit < 10 ? value * 10 + digit : -1;
  }
  return value;
}
