import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../follow/job.node.ts";
import { diskProblem, writeWhole } from "../follow/job.node.ts";
import type { RunSpec } from "../follow/open-run.node.ts";
import { canonicalJson } from "../machine/boot.ts";
import { Child } from "../machine/instance/child.ts";
import type { Profile } from "../watch/profile.ts";
import { firstDivergence, type Readings, sliceReadings } from "../watch/readings.ts";
import type { ReadingsLog } from "../watch/readings-log.ts";
import type { DumpVerbs } from "./dump-main.node.ts";
import { type DumpSpec, SEGMENT, samplesFile, segmentFile } from "./dumper.ts";
import type { MuxOptions } from "./mux.ts";
import type { Seam } from "./shots.ts";

export interface DumpOptions extends Pick<DumpSpec, "offset" | "maxOffset" | "video"> {
  readonly out: string;
  readonly audioCodec?: MuxOptions["audioCodec"];
  /** Also without repairs, as if nobody had looked: the video of a run that is left to itself. */
  readonly naive?: boolean;
}

export interface Dumped {
  readonly video: { readonly frames: number; readonly width: number; readonly height: number; readonly fps: string };
  /** Sample frames of the sound and their rate; `resampled`: by which ratio, where the core's own rate did not fit its frames. */
  readonly audio: { readonly samples: number; readonly rate: number; readonly resampled?: number } | null;
  readonly seams: readonly SavedSeam[];
  /** Frames of the video's run that read otherwise than native's. */
  readonly residual: readonly number[];
}

export interface SavedSeam extends Seam {
  readonly strip: { readonly frames: readonly number[]; readonly files: readonly string[]; readonly cut: number };
}

/** A line of the dump's log: a segment that is complete on the disk, with what was seen in it. */
interface Entry {
  readonly segment: number;
  readonly residual: readonly number[];
  readonly seams: readonly SavedSeam[];
}

/**
 * Plays the target once more, loads the native states where aligning did, closes the seams and writes the video. Each
 * frame's readings are compared with native's on the way: that is the proof. Goes on from the last complete segment.
 */
export async function dump(
  job: Job,
  spec: RunSpec,
  profile: Profile,
  expected: ReadingsLog,
  end: number,
  options: DumpOptions,
  progress: (frame: number, end: number) => void = () => {},
): Promise<Dumped> {
  const folder = job.path(options.naive ? "naive" : "video");
  const repairs = options.naive ? [] : job.repairs.map((repair) => ({ ...repair, state: job.statePath(repair.frame) }));
  const plan = { end, repairs, offset: options.offset, maxOffset: options.maxOffset, video: options.video };
  const log = new DumpLog(folder, plan);
  const child = new Child<DumpVerbs>(new URL("./dump-main.node.ts", import.meta.url), "the dumping instance", {
    onProgress: (frame) => progress(frame as number, end),
  });
  try {
    const video = await child.call("open", {
      run: { ...spec, masks: job.masks },
      ...plan,
      folder,
      done: log.resumePoint(repairs),
    });
    for (let segment = await child.call("segment"); segment; segment = await child.call("segment")) {
      const residual = options.naive ? [] : differing(profile, expected, segment.readings);
      const seams = segment.seams.map(({ strip, ...seam }) => {
        const files = strip.pngs.map((png, i) => {
          const file = job.path(`strips/${seam.frame}-${strip.frames[i]}${i < strip.cut ? "a" : "b"}.png`);
          writeWhole(file, png);
          return file;
        });
        return { ...seam, strip: { frames: strip.frames, files, cut: strip.cut } };
      });
      log.add({ segment: segment.index, residual, seams });
      progress(segment.first + segment.count - 1, end);
    }
    const indices = Array.from({ length: Math.ceil(end / SEGMENT) }, (_, i) => i);
    const muxed = await child.call("mux", options.out, {
      segments: indices.map((i) => segmentFile(folder, i)),
      pcm: indices.map((i) => samplesFile(folder, i)),
      sampleRate: video.sampleRate,
      fps: video.fps,
      ...(options.audioCodec && { audioCodec: options.audioCodec }),
    });
    return {
      video: { frames: end, width: video.width, height: video.height, fps: `${video.fps.num}/${video.fps.den}` },
      audio: muxed.audio && {
        samples: muxed.audio.to,
        rate: muxed.audio.rate,
        ...(!muxed.audio.passthrough && { resampled: muxed.audio.ratio }),
      },
      seams: log.entries.flatMap((entry) => entry.seams),
      residual: log.entries.flatMap((entry) => entry.residual),
    };
  } finally {
    await child.kill();
  }
}

/** The pieces are not needed once the video is whole. */
export function removePieces(job: Job): void {
  for (const folder of ["video", "naive"]) rmSync(job.path(folder), { recursive: true, force: true });
}

/** Every frame of these readings that differs from what was expected. */
function differing(profile: Profile, expected: ReadingsLog, actual: Readings): number[] {
  const frames: number[] = [];
  const end = actual.first + actual.count;
  for (let from = actual.first; from < end; ) {
    const rest = sliceReadings(actual, from, end - from);
    const parted = firstDivergence(profile, expected.slice(from, rest.count), rest);
    if (!parted) break;
    frames.push(parted.frame);
    from = parted.frame + 1;
  }
  return frames;
}

class DumpLog {
  readonly #file: string;
  readonly entries: Entry[] = [];

  /** Pieces of another plan are of no use: they are removed. */
  constructor(folder: string, plan: unknown) {
    const card = join(folder, "plan.json");
    this.#file = join(folder, "segments.jsonl");
    if (existsSync(card) && readFileSync(card, "utf8") !== canonicalJson(plan))
      rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeWhole(card, canonicalJson(plan));
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, "utf8").split("\n").slice(0, -1)) this.entries.push(JSON.parse(line));
  }

  add(entry: Entry): void {
    try {
      appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      throw diskProblem(this.#file, error);
    }
    this.entries.push(entry);
  }

  /** How many segments stay. One that ends inside a seam goes: the other run's pictures are gone. */
  resumePoint(repairs: readonly { frame: number }[]): number {
    const seams = this.entries.flatMap((entry) => entry.seams);
    let done = this.entries.length;
    const insideSeam = (frame: number): boolean =>
      repairs.some((r) => r.frame === frame) || seams.some((s) => s.frame <= frame && frame <= s.frame + s.offset);
    while (done > 0 && insideSeam(done * SEGMENT)) done--;
    this.entries.length = done;
    writeWhole(this.#file, this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    return done;
  }
}
