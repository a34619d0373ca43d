import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SegmentEncoder } from "../../src/dump/encoder.ts";
import { decodeAudio, decodeFrames, probeVideo } from "../../src/dump/inspect.ts";
import { mux } from "../../src/dump/mux.ts";
import { sideBySide } from "../../src/dump/side-by-side.ts";
import { drawText, textHeight, textWidth } from "../../src/dump/text.ts";
import { paint } from "./support/scene.ts";

const folder = mkdtempSync(join(tmpdir(), "instep-sides-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fps = { num: 60, den: 1 };
const labels = ["played naively", "kept in step by Instep"] as const;

/** A video of one colour that gets brighter with every frame; its sound is a tone of that level. */
async function plain(name: string, frames: number, colour: number, level: number): Promise<string> {
  const segment = join(folder, `${name}.nut`);
  const encoder = await SegmentEncoder.open(segment, { width: 96, height: 64, fps });
  for (let n = 0; n < frames; n++) await encoder.write(paint(96, 64, () => colour * (100 + n * 5)));
  await encoder.close();
  const samples = new Int16Array(frames * 800 * 2).map((_, i) => Math.round(level * Math.sin((i >> 1) * 0.05)));
  writeFileSync(`${segment}.pcm`, new Uint8Array(samples.buffer));
  const out = join(folder, `${name}.mkv`);
  await mux(out, { segments: [segment], pcm: [`${segment}.pcm`], sampleRate: { num: 48000, den: 1 }, fps });
  return out;
}
let left: string;
let right: string;
beforeAll(async () => {
  left = await plain("left", 12, 0x010000, 2000);
  right = await plain("right", 20, 0x000100, 20000);
});

describe("two videos beside each other", () => {
  test("show the same frame of both, the right one's sound, and the last picture of the shorter one", async () => {
    const out = join(folder, "both.mp4");
    await sideBySide(out, left, right, { labels });
    const facts = await probeVideo(out);
    expect(facts).toMatchObject({ codec: "h264", frames: 20, fps, audio: { codec: "aac", rate: 48000 } });
    expect(facts.width).toBe(96 * 2 * 2);
    let n = 0;
    for await (const frame of decodeFrames(out)) {
      const at = (x: number): number[] => [
        ...frame.pixels.subarray(
          (frame.height - 60) * frame.pitch + x * 4,
          (frame.height - 60) * frame.pitch + x * 4 + 3,
        ),
      ];
      expect(Math.abs(at(96)[2]! - (100 + Math.min(n, 11) * 5)), `left, frame ${n}`).toBeLessThan(6);
      expect(Math.abs(at(288)[1]! - (100 + n * 5)), `right, frame ${n}`).toBeLessThan(6);
      expect(at(96)[1]! + at(288)[2]!).toBeLessThan(12);
      n++;
    }
    let loudest = 0;
    for await (const samples of decodeAudio(out)) for (const sample of samples) loudest = Math.max(loudest, sample);
    expect(loudest).toBeGreaterThan(15000);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("are not made of videos that are not there, and leave nothing", async () => {
    const out = join(folder, "none.mp4");
    await expect(sideBySide(out, left, join(folder, "no.mkv"), { labels })).rejects.toThrow(/no\.mkv: not found/);
    await expect(sideBySide(join(folder, "no", "x.mp4"), left, right, { labels })).rejects.toThrow(
      /x\.mp4: not found; does the folder/,
    );
    expect(existsSync(out)).toBe(false);
  });
});

test("text is drawn where it is asked for, as large as it says, and never outside of the picture", () => {
  const picture = paint(80, 40, () => 0, 400);
  drawText(picture, "Hi g?", 3, 5, 0xffffff, 2);
  let [left, right, top, bottom] = [80, 0, 40, 0];
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 100; x++) {
      if (!picture.pixels[y * 400 + x * 4]) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    }
  }
  expect([left, right - left + 1, top, bottom - top + 1]).toEqual([3, textWidth("Hi g?", 2), 5, textHeight(2)]);
  drawText(picture, "far outside", -20, -3, 0xffffff, 3);
  drawText(picture, "far outside", 60, 30, 0xffffff, 3);
  for (let y = 0; y < 40; y++) for (let x = 80; x < 100; x++) expect(picture.pixels[y * 400 + x * 4]).toBe(0);
});
