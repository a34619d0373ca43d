import { type FileHandle, open, stat } from "node:fs/promises";
import type { CodecContext, Frame, SoftwareResampleContext } from "node-av/lib";
import type { Ratio } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { check, fileProblem, type Libav } from "./libav.ts";

export const AUDIO_CODECS = ["flac", "aac", "opus", "pcm"] as const;
export type AudioCodec = (typeof AUDIO_CODECS)[number];

const BYTES = 4; // of a sample frame: stereo, s16
const AAC_RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000];

/** Rates that differ by no more are one rate, unless the sound gets a whole video frame out of step by it. */
const NEAR = 1e-3;

/** How the sound of a run becomes the sound of a video. */
export interface AudioPlan {
  /** Sample frames that the run made, and that the video gets. */
  readonly from: number;
  readonly to: number;
  /** Sample frames a second in the video. */
  readonly rate: number;
  /** The samples are the run's own, bit by bit. Otherwise all are resampled by `ratio`. */
  readonly passthrough: boolean;
  /** Sample frames out over sample frames in. */
  readonly ratio: number;
}

/** Passes the samples through when they fit the frames to within one; otherwise plans the constant ratio that makes them fit. */
export function planAudio(from: number, frames: number, fps: Ratio, sampleRate: Ratio, codec: AudioCodec): AudioPlan {
  const exact = sampleRate.num / sampleRate.den;
  const rate =
    codec === "opus"
      ? 48000
      : codec === "aac"
        ? (AAC_RATES.find((r) => r >= exact * (1 - NEAR)) ?? 96000)
        : usualRate(exact);
  const fitting = Math.round((frames * rate * fps.den) / fps.num);
  const slack = (rate * fps.den) / fps.num;
  const passthrough = Math.abs(rate - exact) <= exact * NEAR && Math.abs(from - fitting) <= slack;
  const to = passthrough || from === 0 ? from : fitting;
  return { from, to, rate, passthrough: passthrough || from === 0, ratio: from === 0 ? 1 : to / from };
}

/** A core's rate is seldom a whole number; that of the file is, and one that players know where one is near. */
function usualRate(exact: number): number {
  return (
    [...AAC_RATES, 32768, 65536, 131072].find((rate) => Math.abs(rate - exact) <= exact * NEAR) ?? Math.round(exact)
  );
}

/** Sample frames in raw s16le stereo files. */
export async function countSamples(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const { size } = await stat(file).catch((error) => Promise.reject(fileProblem(error, file)));
    if (size % BYTES)
      throw new Problem(`${file}: ${size} bytes are not whole stereo samples; delete it and dump again`);
    bytes += size;
  }
  return bytes / BYTES;
}

/** Where samples come from: fills `into` (4 bytes a sample frame) and returns how many sample frames there were, 0 at the end. */
interface SampleSource {
  read(into: Buffer): Promise<number>;
}

/** Raw files, one after the other. */
class Files implements SampleSource {
  #files: readonly string[];
  #next = 0;
  #open: FileHandle | undefined;

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  async read(into: Buffer): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const file = this.#open ?? (await this.#opened());
      if (!file) break;
      const { bytesRead } = await file.read(into, filled, into.length - filled);
      filled += bytesRead;
      if (bytesRead === 0) await this.close();
    }
    return Math.floor(filled / BYTES);
  }

  async #opened(): Promise<FileHandle | undefined> {
    const path = this.#files[this.#next++];
    if (path === undefined) return undefined;
    try {
      this.#open = await open(path);
    } catch (error) {
      throw fileProblem(error, path);
    }
    return this.#open;
  }

  async close(): Promise<void> {
    await this.#open?.close();
    this.#open = undefined;
  }
}

/** Resampled by the plan's ratio, to the plan's number of samples exactly. In whole numbers, so every CPU gives the same. */
class Resampled implements SampleSource {
  #source: SampleSource;
  #swr: SoftwareResampleContext;
  #av: Libav;
  #in = Buffer.alloc(8192 * BYTES);
  #out: Buffer = Buffer.alloc(0);
  #left: number;
  #ended = false;

