import { expect, test } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { scratch } from "../support/cli.ts";
import { ASKED, causesOf, ENTERED, expectCure, play, playAsRecorded, poke, record } from "./zoo.ts";

const folder = scratch();

test("spawn places that a patch chose are played with the patch, and an older recording without it", async () => {
  const spawn = { exhibit: "spawn", pads: { 20: BUTTON.Left } } as const;
  const patches = { "neutral spawns": true };
  const neutral = await record({ ...spawn, patches });
  const naive = await play(neutral, { repair: "none", patches: {} });
  expect(naive).toMatchObject({ parts: { frame: 0, probe: "spawn: a" }, explanation: { class: "boot" } });
  expect(await playAsRecorded(neutral, folder)).toEqual({ parts: undefined, differing: [] });
  const old = await record(spawn);
  expect(readReplay("old.isr", old).recording.patches).toBeUndefined();
  expect(await playAsRecorded(old, folder)).toEqual({ parts: undefined, differing: [] });
  expect(await play(old, { repair: "none", patches })).toMatchObject({ parts: { frame: 0, probe: "spawn: a" } });
});

test("a stock that was stolen from outside the pads is stolen again", async () => {
  const take = {
    exhibit: "steal",
    pads: { 5: BUTTON.A, 30: BUTTON.Right, 31: BUTTON.Right },
    meddle: { 20: poke(ASKED, 1) },
  } as const;
  const parts = { frame: 21, probe: "steal: a" };
  const naive = await expectCure(take, {}, { cure: "stock steal", parts });
  expect(causesOf(naive)).toContain("event");
  expect(readReplay("take.isr", await record(take)).happenings).toEqual([
    { frame: ENTERED + 20, event: 0, data: Uint8Array.of(1) },
  ]);
});

test.each([
  ["1x", "2x"],
  ["2x", "1x"],
])(
  "a stage that loads in the time that frames leave comes when it came (CPU of %s, then %s)",
  async (recorded, played) => {
    const take = { exhibit: "load", pads: { 10: BUTTON.A }, settings: { overclock: recorded } } as const;
    const cure = { cure: "stage", parts: { frame: 14, probe: "load: a" } };
    const naive = await expectCure(take, { settings: { overclock: played } }, cure);
    expect(naive.explanation).toMatchObject({ class: "loading time" });
  },
);
