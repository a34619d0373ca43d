import type { Ratio } from "../machine/machine.ts";

/**
 * Milliseconds for which a frame that came early sets the clock, twice as many at most: two computers' clocks run equally
 * fast for that long, and a recorder that was slow for a while is not taken for a mirror that is.
 */
const BUCKET = 2000;
/** Frames behind that are told apart. */
const MOST = 1 << 16;

/** Frames behind the live run, over the time that was watched. */
export interface Lateness {
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
  /** Seconds that were watched. */
  readonly seconds: number;
}

/**
 * Says how many frames a mirror is behind the live run, which it cannot see: frames that came say when they were at the
 * latest, and the one that came earliest, for its number, sets the clock. So what is not seen is the shortest time that a
 * frame was on its way. Times are milliseconds of a clock that only rises.
 */
export class LatenessMeter {
  readonly #perMs: number;
  /** Frame that would have come at time 0: of this bucket's earliest frame, and of the one before. */
  #zero = Number.NEGATIVE_INFINITY;
  #before = Number.NEGATIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;
  readonly #times = new Map<number, number>();
  #last: number | undefined;
  #total = 0;

  constructor(fps: Ratio) {
    this.#perMs = fps.num / fps.den / 1000;
  }

  /** This frame came now. */
  arrived(frame: number, now: number): void {
    if (now - this.#since > BUCKET) {
      this.#before = now - this.#since > 2 * BUCKET ? Number.NEGATIVE_INFINITY : this.#zero;
      this.#zero = Number.NEGATIVE_INFINITY;
      this.#since = now;
    }
    this.#zero = Math.max(this.#zero, frame - now * this.#perMs);
  }

  /** Frames that the live run is ahead of this one now; 0 before anything came. */
  behind(frame: number, now: number): number {
    const zero = Math.max(this.#zero, this.#before);
    return zero === Number.NEGATIVE_INFINITY ? 0 : Math.max(0, zero + now * this.#perMs - frame);
  }

  /** The mirror was at this frame since the last time that it was asked. */
  watch(frame: number, now: number): void {
    const time = now - (this.#last ?? now);
    this.#last = now;
    if (time <= 0) return;
    const behind = Math.min(MOST, Math.round(this.behind(frame, now)));
    this.#times.set(behind, (this.#times.get(behind) ?? 0) + time);
    this.#total += time;
  }

  /** Undefined where nothing was watched. */
  get result(): Lateness | undefined {
    if (this.#total === 0) return undefined;
    const sorted = [...this.#times].sort(([a], [b]) => a - b);
    const at = (part: number): number => {
      let sum = 0;
      return sorted.find(([, time]) => {
        sum += time;
        return sum >= part * this.#total;
      })![0];
    };
    return { median: at(0.5), p99: at(0.99), worst: sorted.at(-1)![0], seconds: this.#total / 1000 };
  }
}
