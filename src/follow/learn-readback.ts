import type { Range } from "../watch/profile.ts";
import type { Divergence } from "../watch/readings.ts";
import { BEHIND, type Reference } from "./follow.ts";
import { contain, describeRanges, joinRanges, type Moment, type Trial } from "./readback.ts";

/** {@link tryReadback} of the follower; `whole`: in all of the regions, whatever is masked or not watched. */
export type Attempt = (whole: boolean, before: Moment, after: Moment, frames: number) => Promise<Trial>;

/**
 * Frames after the first whose pictures are looked at too: buffers take turns, scenes change, and each range that is found
 * late makes following begin anew. No further on than a reference is ahead.
 */
const AFTER = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610];
/** Trials that show all buffers that take turns. */
const TURNS = 4;
/** Frames in which nobody may have read what is to be masked. */
const UNREAD = 4;

/**
 * Why the follower parted at a frame. `masks`: it is no desync, for what differs is drawn into memory anew from the very
 * same state, and nobody reads it. Else the divergence, with its cause where trials show it. `known`: what is masked already.
 */
export async function explainReadback(
  reference: Reference,
  attempt: Attempt,
  divergence: Divergence,
  known: readonly Range[],
): Promise<{ readonly masks: readonly Range[] } | Divergence> {
  const { frame } = divergence;
  if (frame < 1) return divergence;
  const at = async (moment: number): Promise<Moment> => ({
    state: await reference.stateAt(moment),
    frame: moment,
    sample: reference.sampleAt(moment),
  });
  // In rising order: that is how a reference makes its states the quickest.
  const early = await at(Math.max(0, frame - BEHIND));
  const before = await at(frame - 1);
  const trials: Trial[] = [];
  for (const after of AFTER) {
    const last = frame + after;
    if (last > reference.end) break;
    const from = after === 0 ? before : await at(last - 1);
    trials.push(await attempt(false, from, await at(last), UNREAD));
    if (trials[0]!.written.length === 0) break;
    if (trials.length === TURNS && !pictures(trials, known).includes(trials[0]!)) break;
  }
  const drawn = pictures(trials, known);
  const [first] = trials as [Trial];
  if (first.written.length === 0) return { ...divergence, ...(await wasRead(attempt, early, before, known)) };
  if (drawn.includes(first)) return { masks: joinRanges(drawn.flatMap(({ written }) => written)) };
  const where = describeRanges(first.written);
  return {
    ...divergence,
    cause: `from the same state of frame ${frame - 1} it differs at ${where}, and goes on otherwise by that`,
  };
}

/** Those after which only pictures go on otherwise: a plugin that is put back draws others for some frames. */
function pictures(trials: readonly Trial[], known: readonly Range[]): readonly Trial[] {
  const areas = joinRanges([...known, ...trials.flatMap(({ written }) => written)]);
  const kept = trials.filter(({ moved }) => contain(areas, moved));
  return kept.length === trials.length ? kept : pictures(kept, known);
}

/** Puts the follower's pictures alone into the reference's memory: when the game goes on otherwise, it has read them. */
async function wasRead(
  attempt: Attempt,
  early: Moment,
  before: Moment,
  known: readonly Range[],
): Promise<{ cause?: string }> {
  if (early.frame >= before.frame) return {};
  const { written, moved } = await attempt(true, early, before, 2);
  if (contain(joinRanges([...known, ...written]), moved)) return {};
  return { cause: `the game reads the picture in its memory, at ${describeRanges(written)}` };
}
