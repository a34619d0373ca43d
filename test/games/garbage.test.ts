import { expect, test, vi } from "vitest";
import { LOST, movieOf, partsAt, play, WON } from "./play.ts";

/** Three minutes: machines under test are often busy. */
vi.setConfig({ testTimeout: 180_000 });

test("garbage rules part at the first flock under another fill, and the game is lost", async () => {
  const { movie, settings } = movieOf("garbage");
  const own = await play(movie, settings);
  expect(own).toMatchObject({ outcome: WON, state: 3, wave: 9 });
  const other = await play(movie, { ...settings, ram: "ff" }, 6000);
  const parted = partsAt(own, other) / 60.0988;
  expect(parted).toBeGreaterThan(20);
  expect(parted).toBeLessThan(90);
  expect(other.outcome).toBe(LOST);
});
