import { unzlibSync } from "fflate";
import * as v from "valibot";
import type { Movie, MovieStart, Track } from "../movie.ts";
import { startsWith, viewOf } from "./bits.ts";
import { extraOf } from "./extra.ts";
import { checkSize, fault, toHex } from "./text.ts";

/** libretro.h's device numbers, and the id that asks for all buttons at once. */
export const DEVICE = { pad: 1, analog: 5, mask: 256 };
export const EVENT = 8;
export const KEY = 12;
export const OLD_HEADER = 24;
const REGULAR = 0x66;
const CHECKPOINT = 0x63;
const CHECKPOINT2 = 0x43;
const MOST_STATE = 2 ** 28;

const BYTES = v.instance(Uint8Array<ArrayBufferLike>);
const EXTRA = v.object({
  format: v.literal("replay"),
  version: v.picklist([1, 2]),
  /** All before the first frame: the header and the first state. */
  header: BYTES,
  /** What the core asked, six bytes for each question (port, device, index, 0, id), where it changes. */
  asked: v.array(v.tuple([v.number(), BYTES])),
  /** Answers that tracks do not hold, [frame, value] where they change, by question and how often it was asked before. */
  answers: v.record(v.string(), v.array(v.tuple([v.number(), v.number()]))),
  /** Keys of keyboards, and states on the way: as they are, by frame. */
  keys: v.array(v.tuple([v.number(), BYTES])),
  states: v.array(v.tuple([v.number(), BYTES])),
  tail: v.exactOptional(BYTES),
});
export type ReplayExtra = v.InferOutput<typeof EXTRA>;

export const replayExtra = (movie: Movie): ReplayExtra | undefined => extraOf(EXTRA, movie);

/**
 * Reads RetroArch's .replay of versions 1 and 2 (input/bsv/bsvmovie.c of its sources): a header and a state, then for
 * each frame the keys, each question of the core with its answer, maybe a state. A frame without a question is lag. The
 * file says neither system nor game. Throws a Problem for bytes that are none, and for the .bsv before version 1, which
 * holds answers without their questions.
 */
export function readReplay(file: string, bytes: Uint8Array): Movie {
  if (startsWith(bytes, "BSV1") || startsWith(bytes, "1VSB"))
    throw fault(
      file,
      "it is a .bsv of RetroArch before 1.17, whose answers do not say what the core asked",
      "record it again with a later RetroArch",
    );
  if ((!startsWith(bytes, "2VSB") && !startsWith(bytes, "BSV2")) || bytes.length < OLD_HEADER)
    throw fault(file, "it has no .replay header", "give a movie that RetroArch wrote");
  const view = viewOf(bytes);
  const version = view.getUint32(4, true);
  if (version !== 1 && version !== 2)
    throw fault(file, `this is version ${version} of .replay`, "versions 1 and 2 are known");
  const at = version === 1 ? OLD_HEADER + view.getUint32(12, true) : firstFrame(file, view);
  if (at > bytes.length)
    throw fault(file, `its first state ends at byte ${at} of ${bytes.length}`, "get the whole file");
  const frames = scan(file, bytes, at, version);
  const length = frames.length - 1;
  const ports = portsOf(bytes, frames, version);
  checkSize(file, length, ports.length * 3);
  const log = readFrames(bytes, frames, version, ports);
  const crc32 = toHex(bytes.slice(8, 12).reverse());
  const extra: ReplayExtra = {
    format: "replay",
    version,
    header: bytes.slice(0, at),
    ...log.extra,
    tail: bytes.slice(frames[length]!),
  };
  return {
    system: "unknown",
    by: "frame",
    length,
    tracks: log.tracks,
    events: [],
    lag: log.lag,
    start: startOf(bytes, at, version),
    rom: crc32 === "00000000" ? {} : { crc32 },
    emulator: `RetroArch (replay version ${version})`,
    extra,
  };
}

/** Version 2: after ten words, nine before RetroArch 1.22, comes the first state; the header has its size. */
function firstFrame(file: string, view: DataView): number {
  for (const at of [40, 36]) {
    if (at + 14 > view.byteLength) continue;
    const size = view.getUint32(at + 10, true);
    if (size + 14 === view.getUint32(12, true) || (at === 36 && view.getUint8(at) < 3 && view.getUint8(at + 1) < 2))
      return at + 14 + size;
  }
  throw fault(file, "the size of its first state does not fit", "get the file again");
}

function startOf(bytes: Uint8Array, at: number, version: 1 | 2): MovieStart {
  if (version === 1)
    return at === OLD_HEADER ? { kind: "power-on" } : { kind: "state", data: bytes.slice(OLD_HEADER, at) };
  const view = viewOf(bytes);
  const from = [40, 36].find((start) => start + 14 + view.getUint32(start + 10, true) === at)!;
  const data = bytes.slice(from + 14, at);
  const [packed, encoded, size] = [bytes[from], bytes[from + 1], view.getUint32(from + 2, true)];
  if (packed !== 1 || encoded !== 0 || size > MOST_STATE) return { kind: "state", data };
  try {
    return { kind: "state", data: unzlibSync(data, { out: new Uint8Array(size) }) };
  } catch {
    return { kind: "state", data };
  }
}

/** Where each frame begins, and where the last one ends. A frame that was cut off is left out. */
function scan(file: string, bytes: Uint8Array, first: number, version: 1 | 2): number[] {
  const view = viewOf(bytes);
  const starts = [first];
  for (let at = first; ; ) {
    at += version === 2 ? 4 : 0;
    if (at + 1 > bytes.length) return starts;
    at += 1 + bytes[at]! * KEY;
    if (at + 2 > bytes.length) return starts;
    at += 2 + view.getUint16(at, true) * EVENT;
    if (at + 1 > bytes.length) return starts;
    at = afterToken(view, at);
    if (at < 0) return starts;
    starts.push(at);
    if (starts.length % 2 ** 20 === 0) checkSize(file, starts.length, 4);
  }
}

