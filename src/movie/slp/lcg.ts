// Melee's random number generator: state * 214013 + 2531011, modulo 2^32. Measured: the seeds of all recordings follow by it.

const MULTIPLY = 214013;
const ADD = 2531011;

/**
 * Draws that lead from one state to another, from 0 to 2^32-1: there always is a number, since the generator goes through all
 * states. Found bit by bit, from the lowest, in 32 steps.
 */
export function drawsBetween(from: number, to: number): number {
  let multiply = MULTIPLY;
  let add = ADD;
  let state = from | 0;
  let draws = 0;
  for (let bit = 1; bit !== 0; bit <<= 1) {
    if ((state ^ to) & bit) {
      state = (Math.imul(state, multiply) + add) | 0;
      draws |= bit;
    }
    add = Math.imul(multiply + 1, add);
    multiply = Math.imul(multiply, multiply);
  }
  return draws >>> 0;
}

/** More draws than two states in one match can be apart by what happens in a frame or two. */
const MOST_AHEAD = 1_000_000;

/** How many draws `b` is ahead of `a`, behind when negative; undefined when no such count leads there. */
export function drawsAhead(a: number, b: number): number | undefined {
  const ahead = drawsBetween(a, b);
  if (ahead <= MOST_AHEAD) return ahead;
  const behind = drawsBetween(b, a);
  return behind <= MOST_AHEAD ? -behind : undefined;
}
