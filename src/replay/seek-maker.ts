import { SHOW_NOTHING } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { firstDivergence, type Readings, sliceReadings } from "../watch/readings.ts";
import { stateOf } from "./keyframes.ts";
import type { Player } from "./player.ts";
import { PROOF } from "./seek.ts";
import type { SeekIndex } from "./seek-index.ts";

/** Frames between two keyframes, while the budget holds: so many are played in 20 ms on most consoles. */
const INTERVAL = 60;
/** States that wait to be verified: so many, or so many bytes. */
const BATCH = 16;
const BATCH_BYTES = 64 << 20;
/** Bytes that an index may have beyond its rate: the first states are whole. */
const HEAD_START = 1 << 18;
/** A core of which so many states failed, and more than held, has none that can be relied on: no more are taken. */
const HOPELESS = 48;

/** A state that is not verified yet, and how the run went on. */
interface Waiting {
  readonly frame: number;
  readonly before: number;
  readonly sample: number;
  readonly state: Uint8Array;
  readonly after: Readings;
}

/**
 * Makes an index: plays the recording once, from power-on or from the index's last keyframe, takes states on the way and
 * verifies each cold, in a console that was just switched on and never played through what led to them.
 */
export class IndexMaker {
  readonly index: SeekIndex;
  readonly #open: () => Promise<Player>;
  readonly #bytesAFrame: number;
  readonly #interval: number;
  readonly #append: (bytes: Uint8Array) => void;
  readonly #onFrame: (() => void) | undefined;
  #player: Player;
  /** The keyframe that it went on from: where it reads otherwise, that may be the keyframe's fault. */
  #resumed: number | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Bytes that the last state took in the index: those that wait will take as many. */
  #lastBytes = 0;

  private constructor(player: Player, index: SeekIndex, options: MakerOptions) {
    this.#player = player;
    this.index = index;
    this.#open = options.open;
    this.#bytesAFrame = options.bytesAFrame;
    this.#interval = options.interval ?? INTERVAL;
    this.#append = options.append ?? (() => {});
    this.#onFrame = options.onFrame;
    const last = index.keyframes.at(-1);
    if (last) {
      index.resume();
      player.load(stateOf(last), last.frame, last.sample, last.before);
    }
    this.#resumed = last?.frame;
  }

  /** Goes on with an index, or begins one. */
  static async open(index: SeekIndex, options: MakerOptions): Promise<IndexMaker> {
    return new IndexMaker(await options.open(), index, options);
  }

  /** The frame that it has come to. */
  get frame(): number {
    return this.#player.frame;
  }

  /** Plays on to the next keyframe, or to the end of what the recording has; true while there is more to play. */
  async advance(): Promise<boolean> {
    const { frame, replay } = this.#player;
    const left = replay.frames - frame;
    if (left > 0) {
      const due = this.#due(frame) && left >= PROOF;
      const state = due ? this.#player.machine.saveState() : undefined;
      if (frame === 0) await this.#agrees(this.#player.read());
      const rows = this.#player.play(Math.min(this.#interval, left), SHOW_NOTHING, this.#onFrame);
      if (!(await this.#agrees(rows))) return true;
      if (state) this.#wait(frame, state, rows);
    }
    const more = this.#player.frame < replay.frames;
    const { bad, keyframes } = this.index;
    // Few at first: how large they are in the index is not known.
    const batch = Math.max(1, Math.min(BATCH, bad.length + keyframes.length));
    if (this.#waiting.length >= batch || this.#waitingBytes >= BATCH_BYTES || !more) await this.settle();
    return more;
  }

  close(): void {
    this.#player.machine.close();
  }

  #due(frame: number): boolean {
    const { bad, keyframes } = this.index;
    if (bad.length >= HOPELESS && bad.length > keyframes.length) return false;
    const last = this.#waiting.at(-1)?.frame ?? keyframes.at(-1)?.frame ?? 0;
    const bytes = this.index.length + this.#waiting.length * this.#lastBytes;
    return frame >= last + this.#interval && bytes <= HEAD_START + frame * this.#bytesAFrame;
  }

  #wait(frame: number, state: Uint8Array, rows: Readings): void {
    const sample = this.#player.sampleAt(frame)!;
    const before = this.#player.sampleAt(frame - 1) ?? sample;
    // A core that has failed once is not believed so soon (measured: docs/seeking.md, gambatte).
    const proof = Math.min(rows.count, this.index.bad.length > 0 ? rows.count : PROOF);
    this.#waiting.push({ frame, before, sample, state, after: sliceReadings(rows, rows.first, proof) });
    this.#waitingBytes += state.length;
  }

  /** Compares with the recording. False: the keyframe that it went on from did not hold; it has begun anew, from power-on. */
  async #agrees(rows: Readings): Promise<boolean> {
    const { profile, readings } = this.#player.replay;
    const count = Math.min(rows.count, readings.length - rows.first);
    if (!profile || count <= 0 || this.index.parted !== undefined) return true;
    const parted = firstDivergence(profile, readings.slice(rows.first, count), rows)?.frame;
    if (parted === undefined) return true;
    if (this.#resumed === undefined) {
      this.#append(this.index.addParted(parted));
      return true;
    }
    await this.#beginAnew();
    return false;
  }

  /** Plays from power-on to where the index ends, whose last keyframe is not used any more. */
  async #beginAnew(): Promise<void> {
    const end = this.#resumed!;
    this.#append(this.index.addBad(end));
    this.#player.machine.close();
    this.#player = await this.#open();
    this.#resumed = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
    while (this.#player.frame < end) {
      const rows = this.#player.play(Math.min(this.#interval, end - this.#player.frame), SHOW_NOTHING, this.#onFrame);
      await this.#agrees(rows);
    }
  }

  /** Loads what waits into a console just switched on, the newest first, and keeps what runs on as its run did. */
  async settle(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const cold = await this.#open();
    const good = new Set<Waiting>();
    try {
      for (const waiting of this.#waiting.toReversed()) if (holds(cold, waiting, this.#onFrame)) good.add(waiting);
    } finally {
      cold.machine.close();
    }
    for (const waiting of this.#waiting) {
      const { frame, before, sample, state } = waiting;
      const item = good.has(waiting) ? this.index.add(frame, before, sample, state) : this.index.addBad(frame);
      this.#lastBytes = item.length;
      this.#append(item);
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

export interface MakerOptions {
  /** Opens a machine as the recording was made and a player in it; asked anew for each batch of states. */
  open(): Promise<Player>;
  /** Bytes that the index may have for each frame: its keyframes stand further apart where states are larger. */
  readonly bytesAFrame: number;
  readonly interval?: number | undefined;
  /** Takes the file's next bytes. */
  append?(bytes: Uint8Array): void;
  /** Called after each frame that is played. */
  onFrame?: (() => void) | undefined;
}

function holds(cold: Player, { frame, before, sample, state, after }: Waiting, onFrame?: () => void): boolean {
  try {
    cold.load(state, frame, sample, before);
    const rows = cold.play(after.count, SHOW_NOTHING, onFrame);
    return same(after, rows);
  } catch (error) {
    // The core refuses its own state, or its game crashed.
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** Equal in all that was read, to the bit. */
function same(a: Readings, b: Readings): boolean {
  return (
    a.values.every((value, i) => Object.is(value, b.values[i])) &&
    a.prints.every((print, i) => print === b.prints[i]) &&
    a.polls.every((polls, i) => polls === b.polls[i])
  );
}
