import { readFileSync } from "node:fs";
import { BUTTON, NO_PAD } from "../../../src/machine/input.ts";
import { jsnes } from "../../../src/machine/jsnes/index.ts";
import type { VideoFrame } from "../../../src/machine/machine.ts";
import { shared } from "../../support/data.ts";

/** A picture whose pixels are 0xRRGGBB of (x, y). */
export function paint(
  width: number,
  height: number,
  at: (x: number, y: number) => number,
  pitch = width * 4,
): VideoFrame {
  const pixels = new Uint8Array(pitch * height);
  const view = new DataView(pixels.buffer);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) view.setUint32(y * pitch + x * 4, at(x, y), true);
  return { width, height, pitch, aspect: 0, pixels };
}

/** A picture that is different for every n, with edges, text-like detail and motion. */
export function scene(n: number, width = 64, height = 48, pitch = width * 4): VideoFrame {
  return paint(
    width,
    height,
    (x, y) => ((((x + n) * 37) ^ (y * 91)) * 0x010305 * (((x >> 3) + (y >> 3) + n) % 5)) & 0xffffff,
    pitch,
  );
}

/** The colours, without the fourth byte of each pixel, which means nothing. */
export function colours(frame: VideoFrame): Buffer {
  const out = Buffer.alloc(frame.width * frame.height * 3);
  let at = 0;
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      const from = y * frame.pitch + x * 4;
      for (let c = 0; c < 3; c++) out[at++] = frame.pixels[from + c]!;
    }
  }
  return out;
}

/** Real pictures: Cyber Coaster, 256x240, started by itself. `steer` says whether right is held at a frame. */
export async function coaster(
  from: number,
  count: number,
  steer: (frame: number) => boolean = () => false,
): Promise<VideoFrame[]> {
  const machine = await jsnes.open({
    content: { name: "cybercoaster.nes", bytes: readFileSync(shared("nes/cybercoaster.nes")) },
  });
  const frames: VideoFrame[] = [];
  for (let n = 0; n < from + count; n++) {
    const start = n < 240 && n % 120 >= 60 && n % 120 < 64 ? BUTTON.Start : 0;
    machine.step({
      poll: () => ({ ...NO_PAD, buttons: start | (n > 250 ? BUTTON.A : 0) | (steer(n) ? BUTTON.Right : 0) }),
    });
    if (n >= from) frames.push({ ...machine.video, pixels: new Uint8Array(machine.video.pixels) });
  }
  machine.close();
  return frames;
}
