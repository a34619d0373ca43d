import { basename } from "node:path";
import { type Boot, bootDifferences } from "../machine/boot.ts";
import { knownCore } from "../machine/libretro/known.ts";
import { Problem } from "../problem.ts";
import { recordedBoot } from "../replay/isr-header.ts";
import { stateOf } from "../replay/keyframes.ts";
import type { Replay } from "../replay/replay.ts";
import type { Notes, Repair } from "../replay/restorer.ts";
import type { Fault } from "../replay/run.ts";
import { type Divergence, firstDivergence, joinReadings, type Readings, sliceReadings } from "../watch/readings.ts";
import { follow, type Reference } from "./follow.ts";
import { Instance } from "./instance.node.ts";
import type { RunSpec } from "./open-run.node.ts";
import { Seeker } from "./seeker.node.ts";
import { knownEffects } from "./sync-settings.node.ts";

/** What is put back; "state": all that the profile names, and the recording's states where the playback parts even so. */
export type PlaybackRepair = Repair | "state";

export interface PlaybackOptions {
  readonly rom: string;
  /** Games of more linked consoles. */
  readonly more?: RunSpec["more"];
  /** By default the recording's own, with its settings. */
  readonly core?: string | undefined;
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly repair: PlaybackRepair;
  readonly faults?: readonly Fault[] | undefined;
  /** Gets every batch of the playback's readings. */
  onReadings?(readings: Readings): void;
}

/** How a recording was played. */
export interface Playback {
  readonly boot: Boot;
  /** In what the boot differs from the recording's: [recorded, played]. */
  readonly differences: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** The same, of options that were measured to change the picture or the sound alone. */
  readonly harmless: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly uncovered: readonly string[];
  /** The first frame that differs, however it was mended afterwards. */
  readonly first: Divergence | undefined;
  /** The playback's readings around that frame. */
  readonly around: Readings | undefined;
  /** Frames that were compared, and those of them that differ. */
  readonly compared: number;
  readonly differing: number;
  /** Frames at which the recording's state was loaded. */
  readonly repairs: readonly number[];
  readonly gaveUp: string | undefined;
  readonly notes: Notes | undefined;
  readonly polling: "exact" | "frame";
}

const BATCH = 256;
/** Frames before the first difference that are kept to explain it, and after it. */
const BEFORE = 60;

/** Plays a recording in an instance, headless, and compares every frame. `file` is its path. */
export async function playBack(file: string, replay: Replay, options: PlaybackOptions): Promise<Playback> {
  const recorded = recordedBoot(replay.recording);
  const spec: RunSpec = {
    rom: options.rom,
    more: options.more,
    core: options.core ?? recorded?.core.name,
    settings: settingsFor(recorded, options),
    movie: replay.movie,
    faults: options.faults,
    replay: { file, repair: options.repair === "state" ? "values" : options.repair },
  };
  const instance = await Instance.open("playback", spec);
  try {
    const { boot, uncovered, polling } = instance.opened;
    const watch = new Comparison(replay, options.onReadings);
    const states = options.repair === "state" ? recordedStates(replay, file, spec, boot) : undefined;
    watch.settle(await instance.read());
    let repairs: readonly number[] = [];
    let gaveUp: string | undefined;
    if (states) {
      const followed = await follow(states.reference, instance, replay.profile!, { onSettled: (r) => watch.settle(r) });
      ({ repairs, gaveUp } = followed);
      watch.differing = followed.residual.length;
      await states.close();
    } else {
      while (instance.frame < replay.frames)
        watch.settle(await instance.play(Math.min(BATCH, replay.frames - instance.frame)));
    }
    return {
      boot,
      ...(recorded ? sorted(recorded, boot) : { differences: {}, harmless: {} }),
      uncovered,
      first: watch.first,
      around: watch.around,
      compared: watch.compared,
      differing: watch.differing,
      repairs,
      gaveUp,
      notes: await instance.notes(),
      polling,
    };
  } finally {
    await instance.close();
  }
}

