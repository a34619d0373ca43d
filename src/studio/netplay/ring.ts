/** Sample frames that wait; what comes then is dropped. */
const SIZE = 1 << 14;
/** Most that the speed follows how much waits: a tenth of a semitone is not heard. */
const MOST_BEND = 0.005;

/** Sound between a machine, which makes a frame's at a time by its own clock, and a loudspeaker, which takes it by another. */
export class Ring {
  readonly #left = new Float32Array(SIZE);
  readonly #right = new Float32Array(SIZE);
  readonly #speed: number;
  /** Sample frames that wait when all is well. */
  readonly #usual: number;
  #from = 0;
  #to = 0;
  #runs = false;

  /** Samples a second of the machine, and of the loudspeaker. */
  constructor(from: number, to: number) {
    this.#speed = from / to;
    this.#usual = Math.round(from * 0.06);
  }

  /** Interleaved stereo, signed 16 bit. */
  put(samples: Int16Array): void {
    if (this.#to - this.#from + samples.length / 2 > SIZE) return;
    for (let i = 0; i < samples.length; i += 2) {
      const at = this.#to++ % SIZE;
      this.#left[at] = samples[i]! / 32768;
      this.#right[at] = samples[i + 1]! / 32768;
    }
  }

  /** Fills both; with silence until enough waits, and after nothing did. */
  take(left: Float32Array, right: Float32Array): void {
    const waits = this.#to - this.#from;
    if (!this.#runs && waits < this.#usual) {
      left.fill(0);
      right.fill(0);
      return;
    }
    this.#runs = true;
    const bend = Math.max(-MOST_BEND, Math.min(MOST_BEND, (0.02 * (waits - this.#usual)) / this.#usual));
    const step = this.#speed * (1 + bend);
    for (let i = 0; i < left.length; i++) {
      if (this.#from + 1 >= this.#to) {
        left.fill(0, i);
        right.fill(0, i);
        this.#runs = false;
        return;
      }
      const whole = Math.floor(this.#from);
      const part = this.#from - whole;
      left[i] = between(this.#left, whole, part);
      right[i] = between(this.#right, whole, part);
      this.#from += step;
    }
  }
}

function between(samples: Float32Array, at: number, part: number): number {
  const first = samples[at % SIZE]!;
  return first + part * (samples[(at + 1) % SIZE]! - first);
}
