import { readFileSync } from "node:fs";
import gleamBot from "../../games/gleam/bot.ts";
import { bootDifferences } from "../../src/machine/boot.ts";
import { findCore } from "../../src/machine/cores.node.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { BotInput } from "../../src/replay/bot.ts";
import { type Explanation, explain } from "../../src/replay/explain.ts";
import { uncovered } from "../../src/replay/moments.ts";
import { Player, type PlayOptions } from "../../src/replay/player.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import type { Replay } from "../../src/replay/replay.ts";
import type { Played } from "../../src/replay/signs.ts";
import { applyPatches } from "../../src/watch/patches.ts";
import { type Profile, parseProfile } from "../../src/watch/profile.ts";
import { firstDivergence, type Readings } from "../../src/watch/readings.ts";
import { ReadingsLog } from "../../src/watch/readings-log.ts";

const ROM = new URL("../../games/gleam/gleam.nes", import.meta.url);

/** Where the game polled its pads and has not yet acted on them (found by disassembly: after the call of read_pads). */
const LOGIC = "$99ac";
/** The routine that fires a bolt. */
const ZAP = "$a31b";

/** Gleam with all that can part in it: games/gleam/README.md has the addresses. */
export const PROFILE = {
  game: "Gleam",
  from: 30,
  probes: [
    { name: "state", region: "ram", address: "$32", type: "u8" },
    { name: "x", region: "ram", address: "$300", type: "u16", scale: 0.00390625 },
    { name: "y", region: "ram", address: "$304", type: "u16", scale: 0.00390625 },
    { name: "foes", region: "ram", address: "$333", type: "u8" },
    { name: "score", region: "ram", address: "$318", type: "u16" },
  ],
  hooks: [
    { name: "logic", address: LOGIC },
    { name: "zap", address: ZAP },
  ],
  rng: [
    {
      name: "seed",
      region: "ram",
      address: "$28",
      type: "u16",
      at: ["frame", "logic"],
      algorithm: { kind: "lfsr", form: "galois", shift: "left", taps: "$39", steps: 8 },
    },
  ],
  restore: [
    { name: "pad ring", kind: "pads", region: "ram", address: "$340", length: 17, at: ["logic"] },
    { name: "last flock", kind: "garbage", region: "ram", address: "$700", length: 3, at: ["start"] },
    { name: "gem timer", kind: "loading", region: "ram", address: "$331", length: 1, at: ["logic"] },
  ],
  events: [
    {
      name: "zap",
      hook: "zap",
      at: "logic",
      // What keeps the robots from firing: polls until their next zaps.
      set: [{ region: "ram", address: "$30e", bytes: "0000" }],
    },
  ],
  // Offsets in gleam.nes: the taps of the RNG.
  patches: [{ name: "other taps", writes: [{ offset: "$9d0", from: "4939", to: "492d" }] }],
};

export function profileOf(changes: object = {}): Profile {
  return parseProfile("test profile", JSON.stringify({ ...PROFILE, ...changes }));
}

export async function openGleam(
  core: string,
  settings: Record<string, string> = {},
  patches: Record<string, boolean> = {},
): Promise<Machine> {
  const bytes = applyPatches("gleam.nes", new Uint8Array(readFileSync(ROM)), profileOf(), patches);
  return (await findCore(core, "gleam.nes")).open({ content: { name: "gleam.nes", bytes }, settings });
}

export interface Take {
  readonly core: string;
  readonly settings?: Record<string, string>;
  readonly profile?: Profile;
  /** Of Gleam's bot: rules, players, patience. */
  readonly bot: string;
  readonly frames: number;
  readonly keyframeEvery?: number;
}

/** A game of Gleam, recorded. */
export async function take({ core, settings, profile, bot, frames, keyframeEvery = 0 }: Take): Promise<Replay> {
  const machine = await openGleam(core, settings);
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(machine, {
    profile: profile ?? profileOf(),
    movie: liveMovie(machine, { name: "gleam.nes" }),
    keyframeEvery,
    append: (bytes) => parts.push(bytes.slice()),
  });
  const input = new BotInput(gleamBot, machine, bot);
  for (let i = 0; i < frames; i++) recorder.step(input, SHOW_NOTHING);
  recorder.finish();
  machine.close();
  return readReplay("take.isr", Buffer.concat(parts));
}

/** What is done to the machine before the step from a frame. */
export type Meddle = Readonly<Record<number, (ram: Uint8Array) => void>>;

export interface PlayedTake {
  readonly played: Played;
  readonly readings: Readings;
  readonly explanation: Explanation | undefined;
}

/** Plays a recording on a machine from the frame that it is at to `end`, and explains it. The machine stays open. */
export function playOn(
  machine: Machine,
  replay: Replay,
  options: PlayOptions & { meddle?: Meddle; end?: number; load?: { state: Uint8Array; frame: number } },
): PlayedTake {
  const player = new Player(machine, replay, options);
  const { load, meddle = {}, end = replay.frames } = options;
  if (load) player.load(load.state, load.frame);
  const profile = replay.profile!;
  const from = player.frame;
  const log = new ReadingsLog(profile, end);
  log.append(replay.readings.slice(0, from));
  log.append(player.read());
  while (player.frame < end) {
    meddle[player.frame]?.(regionOf(machine, "ram")!.bytes);
    log.append(player.play(1));
  }
  const readings = log.slice(from, log.length - from);
  const played: Played = {
    differences: bootDifferences(replay.recording.boot as Machine["boot"], machine.boot),
    uncovered: uncovered(machine, profile),
    first: firstDivergence(profile, replay.readings.slice(from, log.length - from), readings),
    notes: player.restorer!.notes,
    polling: machine.polling,
    repairs: [],
    boot: machine.boot,
  };
  return { played, readings, explanation: explain(replay, played, readings) };
}
