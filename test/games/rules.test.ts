import { expect, test } from "vitest";
import { byPoll, LOST, movieOf, partsAt, play, slipped, WON } from "./play.ts";

const PATIENT = 60_000;

test("the clock movie wins under its own boot", PATIENT, async () => {
  const { movie, settings } = movieOf("clock");
  const run = await play(movie, settings);
  expect(run).toMatchObject({ outcome: WON, state: 3, wave: 9 });
  // Dust draws by the thousand.
  expect(run.draws).toBeGreaterThan(10_000);
});

test("by poll, classic rules keep in step on a faster CPU and clock rules part", PATIENT, async () => {
  const runs = async (rules: "classic" | "clock") => {
    const { movie, settings } = movieOf(rules);
    const polls = byPoll(movie);
    const slow = await play(polls, settings, 2600);
    const fast = await play(polls, { ...settings, overclock: "2x" }, 2600);
    const [a, b] = [slow, fast].map(({ trace }) => ({ ...slow, trace: trace.slice(60).filter((frame) => frame) }));
    expect(fast.late).toBeLessThan(slow.late);
    return partsAt(
      { ...a!, trace: [...Array(60).fill(""), ...a!.trace] },
      { ...b!, trace: [...Array(60).fill(""), ...b!.trace] },
    );
  };
  expect(await runs("classic")).toBe(-1);
  expect(await runs("clock")).toBeGreaterThan(300);
});

test("history rules win with every poll in its place, and part when one is repeated or left out", PATIENT, async () => {
  const { movie, settings } = movieOf("history");
  const own = await play(movie, settings);
  expect(own).toMatchObject({ outcome: WON, state: 3, wave: 9 });
  for (const by of [1, -1] as const) {
    const other = await play(slipped(movie, 3000, by), settings, 7000);
    expect(partsAt(own, other)).toBeGreaterThanOrEqual(3000);
    expect(partsAt(own, other)).toBeLessThan(3060);
    expect(other.outcome).toBe(LOST);
  }
});