  constructor(av: Libav, source: SampleSource, plan: AudioPlan) {
    this.#av = av;
    this.#source = source;
    this.#left = plan.to;
    this.#swr = new av.SoftwareResampleContext();
    const stereo = av.avChannelLayoutDefault(2);
    const shrink = Math.max(1, Math.ceil(Math.max(plan.to, plan.from) / 2 ** 26)); // only the ratio matters; rates have 32 bits
    const [to, from] = [Math.round(plan.to / shrink), Math.round(plan.from / shrink)];
    const s16 = av.AV_SAMPLE_FMT_S16;
    check(av, this.#swr.allocSetOpts2(stereo, s16, to, stereo, s16, from), "sound", "resampling");
    for (const [key, value] of Object.entries({
      internal_sample_fmt: "s32p",
      filter_size: 32,
      linear_interp: 1,
      exact_rational: 0,
    })) {
      check(av, this.#swr.setOption(key, String(value)), "sound", `resampling (${key})`);
    }
    check(av, this.#swr.init(), "sound", "resampling");
  }

  async read(into: Buffer): Promise<number> {
    const wanted = Math.min(into.length, this.#left * BYTES);
    let filled = 0;
    while (filled < wanted) {
      if (this.#out.length === 0) await this.#more();
      if (this.#out.length === 0) {
        into.fill(0, filled, wanted); // the filter's last fraction of a sample
        filled = wanted;
        break;
      }
      const n = this.#out.copy(into, filled, 0, Math.min(this.#out.length, wanted - filled));
      this.#out = this.#out.subarray(n);
      filled += n;
    }
    this.#left -= filled / BYTES;
    return filled / BYTES;
  }

  async #more(): Promise<void> {
    if (this.#ended) return;
    const count = await this.#source.read(this.#in);
    this.#ended = count === 0;
    const room = this.#swr.getOutSamples(count) + 64;
    const out = Buffer.alloc(room * BYTES);
    const got = this.#swr.convertSync([out], room, this.#ended ? null : [this.#in], count);
    this.#out = out.subarray(0, check(this.#av, got, "sound", "resampling") * BYTES);
  }

  free(): void {
    this.#swr.free();
  }
}

/** Encodes the sound of a video, a piece at a time. */
export class AudioEncoder {
  readonly context: CodecContext;
  readonly rate: number;
  /** Sample frames encoded so far. */
  samples = 0;
  #av: Libav;
  #files: Files;
  #resampled: Resampled | undefined;
  #frame: Frame;
  #pcm: Buffer;

  constructor(av: Libav, files: readonly string[], plan: AudioPlan, name: AudioCodec) {
    this.#av = av;
    this.rate = plan.rate;
    this.#files = new Files(files);
    if (!plan.passthrough) this.#resampled = new Resampled(av, this.#files, plan);
    const encoder = { flac: "flac", aac: "aac", opus: "libopus", pcm: "pcm_s16le" }[name];
    const codec = av.Codec.findEncoderByName(encoder as never);
    if (!codec)
      throw new Problem(`--audio ${name}: not a codec of this program; use one of ${AUDIO_CODECS.join(", ")}`);
    const context = new av.CodecContext();
    this.context = context;
    context.allocContext3(codec);
    context.sampleRate = plan.rate;
    context.sampleFormat = name === "aac" ? av.AV_SAMPLE_FMT_FLTP : av.AV_SAMPLE_FMT_S16;
    context.channelLayout = av.avChannelLayoutDefault(2);
    context.timeBase = new av.Rational(1, plan.rate);
    if (name === "aac") context.bitRate = 256000n;
    if (name === "opus") context.bitRate = 192000n;
    context.setFlags(av.AV_CODEC_FLAG_BITEXACT, av.AV_CODEC_FLAG_GLOBAL_HEADER);
    check(av, context.open2Sync(codec, null), `--audio ${name} at ${plan.rate} Hz`, "opening the encoder");
    this.#frame = new av.Frame();
    this.#frame.alloc();
    this.#pcm = Buffer.from(new ArrayBuffer((context.frameSize || 1024) * BYTES));
  }

  /** Feeds the encoder the next piece. False at the end; then the encoder has been told so. */
  async feed(): Promise<boolean> {
    const av = this.#av;
    const count = await (this.#resampled ?? this.#files).read(this.#pcm);
    if (count === 0) {
      check(av, await this.context.sendFrame(null), "sound", "encoding");
      return false;
    }
    const frame = this.#frame;
    frame.unref();
    frame.format = this.context.sampleFormat;
    frame.sampleRate = this.rate;
    frame.channelLayout = this.context.channelLayout;
    frame.nbSamples = count;
    check(av, frame.getBuffer(0), "sound", "taking memory");
    const planes = frame.extendedData!;
    if (this.context.sampleFormat === av.AV_SAMPLE_FMT_S16) this.#pcm.copy(planes[0]!, 0, 0, count * BYTES);
    else {
      const pcm = new Int16Array(this.#pcm.buffer, this.#pcm.byteOffset, count * 2);
      for (const [channel, plane] of planes.entries()) {
        const out = new Float32Array(plane.buffer, plane.byteOffset, count);
        for (let i = 0; i < count; i++) out[i] = pcm[i * 2 + channel]! / 32768;
      }
    }
    frame.pts = BigInt(this.samples);
    this.samples += count;
    check(av, await this.context.sendFrame(frame), "sound", "encoding");
    return true;
  }

  async free(): Promise<void> {
    await this.#files.close();
    this.#resampled?.free();
    this.#frame.free();
    this.context.freeContext();
  }
}
