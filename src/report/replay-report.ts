import type { Playback } from "../follow/playback.node.ts";
import type { Boot } from "../machine/boot.ts";
import { drawTimelines } from "../replay/draws.ts";
import type { Explanation } from "../replay/explain.ts";
import { recordedBoot } from "../replay/isr-header.ts";
import type { Replay } from "../replay/replay.ts";
import { firstDivergence, type Readings, sliceReadings } from "../watch/readings.ts";
import { differingFrames, packCurve } from "./curves.ts";
import { writePage } from "./page.ts";
import { count, tiles } from "./parts.ts";
import { around, boots, captures, curves, draws, facts, lacking, reason } from "./replay-sections.ts";
import type { ProbeCurve } from "./sync-report.ts";

/** All that is told of a recording that was played. Text may come from anywhere: it is shown as text. */
export interface ReplayReport {
  readonly file: string;
  readonly command: string;
  readonly replay: Replay;
  readonly playback: Playback;
  /** All of the playback's readings; undefined where the file holds inputs only. */
  readonly readings: Readings | undefined;
  readonly explanation: Explanation | undefined;
}

/** What sections show besides: worked out once. */
export interface Worked {
  /** Curves of the probes, then of the draws, in the order of the page's plots. */
  readonly probes: readonly ProbeCurve[];
  readonly draws: readonly ProbeCurve[];
  readonly differing: readonly number[][];
  /** Frames that differ in anything that is watched. */
  readonly parted: readonly number[];
  /** The recording's boot, where it holds one. */
  readonly recorded: Boot | undefined;
}

/** The report as one HTML file that needs nothing but itself. */
export function writeReplayReport(data: ReplayReport): string {
  const { replay, playback, file } = data;
  const worked = work(data);
  const { probes, draws: drawn, differing, parted } = worked;
  const name = file.split(/[/\\]/).at(-1)!;
  return writePage({
    kind: "Replay report",
    title: `${name} on ${playback.boot.core.name}`,
    verdict: verdict(data),
    top: tiles([
      ["frames", count(replay.frames)],
      ["frames that differ", count(playback.differing)],
      ["first difference", playback.first ? count(playback.first.frame) : "none"],
      ["captures compared", count(playback.notes?.compared ?? 0)],
      ["values that differ", count(playback.notes?.parted ?? 0)],
      ["states loaded", count(playback.repairs.length)],
    ]),
    sections: [
      reason(data),
      around(data),
      curves(data, worked),
      draws(data, worked),
      captures(data),
      lacking(data),
      boots(data, worked),
      facts(data, worked),
    ],
    plots: {
      curves: [...probes, ...drawn].map(packCurve),
      repairs: playback.repairs.length > 0 ? playback.repairs : starts(parted),
      seams: [],
      mismatches: parted,
      differing,
      end: Math.max(1, replay.frames),
    },
  });
}

function work({ replay, playback, readings }: ReplayReport): Worked {
  const { profile, recording } = replay;
  const probes = profile && readings ? profile.probes.map((_, p) => probeCurve(replay, readings, p)) : [];
  const drawn = playback.notes ? drawTimelines(replay, playback.notes) : [];
  const timelines = drawn.map(({ rng, moment, rows }): ProbeCurve => {
    const [expected, actual] = [unknownFrames(replay.frames), unknownFrames(replay.frames)];
    for (const { frame, recorded, played } of rows) {
      expected[frame] = recorded ?? Number.NaN;
      actual[frame] = played ?? Number.NaN;
    }
    return { name: `draws of ${rng}, from ${moment} to ${moment}`, precision: "exact", expected, actual };
  });
  const boot = recordedBoot(recording);
  return {
    probes,
    draws: timelines,
    differing: [...probes, ...timelines].map(differingFrames),
    parted: profile && readings ? partedFrames(replay, readings) : [],
    recorded: boot,
  };
}

const unknownFrames = (frames: number): Float64Array => new Float64Array(frames + 1).fill(Number.NaN);

function probeCurve({ profile, readings: recorded, frames }: Replay, readings: Readings, p: number): ProbeCurve {
  const { name, precision } = profile!.probes[p]!;
  const width = profile!.probes.length;
  const actual = unknownFrames(frames);
  for (let row = 0; row < readings.count; row++) actual[readings.first + row] = readings.values[row * width + p]!;
  const from = Math.min(profile!.from, frames + 1);
  return {
    name,
    precision,
    expected: recorded.probe(p).fill(Number.NaN, 0, from),
    actual: actual.fill(Number.NaN, 0, from),
  };
}

function partedFrames({ profile, readings: recorded }: Replay, readings: Readings): number[] {
  const frames: number[] = [];
  const end = Math.min(readings.first + readings.count, recorded.length);
  const expected = recorded.slice(readings.first, end - readings.first);
  for (let frame = readings.first; frame < end; ) {
    const rest = end - frame;
    const parted = firstDivergence(
      profile!,
      sliceReadings(expected, frame, rest),
      sliceReadings(readings, frame, rest),
    );
    if (!parted) break;
    frames.push(parted.frame);
    frame = parted.frame + 1;
  }
  return frames;
}

/** The first frame of each stretch. */
const starts = (frames: readonly number[]): number[] => frames.filter((frame, i) => frames[i - 1] !== frame - 1);

function verdict({ replay, playback, explanation }: ReplayReport): { ok: boolean; text: string } {
  const { differing, compared, first, gaveUp } = playback;
  if (!replay.profile) return { ok: false, text: "The file holds inputs only, so that nothing could be compared." };
  if (gaveUp) return { ok: false, text: `It gave up: ${gaveUp}.` };
  if (!first) return { ok: true, text: `All ${count(compared)} frames read as they were recorded.` };
  const why = explanation ? ` Why: ${explanation.what} (${explanation.likely}).` : "";
  const where = `From frame ${count(first.frame)} on`;
  if (differing === 0)
    return {
      ok: true,
      text: `${where} it parted; with the recording's states all ${count(compared)} frames read as they were recorded.${why}`,
    };
  return { ok: false, text: `${where} it differs: ${count(differing)} of ${count(compared)} frames do.${why}` };
}
