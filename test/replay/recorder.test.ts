import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findCore } from "../../src/machine/cores.node.ts";
import type { InputSource } from "../../src/machine/input.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { BotInput, randomBot } from "../../src/replay/bot.ts";
import { Player } from "../../src/replay/player.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import type { Repair } from "../../src/replay/restorer.ts";
import { type Profile, parseProfile } from "../../src/watch/profile.ts";
import { firstDivergence } from "../../src/watch/readings.ts";

const GLEAM = new URL("../../games/gleam/gleam.nes", import.meta.url);

const profile = parseProfile(
  "test profile",
  JSON.stringify({
    game: "Gleam",
    probes: [
      { name: "state", region: "ram", address: "$32", type: "u8" },
      { name: "x", region: "ram", address: "$300", type: "u16", scale: 0.00390625 },
    ],
    rng: [
      {
        name: "seed",
        region: "ram",
        address: "$28",
        type: "u16",
        at: ["frame"],
      },
    ],
    restore: [{ name: "flock", kind: "garbage", region: "ram", address: "$700", length: 3, at: ["start"] }],
    fingerprint: { regions: ["ram"] },
  }),
);

async function open(core: string, settings: Record<string, string> = {}): Promise<Machine> {
  const content = { name: "gleam.nes", bytes: new Uint8Array(readFileSync(GLEAM)) };
  return (await findCore(core, "gleam.nes")).open({ content, settings });
}

interface Take {
  readonly file: Uint8Array;
  readonly prints: string[];
}

async function take(
  core: string,
  frames: number,
  options: { settings?: Record<string, string>; by?: Movie["by"]; profile?: Profile; keyframeEvery?: number } = {},
): Promise<Take> {
  const machine = await open(core, options.settings);
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(machine, {
    profile: options.profile ?? profile,
    movie: { ...liveMovie(machine, { name: "gleam.nes" }), by: options.by ?? "frame" },
    keyframeEvery: options.keyframeEvery ?? 120,
    append: (bytes) => parts.push(bytes.slice()),
  });
  const bot = new BotInput(randomBot, machine, "3");
  const prints: string[] = [];
  for (let i = 0; i < frames; i++) {
    if (i === 333) recorder.reset("soft");
    recorder.step(bot, SHOW_NOTHING);
    prints.push(Buffer.from(regionOf(machine, "ram")!.bytes).toString("base64"));
  }
  recorder.finish();
  machine.close();
  return { file: Buffer.concat(parts), prints };
}

async function play(file: Uint8Array, core: string, repair: Repair, settings: Record<string, string> = {}) {
  const replay = readReplay("take.isr", file);
  const machine = await open(core, settings);
  const player = new Player(machine, replay, { repair });
  const readings = player.play(replay.frames);
  const parted = firstDivergence(replay.profile!, replay.readings.slice(1, replay.frames), readings);
  machine.close();
  return { replay, parted, notes: player.restorer!.notes };
}

test.each(["jsnes", "nestopia"])("what was recorded on %s plays back equal, frame by frame", async (core) => {
  const { file, prints } = await take(core, 700);
  const replay = readReplay("take.isr", file);
  expect(replay.complete).toBe(true);
  expect(replay.frames).toBe(700);
  expect(replay.readings.length).toBe(701);
  expect(replay.keyframes.map((k) => k.frame)).toEqual([0, 120, 240, 360, 480, 600]);
  const machine = await open(core);
  const player = new Player(machine, replay, { repair: "none" });
  for (let i = 0; i < 700; i++) {
    player.step(SHOW_NOTHING);
    expect(Buffer.from(regionOf(machine, "ram")!.bytes).toString("base64")).toBe(prints[i]);
  }
  expect(player.restorer!.notes).toMatchObject({ parted: 0, miscounts: [] });
  expect(player.restorer!.notes.compared).toBe(701);
  machine.close();
});

test("a recording by poll plays back equal, polls and all", async () => {
  const { file } = await take("jsnes", 700, { by: "poll" });
  const { replay, parted } = await play(file, "jsnes", "none");
  expect(replay.movie.by).toBe("poll");
  expect(replay.movie.length).toBe(replay.readings.pollsBefore(700));
  expect(parted).toBeUndefined();
});

test("garbage memory of another fill is found without the cure, and put back with it", async () => {
  const { file } = await take("jsnes", 200, { settings: { ram: "00" }, keyframeEvery: 0 });
  const naive = await play(file, "jsnes", "none", { ram: "ff" });
  expect(naive.notes.partings[0]).toMatchObject({ frame: 1, moment: "start", entry: "flock", restored: false });
  const cured = await play(file, "jsnes", "values", { ram: "ff" });
  expect(cured.notes.partings[0]).toMatchObject({ moment: "start", restored: true });
  expect([...cured.notes.partings[0]!.expected]).toEqual([0, 0, 0]);
});

test("a pad that changes in the middle of a frame is recorded as the machine was told, not as it was meant", async () => {
  const machine = await open("jsnes");
  const parts: Uint8Array[] = [];
  let calls = 0;
  const fickle: InputSource = {
    poll: () => ({ buttons: ++calls & 0xff, lx: 0, ly: 0, rx: 0, ry: 0, touchX: -1, touchY: -1 }),
  };
  const recorder = new Recorder(machine, {
    profile,
    movie: liveMovie(machine, {}),
    append: (bytes) => parts.push(bytes),
  });
  for (let i = 0; i < 300; i++) recorder.step(fickle, SHOW_NOTHING);
  recorder.finish();
  machine.close();
  expect(calls).toBe(600);
  const { parted } = await play(Buffer.concat(parts), "jsnes", "none");
  expect(parted).toBeUndefined();
});
