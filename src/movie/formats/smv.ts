import { gunzipSync, gzipSync } from "fflate";
import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie, MovieEvent, MovieStart } from "../movie.ts";
import {
  bitsOf,
  buttonTable,
  type Changes,
  changesFrom,
  keepChange,
  pads,
  samplesWith,
  startsWith,
  textAt,
  viewOf,
} from "./bits.ts";
import { extraOf, HEADED, kept } from "./extra.ts";
import { checkSize, fault, toHex } from "./text.ts";

const { A, B, X, Y, L, R, Select, Start, Up, Down, Left, Right } = BUTTON;
/** Bits 4 and up of a pad's word, lowest first. */
const PAD = [R, L, X, A, Right, Left, Down, Up, Start, Select, Y, B];
const BUTTONS = buttonTable(PAD);
/** Every bit of every pad: the console is reset. */
const RESET = 0xffff;
/** Bytes a sample of what is on a port that is no pad (mouse, superscope, justifier), by the header's number. */
const DEVICES = [0, 0, 5, 6, 11, 0];
const VERSIONS: Readonly<Record<number, string>> = { 1: "1.43", 4: "1.51", 5: "1.52 or later" };
const MAX_SAVE = 2 ** 20;

const EXTRA = v.object({
  format: v.literal("smv"),
  ...HEADED,
  /** The sample before the first frame. */
  first: v.instance(Uint8Array<ArrayBufferLike>),
  /** Bytes of mice and guns, those of each sample after the other. */
  devices: v.exactOptional(v.instance(Uint8Array<ArrayBufferLike>)),
});

/**
 * Reads Snes9x's .smv (tasvideos.org/EmulatorResources/Snes9x/SMV): header, author in UTF-16, ROM, a savestate or save
 * RAM, two bytes for each pad in each sample. The sample before the first frame is kept. Throws a Problem for bytes that
 * are none.
 */
export function readSmv(file: string, bytes: Uint8Array): Movie {
  const view = viewOf(bytes);
  if (!startsWith(bytes, "SMV\x1a") || bytes.length < 0x40)
    throw fault(file, "it has no .smv header", "give a movie that Snes9x wrote");
  const version = view.getUint32(4, true);
  const long = version >= 4;
  const [stateAt, at] = [view.getUint32(0x18, true), view.getUint32(0x1c, true)];
  const mask = bytes[0x14]! & 0x1f;
  const ports = [0, 1, 2, 3, 4].filter((port) => mask & (1 << port));
  const more = long ? (DEVICES[bytes[0x24]!] ?? 0) + (DEVICES[bytes[0x25]!] ?? 0) : 0;
  const size = ports.length * 2 + more;
  const length = view.getUint32(0x10, true);
  const room = size === 0 ? 0 : Math.floor((bytes.length - at) / size) - 1;
  if (at < 0x20 || at > bytes.length || length > room)
    throw fault(
      file,
      `the header says ${length} frames from byte ${at}, the file holds ${Math.max(0, room)}`,
      "get the whole file",
    );
  const count = ports.length > 0 ? ports.at(-1)! + 1 : 0;
  checkSize(file, length, count + more);
  const tracks = pads(count, length);
  const events: MovieEvent[] = [];
  const other: Changes[] = ports.map(() => []);
  const devices = new Uint8Array(length * more);
  for (let frame = 0, from = at + size; frame < length; frame++, from += size) {
    let reset = ports.length > 0;
    for (let i = 0; i < ports.length; i++) if (view.getUint16(from + i * 2, true) !== RESET) reset = false;
    if (reset) events.push({ at: frame, kind: "reset" });
    for (let i = 0; i < ports.length; i++) {
      const value = reset ? 0 : view.getUint16(from + i * 2, true);
      tracks[ports[i]!]!.buttons[frame] = BUTTONS[value >> 4]!;
      keepChange(other[i]!, frame, value & 15);
    }
    if (more) devices.set(bytes.subarray(from + ports.length * 2, from + size), frame * more);
  }
  const romInfo = (bytes[0x17]! & 0x41) === 0x41 && stateAt >= (long ? 0x40 : 0x20) + 30 && stateAt <= at;
  const name = romInfo ? textAt(bytes, stateAt - 23, 23) : "";
  const author = utf16(bytes, long ? 0x40 : 0x20, Math.min(stateAt, at) - (romInfo ? 30 : 0));
  const extra: v.InferOutput<typeof EXTRA> = {
    format: "smv",
    header: bytes.slice(0, at),
    tail: bytes.slice(at + (length + 1) * size),
    first: bytes.slice(at, at + size),
    ...kept(other),
    ...(more > 0 && { devices }),
  };
  return {
    system: "snes",
    by: "frame",
    length,
    tracks,
    events,
    start: startOf(file, bytes, stateAt, at),
    rom: { ...(name && { name }), ...(romInfo && { crc32: toHex(bytes.slice(stateAt - 27, stateAt - 23).reverse()) }) },
    region: bytes[0x15]! & 2 ? "pal" : "ntsc",
    rerecords: view.getUint32(0x0c, true),
    ...(author && { authors: [author] }),
    emulator: `Snes9x ${VERSIONS[version] ?? `(movie version ${version})`}`,
    extra,
  };
}

