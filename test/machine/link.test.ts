import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { bootHash } from "../../src/machine/boot.ts";
import { BUTTON, NO_INPUT } from "../../src/machine/input.ts";
import { link } from "../../src/machine/link/index.node.ts";
import type { LinkMachine } from "../../src/machine/link/machine.node.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { contract } from "./contract.ts";
import { botFor, game, Hands, HEDGE, hasLink, openLink, RALLY } from "./link-open.ts";
import { fullPrint, memoryPrint } from "./run.ts";

if (hasLink) {
  // The last byte of work RAM's first bank is nobody's.
  contract("link with two Game Boys", () => openLink(RALLY), {
    child: { core: "link", rom: RALLY },
    writable: { region: "2.wram", offset: 0x7ff0 },
    opens: 20,
  });
  contract("link with two GBAs", () => openLink(HEDGE, { show: "all" }), {
    child: { core: "link", rom: HEDGE, settings: { show: "all" } },
    writable: { region: "2.wram", offset: 0x3fff0 },
    opens: 20,
  });
}

const opened: LinkMachine[] = [];
afterEach(() => {
  for (const machine of opened.splice(0)) machine.close();
});
const open = async (...args: Parameters<typeof openLink>): Promise<LinkMachine> => {
  const machine = await openLink(...args);
  opened.push(machine);
  return machine;
};
const u8 = (machine: LinkMachine, region: string, offset: number): number => regionOf(machine, region)!.bytes[offset]!;
const u32 = (machine: LinkMachine, region: string, offset: number): number =>
  Buffer.from(regionOf(machine, region)!.bytes).readUInt32LE(offset);

