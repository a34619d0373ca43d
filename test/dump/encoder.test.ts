import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SegmentEncoder, type VideoOptions } from "../../src/dump/encoder.ts";
import { decodeFrames, probeVideo } from "../../src/dump/inspect.ts";
import type { VideoFrame } from "../../src/machine/machine.ts";
import { colours, paint, scene } from "./support/scene.ts";

const folder = mkdtempSync(join(tmpdir(), "instep-encoder-"));
afterAll(() => rmSync(folder, { recursive: true }));
const NTSC = { num: 39375000, den: 655171 };

async function encode(
  name: string,
  frames: Iterable<VideoFrame>,
  options: Partial<VideoOptions> = {},
): Promise<string> {
  const path = join(folder, name);
  const encoder = await SegmentEncoder.open(path, { width: 64, height: 48, fps: NTSC, ...options });
  for (const frame of frames) await encoder.write(frame);
  await encoder.close();
  return path;
}
async function decode(path: string): Promise<VideoFrame[]> {
  const frames: VideoFrame[] = [];
  for await (const frame of decodeFrames(path)) frames.push({ ...frame, pixels: frame.pixels.slice() });
  return frames;
}
const scenes = (count: number): VideoFrame[] => Array.from({ length: count }, (_, n) => scene(n));
const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("a lossless segment", () => {
  test.each([["ffv1"], ["utvideo"], ["libx264rgb"]] as const)(
    "%s gives back every pixel of every frame",
    async (codec) => {
      const path = await encode(`${codec}.nut`, scenes(20), { codec });
      const frames = await decode(path);
      expect(frames.length).toBe(20);
      for (const [n, frame] of frames.entries())
        expect(colours(frame).equals(colours(scene(n))), `frame ${n}`).toBe(true);
      expect(await probeVideo(path)).toMatchObject({ frames: 20, width: 64, height: 48, fps: NTSC, audio: null });
    },
  );

  test("does not care how wide the rows of the core's picture are", async () => {
    const [wide] = await decode(await encode("pitch.nut", [scene(3, 64, 48, 300)]));
    expect(colours(wide!).equals(colours(scene(3)))).toBe(true);
  });

  test("takes the pixels at once: the core may draw over them when write has returned", async () => {
    const path = join(folder, "reused.nut");
    const encoder = await SegmentEncoder.open(path, { width: 64, height: 48, fps: NTSC });
    const shown = scene(0);
    for (let n = 0; n < 12; n++) {
      shown.pixels.set(scene(n).pixels);
      const full = encoder.write(shown);
      shown.pixels.fill(0x55);
      if (full) await full;
    }
    await encoder.close();
    for (const [n, frame] of (await decode(path)).entries())
      expect(colours(frame).equals(colours(scene(n)))).toBe(true);
  });

  test("repeats the last picture where the core drew none", async () => {
    const none = { ...scene(0), pixels: new Uint8Array(0) };
    const frames = await decode(await encode("repeat.nut", [none, scene(1), none, none, none, none, scene(2), none]));
    const is = (n: number, s: number): boolean => colours(frames[n]!).equals(colours(scene(s)));
    expect(colours(frames[0]!).every((byte) => byte === 0)).toBe(true);
    expect([1, 2, 3, 4, 5].every((n) => is(n, 1)) && is(6, 2) && is(7, 2)).toBe(true);
  });
});

describe("the same frames give the same bytes", () => {
  test.each([["ffv1"], ["utvideo"], ["libx264"], ["libx264rgb"], ["libvpx-vp9"], ["libsvtav1"]] as const)(
    "%s",
    async (codec) => {
      const sizes = { width: 128, height: 96, codec };
      const frames = Array.from({ length: 12 }, (_, n) => scene(n, 128, 96));
      const digests = new Set<string>();
      for (const threads of [1, 2, 5]) digests.add(digest(await encode("same.nut", frames, { ...sizes, threads })));
      expect(digests.size).toBe(1);
    },
  );
});

