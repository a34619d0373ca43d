import type { Range } from "../watch/profile.ts";
import type { Divergence } from "../watch/readings.ts";
import { BEHIND, type Reference } from "./follow.ts";
import { contain, describeRanges, joinRanges, type Moment, type Patch } from "./readback.ts";

/** The follower's {@link drawnFrom} and {@link movedBy}; `whole`: of all of the regions, whatever is masked or not watched. */
export interface Trials {
  drawn(whole: boolean, before: Moment, after: Moment): Promise<readonly Patch[]>;
  moved(whole: boolean, from: Moment, patches: readonly Patch[], frames: number): Promise<readonly Range[]>;
}

/**
 * Frames after the first whose pictures are looked at too: buffers take turns, scenes change, and each range that is found
 * late makes following begin anew. No further on than a reference is ahead.
 */
const AFTER = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610];
/** Trials that show all buffers that take turns. */
const TURNS = 4;
/** Frames in which nobody may have read what is to be masked. */
const UNREAD = 4;
/** Two pictures' remains that are no further apart are taken for one: often a few pixels are all that differs. */
const NEAR = 16 << 10;

interface Drawing {
  readonly at: Moment;
  readonly patches: readonly Patch[];
}

/**
 * Why the follower parted at a frame. `masks`: it is no desync, for what differs is drawn into memory anew from the very
 * same state, and nobody reads it. Else the divergence, with its cause where trials show it. `known`: what is masked already.
 */
export async function explainReadback(
  reference: Reference,
  trials: Trials,
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
  const here = await at(frame);
  const first = { at: here, patches: await trials.drawn(false, before, here) };
  if (first.patches.length === 0) return { ...divergence, ...(await wasRead(trials, early, before, known)) };
  const drawings: Drawing[] = [first];
  for (const after of AFTER.filter((frames) => frame + frames <= reference.end)) {
    const from = await at(frame + after - 1);
    const to = await at(frame + after);
    drawings.push({ at: to, patches: await trials.drawn(false, from, to) });
  }
  const pictures = await unread(trials, drawings, known);
  if (pictures.includes(first)) return { masks: joinRanges(pictures.flatMap(areasOf), NEAR) };
  return {
    ...divergence,
    cause: `from the same state of frame ${frame - 1} it differs at ${describeRanges(areasOf(first))}, and goes on otherwise by that`,
  };
}

/** Those that nobody reads: all of them, or else those of the first for which that holds one by one. */
async function unread(trials: Trials, drawings: readonly Drawing[], known: readonly Range[]): Promise<Drawing[]> {
  const moved = async ({ at, patches }: Drawing): Promise<readonly Range[]> => trials.moved(false, at, patches, UNREAD);
  const together = { at: drawings[0]!.at, patches: drawings.flatMap(({ patches }) => patches) };
  if (contain(joinRanges([...known, ...areasOf(together)]), await moved(together))) return [...drawings];
  const tried: { drawing: Drawing; moves: readonly Range[] }[] = [];
  for (const drawing of drawings.slice(0, TURNS)) tried.push({ drawing, moves: await moved(drawing) });
  // A plugin that is put back draws other pictures for some frames: they may move, and nothing else.
  for (let kept = tried; ; ) {
    const areas = joinRanges([...known, ...kept.flatMap(({ drawing }) => areasOf(drawing))]);
    const good = kept.filter(({ moves }) => contain(areas, moves));
    if (good.length === kept.length) return kept.map(({ drawing }) => drawing);
    kept = good;
  }
}

const areasOf = ({ patches }: Pick<Drawing, "patches">): Range[] => patches.map(({ range }) => range);

/** Puts the follower's pictures alone into the reference's memory: when the game goes on otherwise, it has read them. */
async function wasRead(
  trials: Trials,
  early: Moment,
  before: Moment,
  known: readonly Range[],
): Promise<{ cause?: string }> {
  if (early.frame >= before.frame) return {};
  const patches = await trials.drawn(true, early, before);
  const moved = await trials.moved(true, before, patches, 2);
  if (contain(joinRanges([...known, ...areasOf({ patches })]), moved)) return {};
  return { cause: `the game reads the picture in its memory, at ${describeRanges(areasOf({ patches }))}` };
}
