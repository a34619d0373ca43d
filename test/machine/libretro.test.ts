import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCore, libretroCore, listCores } from "../../src/machine/cores.node.ts";
import { NO_INPUT, NO_PAD } from "../../src/machine/input.ts";
import { desmumeFields } from "../../src/machine/libretro/desmume.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { readBk2 } from "../../src/movie/formats/bk2.ts";
import { Problem } from "../../src/problem.ts";
import { hasShared, shared } from "../support/data.ts";
import { contract } from "./contract.ts";
import { firstDifference, run, SeededInput } from "./run.ts";

const installed = (await listCores()).flatMap((core) => ("path" in core ? [core.name] : []));
const has = (name: string): boolean => hasShared && installed.includes(name);
if (process.env.CI && !["nestopia", "gambatte", "mgba", "desmume", "bsnes"].every(has))
  throw new Error("cores are missing");

async function openGame(core: string, rom: string, settings: Record<string, string> = {}): Promise<Machine> {
  const bytes = new Uint8Array(readFileSync(shared(rom)));
  return (await libretroCore(core)).open({ content: { name: basename(rom), bytes }, settings });
}

function contractOf(core: string, rom: string, options: Omit<Parameters<typeof contract>[2], "child"> = {}): void {
  describe.runIf(has(core))(core, () => {
    contract(`${core}, ${basename(rom)}`, () => openGame(core, rom), { ...options, child: { core, rom: shared(rom) } });
  });
}

contractOf("nestopia", "nes/cybercoaster.nes", {
  before: 150,
  after: 200,
  opens: 6,
  writable: { region: "ram", offset: 0x7f0 },
});
contractOf("nestopia", "nes/thwaite-0.04-author.nes", { before: 60, after: 60, opens: 3 });
contractOf("bsnes", "snes/maze-battle.sfc", { before: 100, after: 120, audioTolerance: 0.003, opens: 3 });

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

  test("plays a movie made on another emulator to its last screen", async () => {
    const path = shared("movies/bk2/homebrew-cybercoaster-M6779.bk2");
    const movie = readBk2(basename(path), new Uint8Array(readFileSync(path)));
    const machine = await openGame("nestopia", "nes/cybercoaster.nes");
    const pad = { ...NO_PAD };
    let frame = 0;
    const input = { poll: (port: number) => Object.assign(pad, { buttons: movie.tracks[port]?.buttons[frame] ?? 0 }) };
    for (; frame < movie.length + 300; frame++) machine.step(input, SHOW_NOTHING);
    machine.step(NO_INPUT);
    const { width, height, pixels } = machine.video;
    expect([width, height]).toEqual([256, 224]);
    // Non-background pixels of each row of letters. These are "ALL LEVELS COMPLETED" and its two neighbours, 'TRY AGAIN' is none.
    const picture = new Uint32Array(pixels.slice().buffer);
    const rows = (from: number, to: number): number =>
      picture.subarray(from * width, to * width).filter((pixel) => (pixel & 0xffffff) === 0xffffff).length;
    expect([rows(38, 54), rows(62, 78), rows(166, 188)]).toMatchInlineSnapshot(`
      [
        751,
        860,
        726,
      ]
    `);
    machine.close();
  });
});

