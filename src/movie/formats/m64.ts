import * as v from "valibot";
import { N64_BUTTONS, n64Keys } from "../../machine/n64-pad.ts";
import { Problem } from "../../problem.ts";
import type { Movie, MovieEvent, MovieStart, Track } from "../movie.ts";
import { buttonTable, type Changes, changesFrom, keepChange, startsWith, textAt, viewOf } from "./bits.ts";
import { toStick } from "./bk2-columns.ts";
import { extraOf, HEADED } from "./extra.ts";
import { checkSize, fault } from "./text.ts";

const BUTTONS = buttonTable([...N64_BUTTONS]);
const PAD_BITS = 0x3fff;
/** Both reserved bits and nothing else: the reset button. */
const RESET = 0xc000;
const HEADER = 0x400;
const SAMPLE = 4;
const VERSION = 3;
const PORTS = [0, 1, 2, 3];
/** Where the header has its texts, and their sizes. */
const TEXT = { rom: [0xc4, 32], author: [0x222, 222], about: [0x300, 256] } as const;
const PLUGINS = { video: 0x122, audio: 0x162, input: 0x1a2, rsp: 0x1e2 } as const;
const PAL = "DFHIPSUWXY";
const EXTRA = v.object({ format: v.literal("m64"), ...HEADED, frames: v.number() });

/**
 * Reads Mupen64's .m64, version 3 (tasvideos.org/EmulatorResources/Mupen/M64): 1024 bytes of header, then four bytes for
 * each poll of each pad that is plugged in. Throws a Problem for bytes that are none.
 */
export function readM64(file: string, bytes: Uint8Array): Movie {
  if (!startsWith(bytes, "M64\x1a") || bytes.length < HEADER)
    throw fault(file, "it has no .m64 header", "give a movie that Mupen64 wrote");
  const view = viewOf(bytes);
  const version = view.getUint32(4, true);
  if (version !== VERSION)
    throw fault(file, `it is of version ${version}`, `save it with a newer Mupen64, as version ${VERSION}`);
  const flags = view.getUint32(0x20, true);
  const ports = portsOf(flags);
  const stride = SAMPLE * ports.length;
  const said = Math.ceil(view.getUint32(0x18, true) / (ports.length || 1));
  const there = stride === 0 ? 0 : Math.floor((bytes.length - HEADER) / stride);
  // What lies after the samples that the header counts was recorded over.
  const length = Math.min(said, there);
  checkSize(file, length, ports.length * 4);
  const tracks = Array.from({ length: (ports.at(-1) ?? -1) + 1 }, (): Track => ({
    device: "analog",
    buttons: new Uint32Array(length),
    sticks: new Int16Array(length * 4),
  })); // biome-ignore format: a track
  const events: MovieEvent[] = [];
  const other = ports.map((port, nth) => {
    const { buttons, sticks } = tracks[port]!;
    const changes: Changes = [];
    for (let poll = 0, at = HEADER + nth * SAMPLE; poll < length; poll++, at += stride) {
      const word = view.getUint16(at, true);
      keepChange(changes, poll, word & ~PAD_BITS);
      if (word === RESET && nth === 0) events.push({ at: poll, kind: "reset" });
      buttons[poll] = BUTTONS[word & PAD_BITS]!;
      sticks![poll * 4] = toStick(view.getInt8(at + 2), "signed");
      sticks![poll * 4 + 1] = toStick(view.getInt8(at + 3), "signed-up");
    }
    return changes;
  });
  const author = utf8(bytes, ...TEXT.author);
  const about = utf8(bytes, ...TEXT.about);
  const frames = view.getUint32(0x0c, true);
  const extra: v.InferOutput<typeof EXTRA> & { about?: string } = {
    format: "m64",
    header: bytes.slice(0, HEADER),
    tail: bytes.slice(HEADER + length * stride),
    other,
    frames,
    ...(about && { about }),
  };
  return {
    system: "n64",
    by: "poll",
    length,
    tracks,
    events,
    start: startOf(view.getUint16(0x1c, true)),
    rom: { name: textAt(bytes, ...TEXT.rom) },
    region: PAL.includes(String.fromCharCode(bytes[0xe8]!)) ? "pal" : "ntsc",
    rerecords: view.getUint32(0x10, true),
    ...(author && { authors: [author] }),
    emulator: "Mupen64",
    syncSettings: settingsOf(bytes, flags),
    extra,
  };
}

