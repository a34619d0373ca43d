import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type IndexSpec, type OpenIndexed, openIndexed } from "../follow/index-open.node.ts";
import { diskProblem } from "../follow/job.node.ts";
import { serve, signOfLife } from "../machine/instance/child.ts";
import { SHOW_ALL } from "../machine/machine.ts";
import type { VideoOptions } from "./codecs.ts";
import { SegmentEncoder } from "./encoder.ts";
import { type MuxOptions, mux } from "./mux.ts";

/** A piece of a recording as a video; plain data. */
export interface ClipSpec extends IndexSpec {
  /** The first and the last frame. */
  readonly from: number;
  readonly to: number;
  readonly out: string;
  /** Where the pieces lie meanwhile. */
  readonly folder: string;
  readonly video: Pick<VideoOptions, "codec" | "crf" | "scale">;
  readonly audioCodec: NonNullable<MuxOptions["audioCodec"]>;
}

export interface Clipped {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  /** The first of its frames that reads otherwise than the recording, if any. */
  readonly parted: number | undefined;
}

/** Frames that the size of the video is looked for in. */
const SIZE_FRAMES = 300;

const verbs = {
  async clip(spec: ClipSpec): Promise<Clipped> {
    const open = await openIndexed(spec, signOfLife);
    const { machine } = open.player;
    const { scale = 1 } = spec.video;
    const { width, height, aspect } = sizeOf(open, spec);
    const video = { ...spec.video, width: width * scale, height: height * scale, aspect, fps: machine.timing.fps };
    const segment = join(spec.folder, "clip.nut");
    const pcm = join(spec.folder, "clip.pcm");
    const sampleRate = machine.timing.sampleRate;
    const parted = await encode(open, spec, await SegmentEncoder.open(segment, video), pcm);
    open.file.close();
    machine.close();
    const { from, to, audioCodec } = spec;
    const frames = to - from + 1;
    const { audio } = await mux(spec.out, {
      segments: [segment],
      pcm: [pcm],
      sampleRate,
      fps: video.fps,
      audioCodec,
      frames,
    });
    return { frames, width: video.width, height: video.height, samples: audio?.to ?? 0, parted };
  },
};
export type ClipVerbs = typeof verbs;

const progress = serve(verbs);

/** The largest picture of the first frames. */
function sizeOf(
  { seek, player }: OpenIndexed,
  { from, to }: ClipSpec,
): { width: number; height: number; aspect: number } {
  const size = { width: 0, height: 0, aspect: 0 };
  seek.seek(from - 1);
  while (player.frame < Math.min(to, from + SIZE_FRAMES)) {
    player.step(SHOW_ALL);
    const { width, height, aspect } = player.machine.video;
    if (width * height > size.width * size.height) Object.assign(size, { width, height, aspect });
  }
  return size;
}

/** Encodes the pictures into the segment and writes the samples. Returns the first frame that parted, if any. */
async function encode(
  { seek, player }: OpenIndexed,
  { from, to }: ClipSpec,
  encoder: SegmentEncoder,
  pcm: string,
): Promise<number | undefined> {
  const { machine } = player;
  let parted: number | undefined;
  let fd: number | undefined;
  try {
    fd = openSync(pcm, "w");
    // Where the first frame draws nothing, the picture before it stays.
    const before = from > 1 ? seek.show(from - 1).picture : undefined;
    const last = before && { ...before, pixels: before.pixels.slice() };
    if (from === 1) seek.seek(0);
    while (player.frame < to) {
      player.step(SHOW_ALL);
      const { frame, video, audio } = machine;
      const { samples } = audio;
      writeSync(fd, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      await encoder.write(frame === from && video.pixels.length === 0 && last ? last : video);
      if (parted === undefined && seek.inStep(frame) === false) parted = frame;
      if (frame % 30 === 0) progress(frame);
    }
    await encoder.close();
  } catch (error) {
    await encoder.abort();
    throw (error as NodeJS.ErrnoException).syscall ? diskProblem(pcm, error) : error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  return parted;
}
