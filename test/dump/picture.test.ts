import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossfade } from "../../src/dump/crossfade.ts";
import { encodePng, thumbnail } from "../../src/dump/png.node.ts";
import { colours, paint, scene } from "./support/scene.ts";

/** Chunks of a PNG file, and its pixels with the filters undone: a second reader, written after the specification. */
function readPng(png: Uint8Array): { width: number; height: number; rgb: Buffer; types: string[] } {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  const types: string[] = [];
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    types.push(bytes.toString("latin1", at + 4, at + 8));
    if (types.at(-1) === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const raw = inflateSync(Buffer.concat(data));
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    expect(raw[y * (width * 3 + 1)]).toBe(2);
    for (let x = 0; x < width * 3; x++) {
      rgb[y * width * 3 + x] = raw[y * (width * 3 + 1) + 1 + x]! + (y ? rgb[(y - 1) * width * 3 + x]! : 0);
    }
  }
  return { width, height, rgb, types };
}

describe("a PNG", () => {
  test("holds every pixel, whatever the pitch", () => {
    for (const frame of [scene(1), scene(2, 33, 7, 200), scene(3, 1, 1)]) {
      const { width, height, rgb, types } = readPng(encodePng(frame));
      expect([width, height, types]).toEqual([frame.width, frame.height, ["IHDR", "IDAT", "IEND"]]);
      const bgr = colours(frame);
      for (let i = 0; i < rgb.length; i += 3) [bgr[i], bgr[i + 2]] = [bgr[i + 2]!, bgr[i]!];
      expect(rgb.equals(bgr)).toBe(true);
    }
  });

  test("has the checksum that the specification gives for its last chunk", () => {
    expect(
      Buffer.from(encodePng(scene(0)))
        .subarray(-12)
        .toString("hex"),
    ).toBe("0000000049454e44ae426082");
  });
});

describe("a thumbnail", () => {
  test("averages the pixels that it stands for and keeps the shape", () => {
    const stripes = paint(64, 48, (x) => (x % 2 ? 0xffffff : 0x000000));
    const small = thumbnail(stripes, 16);
    expect([small.width, small.height]).toEqual([16, 12]);
    for (let i = 0; i < small.pixels.length; i++) if (i % 4 < 3) expect(small.pixels[i]).toBe(127);
    expect(thumbnail(stripes, 64)).toBe(stripes);
  });
});

describe("a crossfade", () => {
  const pair = fc.tuple(
    fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 600 }),
    fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 600 }),
  );
  const stereo = (values: number[]): Int16Array => Int16Array.from(values.slice(0, values.length & ~1));

  test("is b bit by bit where both runs sound the same", () => {
    fc.assert(
      fc.property(pair, ([a]) => {
        const samples = stereo(a);
        expect(crossfade(samples.slice(), samples, 44100)).toBe(samples);
      }),
    );
  });

  test("goes from a to b within 5 ms, always between the two, and has b's length", () => {
    fc.assert(
      fc.property(pair, ([x, y]) => {
        const [a, b] = [stereo(x), stereo(y)];
        const out = crossfade(a, b, 20000);
        expect(out.length).toBe(b.length);
        for (let i = 0; i < out.length; i++) {
          if (i >= Math.min(200, a.length)) expect(out[i]).toBe(b[i]);
          else {
            expect(out[i]).toBeGreaterThanOrEqual(Math.min(a[i]!, b[i]!));
            expect(out[i]).toBeLessThanOrEqual(Math.max(a[i]!, b[i]!));
          }
        }
      }),
    );
  });

  test("takes the click out: no step is larger than the waves' own", () => {
    const wave = (phase: number): Int16Array =>
      new Int16Array(735 * 2).map((_, i) => Math.round(10000 * Math.sin((i >> 1) * 0.05 + phase)));
    const [before, a, b] = [wave(0), wave(735 * 0.05), wave(735 * 0.05 + 2)];
    const seam = (joined: Int16Array): number => {
      const all = [...before, ...joined];
      let worst = 0;
      for (let i = 2; i < all.length; i++) worst = Math.max(worst, Math.abs(all[i]! - all[i - 2]!));
      return worst;
    };
    expect(seam(b)).toBeGreaterThan(5000);
    expect(seam(crossfade(a, b, 44100))).toBeLessThan(700);
  });
});
