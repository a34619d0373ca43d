/** Who somebody is in a room: a short text that the transport gives out and that stays theirs while they are connected. */
export type PeerId = string;

/** Most bytes of a datagram: with its headers it fits every common path whole (IPv6's least MTU is 1280). */
export const MAX_DATAGRAM = 1150;

/** Why nobody can be reached any more, in words for people. */
export type Lost = string;

/**
 * The way to the others of a room. What is sent may be lost, doubled or late, as on any network: the session copes. A
 * transport has no idea of games; it tells who is there and carries datagrams of at most {@link MAX_DATAGRAM} bytes.
 */
export interface Transport {
  readonly self: PeerId;
  /** Those that can be reached now. */
  readonly peers: readonly PeerId[];
  /** Longer datagrams, and those to somebody who is gone, are dropped. */
  send(to: PeerId, datagram: Uint8Array): void;
  /** Set by whoever uses it, before anything is awaited. */
  onDatagram: (from: PeerId, datagram: Uint8Array) => void;
  onPeer: (peer: PeerId, here: boolean) => void;
  /** The transport itself is gone for good. */
  onLost: (why: Lost) => void;
  close(): void;
}
