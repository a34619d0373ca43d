import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { findCore } from "../../src/machine/cores.node.ts";
import { BUTTON, NO_INPUT, NO_PAD } from "../../src/machine/input.ts";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import { type Machine, regionOf, SHOW_ALL } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { hasShared, shared } from "../support/data.ts";
import { contract } from "./contract.ts";
import { firstDifference, run, SeededInput } from "./run.ts";

const contentOf = (rom: string) => ({ name: basename(rom), bytes: new Uint8Array(readFileSync(rom)) });
const openGame = (game: string, settings: Record<string, string> = {}): Promise<Machine> =>
  jsnes.open({ content: contentOf(shared(`nes/${game}`)), settings });

describe.runIf(hasShared)("jsnes", () => {
  const writable = { region: "ram", offset: 0x7f0 };
  contract("jsnes, cybercoaster", () => openGame("cybercoaster.nes"), {
    child: { core: "jsnes", rom: shared("nes/cybercoaster.nes") },
    writable,
  });
  for (const game of ["thwaite128.nes", "lj65.nes", "rhde.nes"]) {
    const child = { core: "jsnes", rom: shared(`nes/${game}`) };
    contract(`jsnes, ${game}`, () => openGame(game), { child, writable, before: 80, after: 60, opens: 10 });
  }
  const settings = { ram: "random:-3", overclock: "2x" };
  contract("jsnes with a CPU of twice the speed", () => openGame("cybercoaster.nes", settings), {
    child: { core: "jsnes", rom: shared("nes/cybercoaster.nes"), settings },
    writable,
    before: 60,
    after: 90,
    opens: 10,
  });

  test("the package is of the version that boots name", () => {
    const file = new URL("../../node_modules/jsnes/package.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8")).version).toBe(jsnes.version);
  });

  test("samples come at the stated rate (measured over 10,000 frames: to a millionth)", async () => {
    for (const sample_rate of ["48000", "44100"]) {
      const machine = await openGame("thwaite128.nes", { sample_rate });
      for (let i = 0; i < 30; i++) machine.step(NO_INPUT);
      let samples = 0;
      for (let i = 0; i < 500; i++) {
        machine.step(NO_INPUT);
        samples += machine.audio.samples.length / 2;
      }
      const { fps, sampleRate } = machine.timing;
      const expected = ((500 * sampleRate.num) / sampleRate.den) * (fps.den / fps.num);
      expect(Math.abs(samples - expected)).toBeLessThan(1.5);
      machine.close();
    }
  });

  test("the sample rate changes the sound only", async () => {
    const [a, b] = await Promise.all([openGame("lj65.nes"), openGame("lj65.nes", { sample_rate: "44100" })]);
    const prints = [a, b].map((machine) => run(machine, new SeededInput(1), 120).memory);
    expect(firstDifference(prints[0]!, prints[1]!)).toBe(-1);
    expect(a.audio.samples.length).not.toBe(b.audio.samples.length);
  });

  test("the fill of memories is what the option says, and part of the run", async () => {
    const ram = async (fill: string): Promise<Uint8Array> =>
      regionOf(await openGame("lj65.nes", { ram: fill }), "ram")!.bytes;
    expect((await ram("00")).every((byte) => byte === 0)).toBe(true);
    expect((await ram("ff")).every((byte) => byte === 0xff)).toBe(true);
    const [one, again, two] = await Promise.all([ram("random:1"), ram("random:1"), ram("random:2")]);
    expect(Buffer.compare(one, again)).toBe(0);
    expect(Buffer.compare(one, two)).not.toBe(0);
    expect((await ram("jsnes"))[8]).toBe(0xf7);
  });

  test("an overclocked CPU misses fewer frames", async () => {
    const lag = async (overclock: string): Promise<number> => {
      const machine = await openGame("nova.nes", { overclock });
      const pad = { ...NO_PAD };
      const input = {
        beginFrame: (frame: number) => (pad.buttons = frame % 40 < 3 ? BUTTON.Start : (frame * 7) & 0x1f0),
        poll: () => pad,
      };
      let frames = 0;
      for (let i = 0; i < 300; i++) {
        machine.step(input);
        if (machine.polls === 0) frames++;
      }
      return frames;
    };
    expect(await lag("2x")).toBeLessThan(await lag("1x"));
  });

  test("a hook runs each time the CPU is about to run its address, and the run is the same", async () => {
    const [hooked, plain] = await Promise.all([openGame("lj65.nes"), openGame("lj65.nes")]);
    const ram = regionOf(hooked, "ram")!.bytes;
    const rom = contentOf(shared("nes/lj65.nes")).bytes;
    const nmi = rom[16 + 0x3ffa]! | (rom[16 + 0x3ffb]! << 8);
    let calls = 0;
    const remove = hooked.hooks!.onExecute(nmi, () => {
      calls++;
      expect(ram.length).toBe(0x800);
    });
    expect(firstDifference(run(hooked, new SeededInput(4), 60).full, run(plain, new SeededInput(4), 60).full)).toBe(-1);
    expect(calls).toBeGreaterThan(40);
    expect(calls).toBeLessThanOrEqual(60);
    remove();
    const counted = calls;
    run(hooked, new SeededInput(4), 5);
    expect(calls).toBe(counted);
  });

  test("states of a game are refused by another game", async () => {
    const [a, b] = await Promise.all([openGame("lj65.nes"), openGame("croom.nes")]);
    expect(() => b.loadState(a.saveState(), 0)).toThrow(/another game/);
  });

  test("a state is saved and loaded well under 0.2 ms", async () => {
    const machine = await openGame("cybercoaster.nes");
    run(machine, new SeededInput(1), 60);
    const buffer = new Uint8Array(machine.stateSize);
    const times = Array.from({ length: 300 }, () => {
      const start = performance.now();
      machine.loadState(machine.saveState(buffer), 60);
      return performance.now() - start;
    });
    expect(times.sort((x, y) => x - y)[150]).toBeLessThan(0.4);
  });
});

