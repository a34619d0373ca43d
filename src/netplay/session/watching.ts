import type { SessionHost } from "./events.ts";
import type { Feed } from "./feed.ts";
import type { Game } from "./game.ts";
import { LARGEST_STATE, type Mode } from "./messages.ts";
import { Parts, partsOf } from "./parts.ts";
import type { Peer } from "./peer.ts";

/** A state from which somebody begins to watch, with the link of the chain there. */
export interface Begin {
  readonly frame: number;
  readonly link: number;
  readonly state: Uint8Array;
}

/** Lets somebody watch: from the first frame on, or from the newest state on which all agree. */
export function admitWatcher(peer: Peer, mode: Mode, feed: Feed, { chain }: Game, host: SessionHost): void {
  const keyframe = mode === "watch now" ? host.keyframe() : undefined;
  const link = keyframe && chain.link(keyframe.frame);
  if (!keyframe || link === undefined) {
    feed.add(peer, 0);
    return;
  }
  const { frame, state } = keyframe;
  for (const [at, bytes] of partsOf(state)) peer.tell(["keyframe", frame, link, state.length, at, bytes]);
  feed.add(peer, frame);
}

/** Takes that state as it comes, in pieces. */
export class Beginning {
  #frame = -1;
  #parts = new Parts(0);

  /** The state, once it is whole. */
  take(frame: number, link: number, size: number, at: number, bytes: Uint8Array): Begin | undefined {
    if (at === 0 && size <= LARGEST_STATE) {
      this.#frame = frame;
      this.#parts = new Parts(size);
    }
    if (frame !== this.#frame || !this.#parts.take(at, bytes) || !this.#parts.complete) return undefined;
    return { frame, link, state: this.#parts.bytes };
  }
}
