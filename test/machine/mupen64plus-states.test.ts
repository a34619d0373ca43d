import { afterEach, describe, expect, test } from "vitest";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { isInstalled } from "../../src/machine/mupen64plus/installed.ts";
import type { Mupen64PlusMachine } from "../../src/machine/mupen64plus/machine.ts";
import { open, SKERRY } from "./mupen64plus-open.ts";
import { memoryPrint, SeededInput } from "./run.ts";

const opened: Mupen64PlusMachine[] = [];
afterEach(() => {
  for (const machine of opened.splice(0)) machine.close();
});
const start = async (settings: Record<string, string>): Promise<Mupen64PlusMachine> => {
  const machine = await open(SKERRY, settings);
  opened.push(machine);
  return machine;
};

describe.runIf(await isInstalled())("states of mupen64plus", () => {
  test("taken anywhere in a run load cold, and go on the same", async () => {
    const [machine, cold] = [await start({ video: "none" }), await start({ video: "none" })];
    const input = new SeededInput(64);
    const frames = 200;
    const prints: bigint[] = [];
    const states = new Map<number, Uint8Array>();
    // 24 states in 200 frames, wherever in a frame the console happens to be interrupted.
    for (let i = 0; i < frames; i++) {
      machine.step(input, SHOW_NOTHING);
      prints.push(memoryPrint(machine));
      if ((i * 79) % 200 < 26 && i < 190) states.set(i + 1, machine.saveState().slice());
    }
    for (const [frame, state] of states) {
      cold.loadState(state, frame);
      expect([frame, memoryPrint(cold)]).toEqual([frame, prints[frame - 1]]);
      for (let i = frame; i < frame + 8; i++) {
        cold.step(input, SHOW_NOTHING);
        if (memoryPrint(cold) !== prints[i]) expect.fail(`from the state of frame ${frame}, frame ${i + 1} differs`);
      }
    }
    expect(states.size).toBeGreaterThan(20);
  });

  test("saving a state leaves no trace in the run", async () => {
    const [machine, other] = [await start({ video: "rice" }), await start({ video: "rice" })];
    const input = new SeededInput(65);
    const buffer = new Uint8Array(machine.stateSize + 1000);
    for (let i = 0; i < 90; i++) {
      if (i % 3 === 0) machine.saveState(buffer);
      machine.step(input);
      other.step(input);
      expect([i, memoryPrint(machine)]).toEqual([i, memoryPrint(other)]);
      if (Buffer.compare(machine.video.pixels, other.video.pixels) !== 0) expect.fail(`picture ${i} differs`);
      expect(Buffer.compare(bytesOf(machine), bytesOf(other)), `sound of frame ${i}`).toBe(0);
    }
  });

  test("of one resolution load in another, and the run is the same where nothing is read back", async () => {
    const small = await start({ video: "rice" });
    const large = await start({ video: "rice", resolution: "640x480" });
    const input = new SeededInput(66);
    for (let i = 0; i < 60; i++) small.step(input, SHOW_NOTHING);
    large.loadState(small.saveState(), 60);
    for (let i = 0; i < 60; i++) {
      small.step(input);
      large.step(input);
      expect([i, memoryPrint(large)]).toEqual([i, memoryPrint(small)]);
    }
    expect([large.video.width, large.video.height, large.video.pixels.length]).toEqual([640, 480, 640 * 480 * 4]);
  });

  test("rolled back and played again with other inputs between, it comes to the same state", async () => {
    const [machine, straight] = [await start({ video: "none" }), await start({ video: "none" })];
    const [input, wrong] = [new SeededInput(67), new SeededInput(68)];
    for (let i = 0; i < 60; i++) {
      const saved = machine.saveState();
      for (let k = 0; k < 3; k++) machine.step(wrong, SHOW_NOTHING);
      machine.loadState(saved, i);
      machine.step(input, SHOW_NOTHING);
      straight.step(input, SHOW_NOTHING);
    }
    expect(Buffer.compare(machine.saveState(), straight.saveState())).toBe(0);
  });

  test("hold what is kept in the cartridge and in paks", async () => {
    const machine = await start({ video: "none", pad1: "mempak" });
    const kept = ["eeprom", "mempak", "sram", "flash"].map((name) => regionOf(machine, name)!);
    expect(kept.map(({ size }) => size)).toEqual([0x800, 0x20000, 0x8000, 0x20000]);
    for (const [i, { bytes }] of kept.entries()) bytes[5] = 100 + i;
    const state = machine.saveState();
    for (const { bytes } of kept) bytes[5] = 0;
    machine.loadState(state, 0);
    expect(kept.map(({ bytes }) => bytes[5])).toEqual([100, 101, 102, 103]);
  });
});

function bytesOf({ audio: { samples } }: Mupen64PlusMachine): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
