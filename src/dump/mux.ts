import { rm } from "node:fs/promises";
import { extname } from "node:path";
import type { FormatContext, Packet, Stream } from "node-av/lib";
import type { Ratio } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { type AudioCodec, AudioEncoder, type AudioPlan, countSamples, planAudio } from "./audio.ts";
import { closeOutput } from "./encoder.ts";
import { countFrames, FPS_TAG } from "./inspect.ts";
import { check, commit, type Libav, libav, narrow, partOf } from "./libav.ts";
import { type Media, openMedia, packets } from "./media.ts";

export interface MuxOptions {
  /** Videos that SegmentEncoder wrote with the same options, in order. */
  readonly segments: readonly string[];
  /** Raw s16le stereo files, in order; together they are the sound of all segments. None: a silent video. */
  readonly pcm: readonly string[];
  readonly sampleRate: Ratio;
  readonly fps: Ratio;
  readonly audioCodec?: AudioCodec;
  /** Frames in all segments, when known: spares counting them (reading every segment once more). */
  readonly frames?: number;
}

export interface MuxReport {
  readonly frames: number;
  /** What was done to the sound; null for a silent video. */
  readonly audio: (AudioPlan & { readonly codec: AudioCodec }) | null;
}

const CONTAINERS: Record<string, string> = {
  ".mkv": "matroska",
  ".mp4": "mp4",
  ".mov": "mov",
  ".avi": "avi",
  ".webm": "webm",
};

/**
 * Joins segments and their sound into one video with a constant frame rate. Pictures are not encoded again. The container
 * goes by the extension of `out`. The same input gives the same bytes; `out` appears when it is whole.
 */
export async function mux(out: string, options: MuxOptions): Promise<MuxReport> {
  const av = await libav();
  const container = CONTAINERS[extname(out).toLowerCase()];
  if (!container)
    throw new Problem(
      `${out}: not a container that can be written; end its name in ${Object.keys(CONTAINERS).join(", ")}`,
    );
  const [first] = options.segments;
  if (first === undefined) throw new Problem(`${out}: there is no segment to put into it; dump at least one frame`);
  const fps = narrow(options.fps);
  const codec = options.audioCodec ?? "flac";
  const samples = await countSamples(options.pcm);
  let frames = options.frames ?? 0;
  if (options.frames === undefined) for (const segment of options.segments) frames += await countFrames(segment);
  const plan = planAudio(samples, frames, fps, options.sampleRate, codec);

  const audio = samples > 0 ? new AudioEncoder(av, options.pcm, plan, codec) : undefined;
  const writer = new Writer(av, out, container, fps, audio);
  try {
    const model = await openMedia(first);
    try {
      await writer.open(model);
    } finally {
      await model.close();
    }
    for (const segment of options.segments) await writer.append(segment);
    if (writer.frames !== frames)
      throw new Problem(`${out}: its segments have ${writer.frames} frames, not ${frames}; dump again`);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await audio?.free();
  }
  await commit(out);
  return { frames, audio: audio ? { ...plan, codec } : null };
}

class Writer {
  frames = 0;
  #av: Libav;
  #out: string;
  #fps: Ratio;
  #format: FormatContext;
  #audio: AudioEncoder | undefined;
  #audioPacket: Packet;
  #hearing: boolean;
  #video!: Stream;
  #sound: Stream | undefined;
  /** Frames that B-frames put the decoding ahead of the showing. */
  #delay = 0;
  #extradata: Buffer | null = null;

  constructor(av: Libav, out: string, container: string, fps: Ratio, audio: AudioEncoder | undefined) {
    this.#av = av;
    this.#out = out;
    this.#fps = fps;
    this.#audio = audio;
    this.#hearing = audio !== undefined;
    this.#audioPacket = new av.Packet();
    this.#audioPacket.alloc();
    this.#format = new av.FormatContext();
    this.#check(this.#format.allocOutputContext2(null, container, partOf(out)), "making the file");
    this.#format.setFlags(av.AVFMT_FLAG_BITEXACT);
    if (container === "mp4" || container === "mov") {
      this.#check(this.#format.setOption("movflags", "+faststart"), "making the file");
      this.#check(this.#format.setOption("video_track_timescale", String(fps.num)), "making the file");
    }
  }

  #check(code: number, doing: string): number {
    return check(this.#av, code, this.#out, doing);
  }

