import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Machine, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { removeBundle, runInChild } from "./child.ts";
import { firstDifference, fullPrint, type Masks, memoryPrint, type Prints, run, SeededInput } from "./run.ts";

export interface ContractOptions {
  /** How another process opens the same machine: the core's name, the path of the ROM, the settings. */
  readonly child: { readonly core: string; readonly rom: string; readonly settings?: Readonly<Record<string, string>> };
  /** Frames before the state is taken. */
  readonly before?: number;
  /** Frames that are to be equal after it was loaded. */
  readonly after?: number;
  /** Bytes that are known to differ between equal runs. */
  readonly masks?: Masks;
  /** A region and the offset of a byte in it that the game leaves alone for a moment, to write into. */
  readonly writable?: { readonly region: string; readonly offset: number };
  /** How far the samples of a run may be from what `timing` says, as a fraction. */
  readonly audioTolerance?: number;
  /** Frames after a load whose picture may still be another: what a graphics plugin holds is in no state. */
  readonly unsettled?: number;
  /** Frames after which the reset button has shown itself. */
  readonly reset?: number;
  /** Machines opened and closed in the leak test. */
  readonly opens?: number;
}

const SEED = 20;
/** Bytes of resident memory by which a round of openings may grow. */
const LEAK = 16 << 20;

