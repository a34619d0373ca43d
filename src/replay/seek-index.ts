import { makePatch } from "../history/pages.ts";
import { StateTree } from "../history/tree.ts";
import { CborError, CborReader, CborWriter } from "./isr-cbor.ts";
import { crc32, isCount } from "./isr-items.ts";
import { stateOf } from "./keyframes.ts";
import type { StoredKeyframe } from "./replay.ts";

/*
 * An index: keyframes of a recording that were made here and verified cold. Its file is a CBOR sequence of lists, each of
 * which ends with a seal over its bytes before it; docs/seeking.md describes it. It is only appended to, and what was
 * written before a kill counts.
 */

/** "isx" as an .isr's header begins: CBOR's own mark, then a list of four that starts with the text. */
const MAGIC = Uint8Array.of(0xd9, 0xd9, 0xf7, 0x84, 0x63, 0x69, 0x73, 0x78);
const VERSION = 1;
const KEYFRAME = 1;
const BAD = 2;
const PARTED = 3;
/** No machine's states come near; a longer one is damage. */
const LARGEST_STATE = 1 << 28;

/** Of what an index is; it holds for exactly that. */
export interface IndexOf {
  /** The recording's first `bytes` bytes, and their SHA-256. A recording that grew since then keeps its index. */
  readonly bytes: number;
  readonly sha256: string;
  /** A hash over the machine's boot and what was put back while it played. */
  readonly run: string;
}

/** A state that was verified cold. */
export interface IndexKeyframe extends StoredKeyframe {
  /** The movie's sample of the frame before it: an event between the two is carried out once. */
  readonly before: number;
}

/** Makes the seal of an item: some bytes that only those can make whose index is trusted. */
export type Seal = (bytes: Uint8Array) => Uint8Array;

/** Tells damage, not forgery: for an index that never leaves this process. */
export const checksum: Seal = (bytes) => new CborWriter().value(crc32(bytes)).take();

/** The keyframes of a recording that were made and verified here. In memory it is the same with or without a file. */
export class SeekIndex {
  /** In order of their frames. */
  readonly keyframes: IndexKeyframe[] = [];
  /** Frames whose state did not run on as its run did when it was loaded cold. */
  readonly bad: number[] = [];
  /** The first frame at which the run itself reads otherwise than the recording. */
  parted: number | undefined;
  /** Bytes that were read or written. */
  length = 0;
  readonly #seal: Seal;
  #tree = new StateTree<IndexKeyframe>();
  /** Number of the next state in the tree. */
  #next = 0;
  #first: { node: IndexKeyframe; state: Uint8Array } | undefined;
  readonly #byOffset = new Map<number, IndexKeyframe>();

  constructor(seal: Seal = checksum) {
    this.#seal = seal;
  }

  /** The header's bytes, which come first. */
  begin({ bytes, sha256, run }: IndexOf): Uint8Array {
    return this.#sealed(new CborWriter().raw(MAGIC).value(VERSION).value({ bytes, sha256, run }));
  }

  /** A verified keyframe, later than all others. Like the other two: returns the bytes to append to the file. */
  add(frame: number, before: number, sample: number, state: Uint8Array): Uint8Array {
    const { base, patch } = this.#packed(state);
    const keyframe = { frame, before, sample, offset: this.length, base, size: state.length, patch, verified: true };
    this.#tree.add(this.#next++, keyframe, state);
    this.#first ??= { node: keyframe, state };
    this.#take(keyframe);
    return this.#item([KEYFRAME, frame, before, sample, base?.offset ?? null, state.length, patch]);
  }

  /** A state that does not run on as it should; it is not stored, or not used any more. */
  addBad(frame: number): Uint8Array {
    this.#reject(frame);
    return this.#item([BAD, frame]);
  }

  addParted(frame: number): Uint8Array {
    this.parted = frame;
    return this.#item([PARTED, frame]);
  }

