/** Frames whose fingerprints are at hand: over a minute. */
const KEPT = 4096;

/**
 * The fingerprints of a run, and a chain over them: each frame's link holds all fingerprints up to it, so one number says
 * that two runs agree from the start. Frames are settled in order, once nothing in them is a guess.
 */
export class Chain {
  /** The newest frame that is settled. */
  settled: number;
  /** Frames before this one were never here. */
  #first = 0;
  readonly #prints = new Uint32Array(KEPT * 2);
  readonly #links = new Uint32Array(KEPT);

  /** `print` is the fingerprint of the first frame. */
  constructor(first: number, print: bigint) {
    this.settled = first - 1;
    this.guess(first, print);
    this.settle(first);
  }

  /** The fingerprint of a frame as it stands now; a later one takes its place until it is settled. */
  guess(frame: number, print: bigint): void {
    const at = (frame % KEPT) * 2;
    this.#prints[at] = Number(print & 0xffffffffn);
    this.#prints[at + 1] = Number(print >> 32n);
  }

  /** All fingerprints up to this frame are final. */
  settle(to: number): void {
    for (let frame = this.settled + 1; frame <= to; frame++) {
      const at = (frame % KEPT) * 2;
      const before = this.#links[(frame + KEPT - 1) % KEPT]!;
      this.#links[frame % KEPT] = mix(mix(before, this.#prints[at]!), this.#prints[at + 1]!);
      this.settled = frame;
    }
  }

  /** The chain's link at a settled frame; undefined where it is too old, or not settled. */
  link(frame: number): number | undefined {
    return this.#has(frame) ? this.#links[frame % KEPT] : undefined;
  }

  /** The low half of a settled frame's fingerprint. */
  print(frame: number): number | undefined {
    return this.#has(frame) ? this.#prints[(frame % KEPT) * 2] : undefined;
  }

  /** The run goes on from a frame with a state of somebody else, whose chain has this link there. */
  adopt(frame: number, link: number): void {
    this.#links[frame % KEPT] = link;
    this.#first = frame;
    this.settled = frame;
  }

  /** Takes back all frames after this one, which was agreed. */
  rewind(frame: number): void {
    this.settled = Math.min(this.settled, frame);
  }

  #has(frame: number): boolean {
    return frame >= this.#first && frame <= this.settled && frame > this.settled - KEPT + 1;
  }
}

function mix(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  return (h ^ (h >>> 13)) >>> 0;
}
