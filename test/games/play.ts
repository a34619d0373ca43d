import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sha256Hex } from "../../src/machine/boot.ts";
import type { InputSource } from "../../src/machine/input.ts";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { type Movie, MovieInput } from "../../src/movie/movie.ts";
import { readIsr } from "../../src/replay/isr.ts";

export const RULES = ["classic", "garbage", "clock", "history"] as const;
export type Rules = (typeof RULES)[number];
/** Values of `outcome` (games/gleam/README.md). */
export const WON = 1;
export const LOST = 2;

const file = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../games/gleam/${name}`, import.meta.url)));
export const rom = { name: "gleam.nes", bytes: file("gleam.nes") };

/** The committed movie of these rules, with the settings that it was recorded with. */
export function movieOf(rules: Rules): { movie: Movie; settings: Record<string, string> } {
  const { movie, recording } = readIsr(`${rules}.isr`, file(`${rules}.isr`));
  if (movie.rom.sha256 !== sha256Hex(rom.bytes))
    throw new Error(`${rules}.isr is of another gleam.nes; run: node games/make-movies.mjs`);
  return { movie, settings: { ...(recording.boot as { settings: Record<string, string> }).settings } };
}

/** The parts of RAM that are the game: robots, sparks, foes and the board. */
const GAME = [
  [0x028, 0x02c],
  [0x300, 0x33a],
  [0x400, 0x4c0],
  [0x500, 0x5d0],
] as const;

/** How a run went. */
export interface Run {
  readonly late: number;
  readonly draws: number;
  readonly outcome: number;
  readonly scores: readonly [number, number];
  readonly lives: readonly [number, number];
  readonly state: number;
  readonly wave: number;
  /** A hash of the game's memory at each poll, before it acts on it: the same however fast the CPU is. */
  readonly trace: readonly number[];
  /** The frame of each poll. */
  readonly frames: readonly number[];
}

/** Plays so many frames of a movie on jsnes. */
export async function play(movie: Movie, settings: Record<string, string>, frames = movie.length): Promise<Run> {
  return run(await jsnes.open({ content: rom, settings }), new MovieInput(movie), frames);
}

export function run(machine: Machine, input: InputSource, length: number): Run {
  const region = regionOf(machine, "ram")!;
  const trace: number[] = [];
  const frames: number[] = [];
  const watching: InputSource = {
    beginFrame: (frame) => input.beginFrame?.(frame),
    poll: (port) => {
      if (port === 0) frames[trace.push(hash(region.bytes)) - 1] = machine.frame;
      return input.poll(port);
    },
  };
  let late = 0;
  for (let frame = 0; frame < length; frame++) {
    machine.step(watching, SHOW_NOTHING);
    if (machine.polls === 0) late++;
  }
  const ram = region.bytes;
  const end = {
    late,
    trace,
    frames,
    draws: word(ram, 0x2a),
    outcome: ram[0x38]!,
    scores: [word(ram, 0x318), word(ram, 0x31a)] as const,
    lives: [ram[0x30a]!, ram[0x30b]!] as const,
    state: ram[0x32]!,
    wave: ram[0x35]!,
  };
  machine.close();
  return end;
}

/** FNV-1a over the game's memory. */
function hash(ram: Uint8Array): number {
  let h = 0x811c9dc5;
  for (const [from, to] of GAME) for (let at = from; at < to; at++) h = Math.imul(h ^ ram[at]!, 0x01000193);
  return h >>> 0;
}

const word = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

/** The frame of the first poll at which the game is not the same, or -1. */
export function partsAt(a: Run, b: Run): number {
  const poll = a.trace.findIndex((hash, n) => n < b.trace.length && hash !== b.trace[n]);
  return poll < 0 ? -1 : a.frames[poll]!;
}

/** The movie with one frame's input played twice (or left out): what a repeated (skipped) poll does to it. */
export function slipped(movie: Movie, frame: number, by: 1 | -1): Movie {
  const tracks = movie.tracks.map((track) => {
    const buttons = track.buttons.slice();
    if (by > 0) buttons.set(track.buttons.subarray(frame, -1), frame + 1);
    else buttons.set(track.buttons.subarray(frame + 1), frame);
    return { ...track, buttons };
  });
  return { ...movie, tracks };
}

/** The movie's inputs by poll instead of by frame. */
export function byPoll({ lag: late, ...movie }: Movie): Movie {
  const kept = Array.from({ length: movie.length }, (_, frame) => frame).filter((frame) => !late![frame]);
  const tracks = movie.tracks.map((track) => ({
    ...track,
    buttons: Uint32Array.from(kept, (frame) => track.buttons[frame]!),
  }));
  return { ...movie, by: "poll", length: kept.length, tracks };
}
