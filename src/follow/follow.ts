import type { Profile } from "../watch/profile.ts";
import {
  type Divergence,
  describeDivergence,
  firstDivergence,
  type Readings,
  sliceReadings,
} from "../watch/readings.ts";

/** What a follower is kept in step with: readings by frame, and a state of any frame that was read. */
export interface Reference {
  /** Its last frame. */
  readonly end: number;
  /** Readings of `count` frames from `first`, as soon as they are there. */
  readings(first: number, count: number): Promise<Readings>;
  stateAt(frame: number): Promise<Uint8Array>;
  /** The movie's sample at a frame, for movies by poll. */
  sampleAt(frame: number): number | undefined;
  /** Nothing before this frame will be asked for any more. */
  forgetBefore(frame: number): void;
}

/** What is kept in step: an instance, or a run in this process. */
export interface Follower {
  play(frames: number): Promise<Readings>;
  load(state: Uint8Array, frame: number, sample?: number): Promise<void>;
  read(): Promise<Readings>;
}

export interface Policy {
  /** Repairs after which it gives up; unset: when repairing is hopeless (see {@link hopeless}). */
  readonly maxRepairs?: number | undefined;
  /**
   * Finds out why the follower parted, by playing it from states of up to {@link BEHIND} frames earlier. Nothing: what differs is
   * no desync, and following has to begin anew with a profile that leaves it out.
   */
  explain?(divergence: Divergence): Promise<Divergence | undefined>;
  onDesync?(divergence: Divergence): void | Promise<void>;
  /** The follower has the reference's state of that frame; `residual` is what differs even so. */
  onRepair?(
    frame: number,
    state: Uint8Array,
    sample: number | undefined,
    residual: Divergence | undefined,
  ): void | Promise<void>;
  /** These readings of the follower are compared, and equal but for the last frame of a batch that parted. */
  onSettled?(readings: Readings): void | Promise<void>;
  /** Whether the follower is to stand still for a moment when the batch at hand is settled; then `onPause` is called. */
  wantsPause?(): boolean;
  /** The follower is at exactly this frame, and in step: the place to write down where it is. */
  onPause?(frame: number): Promise<void>;
}

export interface Followed {
  readonly desyncs: readonly Divergence[];
  readonly repairs: readonly number[];
  /** Frames that differ although the reference's state was loaded there. */
  readonly residual: readonly number[];
  /** The frame it got to: the reference's end, unless it gave up. */
  readonly frame: number;
  /** Why it gave up before the end. */
  readonly gaveUp?: string;
  /** It stopped at what is no desync, to begin anew: see {@link Policy.explain}. */
  readonly anew?: true;
}

/** Frames before a divergence whose states may be asked for. */
export const BEHIND = 5;

/** Frames a message: few after a repair, since the next is often near, then more and more. */
const SMALL_BATCH = 4;
const LARGE_BATCH = 256;

/**
 * Keeps a follower in step with a reference: plays, compares each frame, and at a mismatch loads the reference's state.
 * The follower runs ahead of the comparison; what it ran past a mismatch is void, since the load replaces it.
 * `from` is the frame that the follower is at; its readings there are compared first.
 */
export async function follow(
  reference: Reference,
  follower: Follower,
  profile: Profile,
  policy: Policy,
  from = 0,
): Promise<Followed> {
  const desyncs: Divergence[] = [];
  const repairs: number[] = [];
  const residual: number[] = [];
  let gaveUp: string | undefined;
  let anew = false as boolean;

  async function settle(actual: Readings): Promise<Divergence | undefined> {
    const expected = await reference.readings(actual.first, actual.count);
    const divergence = firstDivergence(profile, expected, actual);
    await policy.onSettled?.(
      divergence ? sliceReadings(actual, actual.first, divergence.frame - actual.first + 1) : actual,
    );
    return divergence;
  }

  async function repair(found: Divergence): Promise<void> {
    const divergence = policy.explain ? await policy.explain(found) : found;
    if (!divergence) {
      anew = true;
      return;
    }
    const { frame } = divergence;
    desyncs.push(divergence);
    await policy.onDesync?.(divergence);
    gaveUp = hopeless(desyncs, policy.maxRepairs);
    if (gaveUp) return;
    const state = await reference.stateAt(frame);
    const sample = reference.sampleAt(frame);
    await follower.load(state, frame, sample);
    const left = firstDivergence(profile, await reference.readings(frame, 1), await follower.read());
    if (left) residual.push(frame);
    repairs.push(frame);
    await policy.onRepair?.(frame, state, sample, left);
  }

  let frame = from;
  let size = LARGE_BATCH / 4;
  const atStart = await settle(await follower.read());
  if (atStart) await repair(atStart);
  let batch: Promise<Readings> | undefined;
  while (frame < reference.end && !gaveUp && !anew) {
    const actual = await (batch ?? follower.play(Math.min(size, reference.end - frame)));
    const next = actual.first + actual.count - 1;
    const pause = policy.wantsPause?.() ?? false;
    size = Math.min(size * 2, LARGE_BATCH);
    // The next batch runs while this one is compared. A mismatch voids it, so it waits its turn right after a repair.
    batch =
      size === LARGE_BATCH && !pause && next < reference.end
        ? follower.play(Math.min(size, reference.end - next))
        : undefined;
    batch?.catch(() => {});
    const divergence = await settle(actual);
    frame = divergence ? divergence.frame : next;
    reference.forgetBefore(Math.max(0, frame - BEHIND));
    if (!divergence) {
      if (pause) await policy.onPause?.(frame);
      continue;
    }
    await batch;
    batch = undefined;
    size = SMALL_BATCH;
    await repair(divergence);
  }
  return {
    desyncs,
    repairs,
    residual,
    frame,
    ...(gaveUp !== undefined && { gaveUp }),
    ...(anew && { anew: true as const }),
  };
}

/** More than half of this many frames on end needed a repair: the runs have nothing in common that a repair could keep. */
const WINDOW = 120;

/** Why repairing further makes no sense, or undefined. */
export function hopeless(desyncs: readonly Divergence[], maxRepairs: number | undefined): string | undefined {
  const last = desyncs.at(-1)!;
  if (maxRepairs !== undefined) {
    return desyncs.length > maxRepairs
      ? `more than ${maxRepairs} repairs were needed by frame ${last.frame}: ${describeDivergence(last)}`
      : undefined;
  }
  const recent = desyncs.filter((desync) => desync.frame > last.frame - WINDOW).length;
  if (recent <= WINDOW / 2) return undefined;
  return (
    `too different to force-sync: ${recent} of the ${WINDOW} frames up to ${last.frame} needed a repair, and there each frame parts again ` +
    `(${describeDivergence(last)}); choose target settings that are nearer to native, or watch less with --profile`
  );
}
