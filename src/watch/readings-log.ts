import type { Profile } from "./profile.ts";
import { newReadings, type Readings, sliceReadings } from "./readings.ts";

/** The readings of a whole run, frame 0 on, filled in order. Room for all of it is made once. */
export class ReadingsLog {
  readonly #all: Readings;
  readonly #width: number;
  #length = 0;

  /** `frames`: the last frame. */
  constructor(profile: Profile, frames: number) {
    this.#all = newReadings(profile, 0, frames + 1);
    this.#width = profile.probes.length;
  }

  /** Frames that are there: 0 to length - 1. */
  get length(): number {
    return this.#length;
  }

  /** Appends what is new of it; frames that are there already are kept. Gaps are an error. */
  append(readings: Readings): void {
    const from = readings.first;
    if (from > this.#length) throw new RangeError(`readings of frame ${from} after those of ${this.#length - 1}`);
    const known = this.#length - from;
    if (known >= readings.count) return;
    const fresh = known > 0 ? sliceReadings(readings, this.#length, readings.count - known) : readings;
    this.#all.values.set(fresh.values, fresh.first * this.#width);
    if (this.#all.prints.length) this.#all.prints.set(fresh.prints, fresh.first);
    this.#all.polls.set(fresh.polls, fresh.first);
    this.#all.samples.set(fresh.samples, fresh.first);
    this.#length = fresh.first + fresh.count;
  }

  /** A view of `count` frames from `first`. */
  slice(first: number, count: number): Readings {
    if (first + count > this.#length)
      throw new RangeError(`frames ${first} to ${first + count - 1} of ${this.#length}`);
    return sliceReadings(this.#all, first, count);
  }

  /** The values of one probe, frame 0 on. */
  probe(index: number): Float64Array {
    return Float64Array.from({ length: this.#length }, (_, frame) => this.#all.values[frame * this.#width + index]!);
  }

  /** The polls before frame `frame`, which is the sample of a movie by poll there. */
  pollsBefore(frame: number): number {
    let sum = 0;
    for (let f = 1; f <= frame; f++) sum += this.#all.polls[f]!;
    return sum;
  }
}
