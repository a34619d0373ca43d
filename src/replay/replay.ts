import type { Movie } from "../movie/movie.ts";
import type { Profile } from "../watch/profile.ts";
import type { ReadingsLog } from "../watch/readings-log.ts";
import type { Tape } from "../watch/tape.ts";
import type { Recording } from "./isr-header.ts";

/** An event of the game that its inputs do not carry, in the step from `frame` on. */
export interface Happening {
  readonly frame: number;
  /** Index into the profile's events. */
  readonly event: number;
  /** The bytes of its captures, one after another. */
  readonly data: Uint8Array;
}

/** A state in the file. */
export interface StoredKeyframe {
  readonly frame: number;
  /** The movie's sample that the frame starts with. */
  readonly sample: number;
  /** Where its item starts in the file. */
  readonly offset: number;
  /** The keyframe that it is the difference from. */
  readonly base: StoredKeyframe | undefined;
  /** Bytes of the state. */
  readonly size: number;
  /** Its patch (history/pages.ts), as the file has it. */
  readonly patch: Uint8Array;
  /** Whether it was loaded cold elsewhere and ran on as recorded; undefined: not tried yet. */
  verified: boolean | undefined;
}

/**
 * A movie and what was observed while it was recorded. Where the file still grows, so does all of this: rows, tapes,
 * happenings and keyframes are appended, nothing else changes but `verified` and `complete`.
 */
export interface Replay {
  readonly movie: Movie;
  readonly recording: Recording;
  /** The profile that it was recorded with; undefined in a file that is a movie only. */
  readonly profile: Profile | undefined;
  /** Steps that are there: frames 0 to `frames` can be played. */
  readonly frames: number;
  /** Rows 0 to `frames`; empty without a profile. */
  readonly readings: ReadingsLog;
  /** One for each of momentsOf(profile), in its order. */
  readonly tapes: readonly Tape[];
  /** In order of their frames. */
  readonly happenings: readonly Happening[];
  /** In order of their frames. */
  readonly keyframes: readonly StoredKeyframe[];
  /** It has its end: nothing more will come. */
  readonly complete: boolean;
  /** Why reading stopped before the end of the file, where that was no plain cut. */
  readonly damage: string | undefined;
}
