/**
 * Samples as streams of bytes. A stream is one value for each sample of a block, coded as runs: (length of the run,
 * change), both variable-length integers of 7 bits a byte, low bits first. The change is against the run before, or 0 at
 * the start of the block: XOR for buttons, a zigzag-coded difference for sticks and touch.
 */

export interface Values {
  readonly length: number;
  [index: number]: number;
}

/** Bytes that grow as a block is written; reused from block to block. */
export class StreamWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  /** Starts a new block. */
  clear(): void {
    this.#length = 0;
  }

  /** The block's bytes, valid until the next {@link clear}. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Writes `count` values, of which the first is `values[first]` and the next ones are `stride` apart. */
  stream(values: Values, first: number, stride: number, count: number, xor: boolean): void {
    let before = 0;
    for (let i = 0; i < count; ) {
      const value = values[first + i * stride]!;
      let run = 1;
      while (i + run < count && values[first + (i + run) * stride] === value) run++;
      this.#integer(run);
      this.#integer(xor ? (value ^ before) >>> 0 : zigzag(value - before));
      before = value;
      i += run;
    }
  }

  #integer(value: number): void {
    if (this.#length + 5 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }
}

/** Reads what {@link StreamWriter} wrote. `ok` turns false at the first byte that fits no stream, and stays so. */
export class StreamReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  ok = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Every byte was read and fitted. */
  get complete(): boolean {
    return this.ok && this.#at === this.#bytes.length;
  }

  stream(into: Values, first: number, stride: number, count: number, xor: boolean): void {
    let value = 0;
    for (let i = 0; this.ok && i < count; ) {
      const run = this.#integer();
      const change = this.#integer();
      if (run === 0 || run > count - i) this.ok = false;
      if (!this.ok) return;
      value = xor ? (value ^ change) >>> 0 : value + unzigzag(change);
      for (const end = i + run; i < end; i++) into[first + i * stride] = value;
    }
  }

  #integer(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.#at >= this.#bytes.length) break;
      const byte = this.#bytes[this.#at++]!;
      value = (value | ((byte & 0x7f) << shift)) >>> 0;
      if (byte < 0x80) return value;
    }
    this.ok = false;
    return 0;
  }
}

function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31);
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
