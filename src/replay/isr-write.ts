import type { Movie, MovieEvent } from "../movie/movie.ts";
import { CborWriter } from "./isr-cbor.ts";
import { headerOf, MAGIC, type Recording, VERSION } from "./isr-header.ts";
import { crc32, END, EVENT, INDEX, SAMPLES } from "./isr-items.ts";
import { StreamWriter } from "./isr-streams.ts";

/** Samples in a block. Ten seconds at 60 a second: a block is lost at most when the writer is killed. */
export const BLOCK = 600;

/**
 * Writes an .isr piece by piece; each method returns the bytes to append. Any prefix of what was appended plays. The
 * movie that it is given may still grow: only its header is read at first, and of its samples what a block covers.
 */
export class IsrWriter {
  readonly header: Uint8Array;
  readonly #streams = new StreamWriter();
  readonly #offsets: number[] = [];
  #length: number;
  #samples = 0;

  /** Throws a RangeError or TypeError where `extra` or `syncSettings` hold what CBOR cannot (functions, cycles). */
  constructor(movie: Movie, recording: Recording = {}) {
    this.header = new CborWriter().raw(MAGIC).value(VERSION).value(headerOf(movie, recording)).take();
    this.#length = this.header.length;
  }

  /** The next `count` samples of the movie, at most {@link BLOCK}. */
  block(movie: Movie, count: number): Uint8Array {
    const first = this.#samples;
    const streams = this.#streams;
    streams.clear();
    for (const { buttons, sticks, touch } of movie.tracks) {
      streams.stream(buttons, first, 1, count, true);
      for (let axis = 0; sticks && axis < 4; axis++) streams.stream(sticks, first * 4 + axis, 4, count, false);
      for (let axis = 0; touch && axis < 2; axis++) streams.stream(touch, first * 2 + axis, 2, count, false);
    }
    if (movie.lag) streams.stream(movie.lag, first, 1, count, true);
    this.#offsets.push(this.#length);
    this.#samples += count;
    return this.#append([SAMPLES, first, count, streams.bytes]);
  }

  /** An event; it stands before the block that its sample is in. */
  event({ at, kind, data }: MovieEvent): Uint8Array {
    return this.#append(data === undefined ? [EVENT, at, kind] : [EVENT, at, kind, data]);
  }

  /** The index and the end, after which nothing is appended. */
  end(): Uint8Array {
    const at = new Uint8Array(8);
    new DataView(at.buffer).setBigUint64(0, BigInt(this.#length));
    const index = this.#append([INDEX, this.#samples, this.#offsets]);
    return new CborWriter().raw(index).value([END, at]).take();
  }

  /** An item: a list that ends with the CRC-32 of its bytes before it. */
  #append(content: readonly unknown[]): Uint8Array {
    const writer = new CborWriter().head(4, content.length + 1);
    for (const value of content) writer.value(value);
    const bytes = writer.value(crc32(writer.take())).take();
    this.#length += bytes.length;
    return bytes;
  }
}

/** A whole movie as an .isr. Equal movies give equal bytes. */
export function writeIsr(movie: Movie, recording: Recording = {}): Uint8Array {
  const writer = new IsrWriter(movie, recording);
  const out = new CborWriter().raw(writer.header);
  let event = 0;
  for (let first = 0; first < movie.length; first += BLOCK) {
    const count = Math.min(BLOCK, movie.length - first);
    for (; event < movie.events.length && movie.events[event]!.at < first + count; event++)
      out.raw(writer.event(movie.events[event]!));
    out.raw(writer.block(movie, count));
  }
  for (; event < movie.events.length; event++) out.raw(writer.event(movie.events[event]!));
  return out.raw(writer.end()).take();
}
