import type { Profile } from "./profile.ts";
import { newReadings, type Readings, sliceReadings } from "./readings.ts";

/** The readings of a run, frame 0 on, filled in order. */
export class ReadingsLog {
  readonly #profile: Profile;
  readonly #width: number;
  #all: Readings;
  #length = 0;

  /** `frames`: the last frame that is expected; it makes room for more when they come. */
  constructor(profile: Profile, frames: number) {
    this.#profile = profile;
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
    if (fresh.first + fresh.count > this.#all.count) this.#grow(fresh.first + fresh.count);
    this.#copy(fresh);
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

  #copy(rows: Readings): void {
    this.#all.values.set(rows.values, rows.first * this.#width);
    if (this.#all.prints.length) this.#all.prints.set(rows.prints, rows.first);
    this.#all.polls.set(rows.polls, rows.first);
    this.#all.samples.set(rows.samples, rows.first);
  }

  #grow(least: number): void {
    const before = sliceReadings(this.#all, 0, this.#length);
    this.#all = newReadings(this.#profile, 0, Math.max(least, this.#all.count * 2));
    this.#copy(before);
  }
}
