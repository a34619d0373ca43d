import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCore, libretroCore, listCores } from "../../src/machine/cores.node.ts";
import { NO_INPUT, NO_PAD } from "../../src/machine/input.ts";
import { desmumeFields } from "../../src/machine/libretro/desmume.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { readBk2 } from "../../src/movie/formats/bk2.ts";
import { Problem } from "../../src/problem.ts";
import { shared } from "../support/data.ts";
import { has, installed, openGame } from "./libretro-open.ts";
import { run, SeededInput } from "./run.ts";

describe.runIf(has("nestopia"))("nestopia", () => {
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
    // White pixels in the bands of CONGRATULATIONS!, ALL LEVELS COMPLETED and THANKS FOR PLAYING; the screen was looked at.
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
  }, 90_000);
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
