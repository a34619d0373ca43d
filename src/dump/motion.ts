import { BLOCKS, BLOCKS_WIDE, compareFeatures, type Feature } from "./picture.ts";

/** How much one picture differs from another, in all and block by block; luma, 0 to 255. */
export interface Change {
  readonly mean: number;
  readonly max: number;
  readonly blocks: Float32Array;
}

export function changeOf(a: Feature, b: Feature): Change {
  const blocks = new Float32Array(BLOCKS);
  const { mean, max } = compareFeatures(a, b, blocks);
  return { mean, max, blocks };
}

/** A cut may jump by twice what the scene moves in a frame, as much as one dropped frame would; `UNSEEN` is below what is seen. */
const FACTOR = 2;
const UNSEEN = { mean: 0.6, block: 4 };

/**
 * How many times what the motion of the scene explains a cut jumps, where it is worst; up to 1 it continues the picture.
 * Nothing jumps in a block where the two runs show the same in the same frame (`apart`), however much changes there: so a
 * scene may cut at the seam. Otherwise it may change by as much as that block and its neighbours usually do.
 */
export function excessOf(
  jump: Change,
  apart: Change,
  movesA: readonly Change[],
  movesB: readonly Change[],
): { excess: number; motion: Change } {
  const motion = usual(movesA, movesB);
  let excess = Math.min(jump.mean, apart.mean) / (motion.mean * FACTOR + UNSEEN.mean);
  for (let block = 0; block < BLOCKS; block++) {
    const unexplained = Math.min(jump.blocks[block]!, apart.blocks[block]!);
    if (unexplained <= UNSEEN.block) continue;
    excess = Math.max(excess, unexplained / (nearby(motion.blocks, block) * FACTOR + UNSEEN.block));
  }
  return { excess, motion };
}

/** The second largest change of each run, so that one cut or flash does not count as the scene's motion; of both, the larger. */
function usual(movesA: readonly Change[], movesB: readonly Change[]): Change {
  const of = (value: (change: Change) => number): number =>
    Math.max(second(movesA.map(value)), second(movesB.map(value)));
  const blocks = new Float32Array(BLOCKS);
  for (let block = 0; block < BLOCKS; block++) blocks[block] = of((change) => change.blocks[block]!);
  return { mean: of((change) => change.mean), max: of((change) => change.max), blocks };
}

function second(values: readonly number[]): number {
  let [most, next] = [0, 0];
  for (const value of values) {
    if (value > most) [most, next] = [value, most];
    else if (value > next) next = value;
  }
  return values.length === 1 ? most : next;
}

function nearby(blocks: Float32Array, block: number): number {
  const column = block % BLOCKS_WIDE;
  let most = 0;
  for (let row = block - column - BLOCKS_WIDE; row <= block - column + BLOCKS_WIDE; row += BLOCKS_WIDE) {
    for (let c = Math.max(0, column - 1); c <= Math.min(BLOCKS_WIDE - 1, column + 1); c++)
      most = Math.max(most, blocks[row + c] ?? 0);
  }
  return most;
}
