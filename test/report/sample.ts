import { encodePng } from "../../src/dump/png.node.ts";
import type { Boot } from "../../src/machine/boot.ts";
import type { SeamPicture, SyncReport } from "../../src/report/sync-report.ts";

export const HOSTILE = `<script>window.hacked=1</script><img src=x onerror="window.hacked=1">`;

const boot = (resolution: string, plugin: string): Boot => ({
  core: { name: "mupen64plus", version: "2.5.9", build: "5a".repeat(32) },
  system: "n64",
  content: { name: `race ${HOSTILE}.z64`, size: 8388608, sha256: "c4".repeat(32) },
  settings: { resolution, "video-plugin": plugin, "count-per-op": "2", "rsp-plugin": "hle", ...many },
  ramFill: "00",
  save: null,
  rtc: null,
  firmware: {},
  ports: ["pad", "none", "none", "none"],
  unpinned: [],
});
const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`option-${i}`, i % 2 ? "on" : "off"]));

/** A picture of a ball on a road at a frame, as a seam would show it. */
function picture(frame: number): Uint8Array {
  const [width, height] = [160, 120];
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ball = Math.hypot(x - 30 - frame * 6, y - 70) < 14;
      const road = y > 84;
      const at = (y * width + x) * 4;
      pixels[at] = ball ? 40 : road ? 90 : 200 - y;
      pixels[at + 1] = ball ? 90 : road ? 96 : 150;
      pixels[at + 2] = ball ? 235 : road ? 104 : 110;
      pixels[at + 3] = 255;
    }
  }
  return encodePng({ width, height, pitch: width * 4, pixels });
}

function seam(frame: number, offset: number): SeamPicture {
  return {
    frame,
    offset,
    fits: true,
    reason: "nothing jumps more than the scene moves, and the picture is as sharp as before",
    proof: {
      jump: { mean: 1.234, max: 18 },
      motion: { mean: 1.31, max: 22 },
      excess: 0.82,
      sharpness: 0.99,
      settledAt: 4,
    },
    strip: {
      before: [0, 1, 2].map(picture),
      after: [3, 4, 5].map(picture),
      frames: [0, 1, 2, 3, 4, 5].map((i) => frame + offset - 2 + i),
    },
  };
}

/** A race of `frames` frames whose target run parts from native at each of `parted`, for two frames. */
export function sampleReport(frames: number, parted: readonly number[]): SyncReport {
  const curve = (f: (frame: number) => number): Float64Array =>
    Float64Array.from({ length: frames + 1 }, (_, n) => f(n));
  const off = (expected: Float64Array, by: number): Float64Array => {
    const actual = expected.slice();
    for (const frame of parted) actual[frame]! += by;
    return actual;
  };
  const x = curve((n) => Math.fround(900 * Math.sin(n / 700) + 60 * Math.sin(n / 45)));
  const speed = curve((n) => Math.max(0, Math.round(120 + 60 * Math.sin(n / 240) + (n % 900 < 40 ? -100 : 0))));
  const rng = curve((n) => (Math.imul(n >> 3, 2654435761) >>> 0) % 65536);
  const lap = curve((n) => 1 + Math.floor((3 * n) / (frames + 1)));
  const half = lap.slice().fill(Number.NaN, frames >> 1);
  return {
    title: "race.bk2 at 3840 × 2160",
    verdict: {
      ok: true,
      text: `The target run was kept in step for all ${frames} frames with ${parted.length} repairs; every frame of the video reads as native's does.`,
    },
    movie: { Movie: "race.bk2", Author: HOSTILE, Frames: frames, Rerecords: 4211 },
    rom: { name: "race.z64", size: 8388608, sha256: "c4".repeat(32) },
    command: `instep sync race.bk2 --rom "race ${HOSTILE}.z64" --target resolution=3840x2160 -o race.mkv`,
    boots: { native: boot("320x240", "angrylion"), target: boot("3840x2160", "gliden64") },
    probes: [
      { name: "p1.x", precision: { decimals: 2 }, expected: x, actual: off(x, 240) },
      { name: "p1.speed", precision: "exact", expected: speed, actual: off(speed, -35) },
      { name: "rng", precision: "exact", expected: rng, actual: rng },
      { name: `lap ${HOSTILE}`, precision: { step: 0.5 }, expected: lap, actual: half },
    ],
    mismatches: parted,
    repairs: parted.map((frame) => ({
      frame,
      probes: [
        { name: "p1.x", expected: x[frame]!, actual: x[frame]! + 240 },
        { name: "p1.speed", expected: speed[frame]!, actual: speed[frame]! - 35 },
      ],
      cause: `a lag frame that native has not ${HOSTILE}`,
    })),
    seams: parted.map((frame, i) => seam(frame, 4 + i)),
    video: { frames, width: 3840, height: 2160, fps: "60000/1001" },
    audio: { samples: Math.round((frames * 44100 * 1001) / 60000), rate: 44100 },
    seconds: { collect: 41.2, align: 187.4, dump: 402.9 },
    fps: frames / 631.5,
    pinned: [
      { what: "real-time clock", value: "2000-01-01 00:00:00", how: "set at boot, runs by frames" },
      { what: "uninitialised RAM", value: "00", how: "filled before the first frame" },
    ],
    unpinned: [`the graphics driver ${HOSTILE}`],
    files: ["race.mkv", "race.report.html", "race.job/align.jsonl"],
  };
}
