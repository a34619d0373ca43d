import { MAX_DATAGRAM, type PeerId, type Transport } from "./transport.ts";

/** A room inside one process: who enters reaches all others, over a wire that loses nothing. */
export class MemoryRoom {
  readonly #delay: number;
  readonly #members = new Map<PeerId, Transport>();

  /** `delay`: milliseconds from one to another. */
  constructor(delay = 0) {
    this.#delay = delay;
  }

  /** Throws an Error where somebody of that name is here already. */
  enter(self: PeerId): Transport {
    const members = this.#members;
    if (members.has(self)) throw new Error(`${self} is in the room already`);
    const delay = this.#delay;
    const others = () => [...members.values()].filter((member) => member.self !== self);
    const member: Transport = {
      self,
      get peers() {
        return others().map((other) => other.self);
      },
      send(to, datagram) {
        if (datagram.length > MAX_DATAGRAM || members.get(self) !== member) return;
        const copy = datagram.slice();
        setTimeout(() => members.get(to)?.onDatagram(self, copy), delay);
      },
      onDatagram: () => {},
      onPeer: () => {},
      onLost: () => {},
      close() {
        if (members.get(self) !== member) return;
        members.delete(self);
        for (const other of members.values()) other.onPeer(self, false);
      },
    };
    for (const other of members.values()) other.onPeer(self, true);
    members.set(self, member);
    return member;
  }
}
