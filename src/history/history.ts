/** A stored state. */
export interface Keyframe {
  readonly frame: number;
  readonly state: Uint8Array;
}

/**
 * Keyframes in memory under a budget. They are offered each `interval` frames; when the budget is full the interval
 * doubles and every second keyframe goes, so the gaps stay even whatever the length of the run and the size of a state.
 */
export class History {
  readonly #budget: number;
  #interval: number;
  #keyframes: Keyframe[] = [];
  #bytes = 0;

  constructor(options: { budget: number; interval: number }) {
    this.#budget = options.budget;
    this.#interval = options.interval;
  }

  get interval(): number {
    return this.#interval;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a keyframe is due at this frame. */
  wants(frame: number): boolean {
    return frame % this.#interval === 0 && (this.#keyframes.at(-1)?.frame ?? -1) < frame;
  }

  /** Keeps a state (the array itself, not a copy). Frames come in rising order. */
  keep(frame: number, state: Uint8Array): void {
    this.#keyframes.push({ frame, state });
    this.#bytes += state.byteLength;
    while (this.#bytes > this.#budget && this.#keyframes.length > 2) {
      this.#interval *= 2;
      this.#retain((k, i) => i === 0 || k.frame % this.#interval === 0);
    }
  }

  /** The newest keyframe at or before the frame. */
  nearest(frame: number): Keyframe | undefined {
    return this.#keyframes.findLast((k) => k.frame <= frame);
  }

  /** Drops what no seek to `frame` or later needs. */
  forgetBefore(frame: number): void {
    const first = this.nearest(frame);
    if (first) this.#retain((k) => k.frame >= first.frame);
  }

  #retain(keep: (keyframe: Keyframe, index: number) => boolean): void {
    this.#keyframes = this.#keyframes.filter(keep);
    this.#bytes = this.#keyframes.reduce((sum, k) => sum + k.state.byteLength, 0);
  }
}
