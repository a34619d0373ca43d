import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import gleamBot from "../../games/gleam/bot.ts";
import { Verifier } from "../../src/follow/verifier.node.ts";
import type { Verdict } from "../../src/follow/verify-main.node.ts";
import { SHOW_NOTHING } from "../../src/machine/machine.ts";
import { BotInput } from "../../src/replay/bot.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import { openGleam, profileOf } from "../replay/gleam.ts";
import { scratch } from "../support/cli.ts";

const rom = fileURLToPath(new URL("../../games/gleam/gleam.nes", import.meta.url));
const folder = scratch();

/** A recording whose keyframes of these frames hold the state of another frame. */
async function recordingWith(wrong: readonly number[]): Promise<string> {
  const machine = await openGleam("nestopia");
  const parts: Uint8Array[] = [];
  const save = machine.saveState.bind(machine);
  let older = save();
  machine.saveState = () => (wrong.includes(machine.frame) ? older : save());
  const recorder = new Recorder(machine, {
    profile: profileOf({ fingerprint: { regions: ["ram"] } }),
    movie: liveMovie(machine, { name: "gleam.nes" }),
    keyframeEvery: 120,
    append: (bytes) => parts.push(bytes.slice()),
  });
  const bot = new BotInput(gleamBot, machine, "");
  for (let frame = 0; frame < 500; frame++) {
    recorder.step(bot, SHOW_NOTHING);
    if (frame === 200) older = save();
  }
  recorder.finish();
  machine.close();
  const file = join(folder, `${wrong.join("-")}.isr`);
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

test("keyframes get their verdicts in order: those that run on as recorded, and those that do not", async () => {
  const file = await recordingWith([240]);
  const verdicts: Verdict[] = [];
  let done = (): void => {};
  const all = new Promise<void>((resolve) => (done = resolve));
  const verifier = new Verifier({ rom, core: "nestopia", settings: {}, file }, async (verdict) => {
    verdicts.push(verdict);
    if (verdicts.length === 4) done();
  });
  verifier.grown();
  await all;
  await verifier.close();
  // The keyframe of frame 480 has no second after it.
  expect(verdicts).toEqual([
    { frame: 0, ok: true },
    { frame: 120, ok: true },
    { frame: 240, ok: false },
    { frame: 360, ok: true },
  ]);
});

test("a verifier that is closed while it opens leaves no process behind, and gives no verdict", async () => {
  const file = await recordingWith([]);
  let verdicts = 0;
  const verifier = new Verifier({ rom, core: "nestopia", settings: {}, file }, async () => {
    verdicts++;
  });
  verifier.grown();
  await verifier.close();
  verifier.grown();
  await verifier.close();
  expect(verdicts).toBe(0);
});
