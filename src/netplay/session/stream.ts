import type { PacketReader, PacketWriter } from "./wire.ts";

/** Fragments that may be on their way at once, and bytes of them: at first, at least, and at most. */
const FRAGMENTS = 256;
const WINDOW = 16_000;
const LEAST_WINDOW = 4000;
const LARGEST_WINDOW = 64_000;
/** Longest message, and most bytes of a fragment. */
export const LONGEST_MESSAGE = 1 << 20;
const FRAGMENT = 1000;
/** Milliseconds after which a fragment is sent again, at least. */
const LEAST_WAIT = 80;

interface Fragment {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly last: boolean;
  sent: number;
}

/**
 * Messages that arrive, once and in order, over datagrams that may not. Fragments are numbered; the other side says
 * which comes next; what is not acknowledged in time goes again.
 */
export class ReliableStream {
  readonly #queue: Fragment[] = [];
  #next = 0;
  /** Bytes that may be sent before some are acknowledged: fewer when datagrams are lost. */
  #window = WINDOW;
  /** The fragment of the other side that is next, and those that came too early. */
  #expected = 0;
  readonly #early = new Map<number, { bytes: Uint8Array; last: boolean }>();
  #parts: Uint8Array[] = [];
  #partsLength = 0;
  /** Bytes that wait to be acknowledged. */
  queued = 0;
  /** Something came that the other side does not know to have arrived. */
  owesAck = false;

  /** Queues a message. Throws a RangeError for one that is too long. */
  send(message: Uint8Array): void {
    if (message.length > LONGEST_MESSAGE) throw new RangeError(`a message of ${message.length} bytes`);
    this.queued += message.length;
    for (let at = 0; at === 0 || at < message.length; at += FRAGMENT) {
      const bytes = message.slice(at, at + FRAGMENT);
      this.#queue.push({ number: this.#next++, bytes, last: at + FRAGMENT >= message.length, sent: -1 });
    }
  }

  /** Whether there is something to send now. */
  due(now: number, rtt: number): boolean {
    return this.#first.some((fragment) => isDue(fragment, now, rtt));
  }

  /** Writes the acknowledgement and as many due fragments as fit. */
  write(packet: PacketWriter, now: number, rtt: number): void {
    packet.integer(this.#expected);
    this.owesAck = false;
    let lost = false;
    for (const fragment of this.#first) {
      if (packet.left < fragment.bytes.length + 12) break;
      if (!isDue(fragment, now, rtt)) continue;
      lost ||= fragment.sent >= 0;
      fragment.sent = now;
      packet.integer(fragment.bytes.length * 2 + (fragment.last ? 1 : 0));
      packet.integer(fragment.number).raw(fragment.bytes);
    }
    if (lost) this.#window = Math.max(LEAST_WINDOW, this.#window * 0.9);
  }

  /** Reads what {@link write} wrote; returns the messages that are whole now, or undefined where it makes no sense. */
  read(packet: PacketReader): Uint8Array[] | undefined {
    const acknowledged = packet.integer();
    if (acknowledged > this.#next) return undefined;
    while (this.#queue.length > 0 && this.#queue[0]!.number < acknowledged) {
      const { length } = this.#queue.shift()!.bytes;
      this.queued -= length;
      this.#window = Math.min(LARGEST_WINDOW, this.#window + length / 2);
    }
    while (packet.left > 0) {
      const head = packet.integer();
      const number = packet.integer();
      const bytes = packet.raw(head >> 1);
      if (!packet.ok || bytes.length > FRAGMENT) return undefined;
      this.owesAck = true;
      if (number >= this.#expected && number < this.#expected + FRAGMENTS && !this.#early.has(number))
        this.#early.set(number, { bytes: bytes.slice(), last: head % 2 === 1 });
    }
    return packet.ok ? this.#whole() : undefined;
  }

  /** What may be on its way now. */
  get #first(): Fragment[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(this.#queue.length, FRAGMENTS); count++) {
      bytes += this.#queue[count]!.bytes.length;
      if (bytes > this.#window) break;
    }
    return count < this.#queue.length ? this.#queue.slice(0, count) : this.#queue;
  }

  #whole(): Uint8Array[] | undefined {
    const messages: Uint8Array[] = [];
    for (let next = this.#early.get(this.#expected); next; next = this.#early.get(this.#expected)) {
      this.#early.delete(this.#expected++);
      this.#parts.push(next.bytes);
      this.#partsLength += next.bytes.length;
      if (this.#partsLength > LONGEST_MESSAGE) return undefined;
      if (!next.last) continue;
      const message = new Uint8Array(this.#partsLength);
      let at = 0;
      for (const part of this.#parts) {
        message.set(part, at);
        at += part.length;
      }
      messages.push(message);
      this.#parts = [];
      this.#partsLength = 0;
    }
    return messages;
  }
}

const isDue = ({ sent }: Fragment, now: number, rtt: number): boolean =>
  sent < 0 || now - sent > Math.max(LEAST_WAIT, rtt * 1.5);
