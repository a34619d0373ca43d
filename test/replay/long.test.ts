import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { IndexedReplay } from "../../src/follow/index-instance.node.ts";
import { openIndexed } from "../../src/follow/index-open.node.ts";
import { record } from "../../src/follow/record.node.ts";
import { regionOf } from "../../src/machine/machine.ts";
import { fingerprint } from "../../src/watch/watcher.ts";
import { scratch } from "../support/cli.ts";

/** `MINUTES=60` plays an hour and makes 1,000 seeks, in some four minutes. */
const MINUTES = Number(process.env.MINUTES ?? 4);
const FRAMES = MINUTES * 3600;
const SEEKS = MINUTES < 60 ? 300 : 1000;
const folder = scratch();
process.env.XDG_CONFIG_HOME = join(folder, "config");

test("a long game that a bot played is played back equal on every frame, and seeks in it come to the recorded frames", {
  timeout: 900_000,
}, async () => {
  const rom = fileURLToPath(new URL("../../games/gleam/gleam.nes", import.meta.url));
  const file = join(folder, "hour.isr");
  const settings = {};
  const game = { rom, core: "nestopia", settings };
  const { frames } = await record({ ...game, bot: "random:11", out: file, keyframeEvery: 0 }, FRAMES);
  expect(frames).toBe(FRAMES);

  // Making the index plays all of it and compares each frame's RAM with the recording.
  const spec = { ...game, file, repair: "none" as const };
  const replay = await IndexedReplay.open(spec);
  const indexed = await replay.index();
  await replay.close();
  expect(indexed).toMatchObject({ frames: FRAMES, frame: FRAMES, bad: 0, parted: undefined });
  expect(indexed.bytes).toBeLessThan((MINUTES / 60) * 3e6 + 256 * 1024);

  const opened = await openIndexed(spec);
  const { seek, player } = opened;
  const { readings } = opened.replay;
  expect(readings.length).toBe(FRAMES + 1);
  const next = random(20);
  let longest = 0;
  for (let i = 0; i < SEEKS; i++) {
    const frame = next(FRAMES + 1);
    const { played } = seek.seek(frame);
    longest = Math.max(longest, played);
    expect(player.frame).toBe(frame);
    expect(fingerprint(regionOf(player.machine, "ram")!.bytes)).toBe(readings.slice(frame, 1).prints[0]);
  }
  expect(longest).toBeLessThan(120);
  expect(seek.bad).toEqual([]);
  opened.file.close();
  player.machine.close();
});

/** The same numbers for the same seed (xorshift). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
