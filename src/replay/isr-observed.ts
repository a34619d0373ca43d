import { BYTES, type Probe, type Profile } from "../watch/profile.ts";
import { newReadings, type Readings } from "../watch/readings.ts";
import { Rng } from "../watch/rng.ts";
import { type Entry, type Moment, momentsOf, type Tape } from "../watch/tape.ts";
import type { StreamReader, StreamWriter } from "./isr-streams.ts";

/** Values of a stream may number this many: more captures are stored plain, so that a file never says much with few bytes. */
const LONGEST = 2048;
/** Draws between two captures that are counted; past it the state is stored. */
const MOST_DRAWS = 255;
/** Ways to store a probe's values. */
const WORDS = 0;
const DOUBLES = 1;
/** Ways to store an entry's captures. */
const COLUMNS = 0;
const PLAIN = 1;
const DRAWS = 2;

/** Codes what a profile observes, block by block: see docs/format.md, item 3. */
export class ObservedCodec {
  readonly #profile: Profile;
  readonly #moments: readonly Moment[];
  /** For each moment's entries, those whose draws can be counted. */
  readonly #rngs: readonly (readonly (Rng | undefined)[])[];
  #words = new Uint32Array(64);
  #more = new Uint32Array(64);

  /** The profile says every byte order. */
  constructor(profile: Profile) {
    this.#profile = profile;
    this.#moments = momentsOf(profile);
    this.#rngs = this.#moments.map(({ entries }) =>
      entries.map(({ rng }) => (rng?.algorithm ? new Rng(rng, "little") : undefined)),
    );
  }

  write(streams: StreamWriter, readings: Readings, tapes: readonly Tape[]): void {
    const { count, polls } = readings;
    this.#room(count);
    streams.stream(polls, 0, 1, count);
    for (const [p, probe] of this.#profile.probes.entries()) this.#writeProbe(streams, probe, p, readings);
    for (const [m, tape] of tapes.entries()) {
      for (let row = 0; row < count; row++) this.#words[row] = tape.times(readings.first + row);
      streams.stream(this.#words, 0, 1, count);
      this.#room(tape.captures);
      for (const [e, entry] of tape.moment.entries.entries())
        writeEntry(streams, entry, tape, this.#rngs[m]![e], this.#words);
    }
  }

  /**
   * Rows `first` to `first + count - 1`, appended to the tapes; undefined where the streams do not fit, and then nothing
   * was appended. The readings are valid until the next call; they have no audio samples and no prints yet.
   */
  read(streams: StreamReader, first: number, count: number, tapes: readonly Tape[]): Readings | undefined {
    const readings = newReadings(this.#profile, first, count);
    this.#room(count);
    streams.stream(readings.polls, 0, 1, count);
    for (const [p, probe] of this.#profile.probes.entries()) this.#readProbe(streams, probe, p, readings);
    const commits: (() => void)[] = [];
    for (const [m, tape] of tapes.entries()) commits.push(this.#readTape(streams, tape, this.#rngs[m]!, count));
    if (!streams.complete) return undefined;
    for (const commit of commits) commit();
    return readings;
  }

  #writeProbe(streams: StreamWriter, probe: Probe, p: number, { values, count }: Readings): void {
    const width = this.#profile.probes.length;
    const [words, more] = [this.#words, this.#more];
    let exact = probe.type !== "f64";
    for (let row = 0; exact && row < count; row++) {
      const value = values[row * width + p]!;
      words[row] = wordOf(probe, value);
      exact = Object.is(readingOf(probe, words[row]!), value);
    }
    streams.integer(exact ? WORDS : DOUBLES);
    if (!exact)
      for (let row = 0; row < count; row++) {
        bits.setFloat64(0, values[row * width + p]!);
        more[row] = bits.getUint32(0);
        words[row] = bits.getUint32(4);
      }
    streams.stream(words, 0, 1, count);
    if (!exact) streams.stream(more, 0, 1, count);
  }

  #readProbe(streams: StreamReader, probe: Probe, p: number, { values, count }: Readings): void {
    const width = this.#profile.probes.length;
    const [words, more] = [this.#words, this.#more];
    const way = streams.integer();
    if (way > DOUBLES) streams.ok = false;
    streams.stream(words, 0, 1, count);
    if (way === DOUBLES) streams.stream(more, 0, 1, count);
    for (let row = 0; streams.ok && row < count; row++) {
      bits.setUint32(0, more[row]!);
      bits.setUint32(4, words[row]!);
      values[row * width + p] = way === WORDS ? readingOf(probe, words[row]!) : bits.getFloat64(0);
    }
  }

  /** Returns what appends the rows to the tape. */
  #readTape(streams: StreamReader, tape: Tape, rngs: readonly (Rng | undefined)[], count: number): () => void {
    const { size, entries } = tape.moment;
    const times = new Uint32Array(count);
    streams.stream(times, 0, 1, count);
    const captures = times.reduce((sum, n) => sum + n, 0);
    // More captures are stored plain, so their bytes are here.
    if (captures > LONGEST && captures * size > streams.left) streams.ok = false;
    if (!streams.ok) return () => {};
    this.#room(captures);
    const bytes = new Uint8Array(captures * size);
    for (const [e, entry] of entries.entries()) readEntry(streams, entry, bytes, size, captures, rngs[e], this.#words);
    return () => {
      let from = 0;
      for (const n of times) {
        for (let i = 0; i < n; i++, from += size) {
          const to = tape.add();
          tape.bytes.set(bytes.subarray(from, from + size), to);
        }
        tape.endFrame();
      }
    };
  }

  #room(count: number): void {
    if (count <= this.#words.length) return;
    this.#words = new Uint32Array(count);
    this.#more = new Uint32Array(count);
  }
}

function writeEntry(
  streams: StreamWriter,
  entry: Entry,
  { bytes, captures, moment }: Tape,
  rng: Rng | undefined,
  counts: Uint32Array,
): void {
  const { offset, length } = entry;
  const { size } = moment;
  const short = captures <= LONGEST;
  const columns = (): unknown => {
    if (!short) return false;
    for (let i = 0; i < length; i++) streams.stream(bytes, offset + i, size, captures);
    return true;
  };
  const plain = (): void => {
    for (let c = 0; c < captures; c++) streams.raw(bytes, c * size + offset, length);
  };
  const draws = (): unknown => {
    if (!rng || !short) return false;
    for (let c = 0; c < captures; c++) {
      const at = c * size + offset;
      counts[c] = c === 0 ? 0 : 1 + rng.calls(bytes, at - size, bytes, at, MOST_DRAWS);
    }
    streams.stream(counts, 0, 1, captures);
    for (let c = 0; c < captures; c++) if (counts[c] === 0) streams.raw(bytes, c * size + offset, length);
    return true;
  };
  if (captures > 0) streams.shortest(columns, plain, draws);
}

function readEntry(
  streams: StreamReader,
  { offset, length }: Entry,
  bytes: Uint8Array,
  size: number,
  captures: number,
  rng: Rng | undefined,
  counts: Uint32Array,
): void {
  if (captures === 0) return;
  const way = streams.integer();
  if (way === PLAIN) {
    for (let c = 0; streams.ok && c < captures; c++) streams.raw(bytes, c * size + offset, length);
  } else if (captures > LONGEST) streams.ok = false;
  else if (way === COLUMNS) {
    for (let i = 0; i < length; i++) streams.stream(bytes, offset + i, size, captures);
  } else if (way === DRAWS && rng) {
    streams.stream(counts, 0, 1, captures);
    for (let c = 0; streams.ok && c < captures; c++) {
      const at = c * size + offset;
      const count = counts[c]!;
      if (count === 0) streams.raw(bytes, at, length);
      else if (c === 0 || count > MOST_DRAWS + 1) streams.ok = false;
      else rng.advance(bytes, at - size, count - 1, bytes, at);
    }
  } else streams.ok = false;
}

const bits = new DataView(new ArrayBuffer(8));

/** The 32 bits that a probe's value was read from; those of f64 do not fit. */
function wordOf({ type, scale }: Probe, value: number): number {
  if (type !== "f32") return Math.round(value / scale) >>> 0;
  bits.setFloat32(0, value / scale);
  return bits.getUint32(0);
}

function readingOf({ type, scale }: Probe, word: number): number {
  if (type === "f32") {
    bits.setUint32(0, word);
    return bits.getFloat32(0) * scale;
  }
  const unused = 32 - 8 * BYTES[type];
  return (type.startsWith("u") ? word >>> 0 : (word << unused) >> unused) * scale;
}
