import type { Chain } from "./chain.ts";
import type { Request } from "./timeline.ts";

/** Frames of input that may wait to be stepped: over two minutes. */
export const MOST_WAITING = 8192;
/** Frames after which whoever feeds is told how far this one has come: there is always room for more before all are stepped. */
const TELL_EVERY = MOST_WAITING / 8;

/**
 * A run that follows a game by its settled inputs: of somebody who watches, or who was away and catches up. Nothing of it
 * is a guess, so nothing is ever taken back.
 */
export class Follower {
  readonly chain: Chain;
  readonly players: number;
  readonly width: number;
  /** Milliseconds of a frame; one who follows takes as long as the players, and less while many frames wait. */
  readonly frameMs: number;
  readonly pace = 0;
  /** The frame that comes next. */
  frame: number;
  /** The frame at which the fingerprints were first found to be others than the players'. */
  parted: number | undefined;
  readonly #inputs: Uint8Array;
  #told: number;
  #first: number;
  #count = 0;
  /** The newest frame up to which this run is as the players' is, or its part of their chain was not at hand any more. */
  agreed: number;
  /** What the players' chain is at frames that this run has not come to; undefined where they do not know any more. */
  readonly #links: { readonly frame: number; readonly link: number | undefined }[] = [];
  readonly #requests: Request[] = [];

  /** The machine is at frame `chain.settled`. */
  constructor(players: number, width: number, chain: Chain, frameMs: number) {
    this.frameMs = frameMs;
    this.chain = chain;
    this.players = players;
    this.width = width;
    this.frame = chain.settled;
    this.#first = this.frame;
    this.#told = this.frame;
    this.agreed = this.frame;
    this.#inputs = new Uint8Array(MOST_WAITING * players * width);
  }

  /** Frames that can be stepped now. */
  get waiting(): number {
    return this.#first + this.#count - this.frame;
  }

  /** The frame up to which inputs have come. */
  get known(): number {
    return this.#first + this.#count;
  }

  /**
   * The inputs of the next frames, with the link of the chain after them; some of them may have come from somebody else
   * before. False where they do not follow, or are too many.
   */
  take(first: number, bytes: Uint8Array, link: number | undefined): boolean {
    const size = this.players * this.width;
    const before = this.known - first;
    const count = bytes.length / size - before;
    if (before < 0 || count <= 0 || !Number.isInteger(count) || this.waiting + count > MOST_WAITING) return false;
    if (this.#count + count > MOST_WAITING) this.#shift();
    this.#inputs.set(bytes.subarray(before * size), this.#count * size);
    this.#count += count;
    this.#links.push({ frame: this.known, link });
    return true;
  }

  /** How far this one has come, whenever that is to be told to whoever feeds it. */
  get news(): number | undefined {
    if (this.frame - this.#told < TELL_EVERY) return undefined;
    this.#told = this.frame;
    return this.frame;
  }

  /** Steps of the next frames, at most so many; all but the last are `again`, that is, not to be shown. */
  advance(most: number): readonly Request[] {
    const count = Math.min(most, this.waiting);
    this.#requests.length = 0;
    for (let i = 0; i < count; i++, this.frame++)
      this.#requests.push({
        kind: "step",
        frame: this.frame,
        slot: -1,
        inputs: this.input(this.frame),
        again: i < count - 1,
      });
    return this.#requests;
  }

  get settled(): number {
    return this.frame;
  }

  /** Copies a player's input of a frame that was taken. */
  read(player: number, frame: number, into: Uint8Array): void {
    into.set(this.input(frame).subarray(player * this.width, (player + 1) * this.width));
  }

  /** All players' inputs of a frame that was taken. */
  input(frame: number): Uint8Array {
    const size = this.players * this.width;
    const at = (frame - this.#first) * size;
    return this.#inputs.subarray(at, at + size);
  }

  /** The fingerprint of the state at a frame that a step led to. */
  settle(frame: number, print: bigint): void {
    this.chain.guess(frame, print);
    this.chain.settle(frame);
    for (let next = this.#links[0]; next && next.frame <= frame; next = this.#links[0]) {
      this.#links.shift();
      if (next.link !== undefined && this.chain.link(next.frame) !== next.link) this.parted ??= next.frame;
      if (this.parted === undefined) this.agreed = next.frame;
    }
  }

  #shift(): void {
    const size = this.players * this.width;
    const gone = this.frame - this.#first;
    this.#inputs.copyWithin(0, gone * size, this.#count * size);
    this.#first += gone;
    this.#count -= gone;
  }
}
