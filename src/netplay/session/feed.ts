import type { Chain } from "./chain.ts";
import type { Peer } from "./peer.ts";

/** Bytes of inputs in a message, and bytes that may wait at a link: those who watch never slow those who play. */
const PART = 16_384;
const WAITING = 65_536;

/** Gives settled inputs to those who follow the game: they watch, or were away and catch up. */
export class Feed {
  /** Those who follow, and the frame that they are to be given next. */
  readonly #next = new Map<Peer, number>();

  get followers(): Iterable<Peer> {
    return this.#next.keys();
  }

  add(peer: Peer, from: number): void {
    this.#next.set(peer, from);
  }

  remove(peer: Peer): void {
    this.#next.delete(peer);
  }

  has(peer: Peer): boolean {
    return this.#next.has(peer);
  }

  /** `inputs` gives all players' inputs of frames that are settled, `size` bytes each; `agreed` is the first that is not. */
  update(agreed: number, size: number, chain: Chain, inputs: (first: number, count: number) => Uint8Array): void {
    for (const [peer, first] of this.#next) {
      const count = Math.min(agreed - first, Math.floor(PART / size));
      if (count <= 0 || peer.link.queued > WAITING) continue;
      const link = chain.link(first + count);
      peer.tell(["inputs", first, inputs(first, count), link ?? 0, link !== undefined]);
      this.#next.set(peer, first + count);
    }
  }
}
