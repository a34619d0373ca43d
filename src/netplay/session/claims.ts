import type { Chain } from "./chain.ts";
import type { Payload } from "./payload.ts";

/** Most marks that are told at once. */
export const MOST_MARKS = 64;
/** Frames ahead of what was compared whose marks are kept. */
const KEPT = 256;

/** What a player says of its own run, and how far that was found equal to ours. */
export class Claims {
  /** The newest frame up to which both runs were found equal. */
  agreed = 0;
  /** The newest frame that it settled, and its chain's link there; not above `agreed`: there is nothing to compare. */
  #newest = 0;
  #link = 0;
  /** The newest frame of which it said anything, and the newest whose mark was looked at. */
  #told = 0;
  #compared = 0;
  /** Marks of frames above that, each at its place in the ring; -1: none came. */
  readonly #marks = new Int16Array(KEPT).fill(-1);

  /** What was said is of a past that is not ours; all agree at that frame. */
  restart(frame: number): void {
    this.agreed = frame;
    this.#newest = frame;
    this.#told = frame;
    this.#compared = frame;
    this.#marks.fill(-1);
  }

  /** `most`: the first frame for which we gave no input yet. Nobody can have settled more, and who claims it is not heard. */
  take({ settled, chain, marks }: Payload, most: number): void {
    if (settled > most) return;
    for (let i = 0; i < marks.length; i++) this.#mark(settled - marks.length + i, marks[i]!);
    // A newer claim may come before this one can be compared.
    this.#mark(settled, markOf(chain));
    this.#told = Math.max(this.#told, settled);
    if (settled <= Math.max(this.agreed, this.#newest)) return;
    this.#newest = settled;
    this.#link = chain;
  }

  #mark(frame: number, mark: number): void {
    if (frame > this.#compared && frame <= this.#compared + KEPT) this.#marks[frame % KEPT] = mark;
  }

  /** Nothing is compared after that frame. */
  end(last: number): void {
    if (this.#newest > last) this.#newest = this.agreed;
  }

  /** Compares all that is settled on both sides; the first frame that shows another run, if any does. */
  compare(chain: Chain): number | undefined {
    for (const to = Math.min(this.#told, chain.settled); this.#compared < to; ) {
      const at = ++this.#compared % KEPT;
      const mark = this.#marks[at]!;
      const link = chain.link(this.#compared);
      this.#marks[at] = -1;
      if (mark >= 0 && link !== undefined && mark !== markOf(link)) return this.#compared;
    }
    const frame = this.#newest;
    if (frame <= this.agreed || frame > chain.settled) return undefined;
    this.#newest = this.agreed;
    const link = chain.link(frame);
    if (link === this.#link) this.agreed = frame;
    return link === undefined || link === this.#link ? undefined : frame;
  }
}

/** Writes the marks of the frames between `known` and `settled`, of the newest if they are too many; how many it wrote. */
export function writeMarks(chain: Chain, known: number, settled: number, into: Uint8Array): number {
  const count = Math.max(0, Math.min(into.length, settled - known - 1));
  for (let i = 0; i < count; i++) into[i] = markOf(chain.link(settled - count + i) ?? 0);
  return count;
}

/** A byte of the chain's link tells two runs apart; where it is the same by chance, the next one does. */
const markOf = (link: number): number => link & 0xff;
