import { SHOW_ALL, SHOW_NOTHING, type VideoFrame } from "../machine/machine.ts";
import type { Run } from "../replay/run.ts";
import type { Readings } from "../watch/readings.ts";
import { crossfade } from "./crossfade.ts";
import { OffsetFinder, type OffsetProof } from "./offset.ts";

/** A repair that aligning made: the native run's state at that frame. */
export interface RepairState {
  readonly frame: number;
  /** The movie's sample there, for movies by poll. */
  readonly sample?: number | undefined;
  load(): Uint8Array;
}

/** One frame of the video. Views of the machine's own memory where nothing had to be kept: use it before the next. */
export interface Shot {
  readonly frame: number;
  readonly picture: VideoFrame;
  /** Interleaved stereo. */
  readonly samples: Int16Array;
}

/** Where the video joins two runs: it shows the run that parted up to `frame + offset`, then the repaired one. */
export interface Seam {
  readonly frame: number;
  readonly offset: number;
  readonly proof: OffsetProof;
}

export interface ShotPlan {
  readonly end: number;
  readonly repairs: readonly RepairState[];
  /** Frames past each seam, or "auto": decided for each from its pictures. */
  readonly offset: number | "auto";
  /** The longest offset that "auto" may choose. */
  readonly maxOffset: number;
  /** Frames up to this one were dumped before: they are run headless, and their seams are not looked at again. */
  readonly from: number;
  /** After each step, also of those that are not shown. */
  onStep?(frame: number): void;
  /** `around`: the shots on both sides, of which those after the cut start at `cut`. */
  onSeam(seam: Seam, around: readonly Shot[], cut: number): void;
  /** The readings of each frame of the run that the video ends up following, after a repair where there was one. */
  onReadings(readings: Readings): void;
}

/** Shots that are shown of each side of a seam. */
const AROUND = 3;

/**
 * Frames before a seam that are drawn once more before run B. What a renderer holds is in no state: it would show what it
 * drew last in run A, frames after the seam, where B is to begin.
 */
const WARM_UP = 8;

/** Plays a run to its end and gives the frames of its video, with every seam closed. */
export function* shots(run: Run, plan: ShotPlan): Generator<Shot> {
  const repairs = new Map(plan.repairs.map((repair) => [repair.frame, repair]));
  let recent: Shot[] = [];
  let warmUp: { state: Uint8Array; frame: number; sample: number | undefined } | undefined;

  /** Loads the reference's state where there is one for this frame. */
  function repairHere(): void {
    if (repairs.has(run.frame)) repair(run.frame);
    else prepare();
  }
  function repair(frame: number): void {
    const { load, sample } = repairs.get(frame)!;
    run.load(load(), frame, sample);
    plan.onReadings(run.read());
    warmUp = undefined;
    prepare();
  }
  /** Keeps a state of this run a little before the next repair. */
  function prepare(): void {
    if (warmUp || !isNear(run.frame + 1, WARM_UP)) return;
    warmUp = { state: run.machine.saveState(), frame: run.frame, sample: run.sampleAt(run.frame) };
  }
  function step(): Shot {
    run.step(SHOW_ALL);
    plan.onStep?.(run.frame);
    return { frame: run.frame, picture: run.machine.video, samples: run.machine.audio.samples };
  }
  /** Whether one of so many frames, from this one on, is repaired. */
  function isNear(frame: number, frames: number): boolean {
    for (let f = frame; f < frame + frames; f++) if (repairs.has(f)) return true;
    return false;
  }

  repairHere();
  while (run.frame < plan.from) {
    run.step(SHOW_NOTHING);
    plan.onStep?.(run.frame);
    repairHere();
  }
  plan.onReadings(run.read());
  while (run.frame < plan.end) {
    const shot = step();
    plan.onReadings(run.read());
    if (isNear(run.frame, AROUND)) recent = [...recent, keep(shot)].slice(-AROUND);
    yield shot;
    prepare();
    if (!repairs.has(run.frame)) continue;
    if (run.frame < plan.end) yield* closeSeam(run.frame);
    else repairHere(); // nothing is shown after it
  }

  /**
   * Run A, which parted at `frame`, is played on for as long as the offset may be, and kept. Then some frames before the seam
   * are drawn again, the state is loaded, and run B is played over the same frames until its picture carries on that of A.
   * The video goes on with A's shots up to there, then with B's. A repair on the way is made in B.
   */
  function* closeSeam(frame: number): Generator<Shot> {
    const longest = Math.min(plan.offset === "auto" ? plan.maxOffset : plan.offset, plan.end - frame - 1);
    const finder = new OffsetFinder(longest, plan.offset === "auto");
    finder.before(0, standing(recent).at(-1)!.picture);
    const a: Shot[] = [];
    while (a.length <= longest) {
      a.push(keep(step()));
      finder.before(a.length, a.at(-1)!.picture);
    }
    rewind(frame);
    const b: Shot[] = [];
    for (let found: { offset: number; proof: OffsetProof } | undefined; !found; ) {
      b.push(keep(step()));
      plan.onReadings(run.read());
      const last = repairs.has(run.frame) || run.frame === plan.end;
      found = finder.after(b.length, b.at(-1)!.picture, last);
      if (!found) {
        if (last) finder.restart(b.length);
        repairHere();
        continue;
      }
      prepare();
      const { offset, proof } = found;
      // Samples of the frame after the cut: both runs have them, so that one can fade into the other.
      const joined = { ...b[offset]!, samples: crossfade(a[offset]!.samples, b[offset]!.samples, sampleRate(run)) };
      const video = [...a.slice(0, offset), joined, ...b.slice(offset + 1)];
      const before = [...recent, ...a.slice(0, offset)].slice(-AROUND);
      const around = standing([...before, ...b.slice(offset, offset + AROUND)]);
      plan.onSeam({ frame, offset, proof }, around, before.length);
      recent = video.slice(-AROUND);
      yield* video;
    }
    if (repairs.has(run.frame) && run.frame < plan.end) yield* closeSeam(run.frame);
  }

  function rewind(frame: number): void {
    if (warmUp) {
      run.load(warmUp.state, warmUp.frame, warmUp.sample);
      while (run.frame < frame) step();
    }
    repair(frame);
  }
}

/** As they are seen: where nothing new was drawn, the picture before stays. */
function standing(shots: readonly Shot[]): Shot[] {
  let last: VideoFrame | undefined;
  return shots.map((shot) => {
    if (shot.picture.pixels.length > 0) last = shot.picture;
    return last ? { ...shot, picture: last } : shot;
  });
}

/** A shot that stays when the machine goes on. */
function keep(shot: Shot): Shot {
  return {
    frame: shot.frame,
    picture: { ...shot.picture, pixels: shot.picture.pixels.slice() },
    samples: shot.samples.slice(),
  };
}

function sampleRate(run: Run): number {
  const { num, den } = run.machine.timing.sampleRate;
  return num / den;
}
