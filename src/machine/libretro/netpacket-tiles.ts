import type { VideoFrame } from "../machine.ts";

const NO_PIXELS = new Uint8Array(0);

/** The pictures of several consoles side by side, four of them in a square; put together when somebody looks. */
export class Tiles implements VideoFrame {
  width = 0;
  height = 0;
  pitch = 0;
  readonly aspect = 0;
  readonly #screens: readonly { readonly video: VideoFrame }[];
  readonly #columns: number;
  #whole = NO_PIXELS;
  #pixels: Uint8Array | undefined = NO_PIXELS;

  constructor(screens: readonly { readonly video: VideoFrame }[]) {
    this.#screens = screens;
    this.#columns = screens.length <= 3 ? screens.length : Math.ceil(Math.sqrt(screens.length));
  }

  /** A step was made, with or without pictures. */
  renew(shown: boolean): void {
    const rows = Math.ceil(this.#screens.length / this.#columns);
    const width = this.#columns * this.#largest("width");
    const height = rows * this.#largest("height");
    if (width !== this.width || height !== this.height) this.#whole = new Uint8Array(width * height * 4);
    this.width = width;
    this.height = height;
    this.pitch = width * 4;
    this.#pixels = shown ? undefined : NO_PIXELS;
  }

  /** What did not draw anew stays as it was. */
  get pixels(): Uint8Array {
    this.#pixels ??= this.#look();
    return this.#pixels;
  }

  #look(): Uint8Array {
    const wide = this.width / this.#columns;
    const high = this.#largest("height");
    let drew = false;
    for (const [i, { video }] of this.#screens.entries()) {
      const { pixels, pitch, width, height } = video;
      if (pixels.length === 0) continue;
      drew = true;
      let to = Math.floor(i / this.#columns) * high * this.pitch + (i % this.#columns) * wide * 4;
      for (let y = 0; y < height; y++, to += this.pitch)
        this.#whole.set(pixels.subarray(y * pitch, y * pitch + width * 4), to);
    }
    return drew ? this.#whole : NO_PIXELS;
  }

  #largest(side: "width" | "height"): number {
    let most = 0;
    for (const { video } of this.#screens) most = Math.max(most, video[side]);
    return most;
  }
}
