import { MAX_DATAGRAM } from "../transport/transport.ts";
import { ReliableStream } from "./stream.ts";
import type { Suite } from "./suite.ts";
import { PacketReader, PacketWriter } from "./wire.ts";

/** Version of all that peers say to each other. */
export const PROTOCOL = 2;

/** First byte of a datagram. */
const HELLO = 1;
const SEALED = 2;
/** Sealed, with the sender's time; and with the time of one of ours that it echoes. */
const TIMED = 3;
const ECHOING = 4;
const MAC = 8;
/** Milliseconds between two hellos, and between two that are looked at: a signature takes a millisecond to check. */
const HELLO_EVERY = 200;
const HELLO_LOOK = 50;
/** Milliseconds after which one who has nothing to say says that it is there. */
const ALIVE_EVERY = 250;
/** Milliseconds between two datagrams that carry times. */
const TIMED_EVERY = 60;
/** Datagrams of a peer that are looked at in a second: a player sends 60, and a state on its way 2,000. */
const MOST_A_SECOND = 4000;
/** Datagrams that may be older than the newest and are still taken. */
const LATE = 128;
/** Times that a peer may begin anew on one link. */
const MOST_RESTARTS = 256;

const text = new TextEncoder();

/** What came in a datagram that was right. */
export interface Received {
  /** Messages that are whole now, in the order in which they were sent. */
  readonly messages: readonly Uint8Array[];
  /** What the datagram said besides; it may be lost or late, so each says all that matters. */
  readonly payload: Uint8Array | undefined;
  /** No later datagram came before it. */
  readonly newest: boolean;
}

/**
 * A connection with one peer: it finds out who the peer is, and from then on every datagram is proved to come from it, in
 * one session and not from an earlier one, and not twice. It is sans-IO: datagrams and time go in, datagrams come out.
 */
export class Link {
  /** The peer's identity, once it is proved. */
  identity: Uint8Array | undefined;
  /** The other side speaks a version that this does not. */
  wrongVersion: number | undefined;
  /** Milliseconds there and back. */
  rtt = 100;
  /** How much that varies: the mean deviation (RFC 6298). */
  rttVaries = 0;
  /** When the peer was last heard. */
  heard = -1;
  /** Times that the peer began anew: all that was under way then is lost. */
  restarts = 0;
  bytesSent = 0;
  datagramsSent = 0;
  readonly #suite: Suite;
  readonly #room: Uint8Array;
  readonly #keys: ReturnType<Suite["newKeys"]>;
  readonly #packet = new PacketWriter(MAX_DATAGRAM - MAC);
  #theirs: Uint8Array | undefined;
  /** Keys of the peer's processes that are gone: a hello with one of them is an old one that somebody kept. */
  readonly #past: Uint8Array[] = [];
  #sendKey: Uint8Array | undefined;
  #receiveKey: Uint8Array | undefined;
  #stream = new ReliableStream();
  #counter = 0;
  #sentAt = 0;
  #timedAt = Number.NEGATIVE_INFINITY;
  #newest = -1;
  readonly #seen = new Uint8Array(LATE);
  #helloSent = Number.NEGATIVE_INFINITY;
  #helloSeen = Number.NEGATIVE_INFINITY;
  /** The other side cannot know yet that it is heard. */
  #helloOwed = true;
  /** Datagrams since then, for at most a second. */
  #second = Number.NEGATIVE_INFINITY;
  #taken = 0;
  /** Its clock when it was last heard, and ours then: what is echoed. */
  #echo: { readonly sent: number; readonly at: number } | undefined;
  /** Answers to a peer that begins anew. */
  #challenges: Uint8Array[] = [];

  /** `room` binds the connection to one session: nothing of another is taken. */
  constructor(suite: Suite, room: Uint8Array) {
    this.#suite = suite;
    this.#room = room;
    this.#keys = suite.newKeys();
  }

  /** Messages and payloads go through. */
  get open(): boolean {
    return this.identity !== undefined;
  }

  /** Bytes of messages that the peer did not acknowledge yet. */
  get queued(): number {
    return this.#stream.queued;
  }

  send(message: Uint8Array): void {
    this.#stream.send(message);
  }

