import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { IndexFile } from "../../src/follow/index-file.node.ts";
import { IndexedReplay } from "../../src/follow/index-instance.node.ts";
import { findCore } from "../../src/machine/cores.node.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { BotInput, randomBot } from "../../src/replay/bot.ts";
import { Player } from "../../src/replay/player.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import { ReplaySeek } from "../../src/replay/seek.ts";
import { checksum, SeekIndex } from "../../src/replay/seek-index.ts";
import { IndexMaker } from "../../src/replay/seek-maker.ts";
import { defaultProfile, parseProfile } from "../../src/watch/profile.ts";
import { scratch } from "../support/cli.ts";
import { hasShared, shared } from "../support/data.ts";

const GLEAM = new URL("../../games/gleam/gleam.nes", import.meta.url);
const rom = readFileSync(GLEAM);
const FRAMES = 600;
const folder = scratch();
process.env.XDG_CONFIG_HOME = join(folder, "config");
process.env.XDG_CACHE_HOME = join(folder, "cache");

const profile = parseProfile(
  "test profile",
  JSON.stringify({ game: "Gleam", probes: [], fingerprint: { regions: ["ram"] } }),
);

async function open(core: string): Promise<Machine> {
  return (await findCore(core, "gleam.nes")).open({ content: { name: "gleam.nes", bytes: new Uint8Array(rom) } });
}

/** A machine with some verbs replaced. */
function altered(machine: Machine, verbs: Partial<Machine>): Machine {
  return new Proxy(machine, {
    get(target, name) {
      const value = Reflect.get(name in verbs ? verbs : target, name, name in verbs ? verbs : target);
      return typeof value === "function" ? value.bind(name in verbs ? verbs : target) : value;
    },
  });
}

const ramOf = (machine: Machine): string => Buffer.from(regionOf(machine, "ram")!.bytes).toString("latin1");

/** A core whose states lack some of the RAM that the game counts in, where `forgets` says so. */
function forgetful(machine: Machine, forgets: (frame: number) => boolean): Machine {
  return altered(machine, {
    loadState(state, frame) {
      const before = regionOf(machine, "ram")!.bytes.slice(0x20, 0x40);
      machine.loadState(state, frame);
      if (forgets(frame)) regionOf(machine, "ram")!.bytes.set(before, 0x20);
    },
  });
}

interface Take {
  readonly file: Uint8Array;
  /** RAM of each frame from 0 on. */
  readonly rams: readonly string[];
}

async function take(machine: Machine, by: Movie["by"] = "frame", keyframeEvery = 120, frames = FRAMES): Promise<Take> {
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(machine, {
    profile,
    movie: { ...liveMovie(machine, {}), by },
    keyframeEvery,
    append: (bytes) => parts.push(bytes.slice()),
  });
  const bot = new BotInput(randomBot, machine, "5");
  const rams = [ramOf(machine)];
  while (machine.frame < frames) {
    if (machine.frame === 333) recorder.reset("soft");
    recorder.step(bot, SHOW_NOTHING);
    rams.push(ramOf(machine));
  }
  recorder.finish();
  machine.close();
  return { file: Buffer.concat(parts), rams };
}

async function player(machine: Machine | Promise<Machine>, { file }: Take): Promise<Player> {
  return new Player(await machine, readReplay("take.isr", file), { repair: "none" });
}

/** An index of the whole take, 40 frames apart. */
async function indexed(machine: () => Promise<Machine>, taken: Take, bytesAFrame = 1e6): Promise<SeekIndex> {
  const index = new SeekIndex();
  const maker = await IndexMaker.open(index, { open: () => player(machine(), taken), bytesAFrame, interval: 40 });
  while (await maker.advance());
  maker.close();
  return index;
}

/** Frames here and there, both ways, the ends and the frames around a reset among them. */
const PLACES = [0, 500, 499, 501, 1, 600, 333, 334, 335, 332, 555, 40, 41, 39, 340, 0, 577];

function expectPlaces(seek: ReplaySeek, { rams }: Take, places = PLACES): void {
  for (const frame of places) {
    expect(seek.seek(frame)).toMatchObject({ inStep: true });
    expect(seek.player.frame).toBe(frame);
    expect(ramOf(seek.player.machine) === rams[frame], `RAM of frame ${frame}`).toBe(true);
  }
}

