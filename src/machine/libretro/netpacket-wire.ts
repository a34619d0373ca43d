import koffi from "koffi";
import type { Address } from "./abi.ts";

const copyFrom = koffi.load(null).func("void* memcpy(void* to, uint64_t from, size_t size)");

/** To everybody but the sender. */
export const BROADCAST = 0xffff;
/** The interface's own limit of a packet's bytes. */
const PACKET_MAX = 64 << 10;
/** Bytes that consoles may send in one frame: a core that sends more is broken. */
const FRAME_MAX = 16 << 20;
/** Before a packet's bytes: u16 from, u16 to, u32 size, little-endian. */
const HEADER = 8;

/**
 * Packets that were sent and have not arrived yet, in the order in which they were sent, as the bytes that they have in a
 * state. All are in flight from the moment they are sent to the end of the frame.
 */
export class Wire {
  /** What a core did that no core may do. */
  fault: string | undefined;
  #bytes = Buffer.alloc(4096);
  #used = 0;
  /** The other buffer: while packets arrive from one, answers go into the other. */
  #spare = Buffer.alloc(4096);

  /** `size` bytes at `data`; nothing (a flush, which has no meaning here) is no packet. */
  send(from: number, data: Address, size: number, to: number): void {
    if (data === 0 || size === 0) return;
    // Of a size from 2^63 on, koffi makes a negative number.
    const large = size < 0 || size > PACKET_MAX;
    if (large || this.#used + HEADER + size > FRAME_MAX) {
      const most = large ? `${PACKET_MAX >> 10} KB in one packet` : `${FRAME_MAX >> 20} MB in one frame`;
      this.fault ??= `console ${from + 1} sent more than ${most}`;
      return;
    }
    this.#reserve(this.#used + HEADER + size);
    this.#bytes.writeUInt16LE(from, this.#used);
    this.#bytes.writeUInt16LE(to, this.#used + 2);
    this.#bytes.writeUInt32LE(size, this.#used + 4);
    copyFrom(this.#bytes.subarray(this.#used + HEADER), data, size);
    this.#used += HEADER + size;
  }

  /**
   * All that is in flight arrives: `receive` gets it console by console, and each console's packets in the order in which
   * they were sent; then the console is `polled`. What they send meanwhile is in flight for a frame.
   */
  deliver(
    consoles: number,
    receive: (to: number, packet: Uint8Array, from: number) => void,
    polled: (console: number) => void,
  ): void {
    const [arriving, end] = [this.#bytes, this.#used];
    [this.#bytes, this.#spare, this.#used] = [this.#spare, arriving, 0];
    for (let console = 0; console < consoles; console++) {
      for (let at = 0; at < end; ) {
        const from = arriving.readUInt16LE(at);
        const to = arriving.readUInt16LE(at + 2);
        const start = at + HEADER;
        at = start + arriving.readUInt32LE(at + 4);
        if (from !== console && (to === console || to === BROADCAST))
          receive(console, arriving.subarray(start, at), from);
      }
      polled(console);
    }
  }

  clear(): void {
    this.#used = 0;
    this.fault = undefined;
  }

  /** Bytes of what is in flight. */
  get size(): number {
    return this.#used;
  }

  save(into: Uint8Array): void {
    into.set(this.#bytes.subarray(0, this.#used));
  }

  load(bytes: Uint8Array): void {
    this.clear();
    this.#reserve(bytes.length);
    this.#bytes.set(bytes);
    this.#used = bytes.length;
  }

  /** Whether these bytes are packets between so many consoles. */
  static holds(bytes: Uint8Array, consoles: number): boolean {
    if (bytes.length > FRAME_MAX) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at + HEADER <= bytes.length) {
      const size = view.getUint32(at + 4, true);
      if (view.getUint16(at, true) >= consoles || size === 0 || size > PACKET_MAX) return false;
      at += HEADER + size;
    }
    return at === bytes.length;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(size, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}
