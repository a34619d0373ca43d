import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NO_INPUT } from "../../src/machine/input.ts";
import { link } from "../../src/machine/link/index.node.ts";
import type { LinkMachine } from "../../src/machine/link/machine.node.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { botFor, HEDGE, hasLink, openLink, RALLY } from "../machine/link-open.ts";

/** Three minutes: machines under test are often busy. */
vi.setConfig({ testTimeout: 180_000 });
const path = (name: string): string => fileURLToPath(new URL(`../../games/${name}`, import.meta.url));
const GAMES = [
  {
    name: "hedge",
    rom: HEDGE,
    base: 0x02000000,
    consoles: 4,
    state: [8, 4],
    over: 4,
    matches: 0x3c,
    won: 0x40,
    size: 4,
  },
  { name: "rally", rom: RALLY, base: 0xc000, consoles: 2, state: [6, 1], over: 5, matches: 0x2b, won: 0x2c, size: 1 },
] as const;
type Game = (typeof GAMES)[number];

const opened: LinkMachine[] = [];
afterEach(() => {
  for (const machine of opened.splice(0)) machine.close();
});
async function open(game: Game): Promise<LinkMachine> {
  const machine = await openLink(game.rom, { consoles: String(game.consoles) });
  opened.push(machine);
  return machine;
}
const numbers = (game: Game): number[] => Array.from({ length: game.consoles }, (_, i) => i + 1);
const ram = (machine: LinkMachine, console: number): Uint8Array => regionOf(machine, `${console}.wram`)!.bytes;
const states = (machine: LinkMachine, game: Game): number[] =>
  numbers(game).map((i) => ram(machine, i)[game.state[0]]!);

test.each(["hedge: 7168", "rally: 32768"])(
  "%s bytes are what its sources build, byte for byte (needs gcc-arm-none-eabi and sdcc)",
  (said) => {
    const name = said.split(":")[0]!;
    const args = [path("build.mjs"), "--check", name];
    expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe(`${said} bytes\n`);
  },
);

test.each(GAMES)("every address of $name's profile is the one that its README gives", ({ name, base }) => {
  const documented = new Map<string, number>();
  for (const [, field, address] of readFileSync(path(`${name}/README.md`), "utf8").matchAll(
    /^\| (\w+) +\| \$(\w{4,8}) +\|/gm,
  ))
    documented.set(field!, Number.parseInt(address!, 16));
  expect(documented.size).toBeGreaterThan(15);
  const names: Record<string, string> = { random: "rng", "cable pulled": "pulled", "out of step": "parted" };
  const profile = JSON.parse(readFileSync(path(`${name}/profile.json`), "utf8")) as {
    probes: { name: string; address: string }[];
  };
  let compared = 0;
  for (const probe of profile.probes) {
    const field = probe.name.replace(/^\d /, "");
    const address = documented.get(names[field] ?? field);
    if (!/^\d /.test(probe.name) || address === undefined) continue;
    expect([probe.name, Number(probe.address)]).toEqual([probe.name, address]);
    expect(address).toBeGreaterThanOrEqual(base);
    compared++;
  }
  expect(compared).toBeGreaterThan(20);
});

describe.runIf(hasLink).each(GAMES)("$name", (game) => {
  test("bots play a match to its end; one of them has won, and the cartridges keep it", async () => {
    const machine = await open(game);
    const bot = botFor(game.rom, machine);
    for (let i = 0; i < 30_000 && !states(machine, game).every((state) => state === game.over); i++)
      machine.step(bot, SHOW_NOTHING);
    expect(states(machine, game)).toEqual(numbers(game).map(() => game.over));
    for (let i = 0; i < 10; i++) machine.step(bot, SHOW_NOTHING);
    const kept = numbers(game).map((i) => ram(machine, i)[game.won]!);
    expect(kept.reduce((sum, won) => sum + won)).toBe(1);
    expect(numbers(game).map((i) => ram(machine, i)[game.matches])).toEqual(numbers(game).map(() => 1));

    const bytes = new Uint8Array(readFileSync(game.rom));
    const [first, ...more] = numbers(game).map((i) => {
      return { name: game.rom, bytes, save: regionOf(machine, `${i}.save`)!.bytes.slice() };
    });
    const again = (await link.open({
      content: first!,
      save: first!.save,
      more,
      settings: { consoles: String(game.consoles) },
    })) as LinkMachine;
    opened.push(again);
    for (let i = 0; i < 30; i++) again.step(NO_INPUT, SHOW_NOTHING);
    expect(numbers(game).map((i) => ram(again, i)[game.won])).toEqual(kept);
  });

  test("all consoles have the same game, tick for tick", async () => {
    const machine = await open(game);
    const bot = botFor(game.rom, machine);
    const at = game.name === "hedge" ? ([0x44, 0x320] as const) : ([0x11, 0x27] as const);
    let compared = 0;
    for (let i = 0; i < 1200; i++) {
      machine.step(bot, SHOW_NOTHING);
      const tick = (console: number): number => ram(machine, console)[game.name === "hedge" ? 0x20 : 0x0e]!;
      // A frame may end before one of them has taken in what the other has.
      if (!numbers(game).every((console) => tick(console) === tick(1)) || i < 300) continue;
      for (const console of numbers(game))
        expect(Buffer.compare(ram(machine, console).subarray(...at), ram(machine, 1).subarray(...at))).toBe(0);
      compared++;
    }
    expect(compared).toBeGreaterThan(600);
  });

  test("consoles that are made to differ find themselves out of step", async () => {
    const machine = await open(game);
    const bot = botFor(game.rom, machine);
    const playing = game.name === "hedge" ? 2 : 3;
    for (let i = 0; i < 2000 && !states(machine, game).every((state) => state === playing); i++)
      machine.step(bot, SHOW_NOTHING);
    const rng = game.name === "hedge" ? 0x18 : 0x0a;
    ram(machine, 2)[rng] = ram(machine, 2)[rng]! ^ 1;
    for (let i = 0; i < 20; i++) machine.step(NO_INPUT, SHOW_NOTHING);
    const parted = game.name === "hedge" ? 6 : 7;
    expect(states(machine, game)).toEqual(numbers(game).map(() => parted));
  });
});