let nes: Take;
beforeAll(async () => {
  nes = await take(await open("nestopia"));
});

describe("a seek", () => {
  test("comes to every frame as the straight run did: from an index, from the file's states, from power-on", async () => {
    const machine = () => open("nestopia");
    const index = await indexed(machine, nes);
    expect(index.keyframes.map((k) => k.frame)).toEqual(Array.from({ length: 14 }, (_, i) => 40 * (i + 1)));
    const quick = new ReplaySeek(await player(machine(), nes), { index });
    expectPlaces(quick, nes);
    expect(quick.seek(560).played).toBe(0);
    expect(quick.seek(559).played).toBeLessThanOrEqual(59);
    expect(quick.seek(77).played).toBe(37);
    const own = new ReplaySeek(await player(machine(), nes), { fileStates: true });
    expectPlaces(own, nes);
    own.seek(600);
    expect(own.seek(500)).toMatchObject({ from: 480, played: 20 });
    const plain = new ReplaySeek(await player(machine(), nes));
    expectPlaces(plain, nes);
    plain.seek(600);
    expect(plain.seek(500)).toMatchObject({ from: 0, played: 500 });
    for (const seek of [quick, own, plain]) {
      expect(seek.bad).toEqual([]);
      seek.player.machine.close();
    }
  });

  test("keeps a recording by poll at its sample", async () => {
    const polled = await take(await open("nestopia"), "poll");
    const index = await indexed(() => open("nestopia"), polled);
    for (const options of [{ index }, { fileStates: true }]) {
      const seek = new ReplaySeek(await player(open("nestopia"), polled), options);
      expectPlaces(seek, polled);
      expect(seek.bad).toEqual([]);
      seek.player.machine.close();
    }
  });

  test("carries a reset out once though the game lags after it", async () => {
    const taken = await take(await open("jsnes"), "poll", 0, 370);
    const { readings } = readReplay("take.isr", taken.file);
    expect(readings.slice(334, 1).polls[0]).toBe(0);
    // A state between the reset and the first poll after it: both frames start with the sample of the reset.
    const source = await player(open("jsnes"), taken);
    source.play(334);
    const [before, sample] = [source.sampleAt(333)!, source.sampleAt(334)!];
    expect(before).toBe(sample);
    const index = new SeekIndex();
    index.add(334, before, sample, source.machine.saveState());
    source.machine.close();
    const seek = new ReplaySeek(await player(open("jsnes"), taken), { index });
    expect(seek.seek(340)).toMatchObject({ from: 334, inStep: true });
    expect(seek.bad).toEqual([]);
    expect(ramOf(seek.player.machine) === taken.rams[340]).toBe(true);
    seek.player.machine.close();
  });

  test("finds a bad state in the file, goes on from an earlier one, and never loads the bad one again", async () => {
    const machine = await open("nestopia");
    const liar = altered(machine, {
      saveState(into) {
        const state = machine.saveState(into);
        if (machine.frame !== 480) return state;
        const ram = regionOf(machine, "ram")!.bytes;
        const kept = ram.slice();
        ram.fill(3, 0x20, 0x40);
        const wrong = machine.saveState();
        ram.set(kept);
        return wrong;
      },
    });
    const taken = await take(liar);
    const seek = new ReplaySeek(await player(open("nestopia"), taken), { fileStates: true });
    expectPlaces(seek, taken);
    expect(seek.bad).toEqual([480]);
    seek.seek(600);
    expect(seek.seek(500)).toMatchObject({ from: 360, played: 140 });
    seek.player.machine.close();
  });

  test("comes to the right frame on a core whose states forget bytes", async () => {
    const seek = new ReplaySeek(
      await player(
        forgetful(await open("nestopia"), () => true),
        nes,
      ),
      { fileStates: true },
    );
    expectPlaces(seek, nes, [500, 400, 590, 130]);
    expect(seek.bad.length).toBeGreaterThan(0);
    seek.player.machine.close();
    // States of another core are refused by the core itself.
    const other = new ReplaySeek(await player(open("jsnes"), nes), { fileStates: true });
    other.player.play(200);
    expect(other.seek(150).from).toBe(0);
    other.player.machine.close();
  });

  test("in a run that parts says where, and takes no state for bad because of it", async () => {
    const late = async () => {
      const machine = await open("nestopia");
      const other = altered(machine, {
        step(input, show) {
          machine.step(input, show);
          if (machine.frame === 400) regionOf(machine, "ram")!.bytes.fill(5, 0x20, 0x40);
        },
      });
      return player(other, nes);
    };
    const index = new SeekIndex();
    const maker = await IndexMaker.open(index, { open: late, bytesAFrame: 1e6, interval: 40 });
    while (await maker.advance());
    maker.close();
    expect(index.parted).toBe(400);
    expect(index.bad).toEqual([]);
    for (const options of [{ index }, {}]) {
      const seek = new ReplaySeek(await late(), options);
      expect(seek.seek(390).inStep).toBe(true);
      expect(seek.seek(580).inStep).toBe(false);
      expect(seek.seek(410).inStep).toBe(false);
      expect(seek.seek(399).inStep).toBe(true);
      expect(seek.bad).toEqual([]);
      seek.player.machine.close();
    }
  });

  test("draws the frame that it goes to", async () => {
    const straight = await player(open("nestopia"), nes);
    straight.play(499);
    straight.step({ video: true, audio: false });
    const seek = new ReplaySeek(await player(open("nestopia"), nes), { fileStates: true });
    seek.seek(570);
    for (let twice = 0; twice < 2; twice++) {
      const { picture, inStep } = seek.show(500);
      expect(inStep).toBe(true);
      expect(Buffer.compare(picture!.pixels, straight.machine.video.pixels)).toBe(0);
    }
    expect(seek.show(0).picture).toBeUndefined();
    straight.machine.close();
    seek.player.machine.close();
  });
});

