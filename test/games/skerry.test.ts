import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makeBot } from "../../games/skerry/bot.ts";
import { BUTTON, NO_PAD, type PadState } from "../../src/machine/input.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { mupen64plus } from "../../src/machine/mupen64plus/index.ts";
import { n64Keys } from "../../src/machine/n64-pad.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../games/${name}`, import.meta.url));
const text = (name: string): string => readFileSync(path(name), "utf8");
const content = { name: "skerry.z64", bytes: readFileSync(path("skerry/skerry.z64")) };
const READ_BACK = { video: "glide64mk2", fb_read_always: "1" };
/** Frames of the movie's beginning, in which its first float is taken. */
const BEGINNING = 390;
const TITLE = 0;
const SAIL = 1;
const SUNK = 3;
const AT = {
  frame: 0x08,
  polls: 0x14,
  phase: 0x18,
  since: 0x1c,
  random: 0x20,
  score: 0x40,
  hull: 0x44,
  floats: 0x54,
  bright: 0x58,
};
const SIZE = 0x6a8;

interface Played {
  readonly machine: Machine;
  /** A number of the world, as the frame left it. */
  read(what: keyof typeof AT): number;
  /** The world's bytes. */
  world(): Buffer;
  /** The pad of each poll. */
  step(pad: (rdram: Uint8Array) => PadState): void;
}

async function play(settings: Record<string, string>): Promise<Played> {
  const machine = await mupen64plus.open({ content, settings });
  const rdram = regionOf(machine, "rdram")!.bytes;
  const world = Buffer.from(rdram.buffer, rdram.byteOffset + 0x180000, SIZE);
  return {
    machine,
    read: (what) => world.readUInt32LE(AT[what]),
    world: () => Buffer.from(world),
    step: (pad) => machine.step({ poll: (port) => (port === 0 ? pad(rdram) : NO_PAD) }, SHOW_NOTHING),
  };
}

/** The world after each frame of the pads given, one for each poll. */
async function worlds(settings: Record<string, string>, pads: readonly PadState[]): Promise<Buffer[]> {
  const run = await play(settings);
  let next = 0;
  const seen: Buffer[] = [];
  for (let frame = 0; frame < BEGINNING; frame++) {
    run.step(() => pads[next++] ?? NO_PAD);
    seen.push(run.world());
  }
  run.machine.close();
  return seen;
}

const partsAt = (a: readonly Buffer[], b: readonly Buffer[]): number => a.findIndex((world, i) => !world.equals(b[i]!));

test("the ROM is what its sources build, byte for byte (needs gcc-mips-linux-gnu)", () => {
  const said = execFileSync(process.execPath, [path("build.mjs"), "--check", "skerry"], { encoding: "utf8" });
  expect(said).toBe("skerry: 52224 bytes\n");
});

test("every address of the profile is the README's, and within the fingerprint", () => {
  const documented = new Set(
    [...text("skerry/README.md").matchAll(/^\| [\w ,]+ \| (0x8018\w{4}) \|/gm)].map((m) => m[1]),
  );
  const { probes } = JSON.parse(text("skerry/profile.json")) as { probes: { name: string; address: string }[] };
  expect(probes.length).toBeGreaterThan(10);
  for (const { name, address } of probes) {
    expect([name, documented.has(address)]).toEqual([name, true]);
    expect(Number(address) - 0x80180000).toBeLessThan(SIZE);
  }
});

test("the picture that a float of glass shows is the game's: another resolution parts there, unless nothing is read back", async () => {
  const samples = readFileSync(path("skerry/skerry.m64")).subarray(0x400);
  const native = await play(READ_BACK);
  const bot = makeBot();
  const pads: PadState[] = [];
  const seen: Buffer[] = [];
  for (let frame = 0; frame < BEGINNING; frame++) {
    native.step((rdram) => {
      const pad = { ...NO_PAD, ...bot(rdram) };
      expect([pads.length, n64Keys(pad)]).toEqual([pads.length, samples.readUInt32LE(pads.length * 4)]);
      pads.push(pad);
      return pad;
    });
    seen.push(native.world());
  }
  expect([native.read("floats"), native.read("bright") > 100]).toEqual([1, true]);
  native.machine.close();
  const taken = seen.findIndex((world) => world.readUInt32LE(AT.floats) === 1);
  expect(partsAt(seen, await worlds({ ...READ_BACK, resolution: "160x120" }, pads))).toBe(taken);
  const blind = await worlds({ ...READ_BACK, fb_read_always: "0" }, pads);
  expect(blind[taken]!.readUInt32LE(AT.bright)).toBe(0);
  for (const other of [
    { ...READ_BACK, fb_read_always: "0", resolution: "160x120" },
    { video: "rice" },
    { video: "none" },
  ])
    expect(partsAt(blind, await worlds(other, pads))).toBe(-1);
}, 180_000);

test("who never steers runs aground, and Start begins again; charting a reach takes frames that poll nothing", async () => {
  const run = await play({ video: "none" });
  const start = { ...NO_PAD, buttons: BUTTON.Start };
  let polls = 0;
  const until = (phase: number, most: number): number => {
    let lag = 0;
    for (let frame = 0; run.read("phase") !== phase; frame++) {
      if (frame === most) throw new Error(`phase ${run.read("phase")} after ${most} frames`);
      run.step(() => (run.read("since") === 150 ? start : NO_PAD));
      polls += run.machine.polls;
      if (run.machine.polls === 0) lag++;
    }
    return lag;
  };
  until(SAIL, 400);
  expect(run.read("hull")).toBe(5);
  expect(until(SUNK, 4000)).toBeGreaterThan(10);
  expect(run.read("hull")).toBe(0);
  until(TITLE, 400);
  until(SAIL, 400);
  expect([run.read("hull"), run.read("score")]).toEqual([5, 0]);
  expect(run.read("polls")).toBe(polls);
  run.machine.close();
}, 120_000);
