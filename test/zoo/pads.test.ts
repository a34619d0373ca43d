import { expect, test } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { causesOf, ENTERED, expectCure, play, poke, record, SKIP } from "./zoo.ts";

/** Left, a frame of nothing, right: a dash back, judged in the step from frame 12. */
const FLICK = { 10: BUTTON.Left, 12: BUTTON.Right, 13: BUTTON.Right };
const TURNS = { frame: 13, probe: "dash: mode" };

test("a frame too many puts the ring of raw pads off: a dash becomes a turn, until the ring is put back", async () => {
  const faults = [{ kind: "lag" as const, frame: ENTERED + 12 }];
  const naive = await expectCure({ exhibit: "dash", pads: FLICK }, { faults }, { cure: "pad ring", parts: TURNS });
  expect(naive.explanation).toMatchObject({ class: "pads", frame: ENTERED + 13 });
});

test("frames that are not drawn when catching up poll no raw pads: the ring is put back", async () => {
  const meddle = { 9: poke(SKIP, 3) };
  const naive = await expectCure({ exhibit: "dash", pads: FLICK }, { meddle }, { cure: "pad ring", parts: TURNS });
  // The frames polled once instead of twice, and what came of it is known too.
  expect(causesOf(naive)).toEqual(["lag", "pads"]);
});

/** The first interrupts after entering come while the value is in danger with memory of 00, hundreds of frames later with FF. */
const FLICK_LATER = { 18: BUTTON.Left, 20: BUTTON.Right, 21: BUTTON.Right };
const OVERWRITTEN = { frame: 21, probe: "stack: mode" };
const stack = { exhibit: "stack", pads: FLICK_LATER } as const;

test.each([
  ["ff", "00"],
  ["00", "ff"],
])(
  "what an interrupt wrote over on the stack is put back where it is used (memory of %s, then of %s)",
  async (recorded, played) => {
    const cure = { cure: "pad two polls ago", parts: OVERWRITTEN };
    await expectCure({ ...stack, settings: { ram: recorded } }, { settings: { ram: played } }, cure);
  },
);

test("the patch that mends the stack is on where the recording says so, and off for a recording from before it", async () => {
  const patches = { "safe stack": true };
  const mended = await record({ ...stack, settings: { ram: "ff" }, patches });
  expect(await play(mended, { settings: { ram: "00" }, repair: "none" })).toMatchObject({ differing: [] });
  const old = await record({ ...stack, settings: { ram: "00" } });
  expect(await play(old, { settings: { ram: "00" }, repair: "none" })).toMatchObject({ differing: [] });
  expect(await play(old, { settings: { ram: "00" }, repair: "none", patches })).toMatchObject({ parts: OVERWRITTEN });
});
