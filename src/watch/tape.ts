import { type Profile, RNG_BYTES } from "./profile.ts";
import type { RestoreSpec, RngSpec } from "./restores.ts";

/** Bytes that are captured at a moment. */
export interface Entry {
  readonly name: string;
  readonly kind: "rng" | RestoreSpec["kind"];
  readonly region: string;
  readonly address: number;
  readonly length: number;
  /** Where its bytes are among the moment's. */
  readonly offset: number;
  readonly rng?: RngSpec;
}

/** A moment of a frame at which a profile captures something: "start", "frame", or a hook. */
export interface Moment {
  readonly name: string;
  /** Address of the hook's instruction; absent for "start" and "frame". */
  readonly address?: number;
  readonly entries: readonly Entry[];
  /** Bytes of all entries together. */
  readonly size: number;
}

/** The moments at which a profile captures something, in the order in which recordings hold them: start, frame, then its hooks. */
export function momentsOf(profile: Profile): Moment[] {
  const all = [{ name: "start" }, { name: "frame" }, ...profile.hooks];
  return all.map((moment) => momentOf(profile, moment)).filter((moment) => moment.size > 0);
}

function momentOf({ rng, restore }: Profile, moment: { name: string; address?: number }): Moment {
  const entries: Entry[] = [];
  let size = 0;
  const add = (entry: Omit<Entry, "offset">): void => {
    entries.push({ ...entry, offset: size });
    size += entry.length;
  };
  for (const spec of rng) {
    const { name, region, address, at } = spec;
    if (at.includes(moment.name)) add({ name, kind: "rng", region, address, length: RNG_BYTES[spec.type], rng: spec });
  }
  for (const { name, kind, region, address, length, at } of restore)
    if (at.includes(moment.name)) add({ name, kind, region, address, length });
  return { ...moment, entries, size };
}

/**
 * What was captured at one moment, frame by frame: in each frame as often as the moment came, `moment.size` bytes each
 * time. Row `frame` is of the step that led to that frame, as readings are.
 */
export class Tape {
  readonly moment: Moment;
  #first: number;
  /** Captures before row i, for each row and one more. */
  #starts = new Uint32Array(1024);
  #rows = 0;
  #captures = 0;
  #bytes = new Uint8Array(4096);

  /** `first` is the frame of the first row. */
  constructor(moment: Moment, first = 0) {
    this.moment = moment;
    this.#first = first;
  }

  /** All captures, one after another, and then room for more; {@link add} may replace it by a longer one. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Captures that are here, in all rows. */
  get captures(): number {
    return this.#captures;
  }

  get first(): number {
    return this.#first;
  }

  /** Rows that are closed. */
  get count(): number {
    return this.#rows;
  }

  /** How often the moment came in the step that led to this frame; 0 for a frame that is not here. */
  times(frame: number): number {
    const row = frame - this.#first;
    return row >= 0 && row < this.#rows ? this.#starts[row + 1]! - this.#starts[row]! : 0;
  }

  /** Where in {@link bytes} the n-th capture of that frame starts, or -1. */
  at(frame: number, n: number): number {
    return n < this.times(frame) ? (this.#starts[frame - this.#first]! + n) * this.moment.size : -1;
  }

  /** Makes room for one more capture of the row at hand; returns where in {@link bytes} it starts. */
  add(): number {
    const at = this.#captures++ * this.moment.size;
    if (at + this.moment.size > this.#bytes.length) this.#bytes = larger(this.#bytes, at + this.moment.size);
    return at;
  }

  /** Closes the row at hand. */
  endFrame(): void {
    if (this.#rows + 2 > this.#starts.length) {
      const starts = new Uint32Array(this.#starts.length * 2);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#starts[++this.#rows] = this.#captures;
  }

  /** Forgets all rows; the next one is of this frame. */
  clear(first: number): void {
    this.#first = first;
    this.#rows = 0;
    this.#captures = 0;
  }
}

function larger(bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(Math.max(least, bytes.length * 2));
  more.set(bytes);
  return more;
}