describe("jsnes with bad input", () => {
  /** A ROM of one bank that does `program` for ever. */
  const tiny = (program: readonly number[], header: Record<number, number> = {}): Uint8Array => {
    const rom = new Uint8Array(16 + 0x4000 + 0x2000);
    rom.set([0x4e, 0x45, 0x53, 0x1a, 1, 1]);
    for (const [at, byte] of Object.entries(header)) rom[Number(at)] = byte;
    rom.set(program, 16);
    rom.set([0x00, 0xc0, 0x00, 0xc0, 0x00, 0xc0], 16 + 0x3ffa);
    return rom;
  };
  const LOOP = [0x4c, 0x00, 0xc0];
  const open = (bytes: Uint8Array, settings: Record<string, string> = {}) =>
    jsnes.open({ content: { name: "game.nes", bytes }, settings });

  test("refuses files that are no ROM, cut short, or of a board that it lacks, by name", async () => {
    await expect(open(new Uint8Array(0))).rejects.toThrow(/game\.nes: not an NES ROM/);
    await expect(open(tiny(LOOP).subarray(0, 9000))).rejects.toThrow(/game\.nes: cut short.*24592/);
    await expect(open(tiny(LOOP, { 4: 0 }))).rejects.toThrow(/no program ROM/);
    await expect(open(tiny(LOOP, { 6: 0xf0, 7: 0xe0 }))).rejects.toThrow(/no mapper 239/);
    // NES 2.0 with sizes as powers of two: 2^63 bytes are never allocated.
    await expect(open(tiny(LOOP, { 4: 0xff, 7: 8, 9: 0x0f }))).rejects.toThrow(Problem);
  });

  test("refuses settings that it does not know, and lists what there is", async () => {
    await expect(open(tiny(LOOP), { colour: "red" })).rejects.toThrow(/no option colour; it has: ram, sample_rate/);
    await expect(open(tiny(LOOP), { ram: "aa" })).rejects.toThrow(/jsnes, 00, ff, random:INTEGER/);
    await expect(open(tiny(LOOP), { ram: "random:x" })).rejects.toThrow(Problem);
    await expect(
      jsnes.open({ content: { name: "game.nes", bytes: tiny(LOOP) }, save: new Uint8Array(3) }),
    ).rejects.toThrow(/8192/);
  });

  test("a game that crashes its CPU is an error that says so, and power brings it back", async () => {
    // At $C000: INC $00, BNE to itself until 0 wraps round; then a JAM opcode.
    const machine = await open(tiny([0xe6, 0x00, 0xd0, 0xfc, 0x02]), { ram: "00" });
    expect(() => machine.step(NO_INPUT)).toThrow(
      /game\.nes: the game crashed its CPU in frame 0.*opcode at address \$c00/,
    );
    expect(() => machine.step(NO_INPUT)).toThrow(/crashed/);
    machine.reset("power");
    expect(() => machine.step(NO_INPUT)).toThrow(/crashed/);
  });

  test("starts with the save RAM that it is given", async () => {
    const save = new Uint8Array(0x2000).fill(0x5a);
    const content = { name: "game.nes", bytes: tiny(LOOP, { 6: 2 }) };
    const machine = await jsnes.open({ content, save });
    expect(regionOf(machine, "save")!.bytes).toEqual(save);
    expect(machine.boot.save).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a game that reads its pad while the strobe is held sees the A button at once", async () => {
    // LDA #1, STA $4016, then: LDA $4016, AND #1, STA $10, JMP to the LDA.
    const machine = await open(tiny([0xa9, 1, 0x8d, 0x16, 0x40, 0xad, 0x16, 0x40, 0x29, 1, 0x85, 0x10, 0x4c, 5, 0xc0]));
    const pad = { ...NO_PAD };
    const input = { poll: () => pad };
    const ram = regionOf(machine, "ram")!.bytes;
    for (const buttons of [0, BUTTON.A, BUTTON.B, BUTTON.A]) {
      pad.buttons = buttons;
      machine.step(input);
      expect(machine.polls).toBeGreaterThan(0);
      expect(ram[0x10]).toBe(buttons === BUTTON.A ? 1 : 0);
    }
  });
});

