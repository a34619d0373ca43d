import { gunzipSync } from "fflate";
import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie, MovieEvent, MovieStart, System } from "../movie.ts";
import {
  bitsOf,
  buttonTable,
  type Changes,
  changesFrom,
  keepChange,
  pads,
  putText,
  samplesWith,
  startsWith,
  textAt,
  viewOf,
} from "./bits.ts";
import { extraOf, HEADED, kept } from "./extra.ts";
import { checkSize, fault } from "./text.ts";

const { A, B, Select, Start, Right, Left, Up, Down, R, L } = BUTTON;
const PAD = [A, B, Select, Start, Right, Left, Up, Down, R, L];
const BUTTONS = buttonTable(PAD);
const PAD_BITS = 0x03ff;
/** The console is reset: by timing of version 1.0, and since. */
const RESETS = [{ bit: 0x0400, data: "old timing" }, { bit: 0x0800 }] as const;
const HEADER = 0x100;

const EXTRA = v.object({ format: v.literal("vbm"), ...HEADED });

/**
 * Reads VisualBoyAdvance's .vbm (tasvideos.org/EmulatorResources/VBA/VBM): a header, 192 bytes of text, a savestate or
 * save RAM, two bytes a frame for each controller in use. Throws a Problem for bytes that are none.
 */
export function readVbm(file: string, bytes: Uint8Array): Movie {
  const view = viewOf(bytes);
  if (!startsWith(bytes, "VBM\x1a") || bytes.length < HEADER)
    throw fault(file, "it has no .vbm header", "give a movie that VisualBoyAdvance wrote");
  if (view.getUint32(4, true) !== 1)
    throw fault(file, `this is version ${view.getUint32(4, true)} of .vbm`, "only version 1 is known");
  const at = view.getUint32(0x3c, true);
  const ports = [0, 1, 2, 3].filter((port) => bytes[0x15]! & (1 << port)).length;
  if (ports === 0) throw fault(file, "no controller is in use (byte 15h)", "save it again with VisualBoyAdvance");
  const length = view.getUint32(0x0c, true);
  const room = Math.max(0, Math.floor((bytes.length - at) / (2 * ports)));
  if (at < HEADER || length > room)
    throw fault(file, `the header says ${length} frames from byte ${at}, the file holds ${room}`, "get the whole file");
  checkSize(file, length, ports);
  const tracks = pads(ports, length);
  const events: MovieEvent[] = [];
  const other: Changes[] = tracks.map(() => []);
  for (let frame = 0, from = at; frame < length; frame++) {
    for (let port = 0; port < ports; port++, from += 2) {
      const value = view.getUint16(from, true);
      tracks[port]!.buttons[frame] = BUTTONS[value & PAD_BITS]!;
      const rest = value & ~PAD_BITS;
      if (port === 0 && rest) {
        for (const { bit, ...said } of RESETS) if (rest & bit) events.push({ at: frame, kind: "reset", ...said });
      }
      keepChange(other[port]!, frame, port === 0 ? rest & ~0x0c00 : rest);
    }
  }
  const name = textAt(bytes, 0x24, 12);
  const author = textAt(bytes, 0x40, 64);
  const tail = bytes.slice(at + length * ports * 2);
  const extra: v.InferOutput<typeof EXTRA> = { format: "vbm", header: bytes.slice(0, at), tail, ...kept(other) };
  return {
    system: systemOf(bytes[0x16]!),
    by: "frame",
    length,
    tracks,
    events,
    start: startOf(file, bytes, at),
    rom: name ? { name } : {},
    region: "ntsc",
    rerecords: view.getUint32(0x10, true),
    ...(author && { authors: [author] }),
    emulator: "VBA-rr",
    rtc: view.getUint32(8, true),
    extra,
  };
}

function systemOf(flags: number): System {
  return flags & 1 ? "gba" : flags & 2 ? "gbc" : "gb";
}

/** A GBA's save is packed as VBA stores it: the save itself is the last 128 KB, of which it may fill a part. */
const GBA_SAVE = 2 ** 17;
const MOST_SAVE = 2 ** 20;

