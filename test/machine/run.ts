import xxhash from "xxhash-wasm";
import { type InputSource, NO_PAD, type PadState } from "../../src/machine/input.ts";
import { type Machine, SHOW_ALL, type Show } from "../../src/machine/machine.ts";

const { h64Raw } = await xxhash();

/** Random buttons on two pads, a function of seed and frame alone: a run can start anywhere. Buttons are held for 4 frames. */
export class SeededInput implements InputSource {
  readonly #seed: number;
  readonly #pads = [{ ...NO_PAD }, { ...NO_PAD }];
  /** Added to the machine's frame, for runs that start again in the middle. */
  shift = 0;
  /** How often each port was asked. */
  readonly polls = [0, 0];

  constructor(seed: number) {
    this.#seed = seed;
  }

  beginFrame(frame: number): void {
    let x = Math.imul(((frame + this.shift) >> 2) + 1, 0x9e3779b1) ^ this.#seed;
    x = Math.imul(x ^ (x >>> 15), 0x85ebca6b);
    x ^= x >>> 13;
    this.#pads[0]!.buttons = x & 0x1ff;
    this.#pads[1]!.buttons = (x >>> 9) & 0x1ff;
  }

  poll(port: number): PadState {
    if (port < 2) this.polls[port]!++;
    return this.#pads[port] ?? NO_PAD;
  }
}

/** Bytes of a region that are known to differ between equal runs: [from, to). */
export type Masks = Readonly<Record<string, readonly (readonly [number, number])[]>>;

/** xxh64 over all memories but the masked bytes. */
export function memoryPrint(machine: Machine, masks: Masks = {}): bigint {
  let hash = 0n;
  for (const region of machine.memory) {
    region.refresh?.();
    let at = 0;
    for (const [from, to] of [...(masks[region.name] ?? []), [region.size, region.size] as const]) {
      hash = h64Raw(region.bytes.subarray(at, from), hash);
      at = to;
    }
  }
  return hash;
}

/** The same, and over picture and sound. */
export function fullPrint(machine: Machine, masks: Masks = {}): bigint {
  const { samples } = machine.audio;
  const sound = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return h64Raw(sound, h64Raw(machine.video.pixels, memoryPrint(machine, masks)));
}

export interface Prints {
  readonly memory: bigint[];
  readonly full: bigint[];
  /** Sample frames of each step. */
  readonly samples: number[];
}

export function run(
  machine: Machine,
  input: InputSource,
  frames: number,
  masks?: Masks,
  show: Show = SHOW_ALL,
): Prints {
  const prints: Prints = { memory: [], full: [], samples: [] };
  for (let i = 0; i < frames; i++) {
    machine.step(input, show);
    prints.memory.push(memoryPrint(machine, masks));
    prints.full.push(fullPrint(machine, masks));
    prints.samples.push(machine.audio.samples.length / 2);
  }
  return prints;
}

/** Index of the first frame that differs, or -1. */
export function firstDifference(a: readonly bigint[], b: readonly bigint[]): number {
  if (a.length !== b.length) throw new Error(`runs of ${a.length} and ${b.length} frames cannot be compared`);
  return a.findIndex((print, i) => print !== b[i]);
}