test("its colours are those of other NES emulators, red where they are red", async () => {
  const bytes = new Uint8Array(readFileSync(new URL("../../games/gleam/gleam.nes", import.meta.url)));
  const content = { name: "gleam.nes", bytes };
  const pictures: Uint8Array[] = [];
  for (const name of ["jsnes", "nestopia"]) {
    const machine = await (await findCore(name, "gleam.nes")).open({ content });
    for (let i = 0; i < 200; i++) machine.step(NO_INPUT, SHOW_ALL);
    const { width, height, pitch, pixels } = machine.video;
    // nestopia leaves out the eight lines at the top and at the bottom that a television hides.
    const top = (height - 224) / 2;
    const picture = new Uint8Array(width * 224 * 3);
    for (let i = 0; i < picture.length; i++) {
      const pixel = Math.floor(i / 3);
      picture[i] = pixels[(top + Math.floor(pixel / width)) * pitch + (pixel % width) * 4 + (i % 3)]!;
    }
    pictures.push(picture);
    machine.close();
  }
  const [ours, theirs] = pictures as [Uint8Array, Uint8Array];
  const distance = (order: readonly number[]): number =>
    ours.reduce((sum, value, i) => sum + Math.abs(value - theirs[i - (i % 3) + order[i % 3]!]!), 0) / ours.length;
  // Palettes differ a little from one emulator to another; red and blue differ a lot.
  expect(distance([0, 1, 2])).toBeLessThan(10);
  expect(distance([0, 1, 2])).toBeLessThan(distance([2, 1, 0]) / 2);
});
