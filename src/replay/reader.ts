import { checkSize } from "../movie/formats/text.ts";
import { GrowingMovie } from "../movie/growing.ts";
import type { MovieEvent } from "../movie/movie.ts";
import { checkedProfile, type Profile } from "../watch/profile.ts";
import { ReadingsLog } from "../watch/readings-log.ts";
import { momentsOf, Tape } from "../watch/tape.ts";
import { CborError, CborReader } from "./isr-cbor.ts";
import { movieOf, type Recording, readHeader } from "./isr-header.ts";
import * as items from "./isr-items.ts";
import { ObservedCodec } from "./isr-observed.ts";
import { DELTA, StreamReader, XOR } from "./isr-streams.ts";
import { basesOf, DEEPEST } from "./keyframes.ts";
import type { Happening, Replay, StoredKeyframe } from "./replay.ts";

const { BLOCK, isCount } = items;
/** Bytes of a state for each byte of the file up to it: none compresses further, and a hostile file may claim no more. */
const STATE_RATIO = 8192;
const KINDS: ReadonlySet<unknown> = new Set<MovieEvent["kind"]>([
  "reset",
  "power",
  "disk-insert",
  "disk-select",
  "coin",
  "other",
]);

/**
 * Reads an .isr as it comes, in pieces of any size: a file that is whole, or one that somebody still writes. Items that
 * it does not know are passed over; at one that is damaged it stops for good, and what came before stays.
 */
export class ReplayReader {
  readonly #file: string;
  #replay: Growing | undefined;
  /** What came and was not read yet. */
  #rest: Uint8Array = new Uint8Array(0);
  #read = 0;

  /** `file` is for messages. */
  constructor(file: string) {
    this.#file = file;
  }

  /** What was read so far, growing in place; undefined until the header is whole. */
  get replay(): Replay | undefined {
    return this.#replay;
  }

  /** Bytes that were read: whole items only. A growing file goes on there. */
  get read(): number {
    return this.#read;
  }

