import type { Chain } from "./chain.ts";
import { MOST_WAITING } from "./follower.ts";
import type { Peer } from "./peer.ts";
import { RING } from "./timeline.ts";

/** Frames in a message, whose end is proved by a link of the chain: those who follow can have what they read of them at hand. */
const BLOCK = RING / 2;
/** Bytes that may wait at a link: those who watch never slow those who play. */
const WAITING = 65_536;

/** The frame that somebody is to be given next, and how far they said that they have come. */
interface Following {
  next: number;
  come: number;
}

/** Gives settled inputs to those who follow the game: they watch, or were away and catch up. */
export class Feed {
  readonly #following = new Map<Peer, Following>();

  get followers(): Iterable<Peer> {
    return this.#following.keys();
  }

  add(peer: Peer, from: number, come = from): void {
    this.#following.set(peer, { next: from, come });
  }

  /** Somebody who follows has stepped all before that frame. */
  hasCome(peer: Peer, frame: number): void {
    const following = this.#following.get(peer);
    if (following) following.come = Math.max(following.come, Math.min(frame, following.next));
  }

  remove(peer: Peer): void {
    this.#following.delete(peer);
  }

  has(peer: Peer): boolean {
    return this.#following.has(peer);
  }

  /** `inputs` gives all players' inputs of frames that are settled; `agreed` is the first that is not. */
  update(agreed: number, chain: Chain, inputs: (first: number, count: number) => Uint8Array): void {
    for (const [peer, following] of this.#following) {
      const first = following.next;
      const room = following.come + MOST_WAITING - first;
      const count = Math.min(agreed - first, BLOCK, room);
      if (count <= 0 || peer.link.queued > WAITING) continue;
      const link = chain.link(first + count);
      peer.tell(["inputs", first, inputs(first, count), link ?? 0, link !== undefined]);
      following.next += count;
    }
  }
}
