import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planAudio } from "../../src/dump/audio.ts";
import { SegmentEncoder, type VideoOptions } from "../../src/dump/encoder.ts";
import { decodeAudio, decodeFrames, probeVideo } from "../../src/dump/inspect.ts";
import { mux } from "../../src/dump/mux.ts";
import { colours, scene } from "./support/scene.ts";

const folder = mkdtempSync(join(tmpdir(), "instep-mux-"));
afterAll(() => rmSync(folder, { recursive: true }));
const NTSC = { num: 39375000, den: 655171 };
const RATE = { num: 44100, den: 1 };

/** A sweep, so that a sample that is missing or doubled anywhere is heard; left and right differ. */
function sound(samples: number): Int16Array {
  const out = new Int16Array(samples * 2);
  for (let i = 0; i < samples; i++) {
    out[i * 2] = Math.round(12000 * Math.sin(i * 0.03 + i * i * 1e-7));
    out[i * 2 + 1] = ((i * 7919) % 20001) - 10000;
  }
  return out;
}
function pcm(name: string, samples: Int16Array): string {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  return path;
}
async function segments(name: string, counts: number[], options: Partial<VideoOptions> = {}): Promise<string[]> {
  let n = 0;
  const paths: string[] = [];
  for (const [i, count] of counts.entries()) {
    const path = join(folder, `${name}-${i}.nut`);
    const encoder = await SegmentEncoder.open(path, { width: 64, height: 48, fps: NTSC, ...options });
    for (let k = 0; k < count; k++) await encoder.write(scene(n++));
    await encoder.close();
    paths.push(path);
  }
  return paths;
}
async function heard(path: string): Promise<Int16Array> {
  const chunks: Int16Array[] = [];
  for await (const chunk of decodeAudio(path)) chunks.push(chunk);
  return Int16Array.from(chunks.flatMap((chunk) => [...chunk]));
}
const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const exact = (frames: number): number => Math.round((frames * 44100 * NTSC.den) / NTSC.num);

let lossless: string[] = [];
let h264: string[] = [];
const COUNTS = [60, 60, 1, 2, 17];
const FRAMES = 140;
beforeAll(async () => {
  lossless = await segments("ffv1", COUNTS);
  h264 = await segments("h264", COUNTS, { codec: "libx264", crf: 12 });
});

