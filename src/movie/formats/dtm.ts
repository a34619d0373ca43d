import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie, MovieEvent, MovieStart, Track } from "../movie.ts";
import {
  bitsOf,
  buttonTable,
  type Changes,
  changesFrom,
  keepChange,
  putText,
  startsWith,
  textAt,
  viewOf,
} from "./bits.ts";
import { fromStick, toStick } from "./bk2-columns.ts";
import { extraOf, HEADED, kept } from "./extra.ts";
import { checkSize, fault, fromHex, toHex } from "./text.ts";

const { A, B, X, Y, R, L2, R2, Start, Up, Down, Left, Right } = BUTTON;
// Z is R, and the triggers are L2 and R2, as libretro's GameCube core has them.
const PAD = [Start, A, B, X, Y, R, Up, Down, Left, Right, L2, R2];
const BUTTONS = buttonTable(PAD);
const PAD_BITS = 0x0fff;
const DISC = 0x1000;
const RESET = 0x2000;
/** The controller is there; Dolphin sets it in every sample. */
const CONNECTED = 0x4000;
const HEADER = 0x100;
const SAMPLE = 8;
/** Ticks a second that the header counts. */
const TICKS = { gc: 486_000_000, wii: 729_000_000 };

const EXTRA = v.object({
  format: v.literal("dtm"),
  ...HEADED,
  /** L and R as they are pressed, 0 to 255: two bytes a sample, by port. */
  triggers: v.array(v.instance(Uint8Array<ArrayBufferLike>)),
  /** Frames that the console drew, and its time in seconds, as the header counts them. */
  frames: v.number(),
  seconds: v.number(),
  lagFrames: v.number(),
});

/**
 * Reads Dolphin's .dtm (tasvideos.org/EmulatorResources/Dolphin/DTM): 256 bytes of header, then 8 bytes for each poll of
 * each controller, so that the movie is by poll. Wii Remotes' reports are kept as they are, without tracks. Throws a
 * Problem for bytes that are none.
 */
export function readDtm(file: string, bytes: Uint8Array): Movie {
  if (!startsWith(bytes, "DTM\x1a") || bytes.length < HEADER)
    throw fault(file, "it has no .dtm header", "give a movie that Dolphin wrote");
  const view = viewOf(bytes);
  const wii = bytes[0x0a] === 1;
  // Which reports are whose cannot be told without playing the game once Wii Remotes are in it.
  const ports = bytes[0x0b]! >> 4 ? 0 : portsOf(bytes[0x0b]!).length;
  const length = ports === 0 ? 0 : Math.floor((bytes.length - HEADER) / (SAMPLE * ports));
  checkSize(file, length, ports * 4);
  const tracks = Array.from({ length: ports === 0 ? 0 : portsOf(bytes[0x0b]!).at(-1)! + 1 }, (): Track => ({
    device: "analog",
    buttons: new Uint32Array(length),
    sticks: new Int16Array(length * 4),
  })); // biome-ignore format: a track
  const events: MovieEvent[] = [];
  const other: Changes[] = [];
  const triggers: Uint8Array[] = [];
  portsOf(ports ? bytes[0x0b]! : 0).forEach((port, nth) => {
    const { buttons, sticks } = tracks[port]!;
    const changes: Changes = [];
    const pressed = new Uint8Array(length * 2);
    let before = 0;
    for (let poll = 0, at = HEADER + nth * SAMPLE; poll < length; poll++, at += SAMPLE * ports) {
      const word = view.getUint16(at, true);
      buttons[poll] = BUTTONS[word & PAD_BITS]!;
      const rest = word & ~PAD_BITS;
      if (rest !== before) {
        if (rest & ~before & RESET) events.push({ at: poll, kind: "reset" });
        if (rest & ~before & DISC) events.push({ at: poll, kind: "disk-insert" });
        keepChange(changes, poll, rest);
        before = rest;
      }
      pressed[poll * 2] = bytes[at + 2]!;
      pressed[poll * 2 + 1] = bytes[at + 3]!;
      sticks![poll * 4] = toStick(bytes[at + 4]!, "centred");
      sticks![poll * 4 + 1] = toStick(bytes[at + 5]!, "centred-up");
      sticks![poll * 4 + 2] = toStick(bytes[at + 6]!, "centred");
      sticks![poll * 4 + 3] = toStick(bytes[at + 7]!, "centred-up");
    }
    other.push(changes);
    triggers.push(pressed);
  });
  events.sort((a, b) => a.at - b.at);
  const md5 = toHex(bytes.subarray(0x71, 0x81));
  const author = textAt(bytes, 0x31, 32);
  const revision = toHex(bytes.subarray(0xd1, 0xe5));
  const seconds = Number(view.getBigUint64(0xed, true)) / (wii ? TICKS.wii : TICKS.gc);
  const extra: v.InferOutput<typeof EXTRA> = {
    format: "dtm",
    header: bytes.slice(0, HEADER),
    tail: bytes.slice(HEADER + length * SAMPLE * ports),
    ...kept(other),
    triggers,
    frames: Number(view.getBigUint64(0x0d, true)),
    seconds,
    lagFrames: Number(view.getBigUint64(0x1d, true)),
  };
  return {
    system: wii ? "wii" : "gc",
    by: "poll",
    length,
    tracks,
    events,
    start: startOf(bytes),
    rom: { name: textAt(bytes, 4, 6), ...(!/^0*$/.test(md5) && { md5 }) },
    region: "PDFISHUXYZ".includes(String.fromCharCode(bytes[7]!)) ? "pal" : "ntsc",
    rerecords: view.getUint32(0x2d, true),
    ...(author && { authors: [author] }),
    emulator: /^0*$/.test(revision) ? "Dolphin" : `Dolphin (revision ${revision})`,
    syncSettings: settingsOf(bytes),
    rtc: Number(view.getBigInt64(0x81, true)),
    extra,
  };
}

