/**
 * Numbers as streams of bytes, all of them variable-length integers of 7 bits a byte, low bits first. A stream is one
 * 32-bit value for each row of a block, coded as runs: (length of the run, change). What changes depends on the way:
 * XOR: the value, by XOR; DELTA: the value, by a zigzag-coded difference; SLOPE: the difference from the value before, so
 * that a steady motion is one run. Before the block value and difference are 0. docs/format.md has it in full.
 */

export interface Values {
  readonly length: number;
  [index: number]: number;
}

export const XOR = 0;
export const DELTA = 1;
export const SLOPE = 2;
type Way = typeof XOR | typeof DELTA | typeof SLOPE;

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
  runs(values: Values, first: number, stride: number, count: number, way: Way): void {
    let before = 0;
    let slope = 0;
    for (let i = 0; i < count; ) {
      const at = first + i * stride;
      const change = changeOf(values[at]!, before, slope, way);
      let run = 1;
      if (way === SLOPE) {
        slope = (values[at]! - before) | 0;
        while (i + run < count && ((values[at + run * stride]! - values[at + (run - 1) * stride]!) | 0) === slope)
          run++;
      } else while (i + run < count && values[at + run * stride] === values[at]) run++;
      this.integer(run);
      this.integer(change);
      before = values[at + (run - 1) * stride]!;
      i += run;
    }
  }

  /** The same, in the way that takes the fewest bytes, after that way's number. */
  stream(values: Values, first: number, stride: number, count: number): void {
    this.shortest(
      () => this.runs(values, first, stride, count, XOR),
      () => this.runs(values, first, stride, count, DELTA),
      () => this.runs(values, first, stride, count, SLOPE),
    );
  }

  /** Writes what takes the fewest bytes of all ways, after its number. A way that returns false cannot be taken. */
  shortest(...ways: readonly (() => unknown)[]): void {
    const start = this.#length;
    let end = start;
    for (const [number, write] of ways.entries()) {
      const from = this.#length;
      this.integer(number);
      if (write() !== false && (end === start || this.#length - from < end - start)) {
        this.#bytes.copyWithin(start, from, this.#length);
        end = start + this.#length - from;
      }
      this.#length = end;
    }
  }

  /** An unsigned integer of at most 32 bits. */
  integer(value: number): void {
    this.#room(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** `length` bytes as they are. */
  raw(bytes: Uint8Array, from: number, length: number): void {
    this.#room(length);
    for (let i = 0; i < length; i++) this.#bytes[this.#length++] = bytes[from + i]!;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
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

  /** Bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Every byte was read and fitted. */
  get complete(): boolean {
    return this.ok && this.left === 0;
  }

  runs(into: Values, first: number, stride: number, count: number, way: Way): void {
    let value = 0;
    let slope = 0;
    for (let i = 0; this.ok && i < count; ) {
      const run = this.integer();
      const change = this.integer();
      if (run === 0 || run > count - i) this.ok = false;
      if (!this.ok) return;
      if (way === XOR) value = (value ^ change) >>> 0;
      else if (way === DELTA) value = (value + unzigzag(change)) >>> 0;
      else slope = (slope + unzigzag(change)) | 0;
      for (const end = i + run; i < end; i++) {
        if (way === SLOPE) value = (value + slope) >>> 0;
        into[first + i * stride] = value;
      }
    }
  }

  stream(into: Values, first: number, stride: number, count: number): void {
    const way = this.integer();
    if (way > SLOPE) this.ok = false;
    else this.runs(into, first, stride, count, way as Way);
  }

  integer(): number {
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

  raw(into: Uint8Array, to: number, length: number): void {
    if (length > this.left) this.ok = false;
    if (!this.ok) return;
    for (let i = 0; i < length; i++) into[to + i] = this.#bytes[this.#at++]!;
  }
}

function changeOf(value: number, before: number, slope: number, way: Way): number {
  if (way === XOR) return value ^ before;
  const delta = (value - before) | 0;
  return zigzag(way === DELTA ? delta : (delta - slope) | 0);
}

function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31);
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
