import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import { changesFrom, viewOf } from "./bits.ts";
import { answerName, DEVICE, EVENT, OLD_HEADER, type ReplayExtra, replayExtra } from "./replay.ts";

const REGULAR = 0x66;
/** Ports that are answered at least: cores ask for pads that nobody holds, and RetroArch stops at a question without answer. */
const PORTS = 4;

/**
 * Writes a .replay. A movie that came from one gives its bytes again; any other becomes version 1 without a state, which
 * plays from where the core is: start it at power-on. Throws a Problem for movies by poll or from a save.
 */
export function writeReplay(movie: Movie): Uint8Array {
  if (movie.by !== "frame")
    throw new Problem(
      "a .replay holds answers for each frame, this movie a sample for each poll; write an .isr instead",
    );
  const extra = replayExtra(movie);
  if (!extra && movie.start.kind !== "power-on")
    throw new Problem(
      "this movie starts from a save or savestate of another emulator, which a .replay cannot hold; write an .isr instead",
    );
  if (!extra && movie.events.length > 0)
    throw new Problem(
      `a .replay holds no ${movie.events[0]!.kind}, and this movie has one at frame ${movie.events[0]!.at}; write an .isr instead`,
    );
  const header = extra?.header.slice() ?? newHeader(movie);
  const version = extra?.version ?? 1;
  if (version === 2) viewOf(header).setUint32(24, movie.length, true);
  const parts: Uint8Array[] = [header];
  const [keysAt, statesAt] = [new Map(extra?.keys), new Map(extra?.states)];
  const asking = askedFrom(extra, movie);
  let before = 0;
  for (let frame = 0; frame < movie.length; frame++) {
    const keys = keysAt.get(frame);
    const state = statesAt.get(frame);
    const { asked, answer } = asking(frame);
    const count = asked.length / 6;
    const start = version === 2 ? 4 : 0;
    const record = new Uint8Array(start + 3 + (keys?.length ?? 0) + count * EVENT + (state?.length ?? 1));
    const view = viewOf(record);
    if (start) view.setUint32(0, before, true);
    record[start] = (keys?.length ?? 0) / 12;
    if (keys) record.set(keys, start + 1);
    let at = start + 1 + (keys?.length ?? 0);
    view.setUint16(at, count, true);
    at += 2;
    for (let i = 0; i < asked.length; i += 6, at += EVENT) {
      record.set(asked.subarray(i, i + 6), at);
      view.setInt16(at + 6, answer(i / 6), true);
    }
    if (state) record.set(state, at);
    else record[at] = REGULAR;
    before = record.length;
    parts.push(record);
  }
  if (extra?.tail) parts.push(extra.tail);
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What is asked in a frame, and the answers. */
function askedFrom(
  extra: ReplayExtra | undefined,
  movie: Movie,
): (frame: number) => { asked: Uint8Array; answer: (nth: number) => number } {
  const lists = extra ? extra.asked : [[0, usualQuestions(movie)] as const];
  const nothing = new Uint8Array();
  let next = 0;
  let asked: Uint8Array = nothing;
  let answers: ((frame: number) => number)[] = [];
  return (frame) => {
    if (next < lists.length && lists[next]![0] <= frame) {
      asked = lists[next++]![1];
      answers = answersTo(asked, extra, movie);
    }
    return { asked, answer: (nth) => answers[nth]!(frame) };
  };
}

function answersTo(asked: Uint8Array, extra: ReplayExtra | undefined, movie: Movie): ((frame: number) => number)[] {
  const seen = new Map<string, number>();
  return Array.from({ length: asked.length / 6 }, (_, nth) => {
    const at = nth * 6;
    const first = answerName(asked, at, 0);
    const before = seen.get(first) ?? 0;
    seen.set(first, before + 1);
    const kept = extra?.answers[answerName(asked, at, before)];
    if (kept || before > 0) return changesFrom(kept);
    const [port, device, index] = [asked[at]!, asked[at + 1], asked[at + 2]!];
    const id = asked[at + 4]! | (asked[at + 5]! << 8);
    const track = movie.tracks[port];
    if (device === DEVICE.pad && index === 0 && id < 16) return (frame) => ((track?.buttons[frame] ?? 0) >> id) & 1;
    if (device === DEVICE.pad && index === 0 && id === DEVICE.mask)
      return (frame) => (track?.buttons[frame] ?? 0) & 0xffff;
    if (device === DEVICE.analog && index < 2 && id < 2)
      return (frame) => track?.sticks?.[frame * 4 + index * 2 + id] ?? 0;
    return () => 0;
  });
}

/** All buttons of four pads, one by one and at once, and the sticks of those that have some. */
function usualQuestions(movie: Movie): Uint8Array {
  const asked: number[] = [];
  for (let port = 0; port < Math.max(PORTS, movie.tracks.length); port++) {
    for (let id = 0; id < 16; id++) asked.push(port, DEVICE.pad, 0, 0, id, 0);
    asked.push(port, DEVICE.pad, 0, 0, 0, DEVICE.mask >> 8);
    if (movie.tracks[port]?.sticks)
      for (const [index, id] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) asked.push(port, DEVICE.analog, index, 0, id, 0); // biome-ignore format: pairs
  }
  return Uint8Array.from(asked);
}

function newHeader(movie: Movie): Uint8Array {
  const header = new Uint8Array(OLD_HEADER);
  const view = viewOf(header);
  view.setUint32(0, 0x42535632, true);
  view.setUint32(4, 1, true);
  if (/^[0-9a-f]{8}$/.test(movie.rom.crc32 ?? "")) view.setUint32(8, Number.parseInt(movie.rom.crc32!, 16), true);
  return header;
}