describe.runIf(hasLink)("linked consoles", () => {
  test.each([
    { rom: RALLY, settings: {} },
    { rom: HEDGE, settings: { consoles: "4" } },
  ])("bots that play $rom run twice the same", async ({ rom, settings }) => {
    const [a, b] = [await open(rom, settings), await open(rom, settings)];
    const [here, there] = [botFor(rom, a), botFor(rom, b)];
    for (let i = 0; i < 1500; i++) {
      a.step(here, SHOW_NOTHING);
      b.step(there, SHOW_NOTHING);
      if (i % 50 === 0) expect([i, memoryPrint(a)]).toEqual([i, memoryPrint(b)]);
    }
    expect(a.transfers(0)).toBeGreaterThan(1000);
  });

  test("whoever is shown, the run is the same, and each shows what all side by side show of it", async () => {
    const settings = { consoles: "3" };
    const all = await open(HEDGE, { ...settings, show: "all" });
    const each = await Promise.all(["1", "2", "3"].map((show) => open(HEDGE, { ...settings, show })));
    const bots = [all, ...each].map((machine) => [machine, botFor(HEDGE, machine)] as const);
    for (let i = 0; i < 300; i++) for (const [machine, bot] of bots) machine.step(bot);
    expect(new Set([all, ...each].map((machine) => memoryPrint(machine))).size).toBe(1);
    expect(new Set([all, ...each].map(({ boot }) => bootHash(boot))).size).toBe(1);
    expect([all.video.width, all.video.height]).toEqual([720, 160]);
    for (const [i, { video }] of each.entries()) {
      expect([video.width, video.height]).toEqual([240, 160]);
      for (let y = 0; y < 160; y++) {
        const row = all.video.pixels.subarray(y * 2880 + i * 960, y * 2880 + (i + 1) * 960);
        if (Buffer.compare(row, video.pixels.subarray(y * 960, (y + 1) * 960)) !== 0)
          expect.fail(`console ${i + 1}, row ${y}`);
      }
    }
    // Each names itself at the top, so no two see the same.
    expect(new Set(each.map((machine) => fullPrint(machine))).size).toBe(3);
  });

  test("rolled back and played again with other inputs between, it comes to the same state", async () => {
    const machine = await open(HEDGE, { consoles: "2" });
    const bot = botFor(HEDGE, machine);
    const straight = await open(HEDGE, { consoles: "2" });
    const other = botFor(HEDGE, straight);
    const wrong = new Hands();
    wrong.held[1] = BUTTON.Left | BUTTON.A;
    const state = new Uint8Array(machine.stateSize + 1024);
    for (let i = 0; i < 400; i++) {
      const saved = machine.saveState(state);
      for (let k = 0; k < 4; k++) machine.step(wrong, SHOW_NOTHING);
      machine.loadState(saved, i);
      machine.step(bot, SHOW_NOTHING);
      straight.step(other, SHOW_NOTHING);
    }
    expect(Buffer.compare(machine.saveState(), straight.saveState())).toBe(0);
  });

  test("after a reset its memories are the consoles' own, wherever they lie then; once it is closed there are none", () => {
    // In a process of its own, where holes above the consoles' memory are made: what they take anew comes to lie in one.
    const script = `
      const { findCore } = await import("${new URL("../../dist/machine/cores.node.js", import.meta.url)}");
      const { readFileSync } = await import("node:fs");
      let above = Array.from({ length: 40 }, () => new Uint8Array(1 << 20).fill(1));
      const core = await findCore("link", "${RALLY}");
      const machine = await core.open({ content: { name: "rally.gbc", bytes: new Uint8Array(readFileSync("${RALLY}")) } });
      const region = machine.memory.find(({ name }) => name === "2.wram");
      const { buffer } = region.bytes;
      above = undefined;
      gc();
      await new Promise((done) => setTimeout(done, 50));
      machine.reset("soft");
      const moved = region.bytes.buffer !== buffer;
      const before = machine.saveState();
      region.bytes[0x7ff0] ^= 1;
      const live = Buffer.compare(machine.saveState(), before) !== 0;
      machine.close();
      console.log(JSON.stringify({ moved, live, closed: region.bytes.length }));`;
    const out = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    expect(JSON.parse(out)).toEqual({ moved: true, live: true, closed: 0 });
  });

  test("save RAM of each console is its own, and comes back as it was put in", async () => {
    const bytes = new Uint8Array(readFileSync(HEDGE));
    const save = (matches: number): Uint8Array => Uint8Array.from([0x48, 0x47, matches, 1, 9, 9]);
    const machine = (await link.open({
      content: { name: "a.gba", bytes },
      save: save(3),
      more: [{ name: "b.gba", bytes, save: save(5) }],
    })) as LinkMachine;
    opened.push(machine);
    for (let i = 0; i < 10; i++) machine.step(NO_INPUT, SHOW_NOTHING);
    expect([u32(machine, "1.wram", 60), u32(machine, "2.wram", 60)]).toEqual([3, 5]);
    expect([u8(machine, "1.save", 2), u8(machine, "2.save", 2), u8(machine, "2.save", 5)]).toEqual([3, 5, 9]);
    expect(machine.boot.save).not.toBe(machine.boot.more![0]!.save);
  });

  test("different games can be on one cable, and are part of the boot", async () => {
    const bytes = new Uint8Array(readFileSync(RALLY));
    const other = bytes.slice();
    other[0x7000] = other[0x7000]! ^ 1; // behind the program
    const content = { name: "a.gbc", bytes };
    const same = (await link.open({ content })) as LinkMachine;
    const mixed = (await link.open({ content, more: [{ name: "b.gbc", bytes: other }] })) as LinkMachine;
    opened.push(same, mixed);
    expect(bootHash(mixed.boot)).not.toBe(bootHash(same.boot));
    const bot = botFor(RALLY, mixed);
    for (let i = 0; i < 400; i++) mixed.step(bot, SHOW_NOTHING);
    expect(mixed.transfers(0)).toBeGreaterThan(200);
    expect(() => same.loadState(mixed.saveState(), 0)).toThrow(Problem);
  });

  test("a byte is only given to a console that waits for it: the pulled cable of Rally is noticed, and mended", async () => {
    const machine = await open(RALLY);
    const hands = new Hands();
    const hold = (frames: number, buttons: readonly number[]): void => {
      for (let i = 0; i < frames; i++) {
        hands.held.splice(0, 2, ...buttons);
        machine.step(hands, SHOW_NOTHING);
      }
    };
    const states = (): number[] => [u8(machine, "1.wram", 6), u8(machine, "2.wram", 6)];
    hold(60, [0, 0]);
    hold(8, [BUTTON.A, 0]);
    hold(60, [0, 0]);
    hold(8, [BUTTON.A, BUTTON.A]);
    hold(60, [0, 0]);
    expect(states()).toEqual([3, 3]);
    hold(100, [BUTTON.Unplug, 0]);
    expect(states()).toEqual([6, 6]);
    hold(100, [0, 0]);
    expect(states()).toEqual([0, 0]);
  });

  test("a GBA that leaves a cable of four gets nothing, the others go on, and all find each other again", async () => {
    const machine = await open(HEDGE, { consoles: "4" });
    const bot = botFor(HEDGE, machine);
    const hands = new Hands();
    for (let i = 0; i < 200; i++) machine.step(bot, SHOW_NOTHING);
    const seen = (offset: number): number[] => [1, 2, 3, 4].map((i) => u32(machine, `${i}.wram`, offset));
    expect(seen(8)).toEqual([2, 2, 2, 2]);
    hands.held[2] = BUTTON.Unplug;
    for (let i = 0; i < 120; i++) machine.step(hands, SHOW_NOTHING);
    expect(seen(8)).toEqual([0, 0, 5, 0]);
    expect(seen(12)).toEqual([3, 3, 4, 3]);
    hands.held[2] = 0;
    for (let i = 0; i < 120; i++) machine.step(hands, SHOW_NOTHING);
    expect(seen(8)).toEqual([0, 0, 0, 0]);
    expect(seen(12)).toEqual([4, 4, 4, 4]);
  });

  test.each([
    [{ consoles: "3" }, RALLY, /at most 2 Game Boys; use --set consoles=2/],
    [{ consoles: "5" }, HEDGE, /consoles cannot be "5"/],
    [{ show: "3" }, HEDGE, /no console 3 to show/],
    [{ cable: "gbc", consoles: "3" }, HEDGE, /cable=gbc is for two GBAs/],
    [{ model: "dmg" }, HEDGE, /model is for Game Boys/],
    [{}, game("gleam/gleam.nes"), /gleam.nes: only .gb/],
  ])("%j is refused in a line that says why", async (settings, rom, why) => {
    await expect(openLink(rom, settings as Record<string, string>)).rejects.toThrow(why);
  });

  test("what is no game is refused", async () => {
    for (const name of ["noise.gb", "noise.gba"]) {
      const bytes = Uint8Array.from({ length: 65536 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
      await expect(link.open({ content: { name, bytes } })).rejects.toThrow(Problem);
      await expect(link.open({ content: { name, bytes: new Uint8Array(0) } })).rejects.toThrow(Problem);
    }
    const content = { name: "h.gba", bytes: new Uint8Array(readFileSync(HEDGE)) };
    await expect(link.open({ content, save: new Uint8Array(40000) })).rejects.toThrow(/save has 40000 bytes/);
    const more = [content, content];
    await expect(link.open({ content, more })).rejects.toThrow(/game 3.*there are 2 consoles/);
  });
});