function sorted(recorded: Boot, boot: Boot): Pick<Playback, "differences" | "harmless"> {
  const all = Object.entries(bootDifferences(recorded, boot));
  const effects = recorded.core.name === boot.core.name ? knownEffects(boot.core.name) : new Map();
  const isHarmless = ([path]: (typeof all)[number]): boolean =>
    path.startsWith("settings.") && effects.get(path.slice("settings.".length)) === "output";
  return {
    differences: Object.fromEntries(all.filter((one) => !isHarmless(one))),
    harmless: Object.fromEntries(all.filter(isHarmless)),
  };
}

/** The recording's own settings hold for its own core; another core has other names for them. */
export function settingsFor(
  recorded: Boot | undefined,
  { core, settings }: Pick<PlaybackOptions, "core" | "settings">,
): Record<string, string> {
  const same = recorded && (core === undefined || nameOf(core) === recorded.core.name.toLowerCase());
  return { ...(same && recorded.settings), ...settings };
}

/** A core's name, where it is given by its path. */
function nameOf(core: string): string {
  return knownCore(core)?.name ?? basename(core.toLowerCase()).replace(/_libretro\.[a-z]+$/, "");
}

/** Counts what differs, and keeps the readings around the first difference. */
class Comparison {
  first: Divergence | undefined;
  around: Readings | undefined;
  compared = 0;
  differing = 0;
  readonly #replay: Replay;
  readonly #onReadings: ((readings: Readings) => void) | undefined;
  #before: Readings | undefined;

  constructor(replay: Replay, onReadings: ((readings: Readings) => void) | undefined) {
    this.#replay = replay;
    this.#onReadings = onReadings;
  }

  /** Takes the frames after those that were taken; what comes again is passed over. */
  settle(batch: Readings): void {
    const { profile, readings } = this.#replay;
    this.#onReadings?.(batch);
    if (!profile) return;
    const known = Math.min(batch.count, Math.max(0, this.compared - batch.first));
    const actual = sliceReadings(batch, batch.first + known, batch.count - known);
    const count = Math.min(actual.count, readings.length - actual.first);
    if (count <= 0) return;
    const expected = readings.slice(actual.first, count);
    this.compared += count;
    for (let frame = actual.first; frame < actual.first + count; ) {
      const rest = actual.first + count - frame;
      const parted = firstDivergence(profile, sliceReadings(expected, frame, rest), sliceReadings(actual, frame, rest));
      if (!parted) break;
      if (!this.first) {
        this.first = parted;
        this.around = joinReadings(this.#before, actual, parted.frame - BEFORE);
      }
      this.differing++;
      frame = parted.frame + 1;
    }
    this.#before = actual;
  }
}

/** The recording as a reference: a machine booted as it was recorded makes the states of frames that the file holds none of. */
function recordedStates(replay: Replay, file: string, spec: RunSpec, boot: Boot) {
  const { profile, recording, readings } = replay;
  const recorded = recordedBoot(recording);
  if (!profile || !recorded)
    throw new Problem(`${file}: holds inputs only, so there is no state to repair from; record it with instep record`);
  if (boot.core.name !== recorded.core.name) {
    throw new Problem(
      `${file}: was recorded on ${recorded.core.name}, whose states ${boot.core.name} cannot load; leave --core out, or use --repair values`,
    );
  }
  const seeker = new Seeker({ ...spec, settings: recorded.settings, faults: undefined }, profile);
  const reference: Reference = {
    end: replay.frames,
    readings: async (first, count) => readings.slice(first, count),
    sampleAt: (frame) => (replay.movie.by === "poll" ? readings.pollsBefore(frame) : undefined),
    forgetBefore: () => {},
    stateAt: (frame) => {
      const keyframe = replay.keyframes.findLast((k) => k.frame <= frame && k.verified !== false);
      const state = keyframe && { frame: keyframe.frame, state: stateOf(keyframe), sample: keyframe.sample };
      return seeker.stateAt(readings.slice(frame, 1), state);
    },
  };
  return { reference, close: () => seeker.close() };
}
