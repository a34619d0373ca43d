import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { libretroCore } from "../../src/machine/cores.node.ts";
import { NO_INPUT } from "../../src/machine/input.ts";
import { regionOf } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { shared } from "../support/data.ts";
import { contract } from "./contract.ts";
import { has, installed, openGame } from "./libretro-open.ts";
import { firstDifference, run, SeededInput } from "./run.ts";

function contractOf(core: string, rom: string, options: Omit<Parameters<typeof contract>[2], "child"> = {}): void {
  describe.runIf(has(core))(core, () => {
    contract(`${core}, ${basename(rom)}`, () => openGame(core, rom), { ...options, child: { core, rom: shared(rom) } });
  });
}

contractOf("nestopia", "nes/cybercoaster.nes", {
  opens: 6,
  writable: { region: "ram", offset: 0x7f0 },
});
contractOf("nestopia", "nes/thwaite-0.04-author.nes", { opens: 3, writable: { region: "ram", offset: 0x7f0 } });
contractOf("bsnes", "snes/maze-battle.sfc", {
  audioTolerance: 0.003,
  opens: 3,
  writable: { region: "ram", offset: 0x1fff0 },
});

/** gambatte and mgba leave the sound's filters out of their states, desmume the picture of one frame. */
const silent = { video: true, audio: false };

describe.each([
  ["gambatte", "gb/2048.gb", 150],
  ["gambatte", "gb/petris.gbc", 150],
  ["mgba", "gba/xniq.gba", 60],
  ["mgba", "gba/voxelburg.gba", 60],
  ["desmume", "nds/bouncingball-7.1.nds", 60],
  ["desmume", "nds/pong-ds.nds", 60],
])("%s, %s", (core, rom, frames) => {
  test.runIf(has(core))(
    "runs the same twice, from its boot, from a state of another machine, and after the power switch",
    async () => {
      const [a, b] = [await openGame(core, rom), await openGame(core, rom)];
      expect(b.boot).toEqual(a.boot);
      expect(a.boot.unpinned).toEqual([]);
      const input = new SeededInput(7);
      const first = run(a, input, frames);
      expect(new Set(first.full).size).toBeGreaterThan(1);
      expect(firstDifference(run(b, input, frames).full, first.full)).toBe(-1);
      const state = a.saveState();
      expect(Buffer.compare(b.saveState(), state)).toBe(0);
      const rest = run(a, input, frames, {}, silent);
      b.reset("power");
      b.loadState(state, frames);
      const loaded = run(b, input, frames, {}, silent);
      expect(firstDifference(loaded.memory, rest.memory)).toBe(-1);
      expect(firstDifference(loaded.full.slice(1), rest.full.slice(1))).toBe(-1);
      for (const bad of [state.slice(0, 100), state.slice(0, state.length / 2), new Uint8Array(state.length)]) {
        expect(() => b.loadState(bad, 0)).toThrow(Problem);
      }
      b.reset("power");
      expect(b.frame).toBe(2 * frames);
      const again = run(b, Object.assign(new SeededInput(7), { shift: -2 * frames }), frames);
      expect(firstDifference(again.full, first.full)).toBe(-1);
      a.close();
      b.close();
      expect(() => a.step(NO_INPUT)).toThrow();
    },
  );
});

describe.runIf(has("nestopia"))("a libretro machine", () => {
  test("is independent of another one of the same core", async () => {
    const [a, b] = [
      await openGame("nestopia", "nes/thwaite-0.04-author.nes"),
      await openGame("nestopia", "nes/cybercoaster.nes"),
    ];
    const alone = run(a, new SeededInput(1), 60).memory;
    a.reset("power");
    const together: bigint[] = [];
    for (let i = 0; i < 60; i++) {
      b.step(NO_INPUT);
      together.push(...run(a, Object.assign(new SeededInput(1), { shift: -60 }), 1).memory);
    }
    expect(together).toEqual(alone);
    a.close();
    b.close();
  });

  test("takes its options from the core and refuses others, the likeliest first", async () => {
    for (const name of installed) {
      const core = await libretroCore(name);
      expect(core.options.length).toBeGreaterThan(0);
      for (const option of core.options) {
        expect(option.key).toMatch(/^\w+$/);
        expect(option.label.length).toBeGreaterThan(0);
        if (option.key !== "host_clock") expect(option.values).toContain(option.default);
      }
    }
    await expect(openGame("nestopia", "nes/lj65.nes", { nestopia_overclok: "2x" })).rejects.toThrow(
      /^nestopia has no option nestopia_overclok; it has nestopia_overclock,/,
    );
    await expect(openGame("nestopia", "nes/lj65.nes", { nestopia_overclock: "3x" })).rejects.toThrow(
      /cannot be "3x"; it takes [12]x/,
    );
  });

  test("runs otherwise with another option, and its boot says which", async () => {
    const settings = { nestopia_ram_power_state: "0xFF" };
    const [zero, full] = [
      await openGame("nestopia", "nes/lj65.nes"),
      await openGame("nestopia", "nes/lj65.nes", settings),
    ];
    expect([zero.boot.ramFill, full.boot.ramFill]).toEqual(["00", "ff"]);
    expect(regionOf(full, "ram")!.bytes[0x700]).toBe(0xff);
    zero.close();
    full.close();
  });

  test("draws random RAM the same each time", async () => {
    const settings = { nestopia_ram_power_state: "random" };
    const [a, b] = [
      await openGame("nestopia", "nes/lj65.nes", settings),
      await openGame("nestopia", "nes/lj65.nes", settings),
    ];
    expect(a.boot.ramFill).toBe("random");
    expect([0, 0xff]).not.toContain(regionOf(a, "ram")!.bytes[0x700]); // one random byte everywhere: so the core has it
    expect(Buffer.compare(regionOf(a, "ram")!.bytes, regionOf(b, "ram")!.bytes)).toBe(0);
    a.close();
    b.close();
  });

  test("passes on what an input source throws", async () => {
    const machine = await openGame("nestopia", "nes/lj65.nes");
    const poll = () => {
      throw new Problem("no more input");
    };
    expect(() => machine.step({ poll })).toThrow("no more input");
    machine.step(NO_INPUT);
    machine.close();
  });

  test("names the file and the core when the core does not take it", async () => {
    const content = { name: "alien.nes", bytes: new Uint8Array(1000).fill(7) };
    const core = await libretroCore("nestopia");
    await expect(core.open({ content })).rejects.toThrow(/^alien\.nes: nestopia does not take this file/);
  });

  test("leaves no folder behind", async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`instep-core-${process.pid}-`)).length;
    const before = folders();
    const machine = await openGame("nestopia", "nes/lj65.nes");
    expect(folders()).toBe(before + 1);
    machine.close();
    expect(folders()).toBe(before);
  });
});
