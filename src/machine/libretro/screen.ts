import type { VideoFrame } from "../machine.ts";
import { type Address, PIXELS, viewOf } from "./abi.ts";
import type { Geometry } from "./environment.ts";

const NO_PIXELS = new Uint8Array(0);
/** Cores draw into one buffer, or swap a few. */
const VIEWS_MAX = 8;
const tables = new Map<number, Uint32Array>();

/** All 65,536 colours of a 16-bit format as 0xffRRGGBB. */
function tableOf(format: number): Uint32Array {
  let table = tables.get(format);
  if (!table) {
    const green = format === PIXELS.RGB565 ? 6 : 5;
    const wide = (value: number, bits: number): number => Math.round((value * 255) / ((1 << bits) - 1));
    table = Uint32Array.from({ length: 65536 }, (_, c) => {
      const r = wide((c >> (5 + green)) & 31, 5);
      const g = wide((c >> 5) & ((1 << green) - 1), green);
      return (0xff000000 | (r << 16) | (g << 8) | wide(c & 31, 5)) >>> 0;
    });
    tables.set(format, table);
  }
  return table;
}

/**
 * The picture of the last step: the core's own pixels where they are packed 32-bit ones, else converted into one buffer,
 * and that only when somebody looks.
 */
export class Screen implements VideoFrame {
  width = 0;
  height = 0;
  pitch = 0;
  readonly #geometry: Geometry;
  readonly #views = new Map<Address, Uint8Array>();
  #converted = new Uint32Array(0);
  #pixels: Uint8Array | undefined = NO_PIXELS;
  /** What the core drew: where, bytes a row, format. */
  #data: Address = 0;
  #stride = 0;
  #format = 0;

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
  }

  get aspect(): number {
    return this.#geometry.aspect;
  }

  get pixels(): Uint8Array {
    this.#pixels ??= this.#look();
    return this.#pixels;
  }

  /** Before a step: nothing is drawn yet. */
  begin(): void {
    this.#pixels = NO_PIXELS;
  }

  /** Size of a picture that nobody looks at, or that is the last one again (`data` is null). */
  skip(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    this.pitch = width * 4;
  }

  draw(data: Address, width: number, height: number, pitch: number, format: number): void {
    this.skip(width, height);
    if (data === 0) return;
    this.#data = data;
    this.#stride = pitch;
    this.#format = format;
    this.#pixels = undefined;
  }

  #look(): Uint8Array {
    const { width, height } = this;
    const wide = this.#format === PIXELS.XRGB8888;
    const used = this.#stride * (height - 1) + width * (wide ? 4 : 2); // the last row need not have its padding
    const source = this.#view(this.#data, used);
    if (wide && this.#stride === width * 4) return source;
    if (this.#converted.length !== width * height) this.#converted = new Uint32Array(width * height);
    if (wide) pack(new Uint32Array(source.buffer), this.#stride / 4, this.#converted, width, height);
    else
      convert(new Uint16Array(source.buffer), this.#stride / 2, this.#converted, width, height, tableOf(this.#format));
    return new Uint8Array(this.#converted.buffer);
  }

  #view(data: Address, size: number): Uint8Array {
    let view = this.#views.get(data);
    if (view?.length !== size) {
      if (this.#views.size >= VIEWS_MAX) this.#views.clear();
      view = viewOf(data, size);
      this.#views.set(data, view);
    }
    return view;
  }
}

function pack(from: Uint32Array, stride: number, to: Uint32Array, width: number, height: number): void {
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0, at = y * stride; x < width; x++) to[out++] = from[at++]!;
  }
}

function convert(
  from: Uint16Array,
  stride: number,
  to: Uint32Array,
  width: number,
  height: number,
  table: Uint32Array,
): void {
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0, at = y * stride; x < width; x++) to[out++] = table[from[at++]!]!;
  }
}
