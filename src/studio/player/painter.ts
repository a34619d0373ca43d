import type { VideoFrame } from "../../machine/machine.ts";

/** Draws a machine's pictures into a canvas, also one that lives in a worker. */
export class Painter {
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  #image = new ImageData(1, 1);
  #pixels = new Uint32Array(this.#image.data.buffer);

  readonly #onSize: (video: VideoFrame) => void;

  /** `onSize` is called with each picture that is of another size than the one before. */
  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, onSize: (video: VideoFrame) => void = () => {}) {
    this.#canvas = canvas;
    this.#onSize = onSize;
    this.#context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
  }

  /** False where the step drew nothing. */
  show(video: VideoFrame): boolean {
    const { width, height, pitch, pixels } = video;
    if (pixels.length === 0) return false;
    if (this.#image.width !== width || this.#image.height !== height) this.#resize(video);
    const from = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
    const to = this.#pixels;
    // A canvas wants R G B A, and has B G R X.
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0, read = (y * pitch) >> 2; x < width; x++, at++, read++) {
        const pixel = from[read]!;
        to[at] = 0xff000000 | ((pixel & 0xff) << 16) | (pixel & 0xff00) | ((pixel >> 16) & 0xff);
      }
    this.#context.putImageData(this.#image, 0, 0);
    return true;
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #resize(video: VideoFrame): void {
    const { width, height } = video;
    this.#image = new ImageData(width, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#onSize(video);
  }
}