/** The state is in a file beside it, and so are the memory cards, unless they were blank. */
function startOf(bytes: Uint8Array): MovieStart {
  if (bytes[0x0c]) return { kind: "state", data: new Uint8Array() };
  return bytes[0x97] && !bytes[0x98] ? { kind: "save", data: new Uint8Array() } : { kind: "power-on" };
}

function portsOf(mask: number): number[] {
  return [0, 1, 2, 3].filter((port) => mask & (1 << port));
}

const FLAGS = [
  "saved config valid", "idle skipping", "dual core", "progressive scan", "DSP HLE", "fast disc speed", "CPU core", "EFB access",
  "EFB copies", "EFB copies to texture", "EFB copy cache", "EFB format changes", "XFB", "real XFB", "memory cards",
  "memory card blank", "bongos", "sync GPU thread", "netplay", "PAL60", "language",
]; // biome-ignore format: a list of words

/** Bytes 89h to 9Dh, by name: numbers as the header has them. */
function settingsOf(bytes: Uint8Array): Record<string, number | string> {
  const settings: Record<string, number | string> = { "video backend": textAt(bytes, 0x51, 16) };
  for (const [i, name] of FLAGS.entries()) settings[name] = bytes[0x89 + i]!;
  return settings;
}

/** Writes a .dtm; a movie that came from one gives its bytes again. Throws a Problem for what Dolphin cannot play. */
export function writeDtm(movie: Movie): Uint8Array {
  if (movie.system !== "gc" && movie.system !== "wii")
    throw new Problem(`a .dtm holds GameCube and Wii movies, this one is for ${movie.system}; write an .isr instead`);
  if (movie.by !== "poll")
    throw new Problem("a .dtm holds a sample for each poll, this movie one for each frame; write an .isr instead");
  const extra = extraOf(EXTRA, movie);
  if (!extra && movie.start.kind !== "power-on")
    throw new Problem("this movie starts from a save or savestate that a .dtm does not hold; write an .isr instead");
  const header = extra?.header.slice() ?? newHeader(movie);
  const ports = movie.tracks.length === 0 ? [] : portsOf(header[0x0b]!);
  const tail = extra?.tail ?? new Uint8Array();
  const bytes = new Uint8Array(HEADER + movie.length * ports.length * SAMPLE + tail.length);
  bytes.set(header);
  bytes.set(tail, bytes.length - tail.length);
  const out = viewOf(bytes);
  out.setUint32(0x2d, movie.rerecords ?? 0, true);
  ports.forEach((port, nth) => {
    const track = movie.tracks[port];
    const triggers = extra?.triggers[nth];
    const rest = changesFrom(extra ? extra.other?.[nth] : [[0, CONNECTED]]);
    for (let poll = 0, at = HEADER + nth * SAMPLE; poll < movie.length; poll++, at += SAMPLE * ports.length) {
      const buttons = track?.buttons[poll] ?? 0;
      out.setUint16(at, bitsOf(PAD, buttons) | rest(poll), true);
      bytes[at + 2] = triggers ? (triggers[poll * 2] ?? 0) : buttons & L2 ? 255 : 0;
      bytes[at + 3] = triggers ? (triggers[poll * 2 + 1] ?? 0) : buttons & R2 ? 255 : 0;
      for (let axis = 0; axis < 4; axis++)
        bytes[at + 4 + axis] = fromStick(track?.sticks?.[poll * 4 + axis] ?? 0, axis % 2 ? "centred-up" : "centred");
    }
  });
  return bytes;
}

function newHeader(movie: Movie): Uint8Array {
  const header = new Uint8Array(HEADER);
  const view = viewOf(header);
  view.setUint32(0, 0x1a4d5444, true);
  putText(header, 4, 7, movie.rom.name ?? "");
  header[0x0a] = movie.system === "wii" ? 1 : 0;
  header[0x0b] = (1 << Math.max(1, Math.min(4, movie.tracks.length))) - 1;
  view.setBigUint64(0x15, BigInt(movie.length * movie.tracks.length), true);
  putText(header, 0x31, 32, movie.authors?.join(", ") ?? "");
  const md5 = movie.rom.md5 && fromHex(movie.rom.md5);
  if (md5 && md5.length === 16) header.set(md5, 0x71);
  view.setBigInt64(0x81, BigInt(Math.trunc(movie.rtc ?? 0)), true);
  return header;
}