  /** Takes a datagram. Undefined: nothing came of it; whatever its bytes are, the link lives on. */
  receive(datagram: Uint8Array, now: number): Received | undefined {
    if (now - this.#second >= 1000) {
      this.#second = now;
      this.#taken = 0;
    }
    if (datagram.length > MAX_DATAGRAM || ++this.#taken > MOST_A_SECOND) return undefined;
    if (datagram[0] === HELLO) this.#hello(datagram, now);
    return datagram[0]! >= SEALED && datagram[0]! <= ECHOING ? this.#sealed(datagram, now) : undefined;
  }

  /** What is to be sent now: the payload, and whatever else is due. */
  flush(now: number, payload?: Uint8Array): Uint8Array[] {
    const datagrams = this.#challenges;
    this.#challenges = [];
    if (this.#helloOwed && now - this.#helloSent >= HELLO_EVERY) {
      this.#helloSent = now;
      datagrams.push(this.#writeHello());
    }
    if (this.open) {
      if (payload) datagrams.push(this.#seal(now, payload));
      while (datagrams.length < 32 && this.#stream.due(now, this.rtt)) datagrams.push(this.#seal(now));
      if (this.#stream.owesAck) datagrams.push(this.#seal(now));
      if (datagrams.length === 0 && now - this.#sentAt >= ALIVE_EVERY) datagrams.push(this.#seal(now));
      if (datagrams.length > 0) this.#sentAt = now;
    }
    for (const { length } of datagrams) this.bytesSent += length;
    this.datagramsSent += datagrams.length;
    return datagrams;
  }

  #writeHello(): Uint8Array {
    const packet = this.#packet.clear();
    packet.u8(HELLO).u16(PROTOCOL).raw(this.#suite.identity).raw(this.#keys.public);
    if (!this.#theirs) return packet.take();
    packet.raw(this.#theirs);
    return packet.raw(this.#suite.sign(this.#transcript(this.#keys.public, this.#theirs, this.#suite.identity))).take();
  }

  #transcript(from: Uint8Array, to: Uint8Array, identity: Uint8Array): Uint8Array {
    return Uint8Array.of(...text.encode("Instep netplay hello"), ...this.#room, ...from, ...to, ...identity);
  }

  #hello(datagram: Uint8Array, now: number): void {
    if (now - this.#helloSeen < HELLO_LOOK) return;
    this.#helloSeen = now;
    const packet = new PacketReader(datagram, 1);
    const version = packet.u16();
    if (packet.ok && version !== PROTOCOL) this.wrongVersion = version;
    const identity = packet.raw(32).slice();
    const theirs = packet.raw(32).slice();
    if (!packet.ok || version !== PROTOCOL || equal(theirs, this.#keys.public)) return;
    // Where a peer begins anew, what proves that comes with the answer to ours.
    this.#helloOwed = true;
    if (!this.open) this.#theirs = theirs;
    if (packet.left === 0) {
      if (this.open && !equal(theirs, this.#theirs!)) this.#challenge(theirs);
      return;
    }
    const mine = packet.raw(32);
    const signature = packet.raw(64);
    if (!packet.ok || !equal(mine, this.#keys.public)) return;
    const known = this.open ? this.#theirs : undefined;
    if (known && equal(theirs, known)) return;
    if (this.identity && !equal(identity, this.identity)) return;
    if (this.#past.length >= MOST_RESTARTS || this.#past.some((key) => equal(key, theirs))) return;
    if (!this.#suite.verify(signature, this.#transcript(theirs, mine, identity), identity)) return;
    const shared = this.#suite.agree(this.#keys.secret, theirs);
    if (!shared) return;
    if (known) {
      this.restarts++;
      this.#past.push(known);
      this.#stream = new ReliableStream();
    }
    this.identity = identity;
    this.#theirs = theirs;
    this.#sendKey = this.#key(shared, this.#keys.public, theirs);
    this.#receiveKey = this.#key(shared, theirs, this.#keys.public);
    this.#newest = -1;
    this.#seen.fill(0);
    this.heard = now;
  }

  /** A peer that we know says hello with other keys: it is asked to prove that it is the same. */
  #challenge(theirs: Uint8Array): void {
    const known = this.#theirs;
    this.#theirs = theirs;
    this.#challenges = [this.#writeHello()];
    this.#theirs = known;
  }

  #key(shared: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
    return this.#suite.hash(Uint8Array.of(...from, ...to, ...this.#room), shared, 32);
  }

  #seal(now: number, payload?: Uint8Array): Uint8Array {
    const packet = this.#packet.clear();
    const kind = now - this.#timedAt < TIMED_EVERY ? SEALED : this.#echo ? ECHOING : TIMED;
    packet.u8(kind).integer(this.#counter++);
    if (kind !== SEALED) {
      packet.u16(now);
      this.#timedAt = now;
    }
    if (kind === ECHOING) packet.u16(this.#echo!.sent + now - this.#echo!.at);
    packet.integer(payload ? payload.length + 1 : 0);
    if (payload) packet.raw(payload);
    this.#stream.write(packet, now, this.rtt);
    const content = packet.take();
    const sealed = new Uint8Array(content.length + MAC);
    sealed.set(content);
    sealed.set(this.#suite.hash(content, this.#sendKey!, MAC), content.length);
    return sealed;
  }

  #sealed(datagram: Uint8Array, now: number): Received | undefined {
    if (!this.#receiveKey || datagram.length < MAC + 4) return undefined;
    const content = datagram.subarray(0, datagram.length - MAC);
    if (!equal(this.#suite.hash(content, this.#receiveKey, MAC), datagram.subarray(content.length))) return undefined;
    const packet = new PacketReader(content, 1);
    const number = packet.integer();
    if (!this.#isNew(number)) return undefined;
    const sent = content[0] === SEALED ? undefined : packet.u16();
    const echo = content[0] === ECHOING ? packet.u16() : undefined;
    const length = packet.integer();
    const payload = length > 0 ? packet.raw(length - 1) : undefined;
    if (!packet.ok) return undefined;
    this.#helloOwed = false;
    this.heard = now;
    // The way of one that came late says nothing of how long it is now.
    if (number === this.#newest) this.#timed(sent, echo, now);
    const messages = this.#stream.read(packet);
    return messages && { messages, payload, newest: number === this.#newest };
  }

  #timed(sent: number | undefined, echo: number | undefined, now: number): void {
    const measured = echo === undefined ? 0 : (now - echo) & 0xffff;
    if (echo !== undefined && measured < 10_000) {
      this.rttVaries += (Math.abs(measured - this.rtt) - this.rttVaries) / 4;
      this.rtt += (measured - this.rtt) / 8;
    }
    if (sent !== undefined) this.#echo = { sent, at: now };
  }

  /** Whether a datagram of that number did not come yet, as far as that is remembered. */
  #isNew(number: number): boolean {
    if (number <= this.#newest - LATE) return false;
    for (let n = Math.max(this.#newest + 1, number - LATE + 1); n <= number; n++) this.#seen[n % LATE] = 0;
    this.#newest = Math.max(this.#newest, number);
    if (this.#seen[number % LATE]) return false;
    this.#seen[number % LATE] = 1;
    return true;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let i = 0; i < a.length; i++) different |= a[i]! ^ b[i]!;
  return different === 0;
}