/** What every machine must do, whatever core is behind it. `open` gives a new machine in its boot state each time. */
export function contract(name: string, open: () => Promise<Machine>, options: ContractOptions): void {
  const { child, before = 300, after = 600, masks = {}, audioTolerance = 0.001, opens = 50 } = options;
  const { unsettled = 0, reset = 60 } = options;
  const job = { ...child, seed: SEED, masks };

  describe(`${name} keeps the contract`, () => {
    let machine: Machine;
    let state: Uint8Array;
    let first: Prints;
    let rest: Prints;
    let polled: number;
    let folder: string;
    const input = (shift = 0): SeededInput => Object.assign(new SeededInput(SEED), { shift });
    const withMachine = async <T>(use: (machine: Machine) => T): Promise<T> => {
      const other = await open();
      try {
        return use(other);
      } finally {
        other.close();
      }
    };

    /** Runs from the state: equal in memory from the first frame on, and in all once the picture has settled. */
    const goesOn = (prints: Prints): void => {
      const { length } = prints.full;
      expect(firstDifference(prints.memory, rest.memory.slice(0, length))).toBe(-1);
      expect(firstDifference(prints.full.slice(unsettled), rest.full.slice(unsettled, length))).toBe(-1);
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "instep-contract-"));
      machine = await open();
      const source = input();
      first = run(machine, source, before, masks);
      polled = source.polls[0]!;
      state = machine.saveState().slice();
      rest = run(machine, input(), after, masks);
      await writeFile(join(folder, "state"), state);
    }, 60_000);
    afterAll(async () => {
      machine.close();
      await Promise.all([rm(folder, { recursive: true, force: true }), removeBundle()]);
    });

    test("a second machine in this process runs the same", () =>
      withMachine((other) => {
        expect(other.frame).toBe(0);
        const prints = run(other, input(), before, masks);
        expect(firstDifference(prints.full, first.full)).toBe(-1);
        expect(other.frame).toBe(before);
      }));

    test("the run does something: its fingerprints change", () => {
      expect(new Set(rest.memory).size).toBeGreaterThan(after / 10);
    });

    test("another process runs the same, and goes on the same from a state made here", async () => {
      const [whole, resumed] = await Promise.all([
        runInChild({ ...job, frames: before }),
        runInChild({ ...job, frames: after, state: join(folder, "state"), from: before }),
      ]);
      expect(firstDifference(whole, first.full)).toBe(-1);
      expect(firstDifference(resumed.slice(unsettled), rest.full.slice(unsettled))).toBe(-1);
    }, 60_000);

    test("goes on the same from a state that is loaded back", () => {
      machine.loadState(state, before);
      expect(machine.frame).toBe(before);
      goesOn(run(machine, input(), after, masks));
    }, 20_000);

    test("a state that is loaded and saved again is the same state", () => {
      machine.loadState(state, before);
      const again = machine.saveState();
      expect(again.length).toBe(state.length);
      expect(Buffer.compare(maskedState(again, masks), maskedState(state, masks))).toBe(0);
    });

    test("runs the same when nothing is to be shown, or only now and then", () =>
      withMachine((other) => {
        const source = input();
        for (let i = 0; i < before; i++) {
          const shown = i % 7 === 0;
          other.step(source, shown ? undefined : SHOW_NOTHING);
          if (memoryPrint(other, masks) !== first.memory[i]) expect.fail(`frame ${i} differs`);
          if (shown && fullPrint(other, masks) !== first.full[i]) expect.fail(`picture or sound of frame ${i} differs`);
          if (!shown) expect(other.audio.samples.length).toBe(0);
        }
      }));

    test("has a picture of the size that it states", () => {
      machine.step(input());
      const { width, height, pitch, pixels } = machine.video;
      expect(pitch).toBeGreaterThanOrEqual(width * 4);
      expect(pixels.length).toBe(pitch * height);
    });

    test("gives as many samples as its timing says", () => {
      const { fps, sampleRate } = machine.timing;
      const expected = (sampleRate.num / sampleRate.den / (fps.num / fps.den)) * after;
      const got = rest.samples.reduce((sum, count) => sum + count, 0);
      // Two samples of a beginning and an end, beside the tolerance.
      expect(Math.abs(got - expected)).toBeLessThanOrEqual(expected * audioTolerance + 2);
    });

    test("says how often it was polled", () => {
      const source = input();
      machine.loadState(state, before);
      for (let i = 0; i < 60; i++) {
        const asked = source.polls[0]!;
        machine.step(source);
        expect(machine.polls).toBe(source.polls[0]! - asked);
        if (machine.polling === "frame") expect(machine.polls).toBeGreaterThan(0);
      }
      expect(polled).toBeGreaterThan(0);
    });

    test("shows its memories live and without copies", () => {
      machine.loadState(state, before);
      expect(machine.memory.length).toBeGreaterThan(0);
      for (const region of machine.memory) {
        region.refresh?.();
        expect(region.bytes.length, region.name).toBe(region.size);
      }
      const live = machine.memory.filter((region) => !region.refresh);
      const views = live.map((region) => region.bytes);
      const copies = views.map((view) => view.slice());
      run(machine, input(), 30);
      live.forEach((region, i) => {
        expect(region.bytes.buffer, region.name).toBe(views[i]!.buffer);
      });
      if (live.length > 0) {
        expect(live.some((region, i) => region.bytes.some((byte, at) => byte !== copies[i]![at]))).toBe(true);
      }
      machine.loadState(state, before);
      live.forEach((region, i) => {
        expect(Buffer.compare(region.bytes, copies[i]!), `${region.name} after loading`).toBe(0);
      });
    });

    const { writable } = options;
    test.runIf(writable)("a byte written into a memory is in the state, and gone when an older one is loaded", () => {
      machine.loadState(state, before);
      const bytes = (): Uint8Array => machine.memory.find((region) => region.name === writable!.region)!.bytes;
      const { offset } = writable!;
      const old = bytes()[offset]!;
      bytes()[offset] = old ^ 0xff;
      const changed = machine.saveState().slice();
      machine.loadState(state, before);
      expect(bytes()[offset]).toBe(old);
      machine.loadState(changed, before);
      expect(bytes()[offset]).toBe(old ^ 0xff);
    });

    test("saves into the buffer that it is given", () => {
      const buffer = new Uint8Array(machine.stateSize + 100);
      const saved = machine.saveState(buffer);
      expect(saved.buffer).toBe(buffer.buffer);
      expect(saved.byteOffset).toBe(0);
      expect(saved.length).toBeLessThanOrEqual(machine.stateSize);
      machine.loadState(saved, 7);
      expect(machine.frame).toBe(7);
    });

    test("switched off and on, it is in its boot state", () => {
      machine.loadState(state, before);
      machine.reset("power");
      expect(machine.frame).toBe(before);
      const prints = run(machine, input(-before), 60, masks);
      expect(firstDifference(prints.memory, first.memory.slice(0, 60))).toBe(-1);
    });

    test("the reset button does the same to equal machines", async () => {
      const pressed = (other: Machine): bigint[] => {
        other.loadState(state, before);
        other.reset("soft");
        return run(other, input(), reset, masks).memory;
      };
      const here = pressed(machine);
      expect(firstDifference(await withMachine(pressed), here)).toBe(-1);
      expect(firstDifference(here, rest.memory.slice(0, reset))).toBeGreaterThanOrEqual(0);
    });

    test("refuses a state that is damaged, and lives on", () => {
      machine.loadState(state, before);
      const noise = state.map((_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
      for (const bad of [
        new Uint8Array(0),
        state.slice(0, 10),
        state.slice(0, state.length >> 1),
        noise,
        noise.fill(0),
      ]) {
        expect(() => machine.loadState(bad, 0)).toThrow(Problem);
      }
      expect(machine.frame).toBe(before);
      goesOn(run(machine, input(), 60, masks));
    });

    test("gives back what it took when it is closed", async () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const cycle = async (times: number): Promise<number> => {
        for (let i = 0; i < times; i++) await withMachine((other) => other.step(input()));
        collect();
        return process.memoryUsage().rss;
      };
      // The collector takes its time, a leak grows in each round.
      let before = await cycle(opens);
      const growth: number[] = [];
      for (let round = 0; round < 3 && !growth.some((bytes) => bytes < LEAK); round++) {
        const now = await cycle(opens);
        growth.push(now - before);
        before = now;
      }
      expect(Math.min(...growth)).toBeLessThan(LEAK);
    }, 60_000);

    test("cannot be used once it is closed", async () => {
      const other = await open();
      other.close();
      expect(() => other.step(input())).toThrow();
    });
  });
}

/** States of cores with known-unpinned bytes are compared without them. */
function maskedState(state: Uint8Array, masks: Masks): Buffer {
  const copy = Buffer.from(state);
  for (const [from, to] of masks.state ?? []) copy.fill(0, from, to);
  return copy;
}
