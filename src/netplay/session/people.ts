import type { PeerId } from "../transport/transport.ts";
import { Link } from "./link.ts";
import type { Message, RosterEntry } from "./messages.ts";
import { Peer } from "./peer.ts";
import type { Suite } from "./suite.ts";

/** The others in the room, and who of them plays on which seat. */
export class People {
  readonly peers = new Map<PeerId, Peer>();
  /** Who plays, once that is sure; also this one. */
  roster: readonly RosterEntry[] = [];
  readonly #suite: Suite;
  readonly #room: Uint8Array;

  constructor(suite: Suite, room: Uint8Array) {
    this.#suite = suite;
    this.#room = room;
  }

  add(id: PeerId): void {
    if (!this.peers.has(id)) this.peers.set(id, new Peer(id, new Link(this.#suite, this.#room)));
  }

  /** The other players that were given their seat. */
  get players(): Peer[] {
    return [...this.peers.values()].filter((peer) => peer.seat >= 0);
  }

  /** The seat on the roster of whoever this peer is proved to be; -1: none. */
  seatOf({ link }: Peer): number {
    return this.roster.find(({ identity }) => link.identity && sameBytes(link.identity, identity))?.seat ?? -1;
  }

  /** Gives everybody on the roster but `me` their seat; false while somebody is not linked yet. */
  seatAll(me: number): boolean {
    return this.roster.every(({ seat, name }) => {
      if (seat === me) return true;
      const peer = [...this.peers.values()].find((other) => this.seatOf(other) === seat);
      if (!peer) return false;
      peer.seat = seat;
      peer.name = name;
      return true;
    });
  }

  /**
   * A player may come by another way than before, or as a process that began anew: it is the same by its identity, and
   * what stood for it before is gone. Returns the seats of those who came so.
   */
  recognise(me: number): number[] {
    const seats: number[] = [];
    for (const peer of this.peers.values()) {
      const seat = peer.seat < 0 ? this.seatOf(peer) : -1;
      if (seat < 0 || seat === me) continue;
      for (const [id, before] of this.peers) if (before.seat === seat) this.peers.delete(id);
      peer.seat = seat;
      peer.name = this.roster.find((entry) => entry.seat === seat)!.name;
      seats.push(seat);
    }
    return seats;
  }

  tellAll(message: Message): void {
    for (const peer of this.peers.values()) if (peer.link.open) peer.tell(message);
  }
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
