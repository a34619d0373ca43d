import type { Readings } from "../watch/readings.ts";
import type { Reference } from "./follow.ts";
import type { Instance } from "./instance.node.ts";
import type { NativeRun } from "./native.node.ts";

/**
 * The native run as a reference for a follower on another core, which loads none of its states: what the profile watches crosses
 * instead. The state of a frame is the follower's own, with those values put in.
 */
export class ByValues implements Reference {
  readonly end: number;
  readonly #native: NativeRun;
  readonly #follower: Instance;

  constructor(native: NativeRun, follower: Instance) {
    this.end = native.end;
    this.#native = native;
    this.#follower = follower;
  }

  /** The state to power on with, where what the profile watches holds something else than native's does; else nothing. */
  async atPowerOn(): Promise<Uint8Array | undefined> {
    const values = await this.#native.valuesAt(0);
    if (Buffer.compare(values, await this.#follower.values()) === 0) return undefined;
    return this.#follower.mended(0, values);
  }

  readings(first: number, count: number): Promise<Readings> {
    return this.#native.readings(first, count);
  }

  async stateAt(frame: number): Promise<Uint8Array> {
    return this.#follower.mended(frame, await this.#native.valuesAt(frame));
  }

  sampleAt(frame: number): number | undefined {
    return this.#native.sampleAt(frame);
  }

  forgetBefore(frame: number): void {
    this.#native.forgetBefore(frame);
    this.#follower.forgetBefore(frame).catch(() => {});
  }
}
