import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { boytacean } from "../../src/machine/boytacean/index.ts";
import { BUTTON, NO_INPUT, NO_PAD } from "../../src/machine/input.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { hasShared, shared } from "../support/data.ts";
import { contract } from "./contract.ts";
import { firstDifference, run, SeededInput } from "./run.ts";

const contentOf = (rom: string) => ({ name: basename(rom), bytes: new Uint8Array(readFileSync(rom)) });
const openGame = (game: string, settings: Record<string, string> = {}): Promise<Machine> =>
  boytacean.open({ content: contentOf(shared(`gb/${game}`)), settings });

describe.runIf(hasShared)("boytacean", () => {
  const writable = { region: "ram", offset: 0x1e00 };
  contract("boytacean, 2048", () => openGame("2048.gb"), {
    child: { core: "boytacean", rom: shared("gb/2048.gb") },
    writable,
    // While the screen is off, frames are up to a line longer.
    audioTolerance: 0.007,
  });
  for (const game of ["tobu.gb", "ucity.gbc"]) {
    const child = { core: "boytacean", rom: shared(`gb/${game}`) };
    contract(`boytacean, ${game}`, () => openGame(game), {
      child,
      writable,
      after: 150,
      opens: 10,
      audioTolerance: 0.007,
    });
  }
  const settings = { model: "cgb", ram: "random:5" };
  contract("boytacean, a game of the first model on a Color, memories filled", () => openGame("2048.gb", settings), {
    child: { core: "boytacean", rom: shared("gb/2048.gb"), settings },
    writable,
    after: 60,
    opens: 10,
    audioTolerance: 0.007,
  });

  test("the package is of the version that boots name", () => {
    const file = new URL("../../node_modules/boytacean/package.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8")).version).toBe(boytacean.version);
  });

  test("a frame is one picture, and while the screen is off it ends all the same", async () => {
    // The boot ROM's last picture is followed by 613,044 clocks without a screen: nearly nine frames in the core's own count.
    const machine = await openGame("2048.gb");
    const longest = (156 * 456 + 100) / 95;
    for (let i = 0; i < 400; i++) {
      machine.step(NO_INPUT);
      expect(machine.audio.samples.length / 2).toBeLessThanOrEqual(longest);
    }
  });

  test("states of equal machines are equal, whatever the wall clock says", async () => {
    const [a, b] = await Promise.all([openGame("2048.gb"), openGame("2048.gb")]);
    const early = a.saveState().slice();
    await new Promise((done) => setTimeout(done, 1100));
    expect(Buffer.compare(early, b.saveState())).toBe(0);
    a.loadState(early, 0);
    expect(Buffer.compare(early, a.saveState())).toBe(0);
  });

  test("exact from every state, also those of frames without a screen", async () => {
    const [a, b] = await Promise.all([openGame("2048.gb"), openGame("2048.gb")]);
    const states: Uint8Array[] = [];
    const frames = 120;
    for (let i = 0; i < 280; i++) a.step(NO_INPUT, SHOW_NOTHING);
    const prints = Array.from({ length: frames }, () => {
      states.push(a.saveState().slice());
      return run(a, new SeededInput(3), 1).full[0]!;
    });
    states.forEach((state, i) => {
      b.loadState(state, 280 + i);
      expect(run(b, new SeededInput(3), 1).full[0], `frame ${280 + i}`).toBe(prints[i]);
    });
  });

  test("views stay right while other machines come and go in the same wasm memory", async () => {
    const machine = await openGame("tobu.gb");
    const reference = run(machine, new SeededInput(9), 200).memory;
    machine.reset("power");
    const input = Object.assign(new SeededInput(9), { shift: -machine.frame });
    for (let i = 0; i < 200; i++) {
      if (i % 40 === 0) {
        const other = await openGame("ucity.gbc");
        run(other, new SeededInput(1), 3);
        if (i % 80 === 0) other.close();
      }
      if (i % 25 === 0) machine.loadState(machine.saveState(), machine.frame);
      expect(run(machine, input, 1).memory[0], `frame ${i}`).toBe(reference[i]);
    }
  });

  test("all memories are filled as the option says", async () => {
    const machine = await openGame("2048.gb", { ram: "ff" });
    for (const region of machine.memory)
      expect(
        region.bytes.every((byte) => byte === 0xff),
        region.name,
      ).toBe(true);
    expect(machine.memory.map((region) => region.name)).toEqual(["ram", "vram", "save", "oam", "hram"]);
  });

  test("starts with the save RAM that it is given, and refuses one of another size", async () => {
    const content = contentOf(shared("gb/2048.gb"));
    const save = new Uint8Array(8192).map((_, i) => i);
    const machine = await boytacean.open({ content, save });
    machine.reset("power");
    expect(Buffer.compare(regionOf(machine, "save")!.bytes, save)).toBe(0);
    await expect(boytacean.open({ content, save: new Uint8Array(5) })).rejects.toThrow(
      /5 bytes; this cartridge has 8192/,
    );
  });

  test("the model is the cartridge's own, or the one that is asked for", async () => {
    const model = async (game: string, settings = {}): Promise<string> => {
      const { boot } = await openGame(game, settings);
      return `${boot.system} ${boot.settings.model}`;
    };
    expect(await model("2048.gb")).toBe("gb dmg");
    expect(await model("ucity.gbc")).toBe("gbc cgb");
    expect(await model("2048.gb", { model: "cgb" })).toBe("gbc cgb");
  });

  test("a hook runs when the CPU comes to its address, and the run is the same", async () => {
    const [hooked, plain] = await Promise.all([openGame("2048.gb"), openGame("2048.gb")]);
    run(hooked, new SeededInput(4), 300);
    run(plain, new SeededInput(4), 300);
    let calls = 0;
    const remove = hooked.hooks!.onExecute(0x40, () => calls++);
    const expected = run(plain, new SeededInput(4), 60).full;
    expect(firstDifference(run(hooked, new SeededInput(4), 60).full, expected)).toBe(-1);
    // One vertical blank interrupt a frame.
    expect(calls).toBeGreaterThan(55);
    expect(calls).toBeLessThanOrEqual(60);
    remove();
    const counted = calls;
    run(hooked, new SeededInput(4), 3);
    expect(calls).toBe(counted);
  });
});

