import type {
  CodecContext,
  FormatContext,
  Frame,
  Packet,
  SoftwareResampleContext,
  SoftwareScaleContext,
  Stream,
} from "node-av/lib";
import type { VideoFrame } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { check, type Libav, libav } from "./libav.ts";

/** A finished video file, opened for reading. */
export interface Media {
  readonly av: Libav;
  readonly path: string;
  readonly format: FormatContext;
  readonly video: Stream | undefined;
  readonly audio: Stream | undefined;
  close(): Promise<void>;
}

export async function openMedia(path: string): Promise<Media> {
  const av = await libav();
  const format = new av.FormatContext();
  const code = await format.openInput(path);
  if (code === av.AVERROR_INVALIDDATA)
    throw new Problem(`${path}: not a video file, or its beginning is damaged; make it again`);
  check(av, code, path, "opening the video");
  try {
    check(av, await format.findStreamInfo(null), path, "reading the video");
    const find = (type: number): Stream | undefined =>
      format.streams.find((stream) => stream.codecpar.codecType === type);
    const close = (): Promise<void> => format.closeInput();
    return { av, path, format, video: find(av.AVMEDIA_TYPE_VIDEO), audio: find(av.AVMEDIA_TYPE_AUDIO), close };
  } catch (error) {
    await format.closeInput();
    throw error;
  }
}

/** Every packet of the file, one object used again and again; those of other streams than `only` are left out. */
export async function* packets(media: Media, only?: Stream): AsyncGenerator<Packet> {
  const { av, format, path } = media;
  const packet = new av.Packet();
  packet.alloc();
  try {
    for (;;) {
      const code = await format.readFrame(packet);
      if (code === av.AVERROR_EOF) return;
      check(av, code, path, "reading");
      if (only === undefined || packet.streamIndex === only.index) yield packet;
      packet.unref();
    }
  } finally {
    packet.free();
  }
}

/** A decoder for one stream, opened. */
export function decoderOf(media: Media, stream: Stream): CodecContext {
  const { av, path } = media;
  const codec = av.Codec.findDecoder(stream.codecpar.codecId);
  if (!codec)
    throw new Problem(`${path}: no decoder for ${av.avGetCodecName(stream.codecpar.codecId)}; use another --codec`);
  const context = new av.CodecContext();
  context.allocContext3(codec);
  check(av, context.parametersToContext(stream.codecpar), path, "opening a decoder");
  context.pktTimebase = stream.timeBase;
  context.threadCount = 0;
  check(av, context.open2Sync(codec, null), path, "opening a decoder");
  return context;
}

/** Every decoded frame of one stream, one object used again and again. */
export async function* decoded(media: Media, stream: Stream): AsyncGenerator<Frame> {
  const { av, path } = media;
  const context = decoderOf(media, stream);
  const frame = new av.Frame();
  frame.alloc();
  const ready = async (): Promise<boolean> => {
    const code = await context.receiveFrame(frame);
    if (code === av.AVERROR_EAGAIN || code === av.AVERROR_EOF) return false;
    return check(av, code, path, "decoding") >= 0;
  };
  try {
    for await (const packet of packets(media, stream)) {
      check(av, await context.sendPacket(packet), path, "decoding");
      while (await ready()) yield frame;
    }
    check(av, await context.sendPacket(null), path, "decoding");
    while (await ready()) yield frame;
  } finally {
    frame.free();
    context.freeContext();
  }
}

/** Every picture of a video as BGRX; valid until the next one is asked for. */
export async function* decodeFrames(path: string): AsyncGenerator<VideoFrame> {
  const media = await openMedia(path);
  let converter: { scaler: SoftwareScaleContext; frame: Frame } | undefined;
  try {
    const { av, video } = media;
    if (!video) throw new Problem(`${path}: has no video in it; give a video file`);
    for await (const frame of decoded(media, video)) {
      let picture = frame;
      if (frame.format !== av.AV_PIX_FMT_BGR0 && frame.format !== av.AV_PIX_FMT_BGRA) {
        converter ??= bgrxConverter(av, path, frame.width, frame.height);
        picture = converter.frame;
        check(av, await converter.scaler.scaleFrame(picture, frame), path, "converting a picture");
      }
      const pitch = picture.linesize[0]!;
      const { width, height } = frame;
      const sar = frame.sampleAspectRatio;
      const aspect = sar.num > 0 && sar.num !== sar.den ? (width * sar.num) / (height * sar.den) : 0;
      const plane = picture.data![0]!;
      const pixels = new Uint8Array(plane.buffer, plane.byteOffset, pitch * height); // no Buffer: its slice() would not copy
      yield { width, height, pitch, aspect, pixels };
    }
  } finally {
    converter?.scaler.freeContext();
    converter?.frame.free();
    await media.close();
  }
}

function bgrxConverter(
  av: Libav,
  path: string,
  width: number,
  height: number,
): { scaler: SoftwareScaleContext; frame: Frame } {
  const scaler = new av.SoftwareScaleContext();
  scaler.allocContext();
  const flags = "neighbor+accurate_rnd+bitexact+full_chroma_int";
  check(av, scaler.setOption("sws_flags", flags), path, "converting pictures");
  const frame = new av.Frame();
  frame.alloc();
  frame.format = av.AV_PIX_FMT_BGR0;
  frame.width = width;
  frame.height = height;
  check(av, frame.getBuffer(0), path, "taking memory for pictures");
  return { scaler, frame };
}

/** The sound of a video, interleaved stereo s16, as many sample frames at a time as the file holds. */
export async function* decodeAudio(path: string): AsyncGenerator<Int16Array> {
  const media = await openMedia(path);
  let resampler: SoftwareResampleContext | undefined;
  try {
    const { av, audio } = media;
    if (!audio) return;
    let out = Buffer.alloc(0);
    for await (const frame of decoded(media, audio)) {
      if (!resampler) {
        resampler = new av.SoftwareResampleContext();
        const stereo = { ...av.avChannelLayoutDefault(2) };
        const rate = frame.sampleRate;
        const format = frame.format as typeof av.AV_SAMPLE_FMT_S16;
        check(
          av,
          resampler.allocSetOpts2(stereo, av.AV_SAMPLE_FMT_S16, rate, frame.channelLayout, format, rate),
          path,
          "decoding sound",
        );
        check(av, resampler.init(), path, "decoding sound");
      }
      const count = frame.nbSamples;
      if (out.length < count * 4) out = Buffer.from(new ArrayBuffer(count * 4));
      const got = check(av, resampler.convertSync([out], count, frame.extendedData, count), path, "decoding sound");
      yield new Int16Array(out.buffer, out.byteOffset, got * 2).slice();
    }
  } finally {
    resampler?.free();
    await media.close();
  }
}
