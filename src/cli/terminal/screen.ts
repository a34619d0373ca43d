import type { WriteStream } from "node:tty";
import type { VideoFrame } from "../../machine/machine.ts";

/** Pictures a second that a terminal is given at most. */
const FPS = 20;
/** The upper half of a cell takes the foreground's colour, the lower one the background's. */
const HALF = "▀";

/**
 * A console's picture in a terminal of 24-bit colours: two pixels a cell, as large as fits, and only what has changed since
 * the last picture. The last line is for words.
 */
export class TerminalScreen {
  readonly #out: WriteStream;
  #shownAt = 0;
  /** What each cell shows: upper and lower colour. */
  #cells = new Float64Array(0);
  #columns = 0;
  #rows = 0;
  #status = "";

  constructor(out: WriteStream) {
    this.#out = out;
    out.write("\x1b[?1049h\x1b[?25l\x1b[2J");
    out.on("resize", this.#forget);
  }

  show(video: VideoFrame, status: string): void {
    const now = performance.now();
    if (now - this.#shownAt < 1000 / FPS || this.#out.writableNeedDrain) return;
    this.#shownAt = now;
    let text = video.pixels.length > 0 ? this.#picture(video) : "";
    if (status !== this.#status) {
      this.#status = status;
      text += `\x1b[0m\x1b[${this.#out.rows};1H\x1b[2K${status.slice(0, this.#out.columns - 1)}`;
    }
    if (text) this.#out.write(`${text}\x1b[0m`);
  }

  close(): void {
    this.#out.off("resize", this.#forget);
    this.#out.write("\x1b[0m\x1b[?25h\x1b[?1049l");
  }

  readonly #forget = (): void => {
    this.#cells = new Float64Array(0);
    this.#status = "";
    this.#out.write("\x1b[2J");
  };

  #picture({ width, height, pitch, aspect, pixels }: VideoFrame): string {
    const wide = (aspect || width / height) * height;
    const scale = Math.min(this.#out.columns / wide, (2 * (this.#out.rows - 1)) / height);
    const columns = Math.max(1, Math.floor(wide * scale));
    const rows = Math.max(1, Math.floor((height * scale) / 2));
    if (columns !== this.#columns || rows !== this.#rows || this.#cells.length === 0) {
      this.#columns = columns;
      this.#rows = rows;
      this.#cells = new Float64Array(columns * rows).fill(-1);
    }
    const colour = (x: number, y: number): number => {
      const at = Math.floor((y * height) / (2 * rows)) * pitch + Math.floor((x * width) / columns) * 4;
      return (pixels[at + 2]! << 16) | (pixels[at + 1]! << 8) | pixels[at]!;
    };
    let text = "";
    let [upperNow, lowerNow, next] = [-1, -1, -1];
    for (let row = 0, cell = 0; row < rows; row++)
      for (let x = 0; x < columns; x++, cell++) {
        const upper = colour(x, 2 * row);
        const lower = colour(x, 2 * row + 1);
        const both = upper * 0x1000000 + lower;
        if (this.#cells[cell] === both) continue;
        this.#cells[cell] = both;
        if (cell !== next || x === 0) text += `\x1b[${row + 1};${x + 1}H`;
        if (upper !== upperNow) text += `\x1b[38;2;${rgb(upper)}m`;
        if (lower !== lowerNow) text += `\x1b[48;2;${rgb(lower)}m`;
        text += HALF;
        [upperNow, lowerNow, next] = [upper, lower, cell + 1];
      }
    return text;
  }
}

const rgb = (colour: number): string => `${colour >> 16};${(colour >> 8) & 255};${colour & 255}`;
