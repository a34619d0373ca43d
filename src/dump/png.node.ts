import { deflateSync } from "node:zlib";
import type { VideoFrame } from "../machine/machine.ts";
import type { Picture } from "./picture.ts";

/** A picture as a PNG file: 8 bits, RGB. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, pitch, pixels } = picture;
  const row = width * 3 + 1;
  const raw = new Uint8Array(row * height);
  const seen = new Uint8Array(width * 3);
  for (let y = 0; y < height; y++) {
    let at = y * row;
    raw[at++] = 2; // filter "up": game pictures repeat downwards
    for (let from = y * pitch, x = 0; x < width * 3; from += 4) {
      for (let c = 2; c >= 0; c--, x++) {
        const value = pixels[from + c]!;
        raw[at++] = value - seen[x]!;
        seen[x] = value;
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

/** node:zlib has one from Node 20.15 on only. */
const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The picture made smaller, by averaging, to at most `maxWidth`; a smaller one is returned as it is. */
export function thumbnail(picture: VideoFrame, maxWidth: number): VideoFrame {
  if (picture.width <= maxWidth || picture.pixels.length === 0) return picture;
  const { pixels, pitch } = picture;
  const width = Math.max(1, maxWidth);
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const out = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * picture.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * picture.height) / height));
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * picture.width) / width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * picture.width) / width));
      let [blue, green, red] = [0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let at = row * pitch + left * 4; at < row * pitch + right * 4; at += 4) {
          blue += pixels[at]!;
          green += pixels[at + 1]!;
          red += pixels[at + 2]!;
        }
      }
      const count = (bottom - top) * (right - left);
      out.set([blue / count, green / count, red / count], (y * width + x) * 4);
    }
  }
  return { width, height, pitch: width * 4, aspect: picture.aspect, pixels: out };
}
