import type { Ratio } from "../../../machine/machine.ts";

/** Milliseconds of a tick that count: the computer slept, or the game is too slow, and what was lost is not run after. */
const LONGEST = 100;
/** Milliseconds after which a tick comes though nothing is drawn: a page that nobody sees has no animation frames. */
const UNSEEN = 50;
/** A game whose speed is so near the display's that this part of a frame is left over in a tick takes the display's. */
const NEAR = 0.1;

/** When a clock ticks. */
export interface Pace {
  /** Has a tick called, once. */
  next(tick: (now: number) => void): void;
  /** Takes that back. */
  cancel(): void;
}

/** Once for each picture of the display. */
class DisplayPace implements Pace {
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  next(tick: (now: number) => void): void {
    this.#frame = requestAnimationFrame(tick);
    this.#timer = setTimeout(() => tick(performance.now()), UNSEEN);
  }

  cancel(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }
}

/** Tells how many frames are due at each tick. */
export class Clock {
  /** Frames a second of the console, times its speed. */
  #rate = 60;
  #due = 0;
  #last: number | undefined;
  readonly #onTick: (frames: number, passed: number) => void;
  readonly #pace: Pace;

  /** `passed`: milliseconds since the tick before, 0 in the first. */
  constructor(onTick: (frames: number, passed: number) => void, pace: Pace = new DisplayPace()) {
    this.#onTick = onTick;
    this.#pace = pace;
  }

  set({ num, den }: Ratio, speed: number): void {
    this.#rate = (num / den) * speed;
  }

  get runs(): boolean {
    return this.#last !== undefined;
  }

  start(): void {
    if (this.runs) return;
    this.#last = performance.now();
    this.#due = 0;
    this.#pace.next(this.#tick);
  }

  stop(): void {
    this.#last = undefined;
    this.#pace.cancel();
  }

  readonly #tick = (now: number): void => {
    this.#pace.cancel();
    this.#pace.next(this.#tick);
    const passed = Math.max(0, now - this.#last!);
    this.#last = now;
    this.#due += (Math.min(passed, LONGEST) / 1000) * this.#rate;
    const frames = Math.max(0, Math.round(this.#due));
    this.#due -= frames;
    // One frame for each picture, without one too many every ten seconds: a 60.1 Hz console on a 60 Hz display.
    if (Math.abs(this.#due) < NEAR) this.#due *= 0.9;
    this.#onTick(frames, passed);
  };
}
