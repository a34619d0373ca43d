import { rm } from "node:fs/promises";
import type { CodecContext, FormatContext, Frame, Packet, SoftwareScaleContext, Stream } from "node-av/lib";
import type { Ratio, VideoFrame } from "../machine/machine.ts";
import { codecOf, pixelAspect, type VideoOptions } from "./codecs.ts";
import { Fitter } from "./fit.ts";
import { avProblem, check, commit, type Libav, libav, narrow, partOf } from "./libav.ts";

export type { VideoCodec, VideoOptions } from "./codecs.ts";

/** A picture waiting to be encoded: BGRX of the output's size, in FFmpeg's memory. */
interface Slot {
  readonly frame: Frame;
  bytes: Uint8Array;
}

/**
 * Writes one segment: a video file of its own that starts with a keyframe (NUT, which keeps any frame rate exactly), made
 * to be joined with others by `mux`. Encoding runs beside the emulation, on the thread pool. The same frames give the
 * same bytes whatever the number of threads and the day. The file has its name only when it is whole and on the disk.
 */
export class SegmentEncoder {
  readonly path: string;
  #av: Libav;
  #format: FormatContext;
  #codec: CodecContext;
  #stream: Stream;
  #packet: Packet;
  #fitter: Fitter;
  #convert: { scaler: SoftwareScaleContext; frame: Frame } | undefined;
  #slots: Slot[];
  #timeBase: Ratio;
  #frames = 0;
  #encoded = 0;
  #working: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #failure: unknown;
  #closed = false;