function startOf(file: string, bytes: Uint8Array, at: number): MovieStart {
  const flags = bytes[0x14]! & 3;
  if (flags === 0) return { kind: "power-on" };
  const from = viewOf(bytes).getUint32(0x38, true);
  const packed = from >= HEADER && from <= at ? bytes.slice(from, at) : new Uint8Array();
  if (flags & 1) return { kind: "state", data: packed };
  if (packed.length < 18) return { kind: "save", data: packed };
  const size = Math.min(MOST_SAVE, viewOf(packed).getUint32(packed.length - 4, true));
  try {
    const data = gunzipSync(packed, { out: new Uint8Array(size) });
    if (!(bytes[0x16]! & 1) || size <= GBA_SAVE) return { kind: "save", data };
    const save = data.subarray(size - GBA_SAVE);
    const used = [2 ** 15, 2 ** 16, GBA_SAVE].find((part) => save.subarray(part).every((byte) => byte === 0))!;
    return { kind: "save", data: save.slice(0, used) };
  } catch {
    throw fault(file, `the save RAM at byte ${from} is damaged`, "get the file again");
  }
}

/** Writes a .vbm; a movie that came from one gives its bytes again. Throws a Problem for consoles that VBA has not. */
export function writeVbm(movie: Movie): Uint8Array {
  if (!["gb", "gbc", "gba"].includes(movie.system))
    throw new Problem(`a .vbm holds Game Boy movies, this one is for ${movie.system}; write an .isr instead`);
  if (movie.by !== "frame")
    throw new Problem("a .vbm holds a sample for each frame, this movie one for each poll; write an .isr instead");
  const extra = extraOf(EXTRA, movie);
  if (!extra && movie.start.kind !== "power-on")
    throw new Problem(
      "this movie starts from a save or savestate that is not VisualBoyAdvance's; write an .isr instead",
    );
  const ports = Math.max(1, Math.min(4, movie.tracks.length));
  const header = extra?.header.slice() ?? newHeader(movie, ports);
  const view = viewOf(header);
  view.setUint32(0x0c, movie.length, true);
  view.setUint32(0x10, movie.rerecords ?? 0, true);
  const bytes = new Uint8Array(header.length + movie.length * ports * 2 + (extra?.tail?.length ?? 0));
  bytes.set(header);
  if (extra?.tail) bytes.set(extra.tail, bytes.length - extra.tail.length);
  const out = viewOf(bytes);
  const other = movie.tracks.map((_, port) => changesFrom(extra?.other?.[port]));
  const resets = RESETS.map((reset) => ({
    bit: reset.bit,
    at: samplesWith(movie.events, "reset", "data" in reset ? reset.data : undefined),
  }));
  for (let frame = 0, at = header.length; frame < movie.length; frame++) {
    for (let port = 0; port < ports; port++, at += 2) {
      let value = bitsOf(PAD, movie.tracks[port]?.buttons[frame] ?? 0) | (other[port]?.(frame) ?? 0);
      if (port === 0) for (const reset of resets) if (reset.at.has(frame)) value |= reset.bit;
      out.setUint16(at, value, true);
    }
  }
  return bytes;
}

function newHeader(movie: Movie, ports: number): Uint8Array {
  const header = new Uint8Array(HEADER);
  const view = viewOf(header);
  view.setUint32(0, 0x1a4d4256, true);
  view.setUint32(4, 1, true);
  view.setUint32(8, movie.rtc ?? 0, true);
  header[0x15] = (1 << ports) - 1;
  header[0x16] = movie.system === "gba" ? 1 : movie.system === "gbc" ? 2 : 0;
  // Timing as the emulator has it since its version 20: less lag, HDMA5, echo RAM, SRAM fixes.
  header[0x17] = 0x70;
  putText(header, 0x24, 13, movie.rom.name ?? "");
  header[0x30] = 1;
  view.setUint32(0x3c, HEADER, true);
  putText(header, 0x40, 64, movie.authors?.join(", ") ?? "");
  return header;
}
