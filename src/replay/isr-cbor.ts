/**
 * The part of CBOR that an .isr needs (RFC 8949), in its core deterministic form (section 4.2.1): shortest lengths,
 * definite lengths, map keys in the order of their bytes. So equal content gives equal bytes. JavaScript's values map
 * so: integers, other numbers as 64-bit floats, strings, Uint8Array, arrays, plain objects, booleans, null, undefined.
 */

const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { fatal: true });
/** Deeper nesting than this is refused, in writing and in reading. */
const DEEPEST = 64;

/** Bytes of values, one after another. */
export class CborWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written so far, as a copy of its own. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The head of an item: its major type (0 to 7) and its argument. */
  head(major: number, argument: number): this {
    this.#room(9);
    const at = this.#length;
    const type = major << 5;
    if (argument < 24) {
      this.#bytes[at] = type | argument;
      this.#length += 1;
    } else if (argument < 0x100) {
      this.#bytes[at] = type | 24;
      this.#bytes[at + 1] = argument;
      this.#length += 2;
    } else if (argument < 0x10000) {
      this.#bytes[at] = type | 25;
      this.#view.setUint16(at + 1, argument);
      this.#length += 3;
    } else if (argument < 0x100000000) {
      this.#bytes[at] = type | 26;
      this.#view.setUint32(at + 1, argument);
      this.#length += 5;
    } else {
      this.#bytes[at] = type | 27;
      this.#view.setBigUint64(at + 1, BigInt(argument));
      this.#length += 9;
    }
    return this;
  }

  value(value: unknown, depth = 0): this {
    if (depth > DEEPEST) throw new RangeError(`a value is nested more than ${DEEPEST} deep`);
    if (typeof value === "number") return this.#number(value);
    if (typeof value === "string") {
      const bytes = utf8.encode(value);
      return this.head(3, bytes.length).raw(bytes);
    }
    if (value === false) return this.head(7, 20);
    if (value === true) return this.head(7, 21);
    if (value === null) return this.head(7, 22);
    if (value === undefined) return this.head(7, 23);
    if (value instanceof Uint8Array) return this.head(2, value.length).raw(value);
    if (Array.isArray(value)) {
      this.head(4, value.length);
      for (const item of value) this.value(item, depth + 1);
      return this;
    }
    if (typeof value === "object" && !ArrayBuffer.isView(value))
      return this.#map(value as Record<string, unknown>, depth);
    throw new TypeError(`a ${typeof value} cannot be written`);
  }

  #number(value: number): this {
    if (Number.isSafeInteger(value) && !Object.is(value, -0))
      return value < 0 ? this.head(1, -1 - value) : this.head(0, value);
    this.#room(9);
    this.#bytes[this.#length] = 0xfb;
    this.#view.setFloat64(this.#length + 1, value);
    this.#length += 9;
    return this;
  }

  #map(value: Record<string, unknown>, depth: number): this {
    const entries = Object.entries(value).map(([key, item]) => ({ key: new CborWriter().value(key).take(), item }));
    entries.sort((a, b) => compareBytes(a.key, b.key));
    this.head(5, entries.length);
    for (const { key, item } of entries) this.raw(key).value(item, depth + 1);
    return this;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The bytes end inside an item, or are no CBOR of the kind that is read here. */
export class CborError extends Error {
  /** The item goes on past the end of the bytes: what a cut leaves. */
  readonly cut: boolean;
  constructor(message: string, cut: boolean) {
    super(message);
    this.cut = cut;
  }
}

/**
 * Reads values one after another. A length is checked against the bytes that are left before anything is allocated.
 * Integers past 2^53, tags inside values, indefinite lengths and text that is no UTF-8 are a {@link CborError}.
 * Byte strings are views of the input, or copies of their own where `copy` says so.
 */
export class CborReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #copy: boolean;
  at: number;

  constructor(bytes: Uint8Array, at = 0, copy = false) {
    // A Node Buffer's slice() would be a view: a plain array of the same bytes copies.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#copy = copy;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  value(depth = 0): unknown {
    if (depth > DEEPEST) throw new CborError(`a value is nested more than ${DEEPEST} deep`, false);
    const start = this.at;
    const first = this.#bytes[this.#take(1)]!;
    const major = first >> 5;
    if (major === 7) return this.#simple(first & 31);
    const argument = this.#argument(first & 31);
    if (major === 0) return argument;
    if (major === 1) return -1 - argument;
    if (major === 2) {
      const from = this.#take(argument);
      return this.#copy ? this.#bytes.slice(from, this.at) : this.#bytes.subarray(from, this.at);
    }
    if (major === 3) return this.#text(argument);
    if (major === 6) throw new CborError(`tag ${argument} at byte ${start}`, false);
    // Every item takes a byte at least: a longer list cannot be whole.
    if (argument * (major === 5 ? 2 : 1) > this.#bytes.length - this.at)
      throw new CborError(`${argument} items at byte ${start}`, true);
    if (major === 4) {
      const list: unknown[] = [];
      for (let i = 0; i < argument; i++) list.push(this.value(depth + 1));
      return list;
    }
    const entries: [string, unknown][] = [];
    for (let i = 0; i < argument; i++) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new CborError(`a map's key at byte ${start} is no text`, false);
      entries.push([key, this.value(depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #simple(info: number): unknown {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 23) return undefined;
    if (info === 27) return this.#view.getFloat64(this.#take(8));
    throw new CborError(`simple value ${info} at byte ${this.at - 1}`, false);
  }

  #argument(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#view.getUint8(this.#take(1));
    if (info === 25) return this.#view.getUint16(this.#take(2));
    if (info === 26) return this.#view.getUint32(this.#take(4));
    if (info !== 27) throw new CborError(`an indefinite length at byte ${this.at - 1}`, false);
    const large = Number(this.#view.getBigUint64(this.#take(8)));
    if (!Number.isSafeInteger(large)) throw new CborError(`a number past 2^53 at byte ${this.at - 9}`, false);
    return large;
  }

  #text(length: number): string {
    const start = this.#take(length);
    try {
      return text.decode(this.#bytes.subarray(start, this.at));
    } catch {
      throw new CborError(`text at byte ${start} is no UTF-8`, false);
    }
  }

  /** Goes past so many bytes, which must be there; where they start. */
  #take(length: number): number {
    const start = this.at;
    if (length > this.#bytes.length - start) throw new CborError(`the bytes end inside an item at byte ${start}`, true);
    this.at = start + length;
    return start;
  }
}
