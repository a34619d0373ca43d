import { LEAST } from "./find-foretell.ts";

// A game may walk through a table of numbers instead of making any: what moves in memory is the index. Nothing in its course tells it from a
// counter of things that happen now and then, so that is all that can be said.

/** Numbers of a table; fewer are steps of an animation. */
const SHORTEST = 16;
/** Numbers that a frame draws at most. */
const STEPS = 4;
/** Of the changes so many may be of another kind: it may be set to something. */
const ODD = 0.05;
/** Of the times between changes the commonest may be so many, and as many must be different: clocks are regular. */
const [COMMONEST, DIFFERENT] = [0.6, 8];

/**
 * The length of the table that a byte may be the index of, from its states in each frame of each run: it goes on by a few, at irregular times,
 * and wraps. Undefined for all else.
 */
export function tableOf(runs: readonly Uint32Array[]): number | undefined {
  const moves: { before: number; after: number }[] = [];
  const waits = new Map<number, number>();
  for (const states of runs) {
    let last = 0;
    for (let frame = 2; frame < states.length; frame++) {
      const [before, after] = [states[frame - 1]!, states[frame]!];
      if (before === after) continue;
      moves.push({ before, after });
      if (last) waits.set(frame - last, (waits.get(frame - last) ?? 0) + 1);
      last = frame;
    }
  }
  if (waits.size < DIFFERENT || Math.max(...waits.values()) > COMMONEST * moves.length) return undefined;
  const walked = moves.filter(({ before, after }) => after > before && after - before <= STEPS);
  const most = Math.max(0, ...walked.map(({ after }) => after));
  const wraps = moves.filter(({ before, after }) => after < STEPS && before > most - STEPS && before <= most);
  if (wraps.length === 0 || moves.length - walked.length - wraps.length > ODD * moves.length) return undefined;
  if (moves.length < LEAST || most < SHORTEST - 1 || most > 254) return undefined;
  const steps = new Set(walked.map(({ before, after }) => after - before));
  for (let length = most + 1; length <= most + STEPS && length < 256; length++)
    if (wraps.every(({ before, after }) => steps.has(length - before + after))) return length;
  return undefined;
}
