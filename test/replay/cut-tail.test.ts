import { expect, test } from "vitest";
import gleamBot from "../../games/gleam/bot.ts";
import { SHOW_NOTHING } from "../../src/machine/machine.ts";
import { BotInput } from "../../src/replay/bot.ts";
import { ReplayReader, readReplay } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import { openGleam, profileOf } from "./gleam.ts";

/** A recording with happenings, a reset and keyframes, in the items that were appended. */
async function items(): Promise<Uint8Array[]> {
  const machine = await openGleam("jsnes");
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(machine, {
    profile: profileOf({ fingerprint: { regions: ["ram"] } }),
    movie: liveMovie(machine, { name: "gleam.nes" }),
    keyframeEvery: 96,
    append: (bytes) => parts.push(bytes.slice()),
  });
  const bot = new BotInput(gleamBot, machine, "");
  for (let frame = 0; frame < 480; frame++) {
    if (frame === 470) recorder.reset("soft");
    recorder.step(bot, SHOW_NOTHING);
  }
  recorder.finish();
  machine.close();
  return parts;
}

test("a file that ends in the middle of what was being written opens, with all that stands before", async () => {
  const parts = await items();
  const whole = Buffer.concat(parts);
  const full = readReplay("whole.isr", whole);
  expect(full).toMatchObject({ complete: true, frames: 480 });
  // The last two blocks with all that belongs to them, and the end: every byte of them.
  const tail = parts.slice(-12).reduce((sum, part) => sum + part.length, 0);
  const starts = new Set<number>();
  let at = 0;
  for (const part of parts) {
    at += part.length;
    starts.add(at);
  }
  let frames = 0;
  let wholeItems = 0;
  for (let end = whole.length - tail; end < whole.length; end++) {
    const reader = new ReplayReader("cut.isr");
    reader.push(whole.subarray(0, end));
    const replay = reader.finish();
    expect(replay.damage, `cut at ${end}`).toBeUndefined();
    expect(replay.complete).toBe(false);
    // It never holds less than with a byte fewer, and what it holds is the recording's.
    expect(replay.frames).toBeGreaterThanOrEqual(frames);
    expect(replay.frames).toBeLessThanOrEqual(480);
    if (replay.frames > frames) {
      const rows = replay.frames + 1;
      expect(replay.readings.slice(0, rows).prints).toEqual(full.readings.slice(0, rows).prints);
    }
    frames = replay.frames;
    if (starts.has(end)) {
      expect(reader.read).toBe(end);
      wholeItems++;
    }
    expect(reader.read).toBeLessThanOrEqual(end);

    // Whoever waits there reads on when the writer does.
    reader.push(whole.subarray(end));
    expect(reader.replay).toMatchObject({ complete: true, frames: 480, damage: undefined });
  }
  expect(wholeItems).toBeGreaterThanOrEqual(10);
  expect(frames).toBe(480);
});