  private constructor(av: Libav, path: string, options: VideoOptions) {
    this.path = path;
    this.#av = av;
    const fps = narrow(options.fps);
    this.#timeBase = { num: fps.den, den: fps.num };
    const recipe = codecOf(av, options);
    this.#codec = recipe.context;
    this.#format = new av.FormatContext();
    this.#packet = new av.Packet();
    this.#packet.alloc();
    const aspect = pixelAspect(options);
    this.#codec.timeBase = new av.Rational(fps.den, fps.num);
    this.#codec.framerate = new av.Rational(fps.num, fps.den);
    this.#codec.sampleAspectRatio = new av.Rational(aspect.num, aspect.den);
    check(av, this.#codec.open2Sync(recipe.codec, null), path, `opening the encoder ${options.codec ?? "ffv1"}`);
    check(av, this.#format.allocOutputContext2(null, "nut", partOf(path)), path, "making a segment");
    this.#format.setFlags(av.AVFMT_FLAG_BITEXACT);
    this.#stream = this.#format.newStream(null);
    this.#stream.timeBase = new av.Rational(fps.den, fps.num);
    this.#stream.avgFrameRate = new av.Rational(fps.num, fps.den);
    this.#stream.sampleAspectRatio = new av.Rational(aspect.num, aspect.den);
    check(av, this.#stream.codecpar.fromContext(this.#codec), path, "making a segment");
    const converts = recipe.format !== av.AV_PIX_FMT_BGR0;
    const enlarge = converts ? (options.enlarge ?? 1) : 1;
    const [width, height] = [options.width / enlarge, options.height / enlarge];
    this.#fitter = new Fitter(av, width, height, options.scale);
    const picture = (format: number, width: number, height: number): Frame => {
      const frame = new av.Frame();
      frame.alloc();
      frame.format = format as Frame["format"];
      frame.width = width;
      frame.height = height;
      check(av, frame.getBuffer(0), path, "taking memory for pictures");
      return frame;
    };
    this.#slots = Array.from({ length: 3 }, () => {
      const frame = picture(av.AV_PIX_FMT_BGR0, width, height);
      return { frame, bytes: pixelsOf(frame) };
    });
    if (converts) {
      const scaler = new av.SoftwareScaleContext();
      scaler.allocContext();
      const flags = `${enlarge > 1 ? "neighbor" : "area"}+accurate_rnd+bitexact`;
      check(av, scaler.setOption("sws_flags", flags), path, "converting pictures");
      const frame = picture(recipe.format, options.width, options.height);
      frame.colorSpace = this.#codec.colorSpace;
      frame.colorRange = this.#codec.colorRange;
      this.#convert = { scaler, frame };
    }
  }

  static async open(path: string, options: VideoOptions): Promise<SegmentEncoder> {
    const av = await libav();
    const encoder = new SegmentEncoder(av, path, options);
    try {
      check(av, await encoder.#format.openOutput(), path, "opening the file");
      check(av, await encoder.#format.writeHeader(), path, "writing the header");
    } catch (error) {
      await encoder.abort();
      throw error;
    }
    return encoder;
  }

  /** Frames taken so far. */
  get frames(): number {
    return this.#frames;
  }

  /**
   * Takes the picture at once (it may change afterwards); a frame without pixels repeats the last one. Await what it
   * returns before the next write: that is the back-pressure. Throws what went wrong with an earlier frame.
   */
  write(picture: VideoFrame): void | Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#closed) throw new Error("write after close");
    const slots = this.#slots;
    if (this.#frames - this.#encoded >= slots.length) throw new Error("write before the last one was awaited");
    const slot = slots[this.#frames % slots.length]!;
    if (!slot.frame.isWritable) {
      check(this.#av, slot.frame.makeWritable(), this.path, "taking memory for pictures"); // the encoder still holds it
      slot.bytes = pixelsOf(slot.frame);
    }
    const stride = slot.frame.linesize[0]!;
    if (picture.pixels.length > 0) this.#fitter.place(picture, slot.bytes, stride);
    else if (this.#frames === 0) slot.bytes.fill(0);
    else slot.bytes.set(slots[(this.#frames - 1) % slots.length]!.bytes);
    slot.frame.pts = BigInt(this.#frames++);
    this.#working ??= this.#work();
    if (this.#frames - this.#encoded < slots.length) return;
    return new Promise((resolve, reject) => {
      this.#wake = () => (this.#failure ? reject(this.#failure) : resolve());
    });
  }

  async #work(): Promise<void> {
    try {
      while (this.#encoded < this.#frames) {
        const { frame } = this.#slots[this.#encoded % this.#slots.length]!;
        await this.#encode(frame);
        this.#encoded++;
        this.#awaken();
      }
    } catch (error) {
      this.#failure = error;
      this.#awaken();
    }
    this.#working = undefined;
  }

  #awaken(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  async #encode(frame: Frame): Promise<void> {
    const av = this.#av;
    let picture = frame;
    if (this.#convert) {
      picture = this.#convert.frame;
      check(av, picture.makeWritable(), this.path, "taking memory for pictures");
      check(av, await this.#convert.scaler.scaleFrame(picture, frame), this.path, "converting a picture");
      picture.pts = frame.pts;
    }
    check(av, await this.#codec.sendFrame(picture), this.path, "encoding");
    // Encoding happens in sendFrame; what is done is only picked up here.
    while (this.#got(this.#codec.receivePacketSync(this.#packet))) await this.#put();
  }

  #got(code: number): boolean {
    if (code === this.#av.AVERROR_EAGAIN || code === this.#av.AVERROR_EOF) return false;
    check(this.#av, code, this.path, "encoding");
    return true;
  }

  async #put(): Promise<void> {
    const packet = this.#packet;
    packet.streamIndex = 0;
    packet.duration = 1n;
    packet.rescaleTs(this.#timeBase, this.#stream.timeBase);
    check(this.#av, await this.#format.writeFrame(packet), this.path, "writing");
    packet.unref();
  }

  /** Encodes what is left, puts the file on the disk and gives it its name. After a failure: throws it, leaves no file. */
  async close(): Promise<{ frames: number }> {
    this.#closed = true;
    try {
      await this.#working;
      if (this.#failure) throw this.#failure;
      check(this.#av, await this.#codec.sendFrame(null), this.path, "encoding");
      while (this.#got(await this.#codec.receivePacket(this.#packet))) await this.#put();
      check(this.#av, await this.#format.writeTrailer(), this.path, "writing the end");
      await closeOutput(this.#av, this.#format, this.path);
    } catch (error) {
      await this.abort();
      throw error;
    }
    this.#free();
    await commit(this.path);
    return { frames: this.#frames };
  }

  /** Gives up: stops the encoder and takes the unfinished file away. */
  async abort(): Promise<void> {
    this.#closed = true;
    await this.#working;
    await this.#format.closeOutput();
    this.#free();
    await rm(partOf(this.path), { force: true });
  }

  #free(): void {
    this.#fitter.free();
    this.#convert?.scaler.freeContext();
    this.#convert?.frame.free();
    for (const slot of this.#slots) slot.frame.free();
    this.#slots = [];
    this.#packet.free();
    this.#codec.freeContext();
    this.#format.freeContext();
  }
}

/** The bytes of a packed picture, not copied: they are gone when the frame is freed. */
export function pixelsOf(frame: Frame): Uint8Array {
  const [plane] = frame.data!;
  return plane!;
}

/** Closes a file that is being written and throws when not everything arrived: a full disk may show only now. */
export async function closeOutput(av: Libav, format: FormatContext, path: string): Promise<void> {
  await format.flush();
  const trouble = format.pb?.error ?? 0;
  await format.closeOutput();
  if (trouble < 0) throw avProblem(av, trouble, path, "writing");
}
