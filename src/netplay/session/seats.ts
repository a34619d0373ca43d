import type { Message } from "./messages.ts";
import type { Peer } from "./peer.ts";

/** Who plays, and who of them is here. Messages to oneself are kept, and taken in turn as if they had come from afar. */
export class Seats {
  readonly me: number;
  readonly count: number;
  /** The other players. */
  peers: readonly Peer[];
  /** Seats whose input rests: all others know from which frame on. */
  readonly away = new Set<number>();
  /** Of those, whoever may be back by now, as this one agreed to that and did not hear what came of it. */
  readonly maybeBack = new Set<number>();
  readonly own: Message[] = [];

  constructor(me: number, count: number, peers: readonly Peer[]) {
    this.me = me;
    this.count = count;
    this.peers = peers;
  }

  /** Seats that play and can be reached, this one among them. */
  get here(): number[] {
    return [this.me, ...this.present.map((peer) => peer.seat)].sort((a, b) => a - b);
  }

  /** The other players that can be reached. */
  get present(): Peer[] {
    return this.peers.filter((peer) => !peer.lost && !this.away.has(peer.seat));
  }

  /** Nobody is lost of whom it is not settled that they rest. */
  get complete(): boolean {
    return this.peers.every((peer) => !peer.lost || this.away.has(peer.seat));
  }

  /** Who decides: the lowest seat that is here. */
  get leader(): number {
    return this.here[0]!;
  }

  get leads(): boolean {
    return this.leader === this.me;
  }

  /** Somebody has come back, maybe as another peer than before. */
  replace(peer: Peer): void {
    this.peers = this.peers.map((before) => (before.seat === peer.seat ? peer : before));
  }

  peer(seat: number): Peer | undefined {
    return this.peers.find((peer) => peer.seat === seat);
  }

  tell(seat: number, message: Message): void {
    if (seat === this.me) this.own.push(message);
    else this.peer(seat)?.tell(message);
  }

  /** To all that are here, oneself too. */
  tellAll(message: Message): void {
    for (const seat of this.here) this.tell(seat, message);
  }
}
