import fc from "fast-check";
import { expect, test } from "vitest";
import gleamBot from "../../games/gleam/bot.ts";
import { makePatch } from "../../src/history/pages.ts";
import { type Machine, regionOf, SHOW_ALL, SHOW_NOTHING } from "../../src/machine/machine.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { BotInput } from "../../src/replay/bot.ts";
import { LatenessMeter } from "../../src/replay/lateness.ts";
import { Mirror } from "../../src/replay/mirror.ts";
import { Pacer } from "../../src/replay/pacer.ts";
import { Player } from "../../src/replay/player.ts";
import { ReplayReader } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import type { StoredKeyframe } from "../../src/replay/replay.ts";
import type { Fault } from "../../src/replay/run.ts";
import { openGleam, profileOf } from "./gleam.ts";

interface Taken {
  /** The file, in the pieces in which it was written. */
  readonly parts: Uint8Array[];
  /** States of the recording machine at some frames. */
  readonly states: ReadonlyMap<number, Uint8Array>;
}

/** A game of Gleam as it is recorded live, with keyframes that are said to be right. */
async function taken(core: string, frames: number, by: Movie["by"] = "frame", keyframeEvery = 200): Promise<Taken> {
  const machine = await openGleam(core);
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(machine, {
    // Without the event: setting it off clears both robots' timers, which a fingerprint of all RAM shows.
    profile: profileOf({ fingerprint: { regions: ["ram"] }, events: [] }),
    movie: { ...liveMovie(machine, { name: "gleam.nes" }), by },
    keyframeEvery,
    rows: 3,
    append: (bytes) => parts.push(bytes.slice()),
  });
  const bot = new BotInput(gleamBot, machine, "");
  const states = new Map<number, Uint8Array>();
  for (let frame = 1; frame <= frames; frame++) {
    recorder.step(bot, SHOW_NOTHING);
    if (frame % keyframeEvery === 60) recorder.verdict(frame - 60, true);
    if (frame % 100 === 0) states.set(frame, machine.saveState());
  }
  recorder.finish();
  machine.close();
  return { parts, states };
}

interface Options {
  readonly states?: boolean;
  readonly faults?: readonly Fault[];
}

/** A mirror that has the recording's header. */
async function open(core: string, header: Uint8Array, { states = false, faults = [] }: Options = {}) {
  const reader = new ReplayReader("a recording");
  reader.push(header);
  const machine = await openGleam(core);
  const player = new Player(machine, reader.replay!, { repair: "values", faults });
  return { machine, player, mirror: new Mirror(reader, player, { states, show: SHOW_ALL }) };
}

/** Brings it to the end of what came. */
function settle(mirror: Mirror): void {
  while (mirror.advance(1000));
}

const ramOf = (machine: Machine): Uint8Array => regionOf(machine, "ram")!.bytes.slice();

test.each([
  ["jsnes", "frame"],
  ["jsnes", "poll"],
  ["nestopia", "frame"],
  ["nestopia", "poll"],
] as const)(
  "on %s, by %s, frames that are fast-forwarded get the inputs and the pad history that drawn ones get",
  async (core, by) => {
    const frames = 500;
    const { parts, states } = await taken(core, frames, by);
    const [header, ...rest] = parts;

    const fast = await open(core, header!);
    fast.mirror.push(Buffer.concat(rest));
    settle(fast.mirror);
    expect(fast.mirror.fastForwarded).toBeGreaterThan(frames - 32);

    const drawn = await open(core, header!);
    for (const part of rest) {
      drawn.mirror.push(part);
      settle(drawn.mirror);
    }
    expect(drawn.mirror.fastForwarded).toBe(0);

    for (const { mirror, player, machine } of [fast, drawn]) {
      expect(mirror).toMatchObject({ done: true, inStep: true, compared: frames, differing: 0, joined: 0 });
      // Nothing had to be put back: the ring of raw pads, the RNG and all else were as recorded at each of their moments.
      expect(player.restorer!.notes).toMatchObject({ parted: 0, miscounts: [] });
      expect(Buffer.compare(machine.saveState(), states.get(frames)!)).toBe(0);
    }
    expect(ramOf(fast.machine).subarray(0x340, 0x351)).toEqual(ramOf(drawn.machine).subarray(0x340, 0x351));
    fast.machine.close();
    drawn.machine.close();
  },
);

test("bytes may come in pieces of any size, with any time between them", async () => {
  const { parts } = await taken("nestopia", 240);
  const [header, ...rest] = parts;
  const bytes = Buffer.concat(rest);
  const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.boolean()), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(cuts, async (cuts) => {
      const { mirror, machine } = await open("nestopia", header!);
      let at = 0;
      for (const [size, play] of cuts) {
        mirror.push(bytes.subarray(at, at + size));
        at += size;
        if (play) mirror.advance(2);
      }
      mirror.push(bytes.subarray(at));
      settle(mirror);
      expect(mirror).toMatchObject({ done: true, inStep: true, compared: 240, differing: 0 });
      machine.close();
    }),
    { numRuns: 20 },
  );
});

