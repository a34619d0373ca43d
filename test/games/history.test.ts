import { expect, test, vi } from "vitest";
import { movieOf, partsAt, play, slipped, WON } from "./play.ts";

/** Three minutes: machines under test are often busy. */
vi.setConfig({ testTimeout: 180_000 });

test("history rules win with every poll in its place, and part when one is repeated or left out", async () => {
  const { movie, settings } = movieOf("history");
  const own = await play(movie, settings);
  expect(own).toMatchObject({ outcome: WON, state: 3, wave: 9 });
  for (const by of [1, -1] as const) {
    const parted = partsAt(own, await play(slipped(movie, 1000, by), settings, 1200));
    expect(parted).toBeGreaterThanOrEqual(1000);
    expect(parted).toBeLessThan(1060);
  }
});
