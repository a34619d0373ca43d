import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { openRun } from "../../src/follow/open-run.node.ts";
import { bootHash } from "../../src/machine/boot.ts";
import { BUTTON, NO_PAD, type PadState } from "../../src/machine/input.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { mupen64plus } from "../../src/machine/mupen64plus/index.ts";
import { installed, isInstalled } from "../../src/machine/mupen64plus/installed.ts";
import { Mupen64PlusMachine } from "../../src/machine/mupen64plus/machine.ts";
import { n64Keys } from "../../src/machine/n64-pad.ts";
import { readM64 } from "../../src/movie/formats/m64.ts";
import { EXIT, Problem } from "../../src/problem.ts";
import { hasShared, shared } from "../support/data.ts";
import { open, SKERRY } from "./mupen64plus-open.ts";

const folder = mkdtempSync(join(tmpdir(), "instep-n64-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const opened: Mupen64PlusMachine[] = [];
afterEach(() => {
  for (const machine of opened.splice(0)) machine.close();
});
const start = async (...args: Parameters<typeof open>): Promise<Mupen64PlusMachine> => {
  const machine = await open(...args);
  opened.push(machine);
  return machine;
};
describe.runIf(await isInstalled())("mupen64plus", () => {
  test.each(["rice", "glide64mk2"])(
    "%s shows what the graphics processor draws, at the size asked for",
    async (video) => {
      const machine = await start(SKERRY, { video, resolution: "400x300" });
      let brightest = 0;
      let letters = 0;
      for (let i = 0; i < 90; i++) {
        machine.step({ poll: () => NO_PAD });
        const { pixels } = machine.video;
        brightest = Math.max(brightest, pixels[4 * (400 * 75 + 200)] ?? 0);
        // Glide64mk2 would write white on black at the foot.
        for (let x = 260; x < 390 && pixels.length > 0; x++) {
          const [blue, green, red] = pixels.subarray(4 * (400 * 290 + x)) as unknown as [number, number, number];
          if (i > 8 && blue + green + red === 0) letters++;
        }
      }
      const { width, height, pitch, aspect } = machine.video;
      expect([width, height, pitch, aspect]).toEqual([400, 300, 1600, 4 / 3]);
      expect(letters).toBe(0);
      expect(brightest).toBeGreaterThan(40);
    },
  );

  test.runIf(hasShared)("what the CPU draws is shown with every plugin, and alike", async () => {
    const rom = shared("n64/krom-HelloWorldCPU16BPP320X240.N64");
    const pictures: Buffer[] = [];
    for (const video of ["rice", "glide64mk2"]) {
      const machine = await start(rom, { video });
      for (let i = 0; i < 60; i++) machine.step({ poll: () => NO_PAD });
      pictures.push(Buffer.from(machine.video.pixels));
    }
    expect(pictures[0]!.some((byte) => byte === 0xff)).toBe(true);
    expect(Buffer.compare(pictures[0]!, pictures[1]!)).toBe(0);
  });

  test.runIf(hasShared)("asks both pads when the game reads both", async () => {
    const rom = shared("n64/krom-InputCPU2Player.N64");
    const asked = [0, 0, 0, 0];
    const machine = await start(rom, { video: "none", pad2: "bare" });
    for (let i = 0; i < 60; i++)
      machine.step({ poll: (port) => ({ ...NO_PAD, buttons: asked[port]!++ & 0 }) }, SHOW_NOTHING);
    expect(asked[0]).toBeGreaterThan(10);
    expect(asked).toEqual([asked[0], asked[0], 0, 0]);
  });

  test("glide64mk2 reads a picture of 3840x2880 back as it reads a small one, though its own arrays are too small for it", async () => {
    const pictures: number[][] = [];
    for (const resolution of ["320x240", "3840x2880"]) {
      const machine = await start(SKERRY, { fb_read_always: "1", resolution });
      for (let i = 0; i < 4; i++) machine.step({ poll: () => NO_PAD }, SHOW_NOTHING);
      const { bytes } = regionOf(machine, "rdram")!;
      // The second of the two pictures that take turns, 16 bits a pixel: the mean of the green of each eighth of its rows.
      const greens = new Uint16Array(bytes.buffer, bytes.byteOffset + 0x240000, 320 * 240).map(
        (pixel) => (pixel >> 6) & 31,
      );
      const rows = Array.from({ length: 8 }, (_, i) => greens.subarray(i * 9600, (i + 1) * 9600));
      pictures.push(rows.map((some) => some.reduce((sum, green) => sum + green, 0) / some.length));
    }
    const [small, large] = pictures as [number[], number[]];
    expect(Math.min(...small)).toBeGreaterThan(1);
    for (const [i, green] of large.entries()) expect([i, Math.abs(green - small[i]!) < 1]).toEqual([i, true]);
  });

  test("its sound is as long as its picture in every frame, give or take what a late interrupt withholds", async () => {
    const machine = await start(SKERRY, { video: "none" });
    const { fps, sampleRate } = machine.timing;
    const aFrame = (sampleRate.num * fps.den) / (sampleRate.den * fps.num);
    let heard = 0;
    for (let frame = 1; frame <= 300; frame++) {
      machine.step({ poll: () => NO_PAD }, { video: false, audio: true });
      heard += machine.audio.samples.length / 2;
      expect([frame, Math.abs(heard - frame * aFrame) < aFrame / 4]).toEqual([frame, true]);
    }
  });

  test("an input source that throws is heard of, and the machine lives on", async () => {
    const machine = await start(SKERRY, { video: "none" });
    const poll = (): PadState => {
      throw new RangeError("no more inputs");
    };
    let thrown = 0;
    for (let i = 0; i < 120; i++) {
      try {
        machine.step({ poll }, SHOW_NOTHING);
      } catch (error) {
        expect((error as Error).message).toBe("no more inputs");
        thrown++;
      }
    }
    expect(thrown).toBeGreaterThan(10);
    expect(machine.frame).toBe(120);
  });

  test("the processor's memory has its bytes where their addresses say, whatever the host's words", async () => {
    const machine = await start(SKERRY, { video: "none" });
    const rom = readFileSync(SKERRY);
    for (let i = 0; i < 30; i++) machine.step({ poll: () => NO_PAD }, SHOW_NOTHING);
    const { bytes, base, swap = 0 } = regionOf(machine, "rdram")!;
    expect(base).toBe(0x80000000);
    // The program as the boot code put it, by bytes.
    const entry = rom.readUInt32BE(8) - base;
    const loaded = Buffer.from(Array.from({ length: 64 }, (_, i) => bytes[(entry + i) ^ swap]!));
    expect(rom.includes(loaded)).toBe(true);
  });

  test("a save is told by its size, and is there when the game starts", async () => {
    const sram = new Uint8Array(0x8000).fill(7);
    const machine = await start(SKERRY, { video: "none" }, sram);
    expect(regionOf(machine, "sram")!.bytes.every((byte) => byte === 7)).toBe(true);
    expect(machine.boot.save).toMatch(/^[0-9a-f]{64}$/);
    await expect(open(SKERRY, { video: "none" }, new Uint8Array(1000))).rejects.toThrow(/save of 1000 bytes/);
  });

  test("every option is part of the boot, the plugin's own too", async () => {
    const machine = await start(SKERRY, { fb_read_always: "1", pad2: "rumble" });
    const other = await start(SKERRY, { pad2: "rumble" });
    expect(machine.boot.settings).toMatchObject({
      video: "glide64mk2",
      cpu: "dynarec",
      "glide64mk2.fb_read_always": "1",
    });
    expect(machine.boot.ports).toEqual(["bare", "rumble", "none", "none"]);
    expect(Object.keys(machine.boot.settings).length).toBeGreaterThan(40);
    expect(bootHash(machine.boot)).not.toBe(bootHash(other.boot));
    // As a recording names them: with the plugin that they are of, and none of another plugin's.
    const again = await start(SKERRY, machine.boot.settings);
    expect(bootHash(again.boot)).toBe(bootHash(machine.boot));
    const rice = await start(SKERRY, { ...machine.boot.settings, video: "rice" });
    expect(Object.keys(rice.boot.settings)).toContain("rice.ShowFPS");
  });

  test("what an .m64 says is in the ports is there, unless it is told otherwise", async () => {
    const bytes = readFileSync(SKERRY.replace(/z64$/, "m64"));
    // Two pads, the first with a rumble pak, the second with a mempak.
    bytes.writeUInt32LE(0x123, 0x20);
    const movie = readM64("two.m64", bytes);
    const ports = async (settings: Record<string, string>): Promise<readonly string[]> => {
      const { run } = await openRun({ rom: SKERRY, settings: { video: "none", ...settings }, movie });
      run.machine.close();
      return run.machine.boot.ports;
    };
    expect(await ports({})).toEqual(["rumble", "mempak", "none", "none"]);
    expect(await ports({ pad1: "bare", pad2: "none" })).toEqual(["bare", "none", "none", "none"]);
  });

  test.each([
    [{ video: "gliden" }, /video cannot be "gliden"/],
    [{ video: "/nowhere/plugin.so" }, /nowhere/],
    [{ resolution: "1280" }, /resolution cannot be "1280"/],
    [{ resolution: "320x99999" }, /resolution/],
    [{ fb_read_allways: "1" }, /no option fb_read_allways; it has: .*fb_read_always/],
    [{ fb_read_always: "often" }, /fb_read_always cannot be "often"/],
    [{ video: "none", fb_read_always: "1" }, /video=none has no option fb_read_always/],
    [{ pad1: "mouse" }, /pad1 cannot be "mouse"/],
  ])("%j is refused in a line that says why", async (settings, why) => {
    const opening = open(SKERRY, settings as Record<string, string>);
    await expect(opening).rejects.toThrow(Problem);
    await expect(opening).rejects.toThrow(why);
  });

  test("without its shim it says with exit code 3 which command installs it", async () => {
    const cache = process.env.INSTEP_CACHE;
    process.env.INSTEP_CACHE = folder;
    try {
      const opening = open(SKERRY, { video: "none" });
      await expect(opening).rejects.toThrow(/is not installed; install it with: .\/instep setup --native/);
      await expect(opening).rejects.toMatchObject({ exitCode: EXIT.missing });
    } finally {
      if (cache === undefined) delete process.env.INSTEP_CACHE;
      else process.env.INSTEP_CACHE = cache;
    }
  });

  test("what is no game is refused", async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100), new Uint8Array(8192)])
      await expect(mupen64plus.open({ content: { name: "noise.z64", bytes } })).rejects.toThrow(/noise.z64/);
  });

  test("a file that is no graphics plugin is refused in a line that says so", async () => {
    const text = join(folder, "text.so");
    writeFileSync(text, "no library");
    await expect(open(SKERRY, { video: text })).rejects.toThrow(/text\.so: does not load \(.*; give a library/);
    const { rsp } = await installed();
    await expect(open(SKERRY, { video: rsp })).rejects.toThrow(/rsp-hle\.so: is no graphics plugin of Mupen64Plus/);
  });

  test("a plugin that hangs ends the machine with a line that says so", async () => {
    const source = join(folder, "hang.c");
    writeFileSync(source, HANGING_PLUGIN);
    const video = join(folder, "hang.so");
    execFileSync("gcc", ["-shared", "-fPIC", "-o", video, source]);
    Mupen64PlusMachine.patience = 1000;
    const machine = await start(SKERRY, { video });
    Mupen64PlusMachine.patience = 20_000;
    const play = (): void => {
      for (let i = 0; i < 100; i++) machine.step({ poll: () => NO_PAD });
    };
    expect(play).toThrow(Problem);
    expect(play).toThrow(/hangs at frame 2\d/);
    expect(() => machine.saveState()).toThrow(Problem);
  });
});