describe.runIf(has("desmume"))("desmume", () => {
  test("shows main memory live, as its states have it", async () => {
    const machine = await openGame("desmume", "nds/pong-ds.nds");
    run(machine, new SeededInput(3), 30);
    const state = machine.saveState();
    const fields = desmumeFields(state);
    for (const [field, name] of [
      ["WRAM", "main"],
      ["ITCM", "itcm"],
      ["DTCM", "dtcm"],
      ["LCDM", "vram"],
      ["VMEM", "palette"],
      ["OAMS", "oam"],
    ] as const) {
      const region = regionOf(machine, name)!;
      const { at, size } = fields.get(field)!;
      expect(region.refresh, name).toBeUndefined();
      expect(Buffer.compare(region.bytes, state.subarray(at, at + size)), name).toBe(0);
    }
    expect(regionOf(machine, "main")!.size).toBe(4 << 20);
    machine.close();
  });

  test.each([
    {},
    { desmume_internal_resolution: "768x576" },
    { desmume_screens_gap: "64" },
    { desmume_screens_layout: "left/right", desmume_internal_resolution: "512x384", desmume_screens_gap: "90" },
    { desmume_screens_layout: "right/left" },
  ])("is touched at exactly the pixel that is meant, with %o", async (settings) => {
    const machine = await openGame("desmume", "nds/pong-ds.nds", settings);
    const pad = { ...NO_PAD };
    for (const [x, y] of [
      [0, 0],
      [255, 191],
      [1, 1],
      [128, 96],
      [37, 101],
      [200, 31],
      [254, 190],
    ] as const) {
      machine.step({ poll: () => Object.assign(pad, { touchX: x, touchY: y }) }, SHOW_NOTHING);
      machine.step({ poll: () => pad }, SHOW_NOTHING);
      const state = machine.saveState();
      const fields = desmumeFields(state);
      const value = (field: string): number => new DataView(state.buffer, fields.get(field)!.at).getUint16(0, true);
      expect([value("_STX") >> 4, value("_STY") >> 4, value("_TPB")]).toEqual([x, y, 1]);
    }
    machine.close();
  });
});

describe.runIf(has("mgba"))("mgba", () => {
  test("takes the save memory back with a state", async () => {
    const machine = await openGame("mgba", "gba/tests/jsmolka-save-sram.gba");
    run(machine, new SeededInput(1), 60);
    const state = machine.saveState();
    const save = regionOf(machine, "save")!;
    const before = save.bytes.slice();
    save.bytes.fill(0x5a);
    machine.loadState(state, 60);
    expect(Buffer.compare(save.bytes, before)).toBe(0);
    machine.close();
  });

  test("starts with the save that it is given", async () => {
    const save = new Uint8Array(0x8000).map((_, i) => i * 7);
    const bytes = new Uint8Array(readFileSync(shared("gba/minicraft.gba")));
    const machine = await (await libretroCore("mgba")).open({ content: { name: "minicraft.gba", bytes }, save });
    expect(Buffer.compare(regionOf(machine, "save")!.bytes.subarray(0, save.length), save)).toBe(0);
    expect(machine.boot.save).toMatch(/^[0-9a-f]{64}$/);
    machine.close();
  });
});

describe("cores", () => {
  test("an unknown one is a Problem with those that there are, the likeliest first", async () => {
    await expect(findCore("nestopa", "x.nes")).rejects.toThrow(/^there is no core "nestopa"; there are: nestopia,/);
    await expect(findCore(undefined, "x.docx")).rejects.toThrow(/no core is known for \.docx files/);
  });

  test("one that is not installed says how to install it", async () => {
    const absent = (await listCores()).find((core) => "install" in core);
    if (!absent) return expect(installed.length).toBeGreaterThan(8);
    await expect(findCore(absent.name, "x")).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("setup --native"),
    });
  });

  test("are found by the game's name", async () => {
    expect((await findCore(undefined, "a/b.NES")).name).toBe("jsnes");
    expect((await findCore(undefined, "b.gbc")).name).toBe("boytacean");
    if (has("desmume")) expect((await findCore(undefined, "b.nds")).name).toBe("desmume");
    if (has("bsnes")) expect((await findCore(undefined, "b.sfc")).name).toBe("bsnes");
  });

  test("a file that is no core is a Problem, and so is one that is not there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "instep-test-"));
    const path = join(folder, "cut_libretro.so");
    writeFileSync(path, "\x7fELF\x02\x01 and then nothing");
    await expect(libretroCore(path)).rejects.toThrow(Problem);
    rmSync(folder, { recursive: true });
    expect(existsSync(path)).toBe(false);
    await expect(libretroCore(path)).rejects.toThrow(/no such file/);
  });
});

describe.runIf(installed.includes("beetle-psx"))("beetle-psx", () => {
  test("says which firmware it misses and where it looked", async () => {
    const core = await libretroCore("beetle-psx");
    const opening = core.open({ content: { name: "x.exe", bytes: new Uint8Array(4096) } });
    await expect(opening).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/scph5501\.bin.*retroarch\/system/),
    });
  });
});
