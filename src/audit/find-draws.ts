import type { MemoryRegion } from "../machine/machine.ts";
import type { FoundRng } from "./find-rng.ts";
import { type Play, variablesOf, watch } from "./find-trace.ts";

/** Who draws from a generator: addresses of instructions on the CPU's bus, and how often. */
export interface Draws {
  /** Calls of the routine that makes a number. */
  readonly callers: Readonly<Record<string, number>>;
  /** Instructions that write the state. */
  readonly writers: Readonly<Record<string, number>>;
  /** Frames that were watched. */
  readonly frames: number;
}

/** All that a CPU with 16 address lines can name. */
const ADDRESSES = 0x10000;
/** An instruction is 1 to 3 bytes long, and a call 3, on the CPUs that have hooks here: 6502 and SM83. */
const LONGEST = 3;
/** Jumps of which it is not yet known whether they were calls. */
const DEEPEST = 64;
/** Frames that are watched, from the first draw on: each instruction of them is looked at. */
const FRAMES = 300;

const BYTES = { u8: 1, u16: 2, u32: 4 } as const;

/** Plays once more and looks who draws; undefined where the core has no hooks. `from`: the first frame that draws. */
export function whoDraws(play: Play, rng: FoundRng, from: number, frames: number): Promise<Draws | undefined> {
  return watch(
    play,
    Math.min(frames, from + FRAMES),
    ({ hooks }, regions) => {
      const calls = new Calls(regions.find(({ name }) => name === rng.region)!, rng);
      let away: (() => void)[] = [];
      const hook = (): void => {
        away = Array.from({ length: ADDRESSES }, (_, pc) => hooks!.onExecute(pc, () => calls.step(pc)));
      };
      if (from <= 1 && hooks) hook();
      return {
        each(frame) {
          if (frame === from - 1 && hooks) hook();
        },
        end() {
          for (const remove of away) remove();
          const told = (count: ReadonlyMap<number, number>) =>
            Object.fromEntries([...count].sort((a, b) => b[1] - a[1]).map(([pc, n]) => [`$${hex(pc)}`, n]));
          if (!hooks) return undefined;
          return {
            callers: told(calls.callers),
            writers: told(calls.writers),
            frames: Math.min(FRAMES, frames - from),
          };
        },
      };
    },
    variablesOf,
  );
}

const hex = (n: number): string => n.toString(16).padStart(4, "0");

/** Follows the CPU from instruction to instruction: a jump to which it comes back right behind was a call. */
class Calls {
  readonly callers = new Map<number, number>();
  readonly writers = new Map<number, number>();
  readonly #region: MemoryRegion;
  readonly #at: number;
  readonly #size: number;
  readonly #last = new Uint8Array(4);
  readonly #open: { readonly pc: number; wrote: boolean }[] = [];
  #before = -1;

  constructor(region: MemoryRegion, { address, type }: FoundRng) {
    this.#region = region;
    this.#at = address - region.base;
    this.#size = BYTES[type];
  }

  /** The CPU is about to run this instruction. */
  step(pc: number): void {
    const before = this.#before;
    this.#before = pc;
    if (before < 0) {
      this.#changed();
      return;
    }
    if (this.#changed()) {
      count(this.writers, before);
      for (const jump of this.#open) jump.wrote = true;
    }
    if (pc > before && pc - before <= LONGEST) return;
    const back = this.#open.findLastIndex((jump) => jump.pc + LONGEST === pc);
    if (back >= 0) {
      const [call] = this.#open.splice(back);
      if (!call!.wrote) return;
      count(this.callers, call!.pc);
      for (const jump of this.#open) jump.wrote = false;
      return;
    }
    this.#open.push({ pc: before, wrote: false });
    if (this.#open.length > DEEPEST) this.#open.shift();
  }

  #changed(): boolean {
    const { bytes } = this.#region;
    let changed = false;
    for (let i = 0; i < this.#size; i++) {
      if (bytes[this.#at + i] === this.#last[i]) continue;
      this.#last[i] = bytes[this.#at + i]!;
      changed = true;
    }
    return changed;
  }
}

function count(counts: Map<number, number>, pc: number): void {
  counts.set(pc, (counts.get(pc) ?? 0) + 1);
}