describe("boytacean with bad input", () => {
  /** A cartridge of 32 KB that runs `program` from $150. */
  const tiny = (program: readonly number[], header: Record<number, number> = {}): Uint8Array => {
    const rom = new Uint8Array(0x8000);
    rom.set([0x00, 0xc3, 0x50, 0x01], 0x100);
    rom.set(program, 0x150);
    for (const [at, byte] of Object.entries(header)) rom[Number(at)] = byte;
    let sum = 0;
    for (let at = 0x134; at <= 0x14c; at++) sum = (sum - rom[at]! - 1) & 0xff;
    rom[0x14d] = sum;
    return rom;
  };
  const open = (bytes: Uint8Array, settings: Record<string, string> = {}) =>
    boytacean.open({ content: { name: "game.gb", bytes }, settings });

  test("refuses files that are no ROM, cut short, or of a board that it lacks, by name", async () => {
    await expect(open(new Uint8Array(3))).rejects.toThrow(/game\.gb: not a Game Boy ROM, or cut short/);
    await expect(open(new Uint8Array(0x8000))).rejects.toThrow(/checksum of its header/);
    await expect(open(tiny([], { 328: 2 }))).rejects.toThrow(/cut short: its header asks for 131072/);
    await expect(open(tiny([], { 328: 0x52 }))).rejects.toThrow(/byte 148/);
    await expect(open(tiny([], { 327: 0x06 }))).rejects.toThrow(/no cartridge type 06; it has ROM only, MBC1/);
    await expect(open(tiny([]), { model: "sgb" })).rejects.toThrow(/auto, dmg, cgb/);
  });

  test("a core that stumbles is an error that says so, and other machines live on", async () => {
    // JR to itself keeps one alive; D3 is no instruction.
    const [good, bad] = await Promise.all([open(tiny([0x18, 0xfe])), open(tiny([0xd3]))]);
    const steps = (machine: Machine): void => {
      for (let i = 0; i < 900; i++) machine.step(NO_INPUT, SHOW_NOTHING);
    };
    expect(() => steps(bad)).toThrow(Problem);
    expect(() => bad.step(NO_INPUT)).toThrow(/game\.gb: the core stumbled in frame \d+/);
    bad.close();
    expect(() => steps(good)).not.toThrow();
  });

  test("pads reach the game, and only the frame's own", async () => {
    // LD A,$10; LDH ($00),A (choose the buttons); LDH A,($00); LDH ($80),A; JR to the second LDH.
    const machine = await open(tiny([0x3e, 0x10, 0xe0, 0x00, 0xf0, 0x00, 0xe0, 0x80, 0x18, 0xfa]));
    const pad = { ...NO_PAD };
    const input = { poll: () => pad };
    for (let i = 0; i < 500; i++) machine.step(input, SHOW_NOTHING);
    const seen = (): number => ~regionOf(machine, "hram")!.bytes[0]! & 15;
    expect(seen()).toBe(0);
    for (const [button, bit] of [
      [BUTTON.A, 1],
      [BUTTON.B, 2],
      [BUTTON.Select, 4],
      [BUTTON.Start, 8],
    ] as const) {
      pad.buttons = button;
      machine.step(input);
      expect(seen()).toBe(bit);
    }
  });
});
