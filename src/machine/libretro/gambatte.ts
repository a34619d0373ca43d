import { type Address, viewOf } from "./abi.ts";
import type { Library } from "./library.ts";

/** Bytes of what is added to gambatte's states. */
export const GAMBATTE_COUNTERS = 16;
/** Calls of retro_run after which the counters are told from all other variables. */
export const GAMBATTE_CALLS = 16;
/** Samples of the core's own rate in a frame (a clock of the PPU each second cycle). */
const SAMPLES = 35112;
/** Most bytes between the two: they belong to one function. */
const NEAR = 64;

/** Offsets of two 64-bit variables from where the library is loaded. */
export interface Counters {
  readonly calls: number;
  readonly samples: number;
}

/**
 * gambatte's libretro core counts its calls and the samples that it made, and answers a call without running the game when
 * it is a whole frame ahead (a game switched the LCD off and on). Its states lack both counters: one that is loaded into
 * another machine, or at another time, comes to such a call at another frame. They are found by what they must hold after
 * {@link GAMBATTE_CALLS} calls; undefined where that cannot be told.
 */
export function findCounters(library: Library): Counters | undefined {
  const found: Counters[] = [];
  if (library.base === 0) return undefined;
  for (const { offset, size } of library.imports?.variables ?? []) {
    const aligned = (8 - (offset % 8)) % 8;
    const bytes = viewOf(library.base + offset + aligned, size - aligned);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const last = bytes.length - 8;
    for (let calls = 0; calls <= last; calls += 8) {
      if (view.getBigUint64(calls, true) !== BigInt(GAMBATTE_CALLS)) continue;
      for (let at = Math.max(0, calls - NEAR); at <= Math.min(last, calls + NEAR); at += 8) {
        const samples = Number(view.getBigUint64(at, true));
        if (samples > (GAMBATTE_CALLS - 2) * SAMPLES && samples < (GAMBATTE_CALLS + 2) * SAMPLES)
          found.push({ calls: offset + aligned + calls, samples: offset + aligned + at });
      }
    }
  }
  return found.length === 1 ? found[0] : undefined;
}

/** Writes the counters into `state`. */
export function saveCounters(library: Library, { calls, samples }: Counters, state: Uint8Array): void {
  state.set(variable(library, calls), 0);
  state.set(variable(library, samples), 8);
}

export function loadCounters(library: Library, { calls, samples }: Counters, state: Uint8Array): void {
  variable(library, calls).set(state.subarray(0, 8));
  variable(library, samples).set(state.subarray(8, GAMBATTE_COUNTERS));
}

function variable(library: Library, offset: Address): Uint8Array {
  return viewOf(library.base + offset, 8);
}
