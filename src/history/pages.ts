import { type DeflateOptions, deflateSync, inflateSync } from "fflate";

/*
 * A patch is what turns a base into a state: [0] log2 of the page's bytes, [1..4] length of what was deflated, then a
 * raw deflate stream (RFC 1951) of: a bit for each page of the state, low bits first, 1 where it differs from the base;
 * the pages that differ, XORed with the base, one after another (the last page may be short). The base counts as zeros
 * beyond its end, and a state without a base is the difference from nothing.
 */

/** Bytes that are compared at once, natively where the host can. */
const BLOCK = 4096;
const HEAD = 5;
const SMALLEST_PAGE = 4;
const LARGEST_PAGE = 16;
const NOTHING = new Uint8Array(0);

/** log2 of the bytes of a page. */
function pageFor(size: number): number {
  return size < 64 << 10 ? 6 : 8;
}

/**
 * The patch that makes `state` of `base`; sizes may differ. Without a base the patch holds the whole state. `level` is how
 * much work deflating may be: 0 to 9.
 */
export function makePatch(
  base: Uint8Array | undefined,
  state: Uint8Array,
  level: DeflateOptions["level"] = 6,
): Uint8Array {
  const size = state.length;
  const shift = pageFor(size);
  const page = 1 << shift;
  const bitmap = bitmapBytes(size, shift);
  const from = atLeast(base ?? NOTHING, size);
  const same = comparer(from, state);
  const raw = new Uint8Array(bitmap + size);
  let length = bitmap;
  for (let block = 0; block < size; block += BLOCK) {
    const blockEnd = Math.min(block + BLOCK, size);
    if (same(block, blockEnd)) continue;
    for (let start = block; start < blockEnd; start += page) {
      const end = Math.min(start + page, blockEnd);
      let changed = 0;
      for (let i = start, to = length; i < end; i++, to++) changed |= raw[to] = from[i]! ^ state[i]!;
      if (changed === 0) continue;
      const index = start >>> shift;
      raw[index >>> 3]! |= 1 << (index & 7);
      length += end - start;
    }
  }
  const packed = deflateSync(raw.subarray(0, length), { level });
  const patch = new Uint8Array(HEAD + packed.length);
  patch[0] = shift;
  new DataView(patch.buffer).setUint32(1, length, true);
  patch.set(packed, HEAD);
  return patch;
}

/**
 * The state of `size` bytes that `patch` makes of `base`. Throws a RangeError on a patch that makes no such state.
 * Allocates no more than `size`, an 1/128th of it and a constant, whatever the bytes are.
 */
export function applyPatch(base: Uint8Array | undefined, patch: Uint8Array, size: number): Uint8Array {
  const shift = patch[0] ?? 0;
  if (patch.length <= HEAD || shift < SMALLEST_PAGE || shift > LARGEST_PAGE) throw wrong();
  const bitmap = bitmapBytes(size, shift);
  const length = new DataView(patch.buffer, patch.byteOffset).getUint32(1, true);
  if (length < bitmap || length > bitmap + size) throw wrong();
  // The pages lie at the end and are spread out from the start on: what is written stays behind what is still to be read.
  const whole = new Uint8Array(size + bitmap);
  const raw = whole.subarray(whole.length - length);
  if (inflate(patch.subarray(HEAD), raw) !== length) throw wrong();
  const bits = raw.slice(0, bitmap);
  const from = base ?? NOTHING;
  const page = 1 << shift;
  let at = whole.length - length + bitmap;
  for (let index = 0, start = 0; start < size; index++, start += page) {
    const end = Math.min(start + page, size);
    if ((bits[index >>> 3]! >>> (index & 7)) & 1) {
      if (at + end - start > whole.length) throw wrong();
      const known = Math.min(end, from.length);
      let i = start;
      for (; i < known; i++, at++) whole[i] = whole[at]! ^ from[i]!;
      for (; i < end; i++, at++) whole[i] = whole[at]!;
    } else {
      const known = from.subarray(start, end);
      whole.set(known, start);
      whole.fill(0, start + known.length, end);
    }
  }
  if (at !== whole.length) throw wrong();
  return whole.subarray(0, size);
}

const bitmapBytes = (size: number, shift: number): number => Math.ceil(size / (1 << shift) / 8);
const wrong = (): RangeError => new RangeError("the patch is of no state of this size");

/** Inflates into `out`; returns the bytes that came, or -1. */
function inflate(bytes: Uint8Array, out: Uint8Array): number {
  try {
    return inflateSync(bytes, { out }).length;
  } catch {
    return -1;
  }
}

/** The bytes, with zeros after them up to `size`. */
function atLeast(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length >= size) return bytes;
  const longer = new Uint8Array(size);
  longer.set(bytes);
  return longer;
}

/** Whether two arrays are the same from one place to another; places are multiples of 4, or their end. */
function comparer(a: Uint8Array, b: Uint8Array): (from: number, to: number) => boolean {
  if (typeof Buffer === "function") {
    const [x, y] = [a, b].map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)) as [Buffer, Buffer];
    return (from, to) => x.compare(y, from, to, from, to) === 0;
  }
  const [x, y] = [words(a), words(b)];
  return (from, to) => {
    for (let i = from >>> 2; i < to >>> 2; i++) if (x[i] !== y[i]) return false;
    for (let i = to & ~3; i < to; i++) if (a[i] !== b[i]) return false;
    return true;
  };
}

/** The bytes as words of 32 bits, without the last ones that fill none. */
function words(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}
