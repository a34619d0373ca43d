import { type Boot, bootDifferences } from "../machine/boot.ts";
import { embeddedCores } from "../machine/embedded.ts";
import { serve } from "../machine/instance/child.ts";
import { SHOW_NOTHING } from "../machine/machine.ts";
import { recordedBoot } from "../replay/isr-header.ts";
import { type Lateness, LatenessMeter } from "../replay/lateness.ts";
import { Mirror, type MirrorDesync } from "../replay/mirror.ts";
import { uncovered } from "../replay/moments.ts";
import { Player } from "../replay/player.ts";
import { ReplayReader } from "../replay/reader.ts";
import type { Fault } from "../replay/run.ts";
import { type MachineSpec, openMachine } from "./open-run.node.ts";

/** A mirror that is to be opened; plain data. */
export interface MirrorSpec extends Omit<MachineSpec, "profile" | "patches"> {
  /** What messages call the recording. */
  readonly from: string;
  /** Its first bytes, its header at least. */
  readonly head: Uint8Array;
  /** Load the recording's states into a native core too. */
  readonly trustStates?: boolean | undefined;
  readonly faults?: readonly Fault[] | undefined;
}

export interface MirrorOpened {
  readonly boot: Boot;
  readonly differences: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly uncovered: readonly string[];
  /** Whether the recording's states may be loaded, or why not. */
  readonly states: "loaded" | "not trusted" | "of another core";
  readonly polling: "exact" | "frame";
}

/** How a mirror is doing. */
export interface MirrorStatus {
  readonly frame: number;
  /** Frames that came. */
  readonly frames: number;
  readonly inStep: boolean;
  /** It is not at the end of what came. */
  readonly more: boolean;
  /** The recording came with its end. */
  readonly whole: boolean;
  /** That end was played. */
  readonly done: boolean;
  readonly damage: string | undefined;
  /** Frames that the live run is ahead, as far as that can be known here. */
  readonly behind: number;
  readonly compared: number;
  readonly differing: number;
  readonly desyncs: readonly MirrorDesync[];
  /** Frame at which it joined: 0 is power-on. */
  readonly joined: number;
  readonly fastForwarded: number;
  readonly badStates: readonly number[];
  /** Frames behind live after it had caught up once. */
  readonly lateness: Lateness | undefined;
}

/** Milliseconds between two looks at how late it is. */
const LOOK_EVERY = 10;

let reader: ReplayReader;
let mirror: Mirror;
let meter: LatenessMeter;

const verbs = {
  async open(spec: MirrorSpec): Promise<MirrorOpened> {
    reader = new ReplayReader(spec.from);
    reader.push(spec.head);
    const replay = reader.replay!;
    const profile = replay.profile && { name: spec.from, profile: replay.profile };
    const { patches } = replay.recording;
    const recorded = recordedBoot(replay.recording);
    const { machine } = await openMachine({ ...spec, profile, patches }, replay.movie.start);
    const differences = recorded ? bootDifferences(recorded, machine.boot) : {};
    const foreign = Object.keys(differences).some((what) => what.startsWith("core."));
    const embedded = embeddedCores.some((core) => core.name === machine.boot.core.name);
    const states = foreign ? "of another core" : embedded || spec.trustStates ? "loaded" : "not trusted";
    const player = new Player(machine, replay, { repair: "values", faults: spec.faults });
    // Nobody sees its picture here.
    mirror = new Mirror(reader, player, { states: states === "loaded", show: SHOW_NOTHING });
    meter = new LatenessMeter(machine.timing.fps);
    setInterval(look, LOOK_EVERY).unref();
    return {
      boot: machine.boot,
      differences,
      uncovered: replay.profile ? uncovered(machine, replay.profile) : [],
      states,
      polling: machine.polling,
    };
  },
  /** The file's next bytes, and some of what they hold at once. */
  push(bytes: Uint8Array): MirrorStatus {
    const { replay } = mirror.player;
    const before = replay.frames;
    mirror.push(bytes);
    if (replay.frames > before) meter.arrived(replay.frames, performance.now());
    return verbs.advance(LOOK_EVERY);
  },
  /** Plays what has come, so many milliseconds at most. */
  advance(budgetMs: number): MirrorStatus {
    const more = mirror.advance(budgetMs);
    look();
    return { ...status(), more };
  },
  close: (): void => mirror.player.machine.close(),
};
export type MirrorVerbs = typeof verbs;
serve(verbs);

function look(): void {
  const { replay } = mirror.player;
  if (mirror.caughtUp && !replay.complete) meter.watch(mirror.player.frame, performance.now());
}

function status(): Omit<MirrorStatus, "more"> {
  const { player, inStep, done, compared, differing, desyncs, joined, fastForwarded, badStates } = mirror;
  const { frames, damage, complete: whole } = player.replay;
  const behind = meter.behind(player.frame, performance.now());
  const lateness = meter.result;
  const { frame } = player;
  return {
    frame,
    frames,
    inStep,
    whole,
    done,
    damage,
    behind,
    compared,
    differing,
    desyncs,
    joined,
    fastForwarded,
    badStates,
    lateness,
  };
}
