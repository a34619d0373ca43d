import { zlibSync } from "fflate";
import { equalReading } from "../watch/readings.ts";
import type { ProbeCurve } from "./sync-report.ts";

/** A probe's readings as the page's script unpacks them. */
export interface PackedCurve {
  readonly name: string;
  readonly frames: number;
  /** Base64 of a zlib stream of Float64s by byte planes: all lowest bytes, then all second bytes, and so on. */
  readonly expected: string;
  /** The same of the bits in which the actual values differ from the expected ones: next to nothing when in step. */
  readonly change: string;
}

/** Frames in which both are known and differ by more than the precision. */
export function differingFrames({ precision, expected, actual }: ProbeCurve): number[] {
  const frames: number[] = [];
  const end = Math.min(expected.length, actual.length);
  for (let frame = 0; frame < end; frame++) {
    const value = actual[frame];
    if (value === undefined || Number.isNaN(value)) continue;
    if (!equalReading({ precision } as Parameters<typeof equalReading>[0], expected[frame]!, value)) frames.push(frame);
  }
  return frames;
}

export function packCurve({ name, expected, actual }: ProbeCurve): PackedCurve {
  const frames = expected.length;
  const want = Float64Array.from(expected);
  const got = Float64Array.from({ length: frames }, (_, frame) => actual[frame] ?? Number.NaN);
  const bits = new Uint8Array(want.buffer);
  const change = new Uint8Array(got.buffer);
  for (let i = 0; i < change.length; i++) change[i]! ^= bits[i]!;
  return { name, frames, expected: packed(bits), change: packed(change) };
}

function packed(doubles: Uint8Array): string {
  const count = doubles.length / 8;
  const planes = new Uint8Array(doubles.length);
  for (let i = 0; i < count; i++) for (let b = 0; b < 8; b++) planes[b * count + i] = doubles[i * 8 + b]!;
  return Buffer.from(zlibSync(planes, { level: 6 })).toString("base64");
}
