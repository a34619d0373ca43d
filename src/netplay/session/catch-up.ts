import type { Follower } from "./follower.ts";
import type { Peer } from "./peer.ts";

/** Milliseconds after which one who follows asks again to come back. */
const ASK_EVERY = 300;
/** Frames that may wait to be stepped when it asks. */
const NEAR = 8;

/** From where on a player counts again who was away, who is away then and rests from where on, and the number of repairs until then. */
export interface Comeback {
  readonly frame: number;
  readonly away: readonly number[];
  readonly rests: number;
  readonly epoch: number;
}

/** How a player comes back who was away, as it sees it: it follows whoever leads, and asks to play again when it is near. */
export class CatchUp {
  /** Who feeds this one; undefined: it plays, or only watches. */
  leader: Peer | undefined;
  /** The others let this one rest from this frame on: before it, its input was its own. */
  #restsFrom = 0;
  /** The frame from which this one's input counts, again: whoever let it rest before is not up to date. */
  #playsFrom = 0;
  #asked = 0;
  /** The frame that it had come to when it asked. */
  #came = 0;
  #comeback: Comeback | undefined;
  /** The last frame that was sure when this one was found to have parted. */
  #partedAfter = -1;

  /** Somebody says that the others let this one rest; `fed`: and that they feed it. Whether that is news, and of now. */
  heed(leader: Peer, rests: number, fed: boolean): boolean {
    if (rests < this.#playsFrom) return false;
    this.#comeback = undefined;
    if (leader === this.leader && fed) return false;
    this.leader = leader;
    this.#restsFrom = rests;
    return true;
  }

  /** All agreed that this one is back. */
  agreed(leader: Peer, comeback: Comeback): void {
    this.leader = leader;
    this.#playsFrom = comeback.frame;
    this.#comeback = comeback;
  }

  /** What was agreed, once this one has come so far; then it plays. */
  due(follower: Follower): Comeback | undefined {
    const comeback = this.#comeback;
    if (!comeback || follower.waiting > 0 || follower.frame < Math.max(comeback.rests, this.#came)) return undefined;
    this.leader = undefined;
    this.#comeback = undefined;
    return comeback;
  }

  /** Whether it is news that this run parted: the second time in one place nothing helps. */
  parted({ agreed }: Follower): boolean {
    if (agreed === this.#partedAfter) return false;
    this.#partedAfter = agreed;
    return true;
  }

  /** Asks to come back, or, where that is agreed, for what is lacking: also others, as whoever fed this one may be lost. */
  ask(now: number, follower: Follower, players: readonly Peer[]): void {
    const far = follower.waiting > NEAR || follower.frame < this.#restsFrom;
    if (!this.leader || far || follower.parted !== undefined || now - this.#asked < ASK_EVERY) return;
    this.#asked = now;
    if (this.#comeback) {
      for (const peer of players) peer.tell(["follow", follower.known, follower.frame]);
      return;
    }
    this.#came = follower.frame;
    this.leader.tell(["caughtUp", follower.frame]);
  }
}