/** gambatte answers some calls without running the game; mgba's memory is elsewhere after the power switch. */
describe.runIf(hasShared).each([
  ["gambatte", "gb/tobu.gb"],
  ["mgba", "gba/xniq.gba"],
])("on %s, %s, a seek", (core, game) => {
  test("comes to every frame, from states and from power-on", async () => {
    const bytes = new Uint8Array(readFileSync(shared(game)));
    const machine = async () => (await findCore(core, game)).open({ content: { name: basename(game), bytes } });
    const parts: Uint8Array[] = [];
    const source = await machine();
    const recorder = new Recorder(source, {
      profile: defaultProfile(source.memory),
      movie: liveMovie(source, {}),
      append: (more) => parts.push(more),
    });
    const bot = new BotInput(randomBot, source, "1");
    while (source.frame < 1600) recorder.step(bot, SHOW_NOTHING);
    recorder.finish();
    source.close();
    const taken = { file: Buffer.concat(parts), rams: [] };
    const index = await indexed(machine, taken);
    expect(index.parted).toBeUndefined();
    expect(index.bad.length).toBeLessThan(index.keyframes.length / 10);
    const seek = new ReplaySeek(await player(machine(), taken), { index });
    for (const frame of [1600, 1590, 20, 1500, 0, 39, 1465, 1249, 1247, 700])
      expect(seek.seek(frame).inStep, `frame ${frame}`).toBe(true);
    expect(seek.bad).toEqual([]);
    seek.player.machine.close();
  });
});