/** After a frame's last byte and the state that may follow it, or -1. */
function afterToken(view: DataView, at: number): number {
  const token = view.getUint8(at);
  const room = view.byteLength - at;
  let end = at + 1;
  if (token === CHECKPOINT)
    end = room < 9 ? Number.POSITIVE_INFINITY : at + 9 + Number(view.getBigUint64(at + 1, true));
  else if (token === CHECKPOINT2) end = room < 15 ? Number.POSITIVE_INFINITY : at + 15 + view.getUint32(at + 11, true);
  else if (token !== REGULAR) return -1;
  return end <= view.byteLength ? end : -1;
}

/** Each port that a pad or a stick was asked for, and whether it has sticks. */
function portsOf(bytes: Uint8Array, frames: readonly number[], version: 1 | 2): boolean[] {
  const ports: boolean[] = [];
  for (let frame = 0; frame + 1 < frames.length; frame++) {
    const { from, to } = eventsOf(bytes, frames[frame]!, version);
    for (let at = from; at < to; at += EVENT) {
      const [port, device] = [bytes[at]!, bytes[at + 1]!];
      if (port >= 16 || (device !== DEVICE.pad && device !== DEVICE.analog)) continue;
      while (ports.length <= port) ports.push(false);
      if (device === DEVICE.analog && bytes[at + 2]! < 2) ports[port] = true;
    }
  }
  return ports;
}

function eventsOf(bytes: Uint8Array, at: number, version: 1 | 2): { keys: number; from: number; to: number } {
  const keys = at + (version === 2 ? 4 : 0);
  const count = keys + 1 + bytes[keys]! * KEY;
  const from = count + 2;
  return { keys, from, to: from + (bytes[count]! | (bytes[count + 1]! << 8)) * EVENT };
}

function readFrames(bytes: Uint8Array, frames: readonly number[], version: 1 | 2, ports: readonly boolean[]) {
  const view = viewOf(bytes);
  const length = frames.length - 1;
  const tracks = ports.map((sticks): Track => ({
    device: sticks ? "analog" : "pad",
    buttons: new Uint32Array(length),
    ...(sticks && { sticks: new Int16Array(length * 4) }),
  })); // biome-ignore format: a track
  const lag = new Uint8Array(length);
  const extra: Pick<ReplayExtra, "asked" | "answers" | "keys" | "states"> = {
    asked: [],
    answers: {},
    keys: [],
    states: [],
  };
  let asked: Uint8Array = new Uint8Array();
  for (let frame = 0; frame < length; frame++) {
    const { keys, from, to } = eventsOf(bytes, frames[frame]!, version);
    if (bytes[keys]) extra.keys.push([frame, bytes.slice(keys + 1, from - 2)]);
    if (frames[frame + 1]! > to + 1) extra.states.push([frame, bytes.slice(to, frames[frame + 1])]);
    if (from === to) lag[frame] = 1;
    if (!asksTheSame(bytes, from, to, asked)) {
      asked = new Uint8Array(((to - from) / EVENT) * 6);
      for (let i = 0, at = from; at < to; at += EVENT, i += 6) asked.set(bytes.subarray(at, at + 6), i);
      extra.asked.push([frame, asked]);
    }
    const seen = new Map<number, number>();
    for (let at = from; at < to; at += EVENT) {
      const question =
        ((bytes[at]! * 256 + bytes[at + 1]!) * 256 + bytes[at + 2]!) * 65536 + view.getUint16(at + 4, true);
      const before = seen.get(question) ?? 0;
      seen.set(question, before + 1);
      const value = view.getInt16(at + 6, true);
      if (
        before > 0 ||
        !put(tracks, frame, bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, view.getUint16(at + 4, true), value)
      ) {
        const name = answerName(bytes, at, before);
        const list = extra.answers[name];
        if (value !== (list?.at(-1)?.[1] ?? 0)) {
          if (list) list.push([frame, value]);
          else extra.answers[name] = [[frame, value]];
        }
      }
    }
  }
  return { tracks, lag, extra };
}

/** "port device index id", and "#2" when it is asked the second time in a frame. */
export function answerName(bytes: Uint8Array, at: number, before: number): string {
  const id = bytes[at + 4]! | (bytes[at + 5]! << 8);
  return `${bytes[at]} ${bytes[at + 1]} ${bytes[at + 2]} ${id}${before > 0 ? `#${before + 1}` : ""}`;
}

function asksTheSame(bytes: Uint8Array, from: number, to: number, asked: Uint8Array): boolean {
  if (((to - from) / EVENT) * 6 !== asked.length) return false;
  for (let at = from, i = 0; at < to; at += EVENT, i += 6)
    for (let j = 0; j < 6; j++) if (bytes[at + j] !== asked[i + j]) return false;
  return true;
}

/** Puts an answer into its track; false when it is none of a pad. */
function put(
  tracks: readonly Track[],
  frame: number,
  port: number,
  device: number,
  index: number,
  id: number,
  value: number,
): boolean {
  const track = tracks[port];
  if (!track || port >= 16) return false;
  if (device === DEVICE.pad && index === 0 && id < 16 && (value === 0 || value === 1))
    track.buttons[frame]! |= value << id;
  else if (device === DEVICE.pad && index === 0 && id === DEVICE.mask) track.buttons[frame]! |= value & 0xffff;
  else if (device === DEVICE.analog && index < 2 && id < 2 && track.sticks)
    track.sticks[frame * 4 + index * 2 + id] = value;
  else return false;
  return true;
}
