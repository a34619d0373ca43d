import type { SoftwareScaleContext } from "node-av/lib";
import type { VideoFrame } from "../machine/machine.ts";
import type { Libav } from "./libav.ts";

/**
 * Puts a picture into one of fixed size: enlarged by the largest integer factor that fits (no pixel is blurred) and
 * centred on black; a larger picture is made smaller by averaging areas, keeping its shape.
 */
export class Fitter {
  readonly width: number;
  readonly height: number;
  readonly maxScale: number;
  #av: Libav;
  #shrink: { scaler: SoftwareScaleContext; key: string } | undefined;

  constructor(av: Libav, width: number, height: number, maxScale = Number.POSITIVE_INFINITY) {
    this.#av = av;
    this.width = width;
    this.height = height;
    this.maxScale = maxScale;
  }

  /** `out` has `stride` bytes a row, a multiple of 4. */
  place(picture: VideoFrame, out: Uint8Array, stride: number): void {
    const { width, height, pitch } = picture;
    if (width < 1 || height < 1 || pitch < width * 4 || picture.pixels.length < pitch * (height - 1) + width * 4) {
      throw new RangeError(`a picture of ${width}x${height} with ${picture.pixels.length} bytes`);
    }
    if (width === this.width && height === this.height) {
      copyRows(picture, out, 0, stride);
      return;
    }
    out.fill(0);
    const scale = Math.min(Math.floor(this.width / width), Math.floor(this.height / height), this.maxScale);
    if (scale < 1) {
      this.#placeSmaller(picture, out, stride);
      return;
    }
    const x = (this.width - width * scale) >> 1;
    const y = (this.height - height * scale) >> 1;
    enlarge(picture, scale, out, y * stride + x * 4, stride);
  }

  #placeSmaller(picture: VideoFrame, out: Uint8Array, stride: number): void {
    const av = this.#av;
    const shrink = Math.min(this.width / picture.width, this.height / picture.height);
    const width = Math.max(1, Math.round(picture.width * shrink));
    const height = Math.max(1, Math.round(picture.height * shrink));
    const key = `${picture.width}x${picture.height}`;
    if (this.#shrink?.key !== key) {
      this.free();
      const scaler = new av.SoftwareScaleContext();
      const flags = (av.SWS_AREA | av.SWS_ACCURATE_RND | av.SWS_BITEXACT) as typeof av.SWS_AREA;
      scaler.getContext(picture.width, picture.height, av.AV_PIX_FMT_BGR0, width, height, av.AV_PIX_FMT_BGR0, flags);
      this.#shrink = { scaler, key };
    }
    const start = ((this.height - height) >> 1) * stride + ((this.width - width) >> 1) * 4;
    const to = asBuffer(out).subarray(start);
    this.#shrink!.scaler.scaleSync([asBuffer(picture.pixels)], [picture.pitch], 0, picture.height, [to], [stride]);
  }

  free(): void {
    this.#shrink?.scaler.freeContext();
    this.#shrink = undefined;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Copies a picture into a larger one from byte `start` on. */
export function copyRows(picture: VideoFrame, out: Uint8Array, start: number, stride: number): void {
  const { pixels, pitch, height } = picture;
  const row = picture.width * 4;
  const from = asBuffer(pixels);
  if (pitch === stride && start === 0) {
    from.copy(out, 0, 0, pitch * (height - 1) + row);
    return;
  }
  for (let y = 0; y < height; y++) from.copy(out, start + y * stride, y * pitch, y * pitch + row);
}

function enlarge(picture: VideoFrame, scale: number, out: Uint8Array, start: number, stride: number): void {
  if (scale === 1) {
    copyRows(picture, out, start, stride);
    return;
  }
  const aligned = picture.pixels.byteOffset % 4 === 0 && picture.pitch % 4 === 0;
  const bytes = aligned ? picture.pixels : new Uint8Array(picture.pixels);
  const { width, height, pitch } = picture;
  const rowBytes = width * scale * 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = pitch % 4 === 0 ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2) : undefined;
  const to = new Uint32Array(out.buffer, out.byteOffset, out.byteLength >> 2);
  for (let y = 0; y < height; y++) {
    const first = start + y * scale * stride;
    let at = first >> 2;
    for (let x = 0; x < width; x++) {
      const pixel = from ? from[y * (pitch >> 2) + x]! : view.getUint32(y * pitch + x * 4, true);
      for (let n = 0; n < scale; n++) to[at++] = pixel;
    }
    for (let n = 1; n < scale; n++) out.copyWithin(first + n * stride, first, first + rowBytes);
  }
}