describe("making an index", () => {
  test("loads each state cold, and stores none that does not run on", async () => {
    const machine = async () => forgetful(await open("nestopia"), (frame) => frame === 400 || frame === 440);
    const index = await indexed(machine, nes);
    expect(index.bad).toEqual([400, 440]);
    expect(index.keyframes.map((k) => k.frame)).not.toContain(400);
    expect(index.keyframes).toHaveLength(12);
    const none = await indexed(async () => forgetful(await open("nestopia"), () => true), nes);
    expect(none.keyframes).toEqual([]);
    expect(none.bad).toHaveLength(14);
  });

  test("keeps to its bytes: states stand further apart where they are larger", async () => {
    const poor = new SeekIndex();
    let noise32 = 1;
    const noise = (): number => {
      noise32 ^= noise32 << 13;
      noise32 ^= noise32 >>> 17;
      noise32 ^= noise32 << 5;
      return noise32;
    };
    const noisy = async () => {
      const machine = await open("nestopia");
      return altered(machine, {
        get stateSize() {
          return machine.stateSize + 50_000;
        },
        saveState() {
          const state = machine.saveState();
          const more = new Uint8Array(state.length + 50_000);
          for (let i = 0; i < more.length; i++) more[i] = noise();
          more.set(state);
          return more;
        },
        loadState: (state, frame) => machine.loadState(state.subarray(0, state.length - 50_000), frame),
      } as Partial<Machine>);
    };
    const maker = await IndexMaker.open(poor, { open: () => player(noisy(), nes), bytesAFrame: 400, interval: 10 });
    while (await maker.advance());
    maker.close();
    expect(poor.bad).toEqual([]);
    // Some at once, from the bytes that each index has ahead; then one of 55,000 bytes each 137 frames.
    expect(poor.length).toBeLessThan((1 << 18) + 600 * 400 + 17 * 56_000);
    const frames = poor.keyframes.map((k) => k.frame);
    expect(frames.length).toBeGreaterThan(8);
    expect(frames.at(-1)! - frames.at(-2)!).toBeGreaterThan(100);
  });

  test("goes on from its last keyframe; where that one does not hold, from power-on", async () => {
    const whole = await indexed(() => open("nestopia"), nes);
    const half = new SeekIndex();
    const options = { open: () => player(open("nestopia"), nes), bytesAFrame: 1e6, interval: 40 };
    const first = await IndexMaker.open(half, options);
    while (first.frame < 400) await first.advance();
    await first.settle();
    first.close();
    const states = half.keyframes.length;
    const second = await IndexMaker.open(half, options);
    expect(second.frame).toBe(half.keyframes.at(-1)!.frame);
    while (await second.advance());
    second.close();
    expect(states).toBeGreaterThan(5);
    expect(half.keyframes.map((k) => k.frame)).toEqual(whole.keyframes.map((k) => k.frame));

    const ruined = new SeekIndex();
    const source = await player(open("nestopia"), nes);
    source.play(200);
    regionOf(source.machine, "ram")!.bytes.fill(9, 0x20, 0x40);
    ruined.add(200, 199, 200, source.machine.saveState());
    source.machine.close();
    const third = await IndexMaker.open(ruined, options);
    while (await third.advance());
    third.close();
    expect(ruined.bad).toEqual([200]);
    expect(ruined.parted).toBeUndefined();
    expect(ruined.keyframes.map((k) => k.frame)).toEqual(whole.keyframes.map((k) => k.frame).filter((f) => f >= 200));
  });
});

