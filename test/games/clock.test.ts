import { expect, test, vi } from "vitest";
import { byPoll, movieOf, partsAt, play, WON } from "./play.ts";

/** Three minutes: machines under test are often busy. */
vi.setConfig({ testTimeout: 180_000 });

test("the clock movie wins under its own boot, and dust draws by the thousand", async () => {
  const { movie, settings } = movieOf("clock");
  const run = await play(movie, settings);
  expect(run).toMatchObject({ outcome: WON, state: 3, wave: 9 });
  expect(run.draws).toBeGreaterThan(10_000);
});

test("played by poll on a faster CPU, classic rules keep in step and clock rules part", async () => {
  const partedAt = async (rules: "classic" | "clock"): Promise<number> => {
    const { movie, settings } = movieOf(rules);
    const polls = byPoll(movie);
    const slow = await play(polls, settings, 1100);
    const fast = await play(polls, { ...settings, overclock: "2x" }, 1100);
    expect(fast.late).toBeLessThan(slow.late);
    return partsAt(slow, fast);
  };
  expect(await partedAt("classic")).toBe(-1);
  expect(await partedAt("clock")).toBeGreaterThan(300);
});
