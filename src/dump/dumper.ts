import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../follow/job.node.ts";
import { openRun, type RunSpec } from "../follow/open-run.node.ts";
import { type Ratio, SHOW_ALL, type VideoFrame } from "../machine/machine.ts";
import type { Run } from "../replay/run.ts";
import type { Profile } from "../watch/profile.ts";
import { newReadings, type Readings, sliceReadings } from "../watch/readings.ts";
import type { VideoOptions } from "./codecs.ts";
import { SegmentEncoder } from "./encoder.ts";
import { encodePng, thumbnail } from "./png.node.ts";
import { type Seam, type Shot, shots } from "./shots.ts";

/** What a dump makes; plain data. */
export interface DumpSpec {
  readonly run: RunSpec;
  readonly end: number;
  readonly repairs: readonly { readonly frame: number; readonly sample?: number; readonly state: string }[];
  readonly offset: number | "auto";
  readonly maxOffset: number;
  /** Where the segments go. */
  readonly folder: string;
  /** Size and rate are found out when they are not given. */
  readonly video: Omit<VideoOptions, "width" | "height" | "fps"> & {
    readonly width?: number;
    readonly height?: number;
  };
  /** Segments that are there already, from the first on. */
  readonly done: number;
}

/** Pictures around a seam, as PNG. */
export interface SeamStrip {
  readonly frames: readonly number[];
  readonly pngs: readonly Uint8Array[];
  /** Index of the first picture after the cut. */
  readonly cut: number;
}

/** Frames of a segment. A stopped dump goes on at a segment's start. */
export const SEGMENT = 300;

/** A finished piece of the video: a file of pictures, and one of samples (raw s16le stereo). */
export interface SegmentDone {
  readonly index: number;
  readonly first: number;
  readonly count: number;
  /** Of the run that the video follows, from the frame before the first on; the last frame's are in the next segment. */
  readonly readings: Readings;
  readonly seams: readonly (Seam & { readonly strip: SeamStrip })[];
}

export const segmentFile = (folder: string, index: number): string =>
  join(folder, `${String(index).padStart(5, "0")}.nut`);
export const samplesFile = (folder: string, index: number): string =>
  join(folder, `${String(index).padStart(5, "0")}.pcm`);

/** Frames that the size of the video is looked for in: cores settle on theirs while they boot. */
const SIZE_FRAMES = 300;

/** How often it is told where the dump is, in ms: at a high resolution a seam alone takes minutes. */
const TELL_EVERY = 1000;

/** The largest picture in the first frames. */
async function videoSize(
  spec: DumpSpec,
  onStep: (frame: number) => void,
): Promise<{ width: number; height: number; aspect: number }> {
  const { run } = await openRun(spec.run);
  const size = { width: 0, height: 0, aspect: 0 };
  while (run.frame < Math.min(SIZE_FRAMES, spec.end)) {
    run.step(SHOW_ALL);
    onStep(0);
    const { width, height, aspect } = run.machine.video;
    if (width * height >= size.width * size.height) Object.assign(size, { width, height, aspect });
  }
  run.machine.close();
  return size;
}

/** Emulates and encodes, one segment a call. */
export class Dumper {
  readonly #spec: DumpSpec;
  readonly #shots: Generator<Shot>;
  readonly #readings: Readings;
  readonly video: VideoOptions;
  readonly sampleRate: Ratio;
  #seams: (Seam & { strip: SeamStrip })[] = [];
  #index: number;
  #last: VideoFrame | undefined;

  private constructor(
    spec: DumpSpec,
    run: Run,
    profile: Profile,
    video: VideoOptions,
    onStep: (frame: number) => void,
  ) {
    this.#spec = spec;
    this.video = video;
    this.sampleRate = run.machine.timing.sampleRate;
    this.#readings = newReadings(profile, 0, spec.end + 1);
    this.#index = spec.done;
    const width = profile.probes.length;
    this.#shots = shots(run, {
      end: spec.end,
      repairs: spec.repairs.map(({ frame, sample, state }) => ({ frame, sample, load: () => readFileSync(state) })),
      offset: spec.offset,
      maxOffset: spec.maxOffset,
      from: spec.done * SEGMENT,
      onStep,
      onReadings: (one) => {
        this.#readings.values.set(one.values, one.first * width);
        if (one.prints.length) this.#readings.prints.set(one.prints, one.first);
      },
      onSeam: (seam, around, cut) => this.#seams.push({ ...seam, strip: stripOf(around, cut) }),
    });
  }

  /** `progress` gets the frame that it is at, about once a second, for as long as it works. */
  static async open(spec: DumpSpec, progress: (frame: number) => void): Promise<Dumper> {
    let told = performance.now();
    const onStep = (frame: number): void => {
      if (performance.now() - told < TELL_EVERY) return;
      told = performance.now();
      progress(frame);
    };
    const size =
      spec.video.width && spec.video.height
        ? { width: spec.video.width, height: spec.video.height, aspect: 0 }
        : await videoSize(spec, onStep);
    const { run, profile } = await openRun(spec.run);
    const scale = spec.video.scale ?? 1;
    const video = {
      ...spec.video,
      width: size.width * scale,
      height: size.height * scale,
      aspect: size.aspect,
      fps: run.machine.timing.fps,
    };
    return new Dumper(spec, run, profile, video, onStep);
  }

  /** Makes the next segment; undefined when all are there. */
  async segment(): Promise<SegmentDone | undefined> {
    const { folder, end } = this.#spec;
    const index = this.#index;
    const first = index * SEGMENT + 1;
    const count = Math.min(SEGMENT, end - first + 1);
    if (count <= 0) return undefined;
    const encoder = await SegmentEncoder.open(segmentFile(folder, index), this.video);
    const samples: Int16Array[] = [];
    try {
      while (encoder.frames < count) {
        const shot = this.#shots.next().value as Shot;
        samples.push(shot.samples.slice());
        await encoder.write(this.#picture(shot, encoder.frames));
        if (encoder.frames === count) this.#last = { ...shot.picture, pixels: shot.picture.pixels.slice() };
      }
      await encoder.close();
    } catch (error) {
      await encoder.abort();
      throw error;
    }
    writeWhole(
      samplesFile(folder, index),
      Buffer.concat(samples.map((s) => Buffer.from(s.buffer, s.byteOffset, s.byteLength))),
    );
    this.#index++;
    const seams = this.#seams;
    this.#seams = [];
    const last = first + count - 1 === end;
    if (last) this.#shots.next(); // a repair of the very last frame
    // The last frame is settled by what comes after its picture: a repair there is made at the start of the next segment.
    const readings = sliceReadings(this.#readings, first - 1, last ? count + 1 : count);
    return { index, first, count, seams, readings };
  }

  /** Where the core drew nothing the last picture stays, also when a segment starts with it. */
  #picture(shot: Shot, frameOfSegment: number): VideoFrame {
    return frameOfSegment === 0 && shot.picture.pixels.length === 0 && this.#last ? this.#last : shot.picture;
  }
}

const THUMBNAIL = 320;

function stripOf(around: readonly Shot[], cut: number): SeamStrip {
  return {
    frames: around.map((shot) => shot.frame),
    pngs: around.map((shot) => encodePng(thumbnail(shot.picture, THUMBNAIL))),
    cut,
  };
}
