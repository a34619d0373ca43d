import type { Codec, CodecContext } from "node-av/lib";
import type { Ratio } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { type Libav, narrow } from "./libav.ts";

export const VIDEO_CODECS = ["ffv1", "libx264", "libx264rgb", "utvideo", "libvpx-vp9", "libsvtav1"] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

export interface VideoOptions {
  /** Size of the output in pixels; frames of another size are fitted into it. */
  readonly width: number;
  readonly height: number;
  readonly fps: Ratio;
  /** ffv1 by default: lossless, no colour conversion. Lossless too: utvideo, and libx264rgb with crf 0. */
  readonly codec?: VideoCodec;
  /** Constant quality of the lossy codecs, 0 (best) to 51 or 63; each codec has its own default. */
  readonly crf?: number;
  /** Of libx264 and libvpx-vp9. */
  readonly chroma?: "420" | "444";
  /** Of libx264 and libx264rgb: "ultrafast" to "veryslow". */
  readonly preset?: string;
  /** Width over height of the whole picture as shown; 0 or none: square pixels. */
  readonly aspect?: number;
  /** Every picture is smaller than the output by this factor: lossy codecs then enlarge it while they convert its colours. */
  readonly enlarge?: number;
  /** At most this integer factor is used to fit smaller frames; none: the largest that fits. */
  readonly scale?: number;
  /** Threads of lossless codecs; the bytes are the same for every number. Lossy ones have a fixed number for that reason. */
  readonly threads?: number;
}

interface Recipe {
  readonly codec: Codec;
  readonly context: CodecContext;
  /** AVPixelFormat that the encoder takes. */
  readonly format: number;
}

/** An encoder with all its options set, not yet opened. */
export function codecOf(av: Libav, options: VideoOptions): Recipe {
  const name = options.codec ?? "ffv1";
  const codec = VIDEO_CODECS.includes(name) ? av.Codec.findEncoderByName(name as never) : null;
  if (!codec) throw new Problem(`--codec ${name}: not a codec of this program; use one of ${VIDEO_CODECS.join(", ")}`);
  const { width, height } = options;
  if (
    !Number.isInteger(width) ||
    !Number.isInteger(height) ||
    width < 1 ||
    height < 1 ||
    width > 16384 ||
    height > 16384
  ) {
    throw new Problem(`a video of ${width}x${height} cannot be made; use 1 to 16384 pixels each way`);
  }
  const even = name === "libsvtav1" || (name === "libx264" && options.chroma !== "444");
  if (even && (width % 2 || height % 2)) {
    throw new Problem(`--codec ${name}: ${width}x${height} must be even; use --scale 2, --chroma 444 or --codec ffv1`);
  }
  const { format, set } = recipeOf(av, name, options);
  const context = new av.CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = format as CodecContext["pixelFormat"];
  context.setFlags(av.AV_CODEC_FLAG_BITEXACT, av.AV_CODEC_FLAG_GLOBAL_HEADER);
  for (const [key, value] of Object.entries(set)) {
    const code = context.setOption(key, String(value));
    if (code < 0) throw new Problem(`--codec ${name}: ${key}=${value} is refused: ${av.FFmpegError.strerror(code)}`);
  }
  return { codec, context, format };
}

function recipeOf(
  av: Libav,
  name: VideoCodec,
  options: VideoOptions,
): { format: number; set: Record<string, string | number> } {
  const threads = options.threads ?? 0;
  const bt709 = { color_primaries: "bt709", color_trc: "bt709", colorspace: "bt709", color_range: "tv" };
  const yuv = options.chroma === "444" ? av.AV_PIX_FMT_YUV444P : av.AV_PIX_FMT_YUV420P;
  switch (name) {
    case "ffv1": {
      // Slices are what threads work on and part of the bytes: fixed by the size. Contexts of 1: smaller, as fast (measured).
      const slices = options.width * options.height > 1_000_000 ? 24 : 4;
      return { format: av.AV_PIX_FMT_BGR0, set: { level: 3, slicecrc: 1, context: 1, slices, g: 1, threads } };
    }
    case "utvideo":
      return { format: av.AV_PIX_FMT_GBRP, set: { threads } };
    case "libx264":
    case "libx264rgb": {
      // x264's bytes depend on its number of threads: 4, on every machine.
      const set = { crf: options.crf ?? (name === "libx264" ? 18 : 0), preset: options.preset ?? "medium", threads: 4 };
      if (name === "libx264rgb") return { format: av.AV_PIX_FMT_BGR0, set };
      return { format: yuv, set: { ...set, ...bt709 } };
    }
    case "libvpx-vp9":
      return {
        format: yuv,
        set: { crf: options.crf ?? 24, b: 0, deadline: "good", "cpu-used": 4, threads: 4, ...bt709 },
      };
    case "libsvtav1":
      return { format: av.AV_PIX_FMT_YUV420P, set: { crf: options.crf ?? 24, preset: 8, ...bt709 } };
  }
}

/** Width over height of one pixel. */
export function pixelAspect(options: Pick<VideoOptions, "width" | "height" | "aspect">): Ratio {
  if (!options.aspect || !Number.isFinite(options.aspect) || options.aspect < 0) return { num: 1, den: 1 };
  return narrow({ num: (options.aspect * options.height) / options.width, den: 1 }, 1000);
}
