import koffi from "koffi";
import type { AudioChunk } from "../machine.ts";
import type { Address } from "./abi.ts";

const copyFrom = koffi.load(null).func("void* memcpy(void* to, uint64_t from, size_t size)");

/** The sound of the last step, in one buffer that only grows. */
export class Speaker implements AudioChunk {
  #buffer = new Int16Array(2 * 4096);
  #kept = 0;

  get samples(): Int16Array {
    return this.#buffer.subarray(0, this.#kept);
  }

  begin(): void {
    this.#kept = 0;
  }

  sample(left: number, right: number): void {
    this.#reserve(2);
    this.#buffer[this.#kept++] = left;
    this.#buffer[this.#kept++] = right;
  }

  batch(data: Address, frames: number): void {
    if (frames === 0) return;
    this.#reserve(frames * 2);
    // A copy at an offset needs a view of the rest; a core that hands its sound over at once does without.
    copyFrom(this.#kept === 0 ? this.#buffer : this.#buffer.subarray(this.#kept), data, frames * 4);
    this.#kept += frames * 2;
  }

  #reserve(values: number): void {
    if (this.#kept + values <= this.#buffer.length) return;
    const larger = new Int16Array(2 * (this.#kept + values));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