describe("the index's file", () => {
  const path = (name: string): string => join(folder, name);
  const spec = (name: string, repair: "none" | "values" = "none") => ({
    file: path(name),
    rom: path("gleam.nes"),
    core: "nestopia",
    settings: {},
    repair,
  });
  beforeAll(() => {
    writeFileSync(path("gleam.nes"), rom);
    writeFileSync(path("a.isr"), nes.file);
  });
  /** What a fresh process finds. */
  async function found(name: string, repair: "none" | "values" = "none"): Promise<number> {
    const replay = await IndexedReplay.open(spec(name, repair));
    const { keyframes } = replay.indexed;
    await replay.close();
    return keyframes;
  }

  test("is made in the background while seeks are answered, and is there the next time", async () => {
    const replay = await IndexedReplay.open(spec("a.isr"));
    const making = replay.index();
    expect(await replay.seek(100)).toMatchObject({ inStep: true });
    expect(await making).toMatchObject({ frames: 600, frame: 600, keyframes: 9, bad: 0, path: path("a.isr.index") });
    expect(await replay.seek(599)).toMatchObject({ from: 540, played: 59, inStep: true });
    const { picture } = await replay.show(570);
    expect(picture!.pixels.length).toBe(picture!.pitch * picture!.height);
    await replay.close();
    expect(await found("a.isr")).toBe(9);
  });

  test("loses nothing that was whole when its process is killed, and is gone on with", async () => {
    const long = await take(await open("nestopia"), "frame", 0);
    writeFileSync(path("b.isr"), long.file);
    const replay = await IndexedReplay.open(spec("b.isr"));
    await replay.index(500);
    process.kill(replay.pid!, "SIGKILL");
    await expect(replay.index()).rejects.toThrow(/killed/);
    const bytes = readFileSync(path("b.isr.index"));
    // As if the kill had come in the middle of a write.
    writeFileSync(path("b.isr.index"), bytes.subarray(0, bytes.length - 20));
    const kept = await found("b.isr");
    expect(kept).toBe(7);
    const again = await IndexedReplay.open(spec("b.isr"));
    expect((await again.index()).keyframes).toBe(9);
    await again.close();
    expect(await found("b.isr")).toBe(9);
  });

  test("is not used for another recording, another run, or by another user", async () => {
    expect(await found("a.isr", "values")).toBe(0);
    const other = nes.file.slice();
    other[other.length - 1]! ^= 1;
    writeFileSync(path("c.isr"), other);
    copyFileSync(path("a.isr.index"), path("c.isr.index"));
    expect(await found("c.isr")).toBe(0);
    const config = process.env.XDG_CONFIG_HOME;
    process.env.XDG_CONFIG_HOME = path("someone");
    expect(await found("a.isr")).toBe(0);
    process.env.XDG_CONFIG_HOME = config;
    expect(await found("a.isr")).toBe(9);
  });

  test("is made anew from where it is damaged", async () => {
    const bytes = readFileSync(path("a.isr.index"));
    copyFileSync(path("a.isr"), path("d.isr"));
    const damaged = bytes.slice();
    damaged[damaged.length >> 1]! ^= 0x40;
    writeFileSync(path("d.isr.index"), damaged);
    const replay = await IndexedReplay.open(spec("d.isr"));
    expect(replay.indexed.keyframes).toBeGreaterThan(0);
    expect(replay.indexed.keyframes).toBeLessThan(9);
    expect(await replay.seek(590)).toMatchObject({ inStep: true });
    expect((await replay.index()).keyframes).toBe(9);
    expect(await replay.seek(590)).toMatchObject({ from: 590, inStep: true });
    await replay.close();
    expect(await found("d.isr")).toBe(9);
    writeFileSync(path("d.isr.index"), "junk");
    expect(await found("d.isr")).toBe(0);
  });

  test("stays whole when two processes make it at once", async () => {
    copyFileSync(path("a.isr"), path("e.isr"));
    const both = await Promise.all([IndexedReplay.open(spec("e.isr")), IndexedReplay.open(spec("e.isr"))]);
    const made = await Promise.all(both.map((replay) => replay.index()));
    expect(made.map((indexed) => indexed.keyframes)).toEqual([9, 9]);
    for (const replay of both) {
      expect(await replay.seek(500)).toMatchObject({ inStep: true });
      await replay.close();
    }
    const replay = await IndexedReplay.open(spec("e.isr"));
    await replay.index();
    await replay.close();
    expect(await found("e.isr")).toBe(9);
  });

  test("of hostile bytes is refused, and takes no memory", () => {
    const index = new SeekIndex();
    const header = index.begin({ bytes: 1, sha256: "a", run: "b" });
    const parts = [header];
    const state = new Uint8Array(3000).fill(7);
    for (let i = 1; i < 6; i++) {
      state[i * 100] = i;
      parts.push(index.add(i * 60, i * 60 - 1, i * 60, state.slice()));
    }
    const whole = Buffer.concat(parts);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
        fc.nat(whole.length),
        (flips, cut) => {
          const bytes = Uint8Array.from(whole.subarray(0, cut));
          for (const [at, by] of flips) if (at < cut) bytes[at]! ^= by;
          const read = new SeekIndex(checksum);
          try {
            if (read.readHeader(bytes)) read.read(bytes.subarray(read.length));
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
          expect(read.length).toBeLessThanOrEqual(bytes.length);
          expect(read.keyframes.length).toBeLessThanOrEqual(5);
        },
      ),
      { numRuns: 1000 },
    );
    const again = new SeekIndex(checksum);
    expect(again.readHeader(whole)).toEqual({ bytes: 1, sha256: "a", run: "b" });
    again.read(whole.subarray(again.length));
    expect(again.keyframes).toHaveLength(5);
  });

  test("is kept in memory where no file can be written", () => {
    const file = new IndexFile({ file: "/dev/null/x.isr", bytes: nes.file, run: "r" });
    process.env.XDG_CACHE_HOME = "/dev/null";
    file.begin();
    file.append(file.index.add(60, 59, 60, new Uint8Array(10)));
    expect(file.path).toBeUndefined();
    expect(file.index.keyframes).toHaveLength(1);
    process.env.XDG_CACHE_HOME = join(folder, "cache");
  });
});
