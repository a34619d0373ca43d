import { mkdtemp, open, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { VideoFrame } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { SegmentEncoder } from "./encoder.ts";
import { copyRows } from "./fit.ts";
import { decodeAudio, decodeFrames, probeVideo } from "./inspect.ts";
import { fileProblem } from "./libav.ts";
import { mux } from "./mux.ts";
import { drawText, textHeight, textWidth } from "./text.ts";

export interface SideBySideOptions {
  /** What is written above the left and the right picture. */
  readonly labels: readonly [string, string];
  /** Of x264; the quick default makes 13,000 frames of two NES pictures in some 20 s on two cores. */
  readonly preset?: string;
}

/** Pictures below this width are shown twice as large. */
const SMALL = 400;
const MARGIN = 4;
const BACKGROUND = 0x101418;
const INK = 0xe8ecf0;

/**
 * Makes an MP4 that every browser plays (H.264, 4:2:0, AAC): two videos beside each other under their labels, with the
 * sound of the right one. The one that ends first shows its last picture until the other has ended.
 */
export async function sideBySide(
  out: string,
  left: string,
  right: string,
  options: SideBySideOptions,
): Promise<{ frames: number }> {
  const [a, b] = [await probeVideo(left), await probeVideo(right)];
  if (Math.abs(a.fps.num / a.fps.den - b.fps.num / b.fps.den) > 0.01) {
    throw new Problem(
      `${left}: runs at ${a.fps.num}/${a.fps.den} frames a second, ${right} does not; make both of the same movie`,
    );
  }
  const scale = Math.max(a.width, b.width) < SMALL ? 2 : 1;
  const size = Math.max(1, Math.round(Math.min(a.width, b.width) / 320));
  const top = textHeight(size) + 2 * MARGIN * size;
  const width = even(a.width + b.width);
  const height = even(top + Math.max(a.height, b.height));
  const canvas: VideoFrame = { width, height, pitch: width * 4, aspect: 0, pixels: new Uint8Array(width * height * 4) };
  for (let at = 0; at < canvas.pixels.length; at += 4)
    canvas.pixels.set([BACKGROUND & 255, (BACKGROUND >> 8) & 255, BACKGROUND >> 16, 0], at);
  for (const [i, label] of options.labels.entries()) {
    const [from, room] = i === 0 ? [0, a.width] : [a.width, b.width];
    drawText(canvas, label, from + Math.max(MARGIN, (room - textWidth(label, size)) >> 1), MARGIN * size, INK, size);
  }

  const folder = await mkdtemp(join(dirname(resolve(out)), `.${basename(out)}-`)).catch((error) =>
    Promise.reject(fileProblem(error, out)),
  );
  try {
    const segment = join(folder, "video.nut");
    const video = {
      width: width * scale,
      height: height * scale,
      fps: b.fps,
      codec: "libx264",
      crf: 16,
      enlarge: scale,
    } as const;
    const encoder = await SegmentEncoder.open(segment, { ...video, preset: options.preset ?? "ultrafast" });
    const sides = [decodeFrames(left), decodeFrames(right)];
    try {
      for (;;) {
        const [l, r] = await Promise.all(sides.map((side) => side.next()));
        if (l!.done && r!.done) break;
        if (!l!.done) copyRows(l!.value, canvas.pixels, top * canvas.pitch, canvas.pitch);
        if (!r!.done) copyRows(r!.value, canvas.pixels, top * canvas.pitch + a.width * 4, canvas.pitch);
        await encoder.write(canvas);
      }
      await encoder.close();
    } catch (error) {
      await encoder.abort();
      throw error;
    } finally {
      for (const side of sides) await side.return(undefined);
    }
    const pcm = b.audio ? [await soundOf(right, join(folder, "sound.pcm"))] : [];
    const sampleRate = { num: b.audio?.rate ?? 1, den: 1 };
    return await mux(out, {
      segments: [segment],
      pcm,
      sampleRate,
      fps: b.fps,
      audioCodec: "aac",
      frames: encoder.frames,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function soundOf(video: string, path: string): Promise<string> {
  const file = await open(path, "w");
  try {
    for await (const samples of decodeAudio(video))
      await file.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  } catch (error) {
    throw fileProblem(error, path);
  } finally {
    await file.close();
  }
  return path;
}

function even(n: number): number {
  return n + (n % 2);
}
