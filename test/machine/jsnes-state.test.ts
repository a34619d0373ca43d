import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/machine/boot.ts";
import { snapshotOf } from "../../src/machine/jsnes/console-state.ts";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import { createNes, type Nes } from "../../src/machine/jsnes/internals.ts";
import { SHOW_NOTHING } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { hasShared, shared } from "../support/data.ts";
import { SeededInput } from "./run.ts";

/** jsnes' mappers by number, each with a cartridge of 128 KB of program and 128 KB of patterns that loops for ever. */
const MAPPERS = [0, 1, 2, 3, 4, 5, 7, 9, 11, 34, 38, 66, 71, 79, 94, 118, 119, 140, 180, 240, 241];

function cartridge(mapper: number): Uint8Array {
  const banks = 8;
  const rom = new Uint8Array(16 + banks * 0x4000 + 16 * 0x2000);
  rom.set([0x4e, 0x45, 0x53, 0x1a, banks, 16, (mapper & 15) << 4, mapper & 0xf0]);
  for (let bank = 0; bank < banks; bank++) {
    const at = 16 + bank * 0x4000;
    // Rendering and NMI on, a DMA of sprites, then registers of all boards written for ever with what X counts.
    rom.set([0xa9, 0x1e, 0x8d, 0x01, 0x20, 0xa9, 0x80, 0x8d, 0x00, 0x20, 0xa9, 0x02, 0x8d, 0x14, 0x40], at + 0x2000);
    rom.set(
      [0xe8, 0x8e, 0x00, 0x80, 0x8e, 0x01, 0x80, 0x8e, 0x00, 0xc0, 0x8e, 0x01, 0xe0, 0x8e, 0x04, 0x51],
      at + 0x200f,
    );
    rom.set([0x8e, 0x15, 0x40, 0x8e, 0x16, 0x40, 0x4c, 0x0f, 0xe0], at + 0x201f);
    rom.set([0x40], at + 0x2100);
    rom.set([0x00, 0xe1, 0x00, 0xe0, 0x00, 0xe1], at + 0x3ffa);
  }
  return rom;
}

const plan = (nes: Nes): readonly string[] => {
  const core = { name: "jsnes", version: "3", build: "" };
  return snapshotOf(nes, { out0: 0 }, { core, content: { name: "game", size: 0, sha256: "" } }).names;
};

function started(rom: Uint8Array): Nes {
  const nes = createNes({ sampleRate: 48000, onAudioSample: () => {} });
  nes.loadROM(rom);
  nes.cpu._lastDmaReadAddr = 0;
  return nes;
}

function runFrames(nes: Nes, frames: number): void {
  for (let i = 0; i < frames; i++) {
    while (!nes.ppu.frameEnded) nes.cpu.emulate();
    nes.ppu.frameEnded = false;
  }
}

describe("jsnes states", () => {
  test("hold every field of every board: none comes up while it runs", () => {
    for (const mapper of MAPPERS) {
      const nes = started(cartridge(mapper));
      const before = plan(nes);
      expect(before.length).toBeGreaterThan(200);
      // A board that switches the loop away may crash: the fields are what counts.
      try {
        runFrames(nes, 1);
      } catch {}
      expect(plan(nes), `mapper ${mapper}`).toEqual(before);
    }
  });

  test.runIf(hasShared)("hold every field in real games", () => {
    for (const game of readdirSync(shared("nes")).filter((name) => name.endsWith(".nes"))) {
      const nes = started(new Uint8Array(readFileSync(shared(`nes/${game}`))));
      const before = plan(nes);
      runFrames(nes, 30);
      expect(plan(nes), game).toEqual(before);
    }
  });

  test("that a stranger made are refused, or run to the end of a frame, or are an error: never a hang", async () => {
    const bytes = cartridge(4);
    const machine = await jsnes.open({ content: { name: "game.nes", bytes } });
    for (let i = 0; i < 3; i++) machine.step(new SeededInput(1));
    const good = machine.saveState().slice();
    const view = new DataView(good.buffer.slice(0));
    const state = new Uint8Array(view.buffer);
    let refused = 0;
    let ran = 0;
    for (let i = 0; i < 120; i++) {
      state.set(good);
      const random = Number.parseInt(sha256Hex(new Uint8Array([i])).slice(0, 8), 16);
      // Scalars begin behind the header of 24 bytes; there are more than 200.
      const at = 24 + (random % 200) * 8;
      view.setFloat64(at, [1e300, -1e300, Number.NaN, 1e12, -1e12, 4e9, -1, 1000][i % 8]!, true);
      try {
        machine.loadState(state, 0);
        machine.step(new SeededInput(1), SHOW_NOTHING);
        ran++;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        if (error instanceof Problem) refused++;
      }
    }
    expect(refused).toBeGreaterThan(30);
    expect(ran).toBeGreaterThan(15);
    machine.loadState(good, 3);
    machine.step(new SeededInput(1));
  }, 20_000);
});