describe("joined segments", () => {
  test.each([
    ["utvideo", ".mkv"],
    ["utvideo", ".avi"],
    ["libx264rgb", ".mkv"],
    ["libvpx-vp9", ".webm"],
    ["libsvtav1", ".mp4"],
  ] as const)("of %s in %s are read again, every frame", async (codec, ext) => {
    const out = join(folder, `other${ext}`);
    const parts = await segments(codec, [5, 3], { codec });
    await mux(out, { segments: parts, pcm: [], sampleRate: RATE, fps: NTSC });
    let frames = 0;
    for await (const picture of decodeFrames(out)) {
      const alike = codec === "utvideo" || codec === "libx264rgb";
      if (alike) expect(colours(picture).equals(colours(scene(frames)))).toBe(true);
      frames++;
    }
    expect(frames).toBe(8);
  });

  test.each([[".mkv"], [".mp4"], [".mov"], [".avi"]])(
    "of ffv1 in %s have every frame in order, and the sound bit by bit",
    async (ext) => {
      const samples = sound(exact(FRAMES) + 13);
      const half = 2 * 20000;
      const files = [pcm("a.pcm", samples.subarray(0, half)), pcm("b.pcm", samples.subarray(half))];
      const out = join(folder, `joined${ext}`);
      const audioCodec = ext === ".avi" || ext === ".mov" ? "pcm" : "flac"; // MOV has no FLAC
      const report = await mux(out, { segments: lossless, pcm: files, sampleRate: RATE, fps: NTSC, audioCodec });
      expect(report).toMatchObject({ frames: FRAMES, audio: { passthrough: true, ratio: 1, rate: 44100 } });
      const facts = await probeVideo(out);
      expect(facts).toMatchObject({
        codec: "ffv1",
        frames: FRAMES,
        audio: { samples: exact(FRAMES) + 13, rate: 44100 },
      });
      expect(facts.fps.num / facts.fps.den).toBeCloseTo(NTSC.num / NTSC.den, ext === ".avi" ? 3 : 8);
      let n = 0;
      for await (const frame of decodeFrames(out))
        expect(colours(frame).equals(colours(scene(n))), `frame ${n++}`).toBe(true);
      expect(Buffer.from((await heard(out)).buffer).equals(Buffer.from(samples.buffer))).toBe(true);
    },
  );

  test.each([[".mkv"], [".mp4"]])("of H.264 with B-frames in %s are shown in order at a constant rate", async (ext) => {
    const out = join(folder, `b${ext}`);
    await mux(out, {
      segments: h264,
      pcm: [pcm("c.pcm", sound(exact(FRAMES)))],
      sampleRate: RATE,
      fps: NTSC,
      audioCodec: "aac",
    });
    const facts = await probeVideo(out);
    expect(facts).toMatchObject({ codec: "h264", frames: FRAMES, fps: NTSC });
    expect(Math.abs(facts.audio!.samples - exact(FRAMES))).toBeLessThanOrEqual(1024);
    let n = 0;
    for await (const frame of decodeFrames(out)) {
      const [seen, meant] = [colours(frame), colours(scene(n))];
      const distance = (to: Buffer): number =>
        seen.reduce((sum, byte, i) => sum + Math.abs(byte - to[i]!), 0) / seen.length;
      const here = distance(meant);
      for (const other of [n - 1, n + 1]) expect(here, `frame ${n}`).toBeLessThan(distance(colours(scene(other))));
      n++;
    }
    expect(n).toBe(FRAMES);
  });

  test.each([
    ["aac", ".mp4"],
    ["opus", ".mkv"],
    ["opus", ".mp4"],
    ["aac", ".mkv"],
  ] as const)("carry %s in %s in time with the picture", async (audioCodec, ext) => {
    // Silence with one loud click: where it is heard tells the delay.
    const samples = new Int16Array(exact(FRAMES) * 2);
    const click = 44100;
    samples.fill(20000, click * 2, (click + 200) * 2);
    const out = join(folder, `click-${audioCodec}${ext}`);
    const report = await mux(out, {
      segments: lossless.slice(0, 5),
      pcm: [pcm("d.pcm", samples)],
      sampleRate: RATE,
      fps: NTSC,
      audioCodec,
    });
    const got = await heard(out);
    const rate = report.audio!.rate;
    const at = got.findIndex((value) => Math.abs(value) > 8000) / 2 / rate;
    expect(Math.abs(at - click / 44100)).toBeLessThan(0.003);
  });

  test.each([
    [".mkv", "flac"],
    [".mp4", "aac"],
    [".mov", "pcm"],
  ] as const)("give the same bytes in %s every time", async (ext, audioCodec) => {
    const file = pcm("e.pcm", sound(exact(FRAMES)));
    const digests = new Set<string>();
    for (const name of ["one", "two"]) {
      const out = join(folder, name + ext);
      await mux(out, { segments: h264, pcm: [file], sampleRate: RATE, fps: NTSC, audioCodec, frames: FRAMES });
      digests.add(digest(out));
      await new Promise((resolve) => setTimeout(resolve, 1100)); // a date would show now
    }
    expect(digests.size).toBe(1);
  });

  test("may be silent", async () => {
    const out = join(folder, "silent.mkv");
    expect(await mux(out, { segments: lossless, pcm: [], sampleRate: RATE, fps: NTSC })).toEqual({
      frames: FRAMES,
      audio: null,
    });
    expect(await probeVideo(out)).toMatchObject({ frames: FRAMES, audio: null, fps: NTSC });
  });
});

