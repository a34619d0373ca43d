import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { playBack } from "../../src/follow/playback.node.ts";
import { BUTTON } from "../../src/machine/input.ts";
import { type Machine, regionOf } from "../../src/machine/machine.ts";
import { stateOf } from "../../src/replay/keyframes.ts";
import { uncovered } from "../../src/replay/moments.ts";
import { Player } from "../../src/replay/player.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { ReplaySeek } from "../../src/replay/seek.ts";
import { SeekIndex } from "../../src/replay/seek-index.ts";
import { IndexMaker } from "../../src/replay/seek-maker.ts";
import { firstDivergence } from "../../src/watch/readings.ts";
import { scratch } from "../support/cli.ts";
import { ENTERED, open, play, profileOf, ROM, record, without } from "./zoo.ts";

const folder = scratch();
const pads = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [20 + i, BUTTON.Right]));
const faults = [{ kind: "lag" as const, frame: ENTERED + 22 }];

test("after a frame too many all moves on elsewhere; with its values put back the game is in step one frame later", async () => {
  const file = await record({ exhibit: "hiccup", pads });
  const naive = await play(file, { repair: "none", faults });
  expect(naive.parts).toEqual({ frame: 22, probe: "hiccup: a" });
  expect(naive.differing).toHaveLength(39);
  expect(naive.explanation).toMatchObject({ class: "lag" });
  const cured = await play(file, { repair: "values", faults });
  expect(cured.differing).toEqual([22]);
});

test("a recording's states mend a frame too many also where the profile names no values", async () => {
  const bytes = await record({ exhibit: "hiccup", pads, profile: without("places"), keyframeEvery: 30 });
  const file = join(folder, "states.isr");
  writeFileSync(file, bytes);
  const replay = readReplay(file, bytes);
  const played = async (repair: "values" | "state") => playBack(file, replay, { rom: ROM, repair, faults });
  expect(await played("values")).toMatchObject({ differing: 39, repairs: [] });
  expect(await played("state")).toMatchObject({
    first: { frame: ENTERED + 22 },
    repairs: [ENTERED + 22],
    differing: 0,
  });
});

/** A core whose states lack where B is and where it goes. */
function forgetful(machine: Machine): Machine {
  const b = profileOf().probes.find(({ name }) => name === "hiccup: b")!.address;
  return new Proxy(machine, {
    get(target, name) {
      if (name !== "loadState") {
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (state: Uint8Array, frame: number) => {
        const { bytes } = regionOf(machine, "ram")!;
        const before = bytes.slice(b, b + 2);
        machine.loadState(state, frame);
        bytes.set(before, b);
      };
    },
  });
}

test("a seek to a state that does not hold all is found out, cold, and gets there another way", async () => {
  const file = await record({ exhibit: "hiccup", pads, profile: without("places"), keyframeEvery: 20 });
  const replay = readReplay("take.isr", file);
  const opened = async () => new Player(forgetful(await open()), replay, { repair: "none" });

  const naive = await opened();
  const keyframe = replay.keyframes.find(({ frame }) => frame === 80)!;
  naive.load(stateOf(keyframe), keyframe.frame);
  const parts = firstDivergence(replay.profile!, replay.readings.slice(81, 10), naive.play(10));
  expect(parts).toMatchObject({ frame: 81, probes: [{ name: "hiccup: b" }] });

  const index = new SeekIndex();
  const maker = await IndexMaker.open(index, { open: opened, bytesAFrame: 1e6, interval: 20 });
  while (await maker.advance());
  maker.close();
  expect(index).toMatchObject({ keyframes: [], bad: [20, 40, 60, 80] });

  const seek = new ReplaySeek(await opened(), { index, fileStates: true });
  for (const frame of [95, 85, 45]) expect(seek.seek(frame)).toMatchObject({ inStep: true });
  expect(seek.bad).toContain(80);
});

test("a core without hooks restores at the start and between frames, and says what it leaves out", async () => {
  const machine = await open({ core: "nestopia" });
  expect(uncovered(machine, profileOf())).toEqual([
    expect.stringMatching(/^nestopia has no hooks: "seed" cannot be put back at "pri0" \(0xc\w{3}\)$/),
    expect.stringMatching(/"seed", "pad ring" cannot be put back at "pri3"/),
    expect.stringMatching(/"stage" cannot be put back at "pri4"/),
    expect.stringMatching(/"pad two polls ago" cannot be put back at "judge"/),
    'nestopia has no hooks: "stock steal" is not seen there',
  ]);
  machine.close();
  const file = await record({ exhibit: "hiccup", pads });
  const cured = await play(file, { core: "nestopia", repair: "values", faults });
  expect(cured.differing).toEqual([22]);
  expect(cured.played.uncovered).toHaveLength(5);
});
