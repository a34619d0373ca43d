import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { openRun } from "../../src/follow/open-run.node.ts";
import { findCore } from "../../src/machine/cores.node.ts";
import { BUTTON, type InputSource, NO_PAD } from "../../src/machine/input.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import type { PlayOptions } from "../../src/replay/player.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import type { Replay } from "../../src/replay/replay.ts";
import { applyPatches } from "../../src/watch/patches.ts";
import { type Profile, parseProfile } from "../../src/watch/profile.ts";
import { firstDivergence, type Readings, sliceReadings } from "../../src/watch/readings.ts";
import { type Meddle, type PlayedTake, playOn } from "../replay/gleam.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../games/zoo/${name}`, import.meta.url));
export const ROM = path("zoo.nes");
const json = JSON.parse(readFileSync(path("profile.json"), "utf8"));

/** The zoo's profile with some of its fields replaced. */
export const profileOf = (changes: object = {}): Profile =>
  parseProfile("profile.json", JSON.stringify({ ...json, ...changes }));

/** The profile without one of the entries that it puts back, or of its events: what a playback is without that cure. */
export function without(name: string): Profile {
  const others = (entries: { name: string }[]) => entries.filter((entry) => entry.name !== name);
  return profileOf({ restore: others(json.restore), events: others(json.events) });
}

const EXHIBITS = ["spawn", "steal", "dash", "load", "flock", "dust", "roll", "stack", "hiccup"] as const;

/** The frame in which Select is pressed first, and that in which the exhibit is there: frames of a take count from it. */
const MENU = 10;
export const ENTERED = 40;

/** Writes a byte of the game's memory, as a tool beside the game would. */
export const poke =
  (address: number, value: number) =>
  (ram: Uint8Array): void => {
    ram[address] = value;
  };
/** A playback's tool that catches up writes here how many frames are not to be drawn. */
export const SKIP = 0x14;
/** A referee's tool writes here that a stock is asked for. */
export const ASKED: number = profileOf().events[0]!.capture[0]!.address;

export interface Setup {
  readonly core?: string;
  readonly settings?: Record<string, string>;
  readonly patches?: Record<string, boolean>;
}

export async function open({ core = "jsnes", settings = {}, patches = {} }: Setup = {}): Promise<Machine> {
  const bytes = applyPatches("zoo.nes", new Uint8Array(readFileSync(ROM)), profileOf(), patches);
  return (await findCore(core, ROM)).open({ content: { name: "zoo.nes", bytes }, settings });
}

export interface Take extends Setup {
  readonly exhibit: (typeof EXHIBITS)[number];
  /** Buttons held in the step from a frame. */
  readonly pads?: Readonly<Record<number, number>>;
  readonly frames?: number;
  readonly profile?: Profile;
  readonly meddle?: Meddle;
  readonly keyframeEvery?: number;
}

/** A visit to an exhibit, recorded from power-on: the bytes of the .isr. */
export async function record({ exhibit, pads = {}, frames = 60, meddle = {}, ...take }: Take): Promise<Uint8Array> {
  const machine = await open(take);
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(machine, {
    profile: take.profile ?? profileOf(),
    movie: liveMovie(machine, { name: "zoo.nes" }),
    recording: take.patches ? { patches: take.patches } : {},
    keyframeEvery: take.keyframeEvery ?? 0,
    append: (bytes) => parts.push(bytes.slice()),
  });
  const moves = EXHIBITS.indexOf(exhibit) * 2;
  const input: InputSource = {
    poll(port) {
      const { frame } = machine;
      const inMenu = frame - MENU;
      if (port > 0) return NO_PAD;
      if (inMenu >= 0 && inMenu < moves && inMenu % 2 === 0) return { ...NO_PAD, buttons: BUTTON.Select };
      if (frame === ENTERED - 1) return { ...NO_PAD, buttons: BUTTON.Start };
      return { ...NO_PAD, buttons: pads[frame - ENTERED] ?? 0 };
    },
  };
  while (machine.frame < ENTERED + frames) {
    meddle[machine.frame - ENTERED]?.(regionOf(machine, "ram")!.bytes);
    recorder.step(input, SHOW_NOTHING);
  }
  recorder.finish();
  machine.close();
  return Buffer.concat(parts);
}

/** Where a playback differs; frames as in {@link Take}. */
export interface Differences {
  readonly parts: { readonly frame: number; readonly probe: string | undefined } | undefined;
  readonly differing: readonly number[];
}

export interface Outcome extends PlayedTake, Differences {}

export type Playing = Setup & PlayOptions & { readonly meddle?: Meddle };

/** Plays a recording and compares every frame. */
export async function play(file: Uint8Array, { core, settings, patches, meddle = {}, ...options }: Playing) {
  const replay = readReplay("take.isr", file);
  const machine = await open({
    ...(core && { core }),
    ...(settings && { settings }),
    patches: patches ?? replay.recording.patches ?? {},
  });
  const shifted = Object.entries(meddle).map(([frame, act]) => [Number(frame) + ENTERED, act] as const);
  const taken = playOn(machine, replay, { ...options, meddle: Object.fromEntries(shifted) });
  machine.close();
  return { ...taken, ...differences(replay, taken.readings) };
}

/** Plays a recording as `instep replay` does: what is not asked for is as the recording says. */
export async function playAsRecorded(file: Uint8Array, folder: string): Promise<Differences> {
  const isr = join(folder, "take.isr");
  writeFileSync(isr, file);
  const replay = readReplay(isr, file);
  const spec = { rom: ROM, core: "jsnes", settings: {}, movie: replay.movie };
  const { run } = await openRun({ ...spec, replay: { file: isr, repair: "none" } });
  const readings = run.play(replay.frames);
  run.machine.close();
  return differences(replay, readings);
}

function differences({ profile, readings: expected, frames }: Replay, actual: Readings): Differences {
  const row = (frame: number) => firstDivergence(profile!, expected.slice(frame, 1), sliceReadings(actual, frame, 1));
  const all = Array.from({ length: frames }, (_, i) => row(i + 1)).filter((difference) => difference !== undefined);
  const [first] = all;
  return {
    parts: first && { frame: first.frame - ENTERED, probe: first.probes[0]?.name },
    differing: all.map(({ frame }) => frame - ENTERED),
  };
}

/** The classes of cause that a playback's explanation names, the likeliest first. */
export const causesOf = ({ explanation }: PlayedTake): string[] =>
  explanation ? [explanation.class, ...explanation.others.map((cause) => cause.class)] : [];

/**
 * One class of desync and its cure. Played as it was recorded, nothing parts. Played with the cause (`playing`) and
 * nothing put back, or all put back but `cure`, it parts; with the cure every frame is equal. Returns the playback without cures.
 */
export async function expectCure(
  take: Take,
  playing: Omit<Playing, "repair">,
  { cure, parts }: { readonly cure: string; readonly parts: Differences["parts"] },
): Promise<Outcome> {
  const file = await record(take);
  const same = await play(file, { ...(take.settings && { settings: take.settings }), repair: "none" });
  // An event from outside comes in no playback by itself.
  if (!take.meddle) expect(same).toMatchObject({ parts: undefined, played: { notes: { parted: 0, miscounts: [] } } });
  const naive = await play(file, { ...playing, repair: "none" });
  expect(naive.parts).toEqual(parts);
  const others = await play(await record({ ...take, profile: without(cure) }), { ...playing, repair: "values" });
  expect(others.parts).toEqual(parts);
  const cured = await play(file, { ...playing, repair: "values" });
  expect(cured.differing).toEqual([]);
  return naive;
}