describe("sound that does not fit its frames", () => {
  test.each([
    ["a fractional sample rate and 2 % too little", { num: 62503, den: 2 }, 0.98, 31252],
    ["a core that made 2 % too much", { num: 44100, den: 1 }, 1.02, 44100],
    ["a core that made 1.5 % too little", { num: 48000, den: 1 }, 0.985, 48000],
  ])("is resampled by one ratio to its exact length: %s", async (_name, sampleRate, factor, rate) => {
    const from = Math.round(((FRAMES * NTSC.den) / NTSC.num) * (sampleRate.num / sampleRate.den) * factor);
    const to = Math.round((FRAMES * NTSC.den * rate) / NTSC.num);
    const tone = new Int16Array(from * 2);
    for (let i = 0; i < from; i++)
      tone[i * 2] = tone[i * 2 + 1] = Math.round(12000 * Math.sin((i / from) * 2 * Math.PI * 400));
    const out = join(folder, "resampled.mkv");
    const report = await mux(out, { segments: lossless, pcm: [pcm("f.pcm", tone)], sampleRate, fps: NTSC });
    expect(report.audio).toMatchObject({ passthrough: false, rate, from, to, ratio: to / from });
    const got = await heard(out);
    expect(got.length / 2).toBe(to);
    let worst = 0; // 400 waves fill the whole length: any drift shows as a phase error at the end
    for (let i = 100; i < to - 100; i++)
      worst = Math.max(worst, Math.abs(got[i * 2]! - 12000 * Math.sin((i / to) * 2 * Math.PI * 400)));
    expect(worst).toBeLessThan(60);
  });

  test("is left as it is when it fits to within one frame", () => {
    const passes = (from: number, sampleRate = RATE) =>
      planAudio(from, 6000, { num: 60, den: 1 }, sampleRate, "flac").passthrough;
    expect([passes(4410000), passes(4410000 + 735), passes(4410000 - 735)]).toEqual([true, true, true]);
    expect([passes(4410000 + 736), passes(4410000 - 736), passes(3000000, { num: 32040, den: 1 })]).toEqual([
      false,
      false,
      false,
    ]);
    // A rate that is a fraction: the nearest whole one is as good, until the sound is a frame late by it.
    const SNES = { num: 64081, den: 2 };
    expect(planAudio(32040 * 60, 3600, { num: 60, den: 1 }, SNES, "flac").passthrough).toBe(true);
    const hours = planAudio(Math.round(32040.5 * 7200), 7200 * 60, { num: 60, den: 1 }, SNES, "flac");
    expect(hours).toMatchObject({ passthrough: false, to: hours.rate * 7200 });
  });
});

describe("a video that cannot be written", () => {
  const options = () => ({
    segments: lossless,
    pcm: [pcm("g.pcm", sound(exact(FRAMES)))],
    sampleRate: RATE,
    fps: NTSC,
  });

  test("on a full disk is a Problem that says so, and leaves nothing", async () => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      return expect(process.getuid?.()).not.toBe(0); // only root may mount
    }
    try {
      await expect(mux(join(disk, "full.mkv"), options())).rejects.toThrow(
        /full\.mkv: the disk is full; free some space/,
      );
      expect(readdirSync(disk)).toEqual([]);
      const encoder = await SegmentEncoder.open(join(disk, "full.nut"), { width: 64, height: 48, fps: NTSC });
      await expect(
        (async () => {
          for (let n = 0; n < 200; n++) await encoder.write(scene(n));
          await encoder.close();
        })(),
      ).rejects.toThrow(/full\.nut: the disk is full/);
      await encoder.abort();
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  test("because of its name, container or folder says what to do", async () => {
    await expect(mux(join(folder, "x.txt"), options())).rejects.toThrow(/x\.txt: .*end its name in \.mkv, \.mp4/);
    await expect(mux(join(folder, "x.webm"), options())).rejects.toThrow(
      /x\.webm: \.webm cannot hold ffv1 and flac; name it \.mkv/,
    );
    await expect(mux(join(folder, "no", "x.mkv"), options())).rejects.toThrow(/x\.mkv: not found; does the folder/);
    await expect(mux(join(folder, "x.mkv"), { ...options(), segments: [] })).rejects.toThrow(/there is no segment/);
    expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
  });

  test("because a segment is damaged, foreign or missing names the segment", async () => {
    const out = join(folder, "bad.mkv");
    const [other] = await segments("other", [3], { codec: "utvideo" });
    const cut = join(folder, "cut.nut");
    writeFileSync(cut, readFileSync(lossless[0]!));
    truncateSync(cut, 30000);
    const text = join(folder, "text.nut");
    writeFileSync(text, "no video at all, only text, and some more text to be read");
    await expect(mux(out, { ...options(), segments: [lossless[0]!, other!] })).rejects.toThrow(
      /other-0\.nut: was encoded with other options/,
    );
    await expect(mux(out, { ...options(), segments: [cut], frames: 60 })).rejects.toThrow(/frames, not 60; dump again/);
    await expect(mux(out, { ...options(), segments: [text] })).rejects.toThrow(/text\.nut: not a video file/);
    await expect(mux(out, { ...options(), segments: [join(folder, "none.nut")] })).rejects.toThrow(
      /none\.nut: not found/,
    );
    await expect(mux(out, { ...options(), pcm: [cut.replace("cut", "nothing")] })).rejects.toThrow(
      /nothing\.nut: not found/,
    );
    expect(existsSync(out) || existsSync(`${out}.part`)).toBe(false);
  });
});
