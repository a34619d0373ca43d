/** Bytes of a packet as they are written; kept from packet to packet. */
export class PacketWriter {
  readonly #bytes: Uint8Array;
  length = 0;

  /** `room`: the most that is ever written; more throws a RangeError. */
  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  get left(): number {
    return this.#bytes.length - this.length;
  }

  u8(value: number): this {
    if (this.length >= this.#bytes.length) throw new RangeError("a packet is too long");
    this.#bytes[this.length++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value & 0xff).u8((value >> 8) & 0xff);
  }

  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value >>> 16);
  }

  /** An unsigned integer up to 2^53, 7 bits a byte, low bits first. */
  integer(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.u8((rest % 128) | 0x80);
    return this.u8(rest);
  }

  raw(bytes: Uint8Array): this {
    if (bytes.length > this.left) throw new RangeError("a packet is too long");
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }
}

/** Reads a packet. `ok` turns false where its bytes end too soon, and stays so; then every value is 0. */
export class PacketReader {
  readonly #bytes: Uint8Array;
  #at: number;
  ok = true;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get left(): number {
    return this.ok ? this.#bytes.length - this.#at : 0;
  }

  u8(): number {
    if (this.left < 1) {
      this.ok = false;
      return 0;
    }
    return this.#bytes[this.#at++]!;
  }

  u16(): number {
    const low = this.u8();
    return low | (this.u8() << 8);
  }

  u32(): number {
    const low = this.u16();
    return (low | (this.u16() << 16)) >>> 0;
  }

  integer(): number {
    let value = 0;
    for (let unit = 1; unit <= 2 ** 49; unit *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
    }
    if (value > Number.MAX_SAFE_INTEGER) this.ok = false;
    return this.ok ? value : 0;
  }

  /** A view of so many bytes; empty where they are not there. */
  raw(length: number): Uint8Array {
    if (length > this.left) this.ok = false;
    if (!this.ok) return new Uint8Array(0);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  rest(): Uint8Array {
    return this.raw(this.left);
  }
}
