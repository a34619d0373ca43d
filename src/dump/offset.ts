import { type Change, changeOf, excessOf } from "./motion.ts";
import { compareFeatures, type Feature, featureOf, type Picture } from "./picture.ts";

/** Why a video was cut at this offset, in numbers and words. Differences of luma are 0 to 255. */
export interface OffsetProof {
  /** The cut continues the picture. False: it is only the best that was found. */
  readonly fits: boolean;
  readonly reason: string;
  /** From the last picture of the run that parted to the first of the repaired one. */
  readonly jump: { readonly mean: number; readonly max: number };
  /** How much the scene itself moves there from frame to frame. */
  readonly motion: { readonly mean: number; readonly max: number };
  /** From run A's picture to run B's of the same frame, the first one after the cut. */
  readonly apart: { readonly mean: number; readonly max: number };
  /** How many times what the scene's motion explains the worst part of the picture jumps: it fits up to 1. */
  readonly excess: number;
  /** Detail of the first picture after the cut over that of the other run's same frame: below 1, it is less sharp. */
  readonly sharpness: number;
  /** Frames after the load at which the picture had settled: right size, full detail; null: not within those looked at. */
  readonly settledAt: number | null;
  /** Pictures of the repaired run that were looked at. */
  readonly looked: number;
}

export interface Found {
  readonly offset: number;
  readonly proof: OffsetProof;
}

/** Frames that a picture must stay settled: a renderer that starts anew may flash once more. */
const STAYS = 4;
/** Frames of run A on either side of the cut that tell how the scene moves. */
const AROUND = 3;
/** Sharpness of a picture that has settled; enlarged from half the size, it has 0.5 or less. */
const SHARP = { from: 0.72, to: 1.6 };

/**
 * Finds where to cut from run A, which parted from the reference at frame r, to run B, which goes on from the reference's
 * state of frame r. Offset k: the video shows A up to frame r + k, then B from frame r + k + 1. The smallest k is taken at
 * which nothing jumps and B is drawn as sharply as A. Of each picture only its {@link Feature} is kept.
 */
export class OffsetFinder {
  readonly longest: number;
  readonly #auto: boolean;
  readonly #a: (Feature | undefined)[] = [];
  readonly #b: (Feature | undefined)[] = [];
  /** The smallest offset that is still in question. */
  #next = 0;
  #best: (Found & { rank: number }) | undefined;

  /** With `auto` false the offset is `longest`, and its proof says whether it fits. */
  constructor(longest: number, auto = true) {
    this.longest = longest;
    this.#auto = auto;
    if (!auto) this.#next = longest;
  }

  /** Run A's picture of frame r + k, k from 0 to longest + 1 in order; without pixels: as the one before. */
  before(k: number, picture: Picture): void {
    this.#a[k] = picture.pixels.length > 0 ? featureOf(picture) : this.#a[k - 1];
  }

