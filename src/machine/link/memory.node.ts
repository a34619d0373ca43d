import koffi from "koffi";
import type { MemoryRegion } from "../machine.ts";
import type { Shim } from "./shim.node.ts";

const NONE = new Uint8Array(0);

/** A live view. Where it lies is asked anew for save memory, which a loaded state may bring along, and after a reset for all. */
export class Region implements MemoryRegion {
  readonly name: string;
  readonly base: number;
  readonly endian = "little";
  readonly #locate: () => { at: number; size: number };
  readonly #fixed: boolean;
  /** It still is where it was. */
  #sure = false;
  #at = 0;
  #bytes: Uint8Array = NONE;

  constructor(name: string, base: number, fixed: boolean, locate: () => { at: number; size: number }) {
    this.name = name;
    this.base = base;
    this.#fixed = fixed;
    this.#locate = locate;
  }

  get size(): number {
    return this.bytes.length;
  }

  get bytes(): Uint8Array {
    if (this.#sure) return this.#bytes;
    const { at, size } = this.#locate();
    if (at !== this.#at || size !== this.#bytes.length) {
      this.#at = at;
      this.#bytes = at === 0 || size === 0 ? NONE : new Uint8Array(koffi.view(at, size));
    }
    this.#sure = this.#fixed;
    return this.#bytes;
  }

  /** mGBA gives a console's memory back and takes other when it is reset (measured: 0.10.1), or it is closed. */
  moved(): void {
    this.#sure = false;
  }
}

/** Memories of all consoles: "1.wram", "1.vram", ..., "2.wram", ... `link` gives 0 once the machine is closed. */
export function regionsOf(shim: Shim, link: () => number, count: number): Region[] {
  const name: [string | null] = [null];
  const base = new Uint32Array(1);
  const size = new Uint32Array(1);
  const place = { at: 0, size: 0 };
  const regions: Region[] = [];
  for (let i = 0; i < count; i++) {
    for (let which = 0; shim.memory(link(), i, which, name, base, size) !== 0; which++) {
      regions.push(
        new Region(`${i + 1}.${name[0]}`, base[0]!, name[0] !== "save", () => {
          place.at = link() === 0 ? 0 : shim.memory(link(), i, which, name, base, size);
          place.size = size[0]!;
          return place;
        }),
      );
    }
  }
  return regions;
}
