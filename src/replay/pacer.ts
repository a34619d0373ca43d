import type { Ratio } from "../machine/machine.ts";

/** Milliseconds that a run may be late and still make up for: more is a pause, and is not run after. */
const LATEST = 250;

/**
 * Keeps a run at its console's own speed: frame n is due n periods after the start, so waits that are a little long do
 * not add up. Times are milliseconds of a clock that only rises.
 */
export class Pacer {
  /** Milliseconds of a frame. */
  readonly period: number;
  /** Frames that were given out since `start`. */
  #frames = 0;
  #start: number;
  /** Milliseconds by which it was set back: the machine was slower than the console, or the computer slept. */
  lost = 0;

  constructor(fps: Ratio, now: number) {
    this.period = (1000 * fps.den) / fps.num;
    this.#start = now;
  }

  /** The next frame's turn: milliseconds until it is due, 0 when it is late. */
  next(now: number): number {
    const wait = this.#start + this.#frames++ * this.period - now;
    if (wait >= -LATEST) return Math.max(0, wait);
    this.#start -= wait;
    this.lost -= wait;
    return 0;
  }
}
