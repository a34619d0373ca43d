import type { Machine } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { type Place, placesIn, type Region, type Span } from "./audit-trace.ts";

/** What is played and looked at after each frame. */
export interface Stepped {
  readonly machine: Machine;
  step(): void;
}

/** Where two runs part: the first byte, how many, and up to 4096 of them. */
export interface Parting {
  readonly frame: number;
  readonly first: Place | undefined;
  readonly bytes: number;
  readonly all: readonly Place[];
}

/** Changes that a log may hold: 5 bytes each. */
const MOST_CHANGES = 100_000_000;
const NEVER = 0xffffffff;

/**
 * All memory of a run on every frame, as what it was at power-on and the bytes that changed. A byte counts from the frame
 * on at which the game changed it in one of the two runs compared: memory that nobody wrote to may hold anything, for as
 * long as nothing was made of it.
 */
export class MemoryLog {
  readonly regions: readonly Region[];
  readonly #first: Uint8Array;
  readonly #touched: Uint32Array;
  readonly #frames: { readonly at: Uint32Array; readonly values: Uint8Array }[] = [];

  /** Plays a run from frame 0; `names` are the regions that are looked at, all without it. */
  constructor(run: Stepped, frames: number, names?: readonly string[]) {
    const { machine } = run;
    this.regions = regionsOf(machine, names);
    this.#first = memoryOf(machine, this.regions);
    this.#touched = new Uint32Array(this.#first.length).fill(NEVER);
    const last = this.#first.slice();
    const now = new Uint8Array(last.length);
    let total = 0;
    for (let frame = 1; frame <= frames; frame++) {
      run.step();
      memoryOf(machine, this.regions, now);
      const at = differing(last, now);
      total += at.length;
      if (total > MOST_CHANGES)
        throw new Problem(
          `memory changes too much to be kept for longer than ${frame} frames; look at fewer: --frames ${frame}`,
        );
      const values = new Uint8Array(at.length);
      for (let i = 0; i < at.length; i++) {
        const place = at[i]!;
        values[i] = now[place]!;
        if (this.#touched[place] === NEVER) this.#touched[place] = frame;
      }
      this.#frames.push({ at, values });
      last.set(now);
    }
  }

  /** Plays another run from frame 0 until it parts from this one, anywhere but in these bytes. */
  parting(run: Stepped, except: readonly Span[] = []): Parting | undefined {
    const expected = this.#first.slice();
    const first = memoryOf(run.machine, this.regions);
    if (first.length !== expected.length) return { frame: 0, first: undefined, bytes: 0, all: [] };
    const now = first.slice();
    const touched = new Uint8Array(first.length);
    const left = new Set(except.flatMap((span) => this.#offsets(span)));
    for (const [i, { at, values }] of this.#frames.entries()) {
      const frame = i + 1;
      run.step();
      memoryOf(run.machine, this.regions, now);
      for (let j = 0; j < at.length; j++) expected[at[j]!] = values[j]!;
      let parted = false;
      for (const place of differing(expected, now)) {
        if (left.has(place)) continue;
        if (now[place] !== first[place] || this.#touched[place]! <= frame) touched[place] = 1;
        if (touched[place]) parted = true;
      }
      if (parted) return { frame, ...placesIn(this.regions, expected, now, (place) => touched[place] === 1) };
    }
    return undefined;
  }

  /** Where bytes lie among all that are kept. */
  #offsets({ region: name, address, length }: Span): number[] {
    let start = 0;
    for (const { name: other, base, size, swap = 0 } of this.regions) {
      if (other === name) return Array.from({ length }, (_, i) => start + ((address + i - base) ^ swap));
      start += size;
    }
    return [];
  }
}

/** Where two memories of one length differ. */
function differing(a: Uint8Array, b: Uint8Array): Uint32Array {
  const found: number[] = [];
  const words = a.length >> 2;
  const x = new Int32Array(a.buffer, a.byteOffset, words);
  const y = new Int32Array(b.buffer, b.byteOffset, words);
  for (let w = 0; w < words; w++)
    if (x[w] !== y[w]) for (let i = w * 4; i < w * 4 + 4; i++) if (a[i] !== b[i]) found.push(i);
  for (let i = words * 4; i < a.length; i++) if (a[i] !== b[i]) found.push(i);
  return Uint32Array.from(found);
}

export function regionsOf(machine: Machine, names?: readonly string[]): Region[] {
  return machine.memory
    .filter(({ name }) => !names || names.includes(name))
    .map(({ name, base, size, swap }) => ({ name, base, size, ...(swap && { swap }) }));
}

/** A copy of those regions, one after another. */
export function memoryOf(
  machine: Machine,
  regions: readonly Region[],
  into: Uint8Array = new Uint8Array(regions.reduce((sum, { size }) => sum + size, 0)),
): Uint8Array {
  let at = 0;
  for (const { name, size } of regions) {
    const region = machine.memory.find((r) => r.name === name);
    region?.refresh?.();
    if (region) into.set(region.bytes.subarray(0, size), at);
    at += size;
  }
  return into;
}
