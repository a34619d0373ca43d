import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { makeBot } from "../../games/gleam/bot.ts";
import { type InputSource, NO_PAD } from "../../src/machine/input.ts";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { movieOf, partsAt, play, rom, WON } from "./play.ts";

/** Three minutes: machines under test are often busy. */
vi.setConfig({ testTimeout: 180_000 });
const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

test("the ROM is what its sources build, byte for byte (needs cc65: sudo apt install cc65)", () => {
  const said = execFileSync(process.execPath, [path("games/build.mjs"), "--check", "gleam"], { encoding: "utf8" });
  expect(said).toBe("gleam: 40976 bytes\n");
});

test("every address that the README gives is the one in ram.s", () => {
  const addresses = new Map(
    [...readFileSync(path("games/gleam/ram.s"), "utf8").matchAll(/^ram "(\w+)",\s*\$(\w+)/gm)].map((m) => [
      m[1]!,
      Number.parseInt(m[2]!, 16),
    ]),
  );
  const documented = new Map(
    [...readFileSync(path("games/gleam/README.md"), "utf8").matchAll(/^\| (\w+) +\| \$(\w{4}) +\|/gm)].map((m) => [
      m[1]!,
      Number.parseInt(m[2]!, 16),
    ]),
  );
  expect(documented.size).toBeGreaterThan(20);
  for (const [name, address] of documented)
    expect([name, addresses.get(name) ?? addresses.get(`p_${name}`)]).toEqual([name, address]);
});

test("the classic movie wins, has late frames as its lag says, and draws random numbers", async () => {
  const { movie, settings } = movieOf("classic");
  expect(movie.length).toBeGreaterThan(10_900);
  const run = await play(movie, settings);
  expect(run).toMatchObject({ outcome: WON, state: 3, wave: 9 });
  expect(run.scores.every((score) => score > 100)).toBe(true);
  expect(run.late).toBe(movie.lag!.reduce((sum, late) => sum + late, 0));
  // Nine mines are drawn in some seven late frames each; the others are busy moments of play.
  expect(run.late).toBeGreaterThan(100);
  expect(run.draws).toBeGreaterThan(1000);
});

test("the bot, which sees RAM alone, presses again what the classic movie has", async () => {
  const { movie, settings } = movieOf("classic");
  const machine = await jsnes.open({ content: rom, settings });
  const ram = regionOf(machine, "ram")!;
  const bot = makeBot({ rules: "classic", players: 2, patience: 64 });
  let pads: readonly [number, number] = [0, 0];
  const input: InputSource = { poll: (port) => ({ ...NO_PAD, buttons: pads[port]! }) };
  for (let frame = 0; frame < 1200; frame++) {
    pads = bot(ram.bytes);
    expect([frame, ...pads]).toEqual([frame, movie.tracks[0]!.buttons[frame], movie.tracks[1]!.buttons[frame]]);
    machine.step(input, SHOW_NOTHING);
  }
  machine.close();
});

test("classic rules give the same run whatever RAM holds at power-on", async () => {
  const { movie, settings } = movieOf("classic");
  const [core, zero, random] = await Promise.all(
    [settings.ram!, "00", "random:1"].map((ram) => play(movie, { ...settings, ram }, 1200)),
  );
  expect(partsAt(core!, zero!)).toBe(-1);
  expect(partsAt(core!, random!)).toBe(-1);
});