  /** The next bytes of the file; they may not change afterwards. Throws a Problem for a header that is none. */
  push(bytes: Uint8Array): void {
    if (this.#replay?.complete || this.#replay?.damage !== undefined) return;
    this.#rest = joined(this.#rest, bytes);
    this.#begin(true);
    const replay = this.#replay;
    if (!replay) return;
    const reader = new CborReader(this.#rest);
    let start = 0;
    try {
      while (!reader.done && !replay.complete) {
        const item = reader.value();
        replay.damage = this.#take(replay, item, start, reader.at);
        if (replay.damage !== undefined) break;
        start = reader.at;
      }
    } catch (error) {
      if (!(error instanceof CborError)) throw error;
      if (!error.cut) replay.damage = error.message;
    }
    this.#pass(start);
  }

  /** No more bytes will come. Throws a Problem when there is not even a header. */
  finish(): Replay {
    this.#begin(false);
    return this.#replay!;
  }

  #begin(more: boolean): void {
    if (this.#replay) return;
    const read = readHeader(this.#file, this.#rest, more);
    if (!read) return;
    const { movie: _movie, ...recording } = read.header;
    this.#replay = new Growing(this.#file, new GrowingMovie(movieOf(read.header)), recording);
    this.#pass(read.end);
  }

  #pass(bytes: number): void {
    this.#read += bytes;
    this.#rest = this.#rest.subarray(bytes);
  }

  /** Takes an item in; returns what is wrong with it. */
  #take(replay: Growing, item: unknown, start: number, end: number): string | undefined {
    if (!Array.isArray(item)) return undefined;
    const [kind] = item;
    if (kind === items.END) replay.complete = true;
    const take = TAKES.get(kind);
    if (!take) return undefined;
    const offset = this.#read + start;
    const content = items.contentOf(this.#rest, start, end, item);
    if (!content) return `the item at byte ${offset} is damaged`;
    if (take(replay, content, offset)) return undefined;
    return `the ${NAMES[kind] ?? "item"} at byte ${offset} does not fit what comes before it`;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Reads a whole file, or what is there of it. Throws a Problem where it is no recording at all. */
export function readReplay(file: string, bytes: Uint8Array): Replay {
  const reader = new ReplayReader(file);
  reader.push(bytes);
  return reader.finish();
}

/** A replay that is being read. */
class Growing implements Replay {
  readonly movie: GrowingMovie;
  readonly recording: Recording;
  readonly profile: Profile | undefined;
  readonly readings: ReadingsLog;
  readonly tapes: readonly Tape[];
  readonly happenings: Happening[] = [];
  readonly keyframes: StoredKeyframe[] = [];
  complete = false;
  damage: string | undefined = undefined;
  readonly file: string;
  readonly observed: ObservedCodec | undefined;
  readonly byOffset = new Map<number, StoredKeyframe>();

  constructor(file: string, movie: GrowingMovie, recording: Recording) {
    this.file = file;
    this.movie = movie;
    this.recording = recording;
    const profile =
      recording.profile === undefined ? undefined : checkedProfile(`${file}: its profile`, recording.profile);
    this.profile = profile;
    this.readings = new ReadingsLog(profile ?? NOTHING, 0);
    this.tapes = profile ? momentsOf(profile).map((moment) => new Tape(moment)) : [];
    this.observed = profile && new ObservedCodec(profile);
  }

  get frames(): number {
    if (!this.profile) return this.movie.length;
    const rows = Math.max(0, this.readings.length - 1);
    return this.movie.by === "frame" ? Math.min(rows, this.movie.length) : rows;
  }
}

type Take = (replay: Growing, content: readonly unknown[], offset: number) => boolean;
const TAKES: ReadonlyMap<unknown, Take> = new Map([
  [items.SAMPLES, takeSamples],
  [items.EVENT, takeEvent],
  [items.OBSERVED, takeObserved],
  [items.KEYFRAME, takeKeyframe],
  [items.HAPPENING, takeHappening],
  [items.VERDICT, takeVerdict],
  [items.INDEX, () => true],
  [items.LINK, () => true],
  [items.SIGNATURE, () => true],
]);
const NAMES: Readonly<Record<number, string>> = {
  [items.SAMPLES]: "block of samples",
  [items.EVENT]: "event",
  [items.OBSERVED]: "block of readings",
  [items.KEYFRAME]: "keyframe",
  [items.HAPPENING]: "happening",
  [items.VERDICT]: "verdict",
};

function takeSamples({ file, movie }: Growing, [first, count, data]: readonly unknown[]): boolean {
  if (first !== movie.length || !isRows(count) || !(data instanceof Uint8Array)) return false;
  checkSize(file, first + count, movie.tracks.length);
  movie.grow(count);
  const streams = new StreamReader(data);
  for (const { buttons, sticks, touch } of movie.tracks) {
    streams.runs(buttons, first, 1, count, XOR);
    for (let axis = 0; sticks && axis < 4; axis++) streams.runs(sticks, first * 4 + axis, 4, count, DELTA);
    for (let axis = 0; touch && axis < 2; axis++) streams.runs(touch, first * 2 + axis, 2, count, DELTA);
  }
  if (movie.lag) streams.runs(movie.lag, first, 1, count, XOR);
  if (!streams.complete) movie.length = first;
  return streams.complete;
}

function takeEvent({ movie }: Growing, [at, kind, data]: readonly unknown[]): boolean {
  if (!isCount(at) || !KINDS.has(kind) || (data !== undefined && typeof data !== "string")) return false;
  movie.events.push({ at, kind: kind as MovieEvent["kind"], ...(data !== undefined && { data }) });
  return true;
}

function takeObserved(replay: Growing, [first, count, data, prints]: readonly unknown[]): boolean {
  const { observed, readings, tapes, profile } = replay;
  if (!observed) return true;
  if (first !== readings.length || !isRows(count)) return false;
  if (!(data instanceof Uint8Array) || !(prints instanceof Uint8Array)) return false;
  if (prints.length !== (profile?.fingerprint ? count * 8 : 0)) return false;
  checkSize(replay.file, first + count, profile!.probes.length);
  const rows = observed.read(new StreamReader(data), first, count, tapes);
  if (!rows) return false;
  const view = new DataView(prints.buffer, prints.byteOffset);
  for (let row = 0; row < rows.prints.length; row++) rows.prints[row] = view.getBigUint64(row * 8, true);
  readings.append(rows);
  return true;
}

function takeKeyframe({ keyframes, byOffset }: Growing, content: readonly unknown[], offset: number): boolean {
  const [frame, sample, from, size, patch] = content;
  if (!isCount(frame) || !isCount(sample) || !isCount(size) || !(patch instanceof Uint8Array)) return false;
  const base = from === null ? undefined : byOffset.get(from as number);
  if ((from !== null && !base) || frame <= (keyframes.at(-1)?.frame ?? -1)) return false;
  if (size > STATE_RATIO * (offset + patch.length)) return false;
  const keyframe = { frame, sample, offset, base, size, patch: patch.slice(), verified: undefined };
  if (basesOf(keyframe).length > DEEPEST) return false;
  keyframes.push(keyframe);
  byOffset.set(offset, keyframe);
  return true;
}

function takeHappening({ profile, happenings }: Growing, [frame, event, data]: readonly unknown[]): boolean {
  if (!profile) return true;
  if (!isCount(frame) || !isCount(event) || !(data instanceof Uint8Array)) return false;
  const size = profile.events[event]?.capture.reduce((sum, { length }) => sum + length, 0);
  if (size !== data.length || frame < (happenings.at(-1)?.frame ?? 0)) return false;
  happenings.push({ frame, event, data: data.slice() });
  return true;
}

function takeVerdict({ keyframes }: Growing, [frame, ok]: readonly unknown[]): boolean {
  if (!isCount(frame) || typeof ok !== "boolean") return false;
  const keyframe = keyframes.findLast((k) => k.frame === frame);
  if (keyframe) keyframe.verified = ok;
  return true;
}

const isRows = (count: unknown): count is number => isCount(count) && count >= 1 && count <= BLOCK;

/** What a file without a profile observes. */
const NOTHING = { probes: [], fingerprint: null } as unknown as Profile;