  /** The newest keyframe at or before the frame. */
  nearest(frame: number): IndexKeyframe | undefined {
    let [low, high] = [0, this.keyframes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.keyframes[middle]!.frame <= frame) low = middle + 1;
      else high = middle;
    }
    return this.keyframes[low - 1];
  }

  /** The difference from a near state; for a group's first, from the very first, where that is smaller than the whole. */
  #packed(state: Uint8Array): { base: IndexKeyframe | undefined; patch: Uint8Array } {
    const near = this.#tree.baseFor(this.#next);
    if (near) return { base: near.node, patch: makePatch(near.state, state) };
    const whole = makePatch(undefined, state);
    if (!this.#first) return { base: undefined, patch: whole };
    // A game's ROM or tables may be in its states: measured on jsnes, 1 KB against 59.
    const patch = makePatch(this.#first.state, state);
    return patch.length < whole.length ? { base: this.#first.node, patch } : { base: undefined, patch: whole };
  }

  #reject(frame: number): void {
    this.bad.push(frame);
    const at = this.keyframes.findLastIndex((k) => k.frame === frame);
    if (at >= 0) this.keyframes.splice(at, 1);
  }

  #item(content: readonly unknown[]): Uint8Array {
    const writer = new CborWriter().head(4, content.length + 1);
    for (const value of content) writer.value(value);
    return this.#sealed(writer);
  }

  #sealed(writer: CborWriter): Uint8Array {
    const bytes = writer.value(this.#sealOf(writer.take(), this.length)).take();
    this.length += bytes.length;
    return bytes;
  }

  /** The place is sealed too: no item can be taken out or moved. */
  #sealOf(bytes: Uint8Array, offset: number): Uint8Array {
    const placed = new Uint8Array(bytes.length + 8);
    placed.set(bytes);
    new DataView(placed.buffer).setFloat64(bytes.length, offset);
    return this.#seal(placed);
  }

  #take(keyframe: IndexKeyframe): void {
    this.keyframes.push(keyframe);
    this.#byOffset.set(keyframe.offset, keyframe);
  }

  /** Reads of what the index is from the file's first bytes; undefined when more are needed. Throws a RangeError otherwise. */
  readHeader(bytes: Uint8Array): IndexOf | undefined {
    return this.#items(bytes, (reader) => {
      if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new RangeError("no index");
      reader.at = MAGIC.length;
      const version = reader.value();
      const of = reader.value() as Partial<IndexOf> | null;
      const { bytes: length, sha256, run } = typeof of === "object" && of ? of : {};
      if (version !== VERSION || !isCount(length) || typeof sha256 !== "string" || typeof run !== "string")
        throw new RangeError("no index of this version");
      if (!this.#isSealed(reader.value(), bytes.subarray(0, reader.at), 0))
        throw new RangeError("the index was not made by this user's own Instep");
      this.length = reader.at;
      return { bytes: length, sha256, run };
    });
  }

  /**
   * Reads on: `bytes` are what follows the first {@link length} bytes of the file. Throws a RangeError where they are
   * damaged; what came before stays. An item that the bytes end in is left for the next time.
   */
  read(bytes: Uint8Array): void {
    const start = this.length;
    this.#items(bytes, (reader) => {
      while (!reader.done) {
        const at = reader.at;
        const item = reader.value();
        const whole = Array.isArray(item) && this.#isSealed(item.at(-1), bytes.subarray(at, reader.at), start + at);
        if (!whole || !this.#readItem(item, start + at))
          throw new RangeError(`the index is damaged at byte ${start + at}`);
        this.length = start + reader.at;
      }
    });
  }

  #items<T>(bytes: Uint8Array, read: (reader: CborReader) => T): T | undefined {
    try {
      return read(new CborReader(bytes, 0, true));
    } catch (error) {
      if (!(error instanceof CborError)) throw error;
      if (!error.cut) throw new RangeError(`the index is damaged: ${error.message}`);
      return undefined;
    }
  }

  /** After reading, before adding. */
  resume(): void {
    const [first] = this.keyframes;
    if (!first) return;
    this.#first = { node: first, state: stateOf(first) };
    // A new group: what its states would be the difference from is not at hand as bytes.
    this.#tree = new StateTree();
    this.#next = 0;
  }

  #isSealed(seal: unknown, item: Uint8Array, offset: number): boolean {
    if (!(seal instanceof Uint8Array)) return false;
    const content = item.subarray(0, item.length - new CborWriter().value(seal).length);
    const wanted = this.#sealOf(content, offset);
    return wanted.length === seal.length && wanted.every((byte, i) => byte === seal[i]);
  }

  #readItem([kind, frame, ...rest]: readonly unknown[], offset: number): boolean {
    if (!isCount(frame)) return false;
    if (kind === BAD) this.#reject(frame);
    else if (kind === PARTED) this.parted = frame;
    if (kind !== KEYFRAME) return true;
    const [before, sample, baseAt, size, patch] = rest;
    const base = baseAt === null ? undefined : this.#byOffset.get(baseAt as number);
    if (!isCount(before) || !isCount(sample) || !isCount(size) || size > LARGEST_STATE) return false;
    if (!(patch instanceof Uint8Array) || (baseAt !== null && !base)) return false;
    if (frame <= (this.keyframes.at(-1)?.frame ?? -1)) return false;
    this.#take({ frame, before, sample, offset, base, size, patch, verified: true });
    return true;
  }
}
