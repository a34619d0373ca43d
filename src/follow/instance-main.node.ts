import type { Keyframe } from "../history/history.ts";
import type { Boot } from "../machine/boot.ts";
import { serve, signOfLife } from "../machine/instance/child.ts";
import { SHOW_NOTHING, type Show, type Timing } from "../machine/machine.ts";
import { uncovered } from "../replay/moments.ts";
import { Player } from "../replay/player.ts";
import type { Notes } from "../replay/restorer.ts";
import type { Run } from "../replay/run.ts";
import { WatchedValues } from "../replay/watched-values.ts";
import { defaultProfile, type Profile, type Range } from "../watch/profile.ts";
import type { Readings } from "../watch/readings.ts";
import { openRun, type RunSpec } from "./open-run.node.ts";
import { drawnFrom, type Moment, movedBy, type Patch, wholeRegions } from "./readback.ts";

/** What an instance says of its machine when it is open. */
export interface Opened {
  readonly boot: Boot;
  readonly timing: Timing;
  readonly stateSize: number;
  readonly polling: "exact" | "frame";
  readonly regions: readonly { readonly name: string; readonly base: number; readonly size: number }[];
  readonly profile: Profile;
  /** The readings of frame 0. */
  readonly first: Readings;
  /** Its machine may write pictures into memory. */
  readonly readsBack: boolean;
  /** What of the profile's hooks and restores it cannot do, in words. */
  readonly uncovered: readonly string[];
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pitch: number;
  readonly aspect: number;
  readonly pixels: Uint8Array;
}

let run: Run;
let profile: Profile;
let watched: WatchedValues;

/** What the profile's fingerprint covers, or all of the regions that it is of; of system RAM, where only probes are. */
function covered(whole: boolean): Profile {
  if (!whole) return profile;
  return wholeRegions(profile.fingerprint ? profile : defaultProfile(run.machine.memory));
}

const verbs = {
  async open(spec: RunSpec): Promise<Opened> {
    const opened = await openRun(spec);
    ({ run, profile } = opened);
    const { machine } = run;
    watched = new WatchedValues(machine, profile);
    return {
      boot: machine.boot,
      timing: machine.timing,
      stateSize: machine.stateSize,
      polling: machine.polling,
      regions: machine.memory.map(({ name, base, size }) => ({ name, base, size })),
      profile,
      first: run.read(),
      readsBack: machine.readsBack ?? false,
      uncovered: uncovered(machine, profile),
    };
  },
  keepHistory: (budget: number, interval: number): void => run.keepHistory(budget, interval),
  play: (frames: number, show: Show = SHOW_NOTHING): Readings => run.play(frames, show, signOfLife),
  keyframe: (frame: number): Keyframe | undefined => run.keyframe(frame),
  save: (): Uint8Array => run.machine.saveState(),
  load: (state: Uint8Array, frame: number, sample?: number): void => run.load(state, frame, sample),
  forgetBefore: (frame: number): void => run.forgetBefore(frame),
  forgetAfter: (): void => run.forgetAfter(),
  /** The readings of the frame it is at. */
  read: (): Readings => run.read(),
  /** The bytes of what the profile watches, at the frame it is at. */
  values: (): Uint8Array => watched.read(),
  /** Its own state of a frame that it passed, with these values put in. */
  mended(frame: number, values: Uint8Array): Uint8Array {
    const keyframe = run.keyframe(frame)!;
    run.load(keyframe.state, keyframe.frame, run.sampleAt(keyframe.frame));
    run.forgetAfter();
    while (run.frame < frame) run.step(SHOW_NOTHING);
    watched.write(values);
    return run.machine.saveState();
  },
  /** What a playback put back so far; undefined for a run that plays no recording. */
  notes: (): Notes | undefined => (run instanceof Player ? run.restorer?.notes : undefined),
  picture(): Picture {
    const { width, height, pitch, aspect, pixels } = run.machine.video;
    return { width, height, pitch, aspect, pixels: pixels.slice() };
  },
  memory(name: string): Uint8Array | undefined {
    const region = run.machine.memory.find((r) => r.name === name);
    region?.refresh?.();
    return region?.bytes.slice();
  },
  drawn: (whole: boolean, before: Moment, after: Moment): Patch[] => drawnFrom(run, covered(whole), before, after),
  moved: (whole: boolean, from: Moment, patches: readonly Patch[], frames: number): Range[] =>
    movedBy(run, covered(whole), from, patches, frames),
  close: (): void => run.machine.close(),
};
export type InstanceVerbs = typeof verbs;

serve(verbs);
