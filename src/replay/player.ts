import type { Machine } from "../machine/machine.ts";
import { defaultProfile } from "../watch/profile.ts";
import type { Replay } from "./replay.ts";
import { type Repair, Restorer } from "./restorer.ts";
import { type Fault, Run } from "./run.ts";

export interface PlayOptions {
  readonly repair: Repair;
  readonly faults?: readonly Fault[] | undefined;
}

/** A machine that plays a recording, and in which what the recording holds is put back. */
export class Player extends Run {
  readonly replay: Replay;
  /** What was put back; undefined where the file is a movie only. */
  readonly restorer: Restorer | undefined;

  constructor(machine: Machine, replay: Replay, options: PlayOptions) {
    const { profile } = replay;
    const restorer = profile && new Restorer(machine, profile, replay, options.repair);
    super(machine, replay.movie, profile ?? defaultProfile(machine.memory), options.faults, restorer);
    this.replay = replay;
    this.restorer = restorer;
  }
}