  async open(model: Media): Promise<void> {
    const av = this.#av;
    const from = model.video!;
    const { num, den } = this.#fps;
    this.#video = this.#format.newStream(null);
    this.#check(from.codecpar.copy(this.#video.codecpar), "making the file");
    // Each container has its own tags; but Ut Video's says which colours it holds, and any other would not be read.
    if (av.avGetCodecName(from.codecpar.codecId) !== "utvideo") this.#video.codecpar.codecTag = 0;
    this.#video.timeBase = new av.Rational(den, num);
    this.#video.avgFrameRate = new av.Rational(num, den);
    this.#video.sampleAspectRatio = from.codecpar.sampleAspectRatio;
    this.#video.metadata = av.Dictionary.fromObject({ [FPS_TAG]: `${num}/${den}` });
    this.#delay = from.codecpar.videoDelay;
    this.#extradata = from.codecpar.extradata;
    if (this.#audio) {
      this.#sound = this.#format.newStream(null);
      this.#sound.timeBase = new av.Rational(1, this.#audio.rate);
      this.#check(this.#sound.codecpar.fromContext(this.#audio.context), "making the file");
    }
    this.#check(await this.#format.openOutput(), "opening the file");
    const code = await this.#format.writeHeader();
    if (code === av.AVERROR_EINVAL || code === av.AVERROR_INVALIDDATA || code === av.AVERROR_PATCHWELCOME) {
      const holds = [
        av.avGetCodecName(from.codecpar.codecId),
        this.#audio && av.avGetCodecName(this.#audio.context.codecId),
      ];
      throw new Problem(
        `${this.#out}: ${extname(this.#out)} cannot hold ${holds.filter(Boolean).join(" and ")}; name it .mkv`,
      );
    }
    this.#check(code, "writing the header");
  }

  /** Adds all pictures of a segment, and the sound up to there. */
  async append(path: string): Promise<void> {
    const media = await openMedia(path);
    try {
      const { video, av } = media;
      const same = video && (video.codecpar.extradata ?? Buffer.alloc(0)).equals(this.#extradata ?? Buffer.alloc(0));
      if (
        !same ||
        video.codecpar.width !== this.#video.codecpar.width ||
        video.codecpar.height !== this.#video.codecpar.height
      ) {
        throw new Problem(`${path}: was encoded with other options than the segments before; delete it and dump again`);
      }
      const perFrame = { num: this.#fps.den, den: this.#fps.num };
      const start = BigInt(this.frames);
      for await (const packet of packets(media, video)) {
        packet.rescaleTs(video.timeBase, perFrame);
        packet.pts += start;
        // One packet a frame, in the order of decoding: exact where a container keeps no decoding times.
        packet.dts = BigInt(this.frames - this.#delay);
        if (packet.pts < packet.dts) throw new Problem(`${path}: frames are missing in it; delete it and dump again`);
        packet.duration = 1n;
        packet.streamIndex = this.#video.index;
        packet.rescaleTs(perFrame, this.#video.timeBase);
        await this.#hear((this.frames * this.#fps.den) / this.#fps.num);
        check(av, await this.#format.interleavedWriteFrame(packet), this.#out, "writing");
        this.frames++;
      }
    } finally {
      await media.close();
    }
  }

  /** Writes the sound up to a time in seconds. */
  async #hear(until: number): Promise<void> {
    const audio = this.#audio;
    if (!audio || !this.#sound) return;
    while (this.#hearing && audio.samples / audio.rate <= until) {
      this.#hearing = await audio.feed();
      const packet = this.#audioPacket;
      for (;;) {
        const code = audio.context.receivePacketSync(packet);
        if (code === this.#av.AVERROR_EAGAIN || code === this.#av.AVERROR_EOF) break;
        this.#check(code, "encoding sound");
        packet.streamIndex = this.#sound.index;
        packet.rescaleTs({ num: 1, den: audio.rate }, this.#sound.timeBase);
        this.#check(await this.#format.interleavedWriteFrame(packet), "writing");
        packet.unref();
      }
    }
  }

  async close(): Promise<void> {
    await this.#hear(Number.POSITIVE_INFINITY);
    this.#check(await this.#format.writeTrailer(), "writing the end");
    await closeOutput(this.#av, this.#format, this.#out);
    this.#free();
  }

  async abort(): Promise<void> {
    await this.#format.closeOutput();
    this.#free();
    await rm(partOf(this.#out), { force: true });
  }

  #free(): void {
    this.#audioPacket.free();
    this.#format.freeContext();
  }
}
