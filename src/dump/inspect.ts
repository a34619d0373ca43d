import type { Stream } from "node-av/lib";
import type { Ratio } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { narrow } from "./libav.ts";
import { decoderOf, type Media, openMedia, packets } from "./media.ts";

export { decodeAudio, decodeFrames } from "./media.ts";

/** What really is in a video file: counted by reading all of it, not believed from its header. */
export interface VideoFacts {
  readonly codec: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Exact: as the timestamps show it. */
  readonly fps: Ratio;
  /** Frames over fps, in seconds. */
  readonly duration: number;
  /** Decoded sample frames; null where the file has no sound. */
  readonly audio: { readonly codec: string; readonly samples: number; readonly rate: number } | null;
}

/** Name of the tag that keeps the exact frame rate in Matroska, whose own clock counts milliseconds. */
export const FPS_TAG = "FRAME_RATE";

export async function probeVideo(path: string): Promise<VideoFacts> {
  const media = await openMedia(path);
  try {
    const { av, video, audio } = media;
    if (!video) throw new Problem(`${path}: has no video in it; give a video file`);
    const decoder = audio && decoderOf(media, audio);
    const frame = new av.Frame();
    frame.alloc();
    let frames = 0;
    let samples = 0;
    let from = 0n;
    let to = 0n;
    const hear = async (packet: Parameters<NonNullable<typeof decoder>["sendPacket"]>[0]): Promise<void> => {
      if (!decoder) return;
      await decoder.sendPacket(packet);
      while (decoder.receiveFrameSync(frame) >= 0) samples += frame.nbSamples;
    };
    try {
      for await (const packet of packets(media)) {
        if (packet.streamIndex === video.index) {
          if (frames === 0 || packet.pts < from) from = packet.pts;
          if (frames === 0 || packet.pts > to) to = packet.pts;
          frames++;
        } else if (packet.streamIndex === audio?.index) await hear(packet);
      }
      await hear(null);
    } finally {
      frame.free();
      decoder?.freeContext();
    }
    const fps = frameRate(media, video, frames, from, to);
    return {
      codec: av.avGetCodecName(video.codecpar.codecId) ?? "unknown",
      frames,
      width: video.codecpar.width,
      height: video.codecpar.height,
      fps,
      duration: (frames * fps.den) / fps.num,
      audio: audio
        ? { codec: av.avGetCodecName(audio.codecpar.codecId) ?? "unknown", samples, rate: audio.codecpar.sampleRate }
        : null,
    };
  } finally {
    await media.close();
  }
}

/** Frames of the video, counted. */
export async function countFrames(path: string): Promise<number> {
  const media = await openMedia(path);
  try {
    let frames = 0;
    for await (const _packet of packets(media, media.video)) frames++;
    return frames;
  } finally {
    await media.close();
  }
}

/** The frame rate that the timestamps show: exact where the container's clock divides a frame, else the tag's or the header's. */
function frameRate(media: Media, video: Stream, frames: number, from: bigint, to: bigint): Ratio {
  const { num: tick, den: second } = video.timeBase;
  const said = { num: video.avgFrameRate.num, den: video.avgFrameRate.den };
  if (frames < 2 || to <= from) {
    if (said.num > 0 && said.den > 0) return said;
    throw new Problem(`${media.path}: has too few frames to tell their rate; dump more`);
  }
  const measured = narrow({ num: (frames - 1) * second, den: Number(to - from) * tick });
  const precision = (2 * tick) / (Number(to - from) * tick) + 1e-9;
  const agrees = (ratio: Ratio): boolean =>
    ratio.num > 0 &&
    ratio.den > 0 &&
    Math.abs((ratio.num * measured.den) / (ratio.den * measured.num) - 1) <= precision;
  const tag = /^(\d{1,10})\/(\d{1,10})$/.exec(video.metadata?.get(FPS_TAG) ?? "");
  const tagged = tag ? { num: Number(tag[1]), den: Number(tag[2]) } : undefined;
  if (tagged && agrees(tagged)) return narrow(tagged);
  const milliseconds = tick === 1 && second === 1000;
  return milliseconds && agrees(said) ? said : measured;
}
