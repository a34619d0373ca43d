import type { PeerId } from "../transport/transport.ts";
import { Claims } from "./claims.ts";
import type { Link } from "./link.ts";
import { type Message, readMessage, writeMessage } from "./messages.ts";

/** Somebody else in the room, as far as a session knows them. */
export class Peer {
  readonly id: PeerId;
  readonly link: Link;
  name = "";
  /** Their place in the game; -1: none yet, or they watch. */
  seat = -1;
  /** The frame that they were at when they last said so, and when that was. */
  frame = 0;
  frameAt = 0;
  /** The first of our frames whose input they lack. */
  have = 0;
  /** What they were told last: the frame that we were at, and the first for which we had no input; and how often they were told. */
  toldAt = Number.NEGATIVE_INFINITY;
  toldTo = 0;
  told = 0;
  /** The frame at which they were told nothing, as that could wait. */
  waitedAt = -1;
  /** Frames that they are ahead of us, as they see it. */
  ahead = 0;
  readonly claims = new Claims();
  /** They are linked with everybody who plays. */
  linked = -1;
  /** The link's count of restarts when they began to play: another one is of a process that began anew. */
  playsSince: number | undefined;
  /** They speak another version, and that was told. */
  outdated = false;
  /** They were lost, and how it is said. */
  lost = false;

  constructor(id: PeerId, link: Link) {
    this.id = id;
    this.link = link;
  }

  tell(message: Message): void {
    this.link.send(writeMessage(message));
  }

  /** Frames that they are likely at now. */
  frameNow(now: number, frameMs: number): number {
    return this.frame + (this.link.rtt / 2 + now - this.frameAt) / frameMs;
  }
}

export { readMessage };