function portsOf(flags: number): number[] {
  return PORTS.filter((port) => flags & (1 << port));
}

/** A savestate or an EEPROM is in a file beside it. */
function startOf(type: number): MovieStart {
  if (type & 1) return { kind: "state", data: new Uint8Array() };
  return type & 4 ? { kind: "save", data: new Uint8Array() } : { kind: "power-on" };
}

/** Plugins and pads, as the core mupen64plus names what is in a port. */
function settingsOf(bytes: Uint8Array, flags: number): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, at] of Object.entries(PLUGINS)) settings[`${name} plugin`] = textAt(bytes, at, 64);
  for (const port of PORTS) {
    const pak = flags & (0x10 << port) ? "mempak" : flags & (0x100 << port) ? "rumble" : "bare";
    settings[`pad${port + 1}`] = flags & (1 << port) ? pak : "none";
  }
  return settings;
}

function utf8(bytes: Uint8Array, at: number, size: number): string {
  const field = bytes.subarray(at, at + size);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end)).trim();
}

/** Writes an .m64; a movie that came from one gives its bytes again. Throws a Problem for what Mupen64 cannot play. */
export function writeM64(movie: Movie): Uint8Array {
  if (movie.system !== "n64")
    throw new Problem(`an .m64 holds Nintendo 64 movies, this one is for ${movie.system}; write an .isr instead`);
  if (movie.by !== "poll")
    throw new Problem("an .m64 holds a sample for each poll, this movie one for each frame; write an .isr instead");
  const extra = extraOf(EXTRA, movie);
  if (!extra && movie.start.kind !== "power-on")
    throw new Problem("this movie starts from a save or savestate that an .m64 does not hold; write an .isr instead");
  const header = extra?.header.slice() ?? newHeader(movie);
  const ports = portsOf(viewOf(header).getUint32(0x20, true));
  const stride = SAMPLE * ports.length;
  const tail = extra?.tail ?? new Uint8Array();
  const bytes = new Uint8Array(HEADER + movie.length * stride + tail.length);
  bytes.set(header);
  bytes.set(tail, bytes.length - tail.length);
  const out = viewOf(bytes);
  out.setUint32(0x10, movie.rerecords ?? 0, true);
  const resets = new Set(movie.events.filter(({ kind }) => kind === "reset").map(({ at }) => at));
  ports.forEach((port, nth) => {
    const { buttons, sticks } = movie.tracks[port] ?? {};
    const rest = changesFrom(extra?.other?.[nth]);
    for (let poll = 0, at = HEADER + nth * SAMPLE; poll < movie.length; poll++, at += stride) {
      const pad = {
        buttons: buttons?.[poll] ?? 0,
        lx: sticks?.[poll * 4] ?? 0,
        ly: sticks?.[poll * 4 + 1] ?? 0,
      };
      const reset = !extra && nth === 0 && resets.has(poll);
      out.setUint32(at, reset ? RESET : (n64Keys(pad) | rest(poll)) >>> 0, true);
    }
  });
  return bytes;
}

function newHeader(movie: Movie): Uint8Array {
  const header = new Uint8Array(HEADER);
  const view = viewOf(header);
  const pads = Math.max(1, Math.min(4, movie.tracks.length));
  view.setUint32(0, 0x1a34364d, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(0x0c, movie.length, true);
  header[0x14] = movie.region === "pal" ? 50 : 60;
  header[0x15] = pads;
  view.setUint32(0x18, movie.length * pads, true);
  view.setUint16(0x1c, 2, true);
  view.setUint32(0x20, (1 << pads) - 1, true);
  const put = ([at, size]: readonly [number, number], text: string): void => {
    new TextEncoder().encodeInto(text, header.subarray(at, at + size - 1));
  };
  put(TEXT.rom, movie.rom.name ?? "");
  put(TEXT.author, movie.authors?.join(", ") ?? "");
  return header;
}
