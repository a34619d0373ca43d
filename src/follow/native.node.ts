import { EXIT, Problem } from "../problem.ts";
import type { Profile } from "../watch/profile.ts";
import { describeDivergence, firstDivergence, type Readings } from "../watch/readings.ts";
import type { ReadingsLog } from "../watch/readings-log.ts";
import type { Reference } from "./follow.ts";
import type { Instance } from "./instance.node.ts";
import type { ReadingsFile } from "./readings-file.node.ts";
import type { Seeker } from "./seeker.node.ts";

/** Frames that the native run may be ahead of its follower: enough that nobody waits, few enough that its keyframes are dense. */
const LEAD = 1200;
const BATCH = 128;
const HISTORY_BUDGET = 512 << 20;
/** A keyframe is kept so seldom that keeping it costs a frame's time nearly nothing (measured: 1.4 times with 12 MB each 30 frames). */
const STATE_BYTES_A_FRAME = 64 << 10;

/** Has an instance keep states of the frames that it passes. */
export function keepHistory(instance: Instance): Promise<void> {
  const interval = Math.max(16, Math.ceil(instance.opened.stateSize / STATE_BYTES_A_FRAME));
  return instance.keepHistory(HISTORY_BUDGET, interval);
}

/**
 * The movie at native settings as a Reference: an instance that plays headless from the boot to the end, ahead of its
 * follower, and is never disturbed; states of frames that it passed are made by a {@link Seeker} from the keyframes that
 * it keeps. Its readings go to a file; those that an earlier run left there must come again, or it is not deterministic.
 */
export class NativeRun implements Reference {
  readonly end: number;
  readonly #instance: Instance;
  readonly #profile: Profile;
  readonly #log: ReadingsLog;
  readonly #file: ReadingsFile;
  readonly #byPoll: boolean;
  readonly #seeker: Seeker;
  #played = -1;
  #followedTo: number;
  #waiting: { frame: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #error: unknown;
  #wake: (() => void) | undefined;

  constructor(options: {
    instance: Instance;
    profile: Profile;
    log: ReadingsLog;
    file: ReadingsFile;
    end: number;
    /** The frame that its follower is at. */
    from: number;
    seeker: Seeker;
    byPoll: boolean;
  }) {
    this.#instance = options.instance;
    this.#profile = options.profile;
    this.#log = options.log;
    this.#file = options.file;
    this.#byPoll = options.byPoll;
    this.end = options.end;
    this.#seeker = options.seeker;
    this.#followedTo = options.from;
  }

  /** Begins to play. `lead`: how far ahead of its follower it may be; Infinity plays to the end on its own. */
  async start(lead = LEAD, onBatch?: (frame: number) => void): Promise<void> {
    try {
      if (lead !== Number.POSITIVE_INFINITY) await keepHistory(this.#instance);
      this.#take(await this.#instance.read());
      while (this.#played < this.end) {
        if (this.#played - this.#followedTo >= lead) await new Promise<void>((resolve) => (this.#wake = resolve));
        const readings = await this.#instance.play(Math.min(BATCH, this.end - this.#played));
        this.#take(readings);
        onBatch?.(this.#played);
      }
    } catch (error) {
      this.#error = error;
      for (const waiter of this.#waiting) waiter.reject(error);
      this.#waiting = [];
      throw error;
    }
  }

  async readings(first: number, count: number): Promise<Readings> {
    if (first + count > this.#log.length) await this.#playedTo(first + count - 1);
    return this.#log.slice(first, count);
  }

  async stateAt(frame: number): Promise<Uint8Array> {
    return this.#seeker.stateAt(...(await this.#at(frame)));
  }

  /** The bytes of what the profile watches. */
  async valuesAt(frame: number): Promise<Uint8Array> {
    return this.#seeker.valuesAt(...(await this.#at(frame)));
  }

  /** What a seek to that frame is told. */
  async #at(frame: number): Promise<Parameters<Seeker["stateAt"]>> {
    if (frame > this.#played) await this.#playedTo(frame);
    const keyframe = await this.#instance.keyframe(frame);
    return [this.#log.slice(frame, 1), keyframe && { ...keyframe, sample: this.sampleAt(keyframe.frame) }];
  }

  #playedTo(frame: number): Promise<void> {
    if (this.#error) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => this.#waiting.push({ frame, resolve, reject }));
  }

  sampleAt(frame: number): number | undefined {
    return this.#byPoll ? this.#log.pollsBefore(frame) : undefined;
  }

  forgetBefore(frame: number): void {
    this.#followedTo = frame;
    this.#instance.forgetBefore(frame).catch(() => {});
    this.#wake?.();
    this.#wake = undefined;
  }

  #take(readings: Readings): void {
    const known = Math.min(this.#log.length - readings.first, readings.count);
    if (known > 0) {
      const before = this.#log.slice(readings.first, known);
      const parted = firstDivergence(this.#profile, before, readings);
      if (parted) {
        throw new Problem(
          `the native run is not deterministic: frame ${parted.frame} now reads otherwise than it did before (${describeDivergence(parted)}); add --restart, and pin what differs`,
          EXIT.desync,
        );
      }
    }
    this.#log.append(readings);
    this.#file.append(readings);
    this.#played = readings.first + readings.count - 1;
    this.#waiting = this.#waiting.filter((waiter) => {
      if (waiter.frame <= this.#played) waiter.resolve();
      return waiter.frame > this.#played;
    });
  }
}
