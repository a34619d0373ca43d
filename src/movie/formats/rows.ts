import { fault, textOf } from "./text.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const PIPE = 0x7c;
const DOT = 0x2e;
const SPACE = 0x20;

/**
 * Goes through the lines of an input log without a string for each: `start` and `end` are the bytes of the present row,
 * without its line end. Most rows are the row before again, so `same` says that nothing in it need be read.
 */
export class Rows {
  readonly bytes: Uint8Array;
  start = 0;
  end = 0;
  same = false;
  /** The present line, from 0. */
  line = -1;
  readonly #file: string;
  #next: number;
  /** Where the row before began, and with its line end how long it was. */
  #before = 0;
  #length = 0;

  constructor(file: string, bytes: Uint8Array, at = 0) {
    this.#file = file;
    this.bytes = bytes;
    this.#next = at;
  }

  /** Goes to the next row; false after the last. Empty lines are no rows. Throws a Problem for other lines, unless they are `skipped`. */
  next(skipped = false): boolean {
    const { bytes } = this;
    while (this.#next < bytes.length) {
      const at = this.#next;
      this.line++;
      if (this.#length > 0 && this.#repeats(at)) {
        this.same = true;
        this.start = at;
        this.end += at - this.#before;
        this.#before = at;
        this.#next = at + this.#length;
        return true;
      }
      const newline = bytes.indexOf(NEWLINE, at);
      this.#next = newline < 0 ? bytes.length : newline + 1;
      let end = newline < 0 ? bytes.length : newline;
      if (end > at && bytes[end - 1] === RETURN) end--;
      if (bytes[at] === PIPE || (skipped && end > at)) {
        this.same = false;
        this.start = at;
        this.end = end;
        this.#before = at;
        this.#length = newline < 0 ? 0 : this.#next - at;
        return true;
      }
      if (textOf(bytes.subarray(at, end)).trim() !== "")
        throw fault(
          this.#file,
          `row ${this.line + 1} of the input log does not start with '|'`,
          "mend that line or delete it",
        );
    }
    return false;
  }

  #repeats(at: number): boolean {
    const { bytes } = this;
    const before = this.#before;
    const length = this.#length;
    if (at + length > bytes.length) return false;
    for (let i = 0; i < length; i++) if (bytes[before + i] !== bytes[at + i]) return false;
    return true;
  }

  /** Offset of the next '|' from `at`, or the row's end. */
  field(at: number): number {
    const { bytes, end } = this;
    let to = at;
    while (to < end && bytes[to] !== PIPE) to++;
    return to;
  }

  text(from: number, to: number): string {
    let text = "";
    for (let at = from; at < to; at++) text += String.fromCharCode(this.bytes[at]!);
    return text;
  }

  /** Buttons of a field of letters, one for each of `bits`; '.' and ' ' are released. */
  pad(at: number, bits: readonly number[]): number {
    const { bytes } = this;
    let buttons = 0;
    for (let i = 0; i < bits.length; i++) {
      const letter = bytes[at + i];
      if (letter !== DOT && letter !== SPACE) buttons |= bits[i]!;
    }
    return buttons;
  }
}

/** Lines from `at` on that start with '|', or all that are not empty. */
export function countRows(bytes: Uint8Array, at: number, all = false): number {
  let count = 0;
  for (let from = at; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    if (all ? end > from && bytes[from] !== RETURN : bytes[from] === PIPE) count++;
    from = end + 1;
  }
  return count;
}

/** Letters of a pad as text. */
export function letters(bits: readonly number[], names: string, buttons: number): string {
  let text = "";
  for (let i = 0; i < bits.length; i++) text += buttons & bits[i]! ? names[i] : ".";
  return text;
}