test("what a pad sends is what .m64 files hold", () => {
  const pad = (change: Partial<PadState>): number => n64Keys({ ...NO_PAD, ...change });
  expect(pad({ buttons: BUTTON.A | BUTTON.L2 | BUTTON.Start })).toBe(0xb0);
  expect(pad({ buttons: BUTTON.CUp | BUTTON.R })).toBe(0x1800);
  expect(pad({ lx: 127 * 256, ly: -127 * 256 })).toBe(0x7f7f0000);
  expect(pad({ lx: -32768, ly: 32767 })).toBe(0x80800000);
});

/** A graphics plugin that draws nothing and never comes back from its 25th screen. */
const HANGING_PLUGIN = `
#include <string.h>
#include <mupen64plus/m64p_plugin.h>
static GFX_INFO gfx;
EXPORT m64p_error PluginStartup(m64p_dynlib_handle core, void* context, void (*log)(void*, int, const char*)) { return 0; }
EXPORT m64p_error PluginShutdown(void) { return 0; }
EXPORT m64p_error PluginGetVersion(m64p_plugin_type* t, int* v, int* a, const char** n, int* c) { if (t) *t = M64PLUGIN_GFX; if (a) *a = 0x20200; return 0; }
EXPORT int InitiateGFX(GFX_INFO info) { gfx = info; return 1; }
EXPORT int RomOpen(void) { return 1; }
EXPORT void RomClosed(void) {} EXPORT void ChangeWindow(void) {} EXPORT void MoveScreen(int x, int y) {}
EXPORT void ProcessDList(void) { *gfx.MI_INTR_REG |= 0x20; }
EXPORT void ProcessRDPList(void) {} EXPORT void ShowCFB(void) {} EXPORT void ViStatusChanged(void) {} EXPORT void ViWidthChanged(void) {}
EXPORT void UpdateScreen(void) { static volatile int screens; screens++; while (screens >= 25) { } }
EXPORT void ReadScreen2(void* d, int* w, int* h, int f) {} EXPORT void SetRenderingCallback(void (*c)(int)) {}
EXPORT void ResizeVideoOutput(int w, int h) {} EXPORT void FBRead(unsigned a) {} EXPORT void FBWrite(unsigned a, unsigned s) {}
EXPORT void FBGetFrameBufferInfo(void* p) { memset(p, 0, 6 * sizeof(FrameBufferInfo)); }
`;