describe("frames of other sizes", () => {
  test("are enlarged by a whole number and centred on black", async () => {
    const [frame] = await decode(await encode("fit.nut", [scene(1, 20, 15)]));
    const small = scene(1, 20, 15);
    const at = (f: VideoFrame, x: number, y: number): number =>
      new DataView(f.pixels.buffer).getUint32(y * f.pitch + x * 4, true) & 0xffffff;
    // 64x48 holds 20x15 three times: 60x45, with 2 columns left and 1 row above.
    const expected = paint(64, 48, (x, y) =>
      x >= 2 && x < 62 && y >= 1 && y < 46 ? at(small, Math.floor((x - 2) / 3), Math.floor((y - 1) / 3)) : 0,
    );
    expect(colours(frame!).equals(colours(expected))).toBe(true);
  });

  test("leave nothing behind when the size changes back and forth", async () => {
    const path = await encode("switch.nut", [
      scene(0),
      scene(1, 20, 15),
      scene(2),
      scene(3, 16, 12),
      scene(1, 20, 15),
      scene(5),
      scene(3, 16, 12),
    ]);
    const frames = await decode(path);
    expect(colours(frames[4]!).equals(colours(frames[1]!))).toBe(true);
    expect(colours(frames[6]!).equals(colours(frames[3]!))).toBe(true);
    expect(colours(frames[5]!).equals(colours(scene(5)))).toBe(true);
  });

  test("are made smaller by averaging when they do not fit", async () => {
    const big = paint(256, 96, (x) => (x < 128 ? 0xff0000 : 0x0000ff));
    const [frame] = await decode(await encode("shrink.nut", [big]));
    const at = (x: number, y: number): number =>
      new DataView(frame!.pixels.buffer).getUint32(y * frame!.pitch + x * 4, true) & 0xffffff;
    expect([at(5, 24), at(60, 24), at(5, 2), at(5, 45)]).toEqual([0xff0000, 0x0000ff, 0, 0]); // 64x24 in the middle
  });
});

describe("a lossy segment", () => {
  test("keeps BT.709 colours, so that a player shows red as red", async () => {
    const red = paint(64, 48, (x) => (x < 32 ? 0xff0000 : 0x00c020));
    for (const chroma of ["420", "444"] as const) {
      const path = await encode(`red${chroma}.nut`, [red, red], { codec: "libx264", crf: 1, chroma });
      const [frame] = await decode(path);
      const pixel = (x: number): number[] => [
        ...frame!.pixels.subarray(24 * frame!.pitch + x * 4, 24 * frame!.pitch + x * 4 + 3),
      ];
      for (const [x, expected] of [
        [8, [0, 0, 255]],
        [56, [32, 192, 0]],
      ] as const) {
        for (const [c, value] of pixel(x).entries()) expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(4);
      }
    }
  });
});

test("a lossy segment enlarges by repeating pixels: none is blurred into its neighbour", async () => {
  const checks = paint(32, 24, (x, y) => ((x + y) % 2 ? 0xffffff : 0x000000));
  const path = await encode("enlarge.nut", [checks], { codec: "libx264", crf: 1, enlarge: 2 });
  const [frame] = await decode(path);
  for (let y = 0; y < 48; y++) {
    for (let x = 0; x < 64; x++) {
      const white = ((x >> 1) + (y >> 1)) % 2 === 1;
      const green = frame!.pixels[y * frame!.pitch + x * 4 + 1]!;
      expect(white ? green > 245 : green < 10, `${x},${y}: ${green}`).toBe(true);
    }
  }
});

describe("a segment that cannot be made", () => {
  test("has no name until it is whole, and leaves nothing when it is given up", async () => {
    const path = join(folder, "gone.nut");
    const encoder = await SegmentEncoder.open(path, { width: 64, height: 48, fps: NTSC });
    await encoder.write(scene(0));
    expect(existsSync(path)).toBe(false);
    await encoder.abort();
    expect(readdirSync(folder).filter((name) => name.startsWith("gone"))).toEqual([]);
  });

  test("says which folder is missing", async () => {
    await expect(encode("nowhere/x.nut", [])).rejects.toThrow(
      /nowhere\/x\.nut: not found; does the folder .*nowhere exist\?/,
    );
  });

  test("names the mend for an odd size and an unknown codec", async () => {
    await expect(encode("odd.nut", [], { width: 63, codec: "libx264" })).rejects.toThrow(
      /63x48 must be even; use --scale 2/,
    );
    await expect(encode("odd.nut", [], { codec: "mpeg2" as never })).rejects.toThrow(
      /--codec mpeg2: .*use one of ffv1/,
    );
  });
});