function utf16(bytes: Uint8Array, at: number, end: number): string {
  return end > at ? new TextDecoder("utf-16le").decode(bytes.subarray(at, end)).replace(/\0.*$/s, "").trim() : "";
}

/** Save RAM is there always, packed; when it is all the same byte, nothing was saved (Snes9x fills with 60h). */
function startOf(file: string, bytes: Uint8Array, stateAt: number, at: number): MovieStart {
  const packed = bytes.slice(Math.min(stateAt, at), at);
  if (!(bytes[0x15]! & 1)) return { kind: "state", data: packed };
  if (packed.length < 18) return { kind: "power-on" };
  const size = viewOf(packed).getUint32(packed.length - 4, true);
  let data: Uint8Array;
  try {
    data = gunzipSync(packed, { out: new Uint8Array(Math.min(size, MAX_SAVE)) });
  } catch {
    throw fault(file, `the save RAM at byte ${stateAt} is damaged`, "get the file again");
  }
  return data.every((byte) => byte === data[0]) ? { kind: "power-on" } : { kind: "save", data };
}

/** Writes an .smv; a movie that came from one gives its bytes again. Throws a Problem for what Snes9x cannot play. */
export function writeSmv(movie: Movie): Uint8Array {
  if (movie.system !== "snes")
    throw new Problem(`an .smv holds SNES movies only, this one is for ${movie.system}; write an .isr instead`);
  if (movie.by !== "frame")
    throw new Problem("an .smv holds a sample for each frame, this movie one for each poll; write an .isr instead");
  const extra = extraOf(EXTRA, movie);
  if (!extra && movie.start.kind === "state")
    throw new Problem("this movie starts from a savestate that Snes9x cannot load; write an .isr instead");
  const header = extra?.header.slice() ?? newHeader(movie);
  const view = viewOf(header);
  view.setUint32(0x0c, movie.rerecords ?? 0, true);
  view.setUint32(0x10, movie.length, true);
  if (!extra) view.setUint32(0x20, movie.length + 1, true);
  const ports = [0, 1, 2, 3, 4].filter((port) => header[0x14]! & (1 << port));
  const more = extra?.devices && movie.length > 0 ? Math.floor(extra.devices.length / movie.length) : 0;
  const size = ports.length * 2 + more;
  const tail = extra?.tail ?? new Uint8Array();
  const bytes = new Uint8Array(header.length + (movie.length + 1) * size + tail.length);
  bytes.set(header);
  if (extra) bytes.set(extra.first.subarray(0, size), header.length);
  bytes.set(tail, bytes.length - tail.length);
  const out = viewOf(bytes);
  const other = ports.map((_, i) => changesFrom(extra?.other?.[i]));
  const resets = samplesWith(movie.events, "reset");
  for (let frame = 0, at = header.length + size; frame < movie.length; frame++, at += size) {
    for (let i = 0; i < ports.length; i++) {
      const value = (bitsOf(PAD, movie.tracks[ports[i]!]?.buttons[frame] ?? 0) << 4) | other[i]!(frame);
      out.setUint16(at + i * 2, resets.has(frame) ? RESET : value, true);
    }
    if (more) bytes.set(extra!.devices!.subarray(frame * more, (frame + 1) * more), at + ports.length * 2);
  }
  return bytes;
}

function newHeader(movie: Movie): Uint8Array {
  const author = (movie.authors?.join(", ") ?? "").slice(0, 200);
  const save = gzipSync(movie.start.kind === "save" ? movie.start.data : new Uint8Array(0x20000).fill(0x60), {
    mtime: 0,
  });
  const crc = movie.rom.crc32 ?? "";
  const rom = /^[0-9a-f]{8}$/.test(crc) ? 30 : 0;
  const stateAt = 0x40 + author.length * 2 + 2 + rom;
  const header = new Uint8Array(stateAt + save.length);
  const view = viewOf(header);
  view.setUint32(0, 0x1a564d53, true);
  view.setUint32(4, 5, true);
  const ports = Math.max(1, Math.min(5, movie.tracks.length));
  header[0x14] = (1 << ports) - 1;
  header[0x15] = 1 | (movie.region === "pal" ? 2 : 0);
  header[0x17] = 1 | (rom ? 0x40 : 0);
  view.setUint32(0x18, stateAt, true);
  view.setUint32(0x1c, header.length, true);
  // A pad on each port, or a multitap of four on the second one; the numbers of the pads on them, or -1.
  header.set(
    ports > 2
      ? [1, 5, 0, 255, 255, 255, 1, 2, 3, 4]
      : [1, ports > 1 ? 1 : 0, 0, 255, 255, 255, ports > 1 ? 1 : 255, 255, 255, 255],
    0x24,
  );
  for (let i = 0; i < author.length; i++) view.setUint16(0x40 + i * 2, author.charCodeAt(i), true);
  if (rom) {
    view.setUint32(stateAt - 27, Number.parseInt(crc, 16), true);
    for (const [i, character] of [...(movie.rom.name ?? "")].slice(0, 22).entries())
      header[stateAt - 23 + i] = character.charCodeAt(0);
  }
  header.set(save, stateAt);
  return header;
}