  /**
   * Run B's picture of frame r + k, k from 1 in order. Gives the offset as soon as it is certain: within `longest` + 5
   * pictures, or with what was seen when this is the `last` picture and no more can be given.
   */
  after(k: number, picture: Picture, last = false): Found | undefined {
    this.#b[k] = picture.pixels.length > 0 ? featureOf(picture) : (this.#b[k - 1] ?? this.#a[k]);
    const ready = last ? k - 1 : k - 1 - STAYS;
    while (this.#next <= Math.min(ready, this.longest)) {
      const offset = this.#next++;
      const judged = this.#judge(offset, k);
      if (!judged) continue;
      if (judged.proof.fits) return { offset, proof: judged.proof };
      if (!this.#best || judged.rank < this.#best.rank) this.#best = { offset, ...judged };
    }
    if (this.#next <= this.longest || !this.#best) return undefined;
    const { offset, proof } = this.#best;
    return { offset, proof: { ...proof, reason: this.#whyNone(proof, k) } };
  }

  /** Run B was repaired at frame r + k: its pictures up to there are not what the video would go on from. */
  restart(k: number): void {
    this.#b.length = 0;
    this.#best = undefined;
    this.#next = this.#auto ? Math.max(this.#next, Math.min(k, this.longest)) : this.longest;
  }

  /** Whether a cut at this offset continues the picture; of those that do not, the one of the lowest rank is the best. */
  #judge(offset: number, seen: number): { proof: OffsetProof; rank: number } | undefined {
    const [a, b] = [this.#a[offset], this.#b[offset + 1]];
    if (!a || !b) return undefined;
    const jump = changeOf(a, b);
    const apart = changeOf(this.#a[offset + 1] ?? a, b);
    const movesA = changes(this.#a, offset - AROUND, offset + AROUND);
    const movesB = changes(this.#b, offset + 1, offset + 1 + STAYS);
    const { excess, motion } = excessOf(jump, apart, movesA, movesB);
    const settledAt = this.#settledAt(seen);
    const settled = settledAt !== null && settledAt <= offset + 1;
    const fits = excess <= 1 && settled;
    const moved = `${round(jump.mean)} at the cut, ${round(motion.mean)} from frame to frame around it`;
    const reason = fits ? `the picture goes on: it changes by ${moved}` : `the picture jumps: it changes by ${moved}`;
    const sharpness = round(this.#sharpness(offset + 1));
    const numbers = { jump: pick(jump), motion: pick(motion), apart: pick(apart), excess: round(excess) };
    return {
      proof: { fits, reason, ...numbers, sharpness, settledAt, looked: seen },
      rank: settled ? excess : excess + 1000,
    };
  }

  /** The first frame from which B is settled, of those seen. */
  #settledAt(seen: number): number | null {
    let at: number | null = null;
    for (let k = seen; k >= 1 && this.#b[k]; k--) {
      if (!this.#settled(k)) break;
      at = k;
    }
    return at;
  }

  /** B at frame k has A's size, and A's detail or else that of the frame before, if that was settled. */
  #settled(k: number): boolean {
    if (k === 0) return true;
    const size = this.#a[0];
    const b = this.#b[k];
    const earlier = k === 1 ? size : this.#b[k - 1];
    if (!b || (size && (b.width !== size.width || b.height !== size.height))) return false;
    if (this.#a[k] && sharp(this.#sharpness(k))) return true;
    if (!earlier || earlier.width !== b.width || earlier.height !== b.height) return false;
    return sharp(compareFeatures(earlier, b).sharpness) && this.#settled(k - 1);
  }

  #sharpness(k: number): number {
    const [a, b] = [this.#a[Math.min(k, this.#a.length - 1)], this.#b[k]];
    return a && b ? compareFeatures(a, b).sharpness : 1;
  }

  #whyNone(proof: OffsetProof, seen: number): string {
    const wanted = this.#a[0];
    const got = this.#b[seen];
    if (wanted && got && (got.width !== wanted.width || got.height !== wanted.height)) {
      return `the picture stayed at ${got.width}x${got.height} instead of ${wanted.width}x${wanted.height} for all ${seen} frames after the load; allow a longer offset`;
    }
    if (proof.settledAt === null || proof.settledAt > this.longest + 1) {
      const percent = Math.round(this.#sharpness(Math.min(seen, this.longest + 1)) * 100);
      return `the picture has ${percent} % of its detail ${Math.min(seen, this.longest + 1)} frames after the load and does not settle; allow a longer offset`;
    }
    const away = `${proof.reason}, at the best of the offsets`;
    return `${away}: the run had gone too far from the reference; repair earlier (a probe of more precision), or look at this seam`;
  }
}

function sharp(sharpness: number): boolean {
  return sharpness >= SHARP.from && sharpness <= SHARP.to;
}

/** What changes from frame to frame, from frame `from` to frame `to` of a run, where both are known. */
function changes(run: readonly (Feature | undefined)[], from: number, to: number): Change[] {
  const found: Change[] = [];
  for (let k = Math.max(0, from); k < to; k++) {
    const [here, next] = [run[k], run[k + 1]];
    if (here && next && here.width === next.width && here.height === next.height) found.push(changeOf(here, next));
  }
  return found;
}

function pick({ mean, max }: { mean: number; max: number }): { mean: number; max: number } {
  return { mean: round(mean), max: round(max) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The same for pictures that are all at hand: `before[k]` and `after[k]` are of frame r + k; `after[0]` does not exist. */
export function findOffset(
  before: readonly Picture[],
  after: readonly (Picture | undefined)[],
  longest: number,
): Found {
  const finder = new OffsetFinder(Math.min(longest, after.length - 2));
  for (const [k, picture] of before.entries()) finder.before(k, picture);
  for (let k = 1; k < after.length; k++) {
    const found = finder.after(k, after[k]!, k === after.length - 1);
    if (found) return found;
  }
  throw new RangeError("findOffset needs two pictures of each run");
}