test("a late joiner begins at the newest state that was verified, and not at one that was not", async () => {
  const { parts } = await taken("jsnes", 660);
  const [header, ...rest] = parts;
  const late = await open("jsnes", header!, { states: true });
  late.mirror.push(Buffer.concat(rest));
  settle(late.mirror);
  // Keyframes are at 0, 200, 400 and 600, which nobody has verified before frame 660.
  expect(late.mirror).toMatchObject({ joined: 600, done: true, inStep: true, differing: 0, badStates: [] });
  late.machine.close();

  const cut = rest.findIndex((_, i) => rest.slice(0, i).length > 0 && framesOf([header!, ...rest.slice(0, i)]) >= 620);
  const early = await open("jsnes", header!, { states: true });
  early.mirror.push(Buffer.concat(rest.slice(0, cut)));
  settle(early.mirror);
  expect(early.mirror).toMatchObject({ joined: 400, inStep: true, differing: 0 });
  early.machine.close();

  const wary = await open("jsnes", header!);
  wary.mirror.push(Buffer.concat(rest));
  settle(wary.mirror);
  expect(wary.mirror).toMatchObject({ joined: 0, done: true, differing: 0 });
  wary.machine.close();
});

function framesOf(parts: readonly Uint8Array[]): number {
  const reader = new ReplayReader("x");
  reader.push(Buffer.concat(parts));
  return reader.replay!.frames;
}

test("a state that does not run on as recorded is no desync: the mirror goes on without it", async () => {
  const { parts, states } = await taken("nestopia", 700);
  const [header, ...rest] = parts;
  const { mirror, player, machine } = await open("nestopia", header!, { states: true });
  mirror.push(Buffer.concat(rest));
  const keyframes = player.replay.keyframes as StoredKeyframe[];
  // The newest says another frame's state, the one before it no state at all.
  const wrong = { base: undefined, patch: makePatch(undefined, states.get(500)!) };
  keyframes.splice(2, 2, { ...keyframes[2]!, patch: Uint8Array.of(1, 2, 3) }, { ...keyframes[3]!, ...wrong });
  settle(mirror);
  expect(mirror).toMatchObject({ done: true, inStep: true, differing: 0, desyncs: [], joined: 200 });
  expect(mirror.badStates).toEqual([600, 400]);
  machine.close();
});

test("a hiccup is found at its frame, explained, and mended from the mirror's own states", async () => {
  const { parts } = await taken("nestopia", 500);
  const [header, ...rest] = parts;
  for (const piece of [1, 1000]) {
    const faults = [{ kind: "lag" as const, frame: 333 }];
    const { mirror, machine } = await open("nestopia", header!, { faults });
    for (let i = 0; i < rest.length; i += piece) {
      mirror.push(Buffer.concat(rest.slice(i, i + piece)));
      settle(mirror);
    }
    expect(mirror).toMatchObject({ done: true, inStep: true });
    expect(mirror.differing).toBeGreaterThan(0);
    expect(mirror.differing).toBeLessThan(40);
    expect(mirror.desyncs).toHaveLength(1);
    expect(mirror.desyncs[0]).toMatchObject({ divergence: { frame: 333 }, repaired: "own state", from: 300 });
    expect(mirror.desyncs[0]!.explanation).toMatchObject({ class: "lag", frame: 333 });
    machine.close();
  }
});

test("a machine that runs otherwise for good is told once, and taken up again with the recording's states", async () => {
  const { parts } = await taken("nestopia", 700);
  const [header, ...rest] = parts;
  const played = [];
  for (const states of [false, true]) {
    const { mirror, machine } = await open("nestopia", header!, { states });
    // Something else writes into the game's memory for a while, whichever state it is played from.
    const step = machine.step.bind(machine);
    machine.step = (input, show) => {
      step(input, show);
      if (machine.frame >= 90 && machine.frame < 300) regionOf(machine, "ram")!.bytes[0x318]! ^= 1;
    };
    for (const part of rest) {
      mirror.push(part);
      settle(mirror);
    }
    expect(mirror.desyncs[0]!.divergence.frame).toBe(90);
    played.push(mirror);
    machine.close();
  }
  const [alone, helped] = played;
  expect(alone).toMatchObject({ done: true, inStep: false });
  expect(alone!.desyncs).toHaveLength(1);
  expect(alone!.differing).toBeGreaterThan(500);
  expect(helped).toMatchObject({ done: true, inStep: true });
  expect(helped!.desyncs[0]!.repaired).toBe("recorded state");
  expect(helped!.differing).toBeLessThan(alone!.differing);
});

test("a live run is paced by the clock: waits that are too long do not add up, and a pause is not run after", () => {
  const pacer = new Pacer({ num: 60, den: 1 }, 1000);
  let now = 1000;
  for (let frame = 0; frame < 600; frame++) now += pacer.next(now) + (frame % 7) * 0.9;
  expect(now - 1000).toBeGreaterThan(599 * pacer.period);
  expect(now - 1000).toBeLessThan(600 * pacer.period + 6);
  expect(pacer.lost).toBe(0);
  now += 5000;
  expect(pacer.next(now)).toBe(0);
  expect(pacer.lost).toBeGreaterThan(4900);
  expect(pacer.next(now)).toBeGreaterThan(pacer.period - 1);
});

test("lateness counts from the clock of the frames that came earliest", () => {
  const meter = new LatenessMeter({ num: 50, den: 1 });
  // Frames come each 20 ms, every fifth of them 60 ms late; the mirror plays what has come.
  for (let frame = 1, now = 0; frame <= 1000; frame++, now += 20) {
    const came = frame % 5 === 0 ? frame - 3 : frame;
    meter.arrived(came, now);
    meter.watch(came, now);
  }
  expect(meter.result).toMatchObject({ median: 0, p99: 3, worst: 3 });
  expect(meter.result!.seconds).toBeCloseTo(19.98, 5);
  expect(meter.behind(1000, 20_000)).toBeCloseTo(1, 5);
});
