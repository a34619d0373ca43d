import { PART } from "./messages.ts";

/** The pieces of `whole` that messages carry, each with its offset; of nothing, one that is empty. */
export function* partsOf(whole: Uint8Array): Generator<[at: number, bytes: Uint8Array]> {
  for (let at = 0; at === 0 || at < whole.length; at += PART) yield [at, whole.slice(at, at + PART)];
}

/** Bytes of a known size that come in pieces, in order. */
export class Parts {
  readonly bytes: Uint8Array;
  received = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  get complete(): boolean {
    return this.received === this.bytes.length;
  }

  /** Takes the next piece; false: it is not the next, or too long. */
  take(at: number, bytes: Uint8Array): boolean {
    if (at !== this.received || at + bytes.length > this.bytes.length) return false;
    this.bytes.set(bytes, at);
    this.received += bytes.length;
    return true;
  }
}
