import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";
import { openRun } from "../../src/follow/open-run.node.ts";
import type { RecordSpec, RecordVerbs } from "../../src/follow/record-main.node.ts";
import { Child } from "../../src/machine/instance/child.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { parseProfile } from "../../src/watch/profile.ts";
import { firstDivergence } from "../../src/watch/readings.ts";
import { scratch, start } from "../support/cli.ts";

const gleam = fileURLToPath(new URL("../../games/gleam/", import.meta.url));
const folder = scratch();
const profile = {
  name: "profile.json",
  profile: parseProfile("profile.json", readFileSync(`${gleam}profile.json`, "utf8")),
};

/** `KILLS=100` kills a hundred, in a minute. */
const KILLS = Number(process.env.KILLS ?? 24);
/** Frames that a recorder is asked for at once: so exactly is known how far it was. */
const BATCH = 10;
/** Rows that are not written yet may be so many: a second has sixty. */
const UNWRITTEN = 47;

/** Recordings of the same game, some with states. */
const KINDS = [
  { name: "plain", core: "nestopia", keyframeEvery: 0 },
  { name: "states", core: "nestopia", keyframeEvery: 30 },
  { name: "signed", core: "nestopia", keyframeEvery: 100, signers: [{ key: join(folder, "ada.pem"), port: 0 }] },
  { name: "big states", core: "jsnes", keyframeEvery: 10 },
] as const;

const specOf = ({ name: _name, ...kind }: (typeof KINDS)[number], out: string): RecordSpec => ({
  rom: `${gleam}gleam.nes`,
  settings: {},
  profile,
  bot: "gleam",
  out,
  ...kind,
});

async function recorder(spec: RecordSpec): Promise<Child<RecordVerbs>> {
  const child = new Child<RecordVerbs>(new URL("../../src/follow/record-main.node.ts", import.meta.url), "a recorder");
  await child.call("open", spec);
  return child;
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

interface Killed {
  readonly kind: number;
  readonly bytes: Buffer;
  readonly file: string;
  /** Frames that it had recorded for sure, and that it may have. */
  readonly least: number;
  readonly most: number;
}

/** A recorder that is ended with signal 9 so many milliseconds after it had so many frames. */
async function killed(number: number, frames: number, ms: number): Promise<Killed> {
  const kind = number % KINDS.length;
  const file = join(folder, `${number}.isr`);
  const child = await recorder(specOf(KINDS[kind]!, file));
  let least = 0;
  let most = 0;
  let there = (): void => {};
  const begun = new Promise<void>((resolve) => (there = resolve));
  const recording = (async () => {
    for (;;) {
      if (least >= frames) there();
      most = least + BATCH;
      await child.call("record", BATCH);
      least = most;
    }
  })().catch(() => {});
  await begun;
  await sleep(ms);
  await child.kill();
  await recording;
  return { kind, bytes: readFileSync(file), file, least, most };
}

it(`a recorder that is killed at any of ${KILLS} moments loses less than a second, and what is there is right`, {
  timeout: 400_000,
}, async () => {
  const random = randomFrom(20_261);
  const moments = Array.from({ length: KILLS }, () => ({ frames: Math.floor(random() * 300), ms: random() * 20 }));
  const all: Killed[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < KILLS) {
      const number = next++;
      const { frames, ms } = moments[number]!;
      all.push(await killed(number, frames, ms));
    }
  };
  await Promise.all([worker(), worker()]);

  let atMost = 0;
  for (const { kind, bytes, file, least, most } of all) {
    const replay = readReplay(file, bytes);
    expect(replay.damage).toBeUndefined();
    expect(replay.complete).toBe(false);
    expect(replay.frames, `${KINDS[kind]!.name}: ${least} frames recorded`).toBeGreaterThanOrEqual(least - UNWRITTEN);
    expect(replay.frames).toBeLessThanOrEqual(most);
    atMost = Math.max(atMost, least);
  }
  // They were caught at different places, in and between blocks.
  expect(new Set(all.map(({ bytes }) => bytes.length)).size).toBeGreaterThan(KILLS / 5);

  // Whoever goes on writes the same bytes: each file is the beginning of the whole recording, which plays back equal.
  for (const [kind, { name }] of KINDS.entries()) {
    const longest = all.filter((one) => one.kind === kind).reduce((a, b) => (a.most > b.most ? a : b));
    const out = join(folder, `${name}.isr`);
    const child = await recorder(specOf(KINDS[kind]!, out));
    await child.call("record", longest.most + 60);
    await child.call("finish");
    await child.kill();
    const whole = readFileSync(out);
    for (const one of all.filter((it) => it.kind === kind))
      expect(
        one.bytes.findIndex((byte, at) => byte !== whole[at]),
        `${one.file}: the first byte that differs`,
      ).toBe(-1);
    await playsBack(out);
    await playsBack(longest.file);
  }
  console.log(`${KILLS} recorders killed after 0 to ${atMost} frames`);
});

/** All of it plays back as recorded. */
async function playsBack(file: string): Promise<void> {
  const replay = readReplay(file, readFileSync(file));
  const { core } = replay.recording.boot as { core: { name: string } };
  const { run } = await openRun({
    rom: `${gleam}gleam.nes`,
    core: core.name,
    settings: {},
    movie: replay.movie,
    replay: { file, repair: "none" },
  });
  const rows = run.play(replay.frames);
  expect(firstDivergence(replay.profile!, replay.readings.slice(0, replay.frames + 1), rows)).toBeUndefined();
  expect(rows.count).toBe(replay.frames);
  run.machine.close();
}

it("killing the command ends its recorder too, and the file plays", {
  timeout: 60_000,
}, async () => {
  const file = join(folder, "live.isr");
  const { child, ended } = start(
    ...["record", `${gleam}gleam.nes`, "--profile", `${gleam}profile.json`, "--bot", "gleam", "--live", "-o", file],
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  // Until then it may have written nothing yet, or half of its header.
  const some = () => expect(readReplay(file, readFileSync(file)).frames).toBeGreaterThan(90);
  await vi.waitFor(some, { timeout: 30_000, interval: 50 });
  child.kill("SIGKILL");
  await ended;
  await sleep(300);
  const { length } = readFileSync(file);
  await sleep(500);
  expect(readFileSync(file).length).toBe(length);
  expect(readReplay(file, readFileSync(file))).toMatchObject({ complete: false, damage: undefined });
  await playsBack(file);
});
