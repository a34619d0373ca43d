import { sha256 } from "@noble/hashes/sha2.js";
import { makePatch } from "../history/pages.ts";
import { StateTree } from "../history/tree.ts";
import type { Movie, MovieEvent } from "../movie/movie.ts";
import type { Profile } from "../watch/profile.ts";
import type { Readings } from "../watch/readings.ts";
import type { Tape } from "../watch/tape.ts";
import { CborWriter } from "./isr-cbor.ts";
import { headerOf, MAGIC, type Recording, VERSION } from "./isr-header.ts";
import * as items from "./isr-items.ts";
import { ObservedCodec } from "./isr-observed.ts";
import { DELTA, StreamWriter, XOR } from "./isr-streams.ts";
import type { Happening } from "./replay.ts";

const { BLOCK } = items;

/**
 * Writes an .isr piece by piece; each method returns the bytes to append, which are the caller's. Any prefix of what was
 * appended plays. The movie may still grow: only its header is read at first, and of its samples what a block covers.
 */
export class IsrWriter {
  readonly header: Uint8Array;
  readonly #profile: Profile | undefined;
  #observed: ObservedCodec | undefined;
  readonly #streams = new StreamWriter();
  readonly #offsets: number[] = [];
  readonly #tree = new StateTree<number>();
  #keyframes = 0;
  #length = 0;
  #samples = 0;
  /** Of all bytes since the last link but those of signatures and verdicts, after that link itself. */
  #chain = sha256.create().update(new Uint8Array(32));

  /** Throws a RangeError or TypeError where `extra` or `syncSettings` hold what CBOR cannot (functions, cycles). */
  constructor(movie: Movie, recording: Recording = {}) {
    this.#profile = recording.profile as Profile | undefined;
    this.header = this.#append(new CborWriter().raw(MAGIC).value(VERSION).value(headerOf(movie, recording)).take());
  }

  /** The next `count` samples of the movie, at most {@link BLOCK}. */
  block(movie: Movie, count: number): Uint8Array {
    const first = this.#samples;
    const streams = this.#streams;
    streams.clear();
    for (const { buttons, sticks, touch } of movie.tracks) {
      streams.runs(buttons, first, 1, count, XOR);
      for (let axis = 0; sticks && axis < 4; axis++) streams.runs(sticks, first * 4 + axis, 4, count, DELTA);
      for (let axis = 0; touch && axis < 2; axis++) streams.runs(touch, first * 2 + axis, 2, count, DELTA);
    }
    if (movie.lag) streams.runs(movie.lag, first, 1, count, XOR);
    this.#offsets.push(this.#length);
    this.#samples += count;
    return this.#item(items.SAMPLES, first, count, streams.bytes);
  }

  /** An event; it stands before the block that its sample is in. */
  event({ at, kind, data }: MovieEvent): Uint8Array {
    return data === undefined ? this.#item(items.EVENT, at, kind) : this.#item(items.EVENT, at, kind, data);
  }

  /** The next rows of the recording's profile, at most {@link BLOCK}; the tapes hold just them. Their samples stand before. */
  observed(readings: Readings, tapes: readonly Tape[]): Uint8Array {
    const { first, count, prints } = readings;
    this.#streams.clear();
    this.#observed ??= new ObservedCodec(this.#profile!);
    this.#observed.write(this.#streams, readings, tapes);
    const bytes = new Uint8Array(prints.length * 8);
    const view = new DataView(bytes.buffer);
    for (let row = 0; row < prints.length; row++) view.setBigUint64(row * 8, prints[row]!, true);
    return this.#item(items.OBSERVED, first, count, this.#streams.bytes, bytes);
  }

  /** Something that happened in the game; it stands before the rows of its frame. */
  happening({ frame, event, data }: Happening): Uint8Array {
    return this.#item(items.HAPPENING, frame, event, data);
  }

  /** The state at `frame`, which starts with that sample. The array is kept for a while and may not change. */
  keyframe(frame: number, sample: number, state: Uint8Array): Uint8Array {
    const number = this.#keyframes++;
    const base = this.#tree.baseFor(number);
    this.#tree.add(number, this.#length, state);
    const patch = makePatch(base?.state, state);
    return this.#item(items.KEYFRAME, frame, sample, base?.node ?? null, state.length, patch);
  }

  /** Whether the keyframe of that frame, loaded cold, ran on as recorded. */
  verdict(frame: number, ok: boolean): Uint8Array {
    return this.#unchained(items.VERDICT, frame, ok);
  }

  /** The next link of the chain, and what players sign of it. */
  link(): { bytes: Uint8Array; hash: Uint8Array } {
    const hash = this.#chain.digest();
    this.#chain = sha256.create().update(hash);
    return { bytes: this.#unchained(items.LINK, hash), hash };
  }

  /** A player's Ed25519 signature of the link of that number, from 0; see signedMessage. */
  signature(player: number, link: number, signature: Uint8Array): Uint8Array {
    return this.#unchained(items.SIGNATURE, player, link, signature);
  }

  /** The index and the end, after which nothing is appended. */
  end(): Uint8Array {
    const at = new Uint8Array(8);
    new DataView(at.buffer).setBigUint64(0, BigInt(this.#length));
    const index = this.#item(items.INDEX, this.#samples, this.#offsets);
    return new CborWriter().raw(index).value([items.END, at]).take();
  }

  #item(...content: readonly unknown[]): Uint8Array {
    return this.#append(items.itemOf(content));
  }

  /** An item that may come at any time: the chain does not cover it. */
  #unchained(...content: readonly unknown[]): Uint8Array {
    const bytes = items.itemOf(content);
    this.#length += bytes.length;
    return bytes;
  }

  #append(bytes: Uint8Array): Uint8Array {
    this.#chain.update(bytes);
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
