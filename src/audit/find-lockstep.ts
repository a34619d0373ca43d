import { openMachine } from "../follow/open-run.node.ts";
import { SHOW_NOTHING } from "../machine/machine.ts";
import { Run } from "../replay/run.ts";
import { Episode, Pairs } from "./find-noise.ts";
import { type Place, type Play, Trace } from "./find-trace.ts";

/** Frames for which a difference is left alone, to see what comes of it. */
const WINDOW = 60;
/** A repair that lasted no longer than this did nothing. */
const SOON = 2;

/** What was learnt from two runs side by side, of which the one is kept in step with the other. */
export interface Lockstep {
  readonly regions: readonly Place[];
  /** For each region whether both cores show it. */
  readonly common: readonly boolean[];
  /** For each region a byte for each of its bytes: 0 or one of NOISE. */
  readonly noise: readonly Uint8Array[];
  /** 1 for each frame in which all but noise is equal. */
  readonly inStep: Uint8Array;
  /** Where the target parted and stayed apart, and was put right. */
  readonly partings: readonly { readonly frame: number; readonly bytes: number }[];
  /** Frames in which something differed that was equal again by itself. */
  readonly passing: readonly number[];
  /** The target has the states of another core, so that only values could be put back. */
  readonly foreign: boolean;
  /** Bytes that differed at power-on, as spans of a region. */
  readonly garbage: readonly { readonly region: number; readonly from: number; readonly to: number }[];
  /** What of each region the traces keep. */
  readonly words: readonly (readonly number[])[];
  readonly native: Trace;
  readonly target: Trace;
  /** The movie's sample that each frame starts with. */
  readonly samples: Uint32Array;
  readonly gaveUp?: string;
}

/**
 * Plays native and target side by side. Where they differ the target is left alone for a second: if all is equal again, that was
 * noise (a picture in memory, what a routine left on the stack); if not it was a desync, and native's state is loaded.
 * `words[r]`: what the traces keep of region r.
 */
export async function lockstep(
  native: Play,
  target: Play,
  frames: number,
  words: readonly (readonly number[])[],
  onFrame: (frame: number) => void = () => {},
): Promise<Lockstep> {
  const a = await opened(native);
  const b = await opened(target).catch((error) => {
    a.machine.close();
    throw error;
  });
  try {
    return play(a, b, frames, words, onFrame);
  } finally {
    a.machine.close();
    b.machine.close();
  }
}

async function opened(play: Play): Promise<Run> {
  const { machine, profile } = await openMachine(play, play.movie?.start);
  return new Run(machine, play.movie!, profile, play.faults);
}

function play(
  a: Run,
  b: Run,
  frames: number,
  words: readonly (readonly number[])[],
  onFrame: (frame: number) => void,
): Lockstep {
  const pairs = new Pairs(a.machine, b.machine);
  const { foreign } = pairs;
  const kept = words.map((offsets, r) => (pairs.common[r] ? offsets : []));
  const [native, target] = [new Trace(kept, frames + 1), new Trace(kept, frames + 1)];
  const inStep = new Uint8Array(frames + 1);
  const samples = new Uint32Array(frames + 1);
  const partings: { frame: number; bytes: number }[] = [];
  const passing: number[] = [];
  const garbage = pairs.spans(pairs.differing());
  if (garbage.length) pairs.copyTo(b.machine);
  let episode: Episode | undefined;
  let repairedAt = -WINDOW;
  let gaveUp: string | undefined;
  while (a.frame < frames) {
    a.step(SHOW_NOTHING);
    b.step(SHOW_NOTHING);
    const frame = a.frame;
    const differing = pairs.differing();
    native.take(pairs.natives, frame);
    target.take(pairs.targets, frame);
    samples[frame] = a.sampleAt(frame) ?? frame;
    onFrame(frame);
    if (!episode && differing.length === 0) {
      inStep[frame] = 1;
      continue;
    }
    episode ??= new Episode(frame, differing, frame - repairedAt <= SOON);
    episode.see(differing);
    if (frame < episode.frame + WINDOW && frame < frames) continue;
    const apart = pairs.judge(episode, differing);
    if (apart === 0) {
      if (!pairs.allNoise(episode.first)) passing.push(episode.frame);
      for (let f = episode.frame; f <= frame; f++) inStep[f] = 1;
    } else if (!gaveUp) {
      for (let f = episode.frame; f < frame; f++) inStep[f] = 0;
      partings.push({ frame: episode.frame, bytes: apart });
      if (foreign) pairs.copyTo(b.machine);
      else b.load(a.machine.saveState(), frame, a.sampleAt(frame), a.sampleAt(frame - 1));
      repairedAt = frame;
      inStep[frame] = 1;
    }
    episode = undefined;
    if (pairs.masked > pairs.total / 2) gaveUp = "more than half of memory differs although the runs are in step";
  }
  return {
    regions: pairs.places,
    common: pairs.common,
    words: kept,
    noise: pairs.noise,
    inStep,
    partings,
    passing,
    foreign,
    garbage,
    native,
    target,
    samples,
    ...(gaveUp !== undefined && { gaveUp }),
  };
}
