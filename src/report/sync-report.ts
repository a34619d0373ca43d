import type { Boot } from "../machine/boot.ts";
import type { Probe } from "../watch/profile.ts";
import { differingFrames, packCurve } from "./curves.ts";
import { writePage } from "./page.ts";
import { boots, facts, files, numbers, pins, readings, repairs, seams, speed } from "./sections.ts";

/** All that is told of a force-sync. Text may come from anywhere: it is shown as text. */
export interface SyncReport {
  readonly title: string;
  /** One sentence for people. */
  readonly verdict: { readonly ok: boolean; readonly text: string };
  /** What to say of the movie, by its label: file, authors, length, rerecords. */
  readonly movie: Readonly<Record<string, string | number>>;
  readonly rom: { readonly name: string; readonly size: number; readonly sha256: string };
  readonly command: string;
  readonly boots: { readonly native: Boot; readonly target: Boot };
  readonly probes: readonly ProbeCurve[];
  /** Frames whose fingerprints differ, before the repair. */
  readonly mismatches: readonly number[];
  readonly repairs: readonly Repair[];
  readonly seams: readonly SeamPicture[];
  /** Null when there is no video. `fps` is a number, or a ratio as text: "39375000/655171". */
  readonly video: {
    readonly frames: number;
    readonly width: number;
    readonly height: number;
    readonly fps: number | string;
  } | null;
  /** Sample frames and their rate; null when there is no sound. */
  readonly audio: { readonly samples: number; readonly rate: number } | null;
  /** Seconds that each step took: collect, align, dump. Steps that did not run are absent. */
  readonly seconds: { readonly collect?: number; readonly align?: number; readonly dump?: number };
  /** Frames emulated a second over all. */
  readonly fps: number;
  readonly pinned: readonly { readonly what: string; readonly value: string; readonly how: string }[];
  readonly unpinned: readonly string[];
  /** Names of the files that were written. */
  readonly files: readonly string[];
}

/** Readings from frame 0; NaN or nothing where they are not known. */
export interface ProbeCurve {
  readonly name: string;
  readonly precision: Probe["precision"];
  readonly expected: ArrayLike<number>;
  readonly actual: ArrayLike<number | undefined>;
}

export interface Repair {
  readonly frame: number;
  readonly probes: readonly { readonly name: string; readonly expected: number; readonly actual: number }[];
  readonly cause: string;
}

/** A seam of the video: it shows the run that parted up to `frame + offset`, then the repaired one. */
export interface SeamPicture {
  readonly frame: number;
  readonly offset: number;
  readonly reason: string;
  /** False: the best cut that was found still shows. */
  readonly fits?: boolean;
  /** What it was decided by: numbers, words, and groups of them. */
  readonly proof: object;
  /** PNGs on both sides of the cut; `frames` numbers them all, those before first. */
  readonly strip?: {
    readonly before: readonly Uint8Array[];
    readonly after: readonly Uint8Array[];
    readonly frames: readonly number[];
  };
}

/** The report as one HTML file that needs nothing but itself. */
export function writeReport(data: SyncReport): string {
  const differing = data.probes.map(differingFrames);
  return writePage({
    kind: "Force-sync report",
    title: data.title,
    verdict: data.verdict,
    top: numbers(data),
    sections: [
      readings(data, differing),
      repairs(data),
      seams(data),
      boots(data),
      speed(data),
      pins(data),
      facts(data),
      files(data),
    ],
    plots: {
      curves: data.probes.map(packCurve),
      repairs: data.repairs.map((r) => r.frame),
      seams: data.seams.map((s) => [s.frame, s.frame + s.offset]),
      mismatches: data.mismatches,
      differing,
      end: lastFrame(data),
    },
  });
}

function lastFrame({ probes, video, repairs, seams, mismatches }: SyncReport): number {
  let last = Math.max(1, video?.frames ?? 0);
  for (const probe of probes) last = Math.max(last, probe.expected.length - 1);
  for (const { frame } of repairs) last = Math.max(last, frame);
  for (const { frame, offset } of seams) last = Math.max(last, frame + offset);
  for (const frame of mismatches) last = Math.max(last, frame);
  return last;
}
