import { type GameBoy, type InitOutput, SaveStateFormat, StateManager } from "boytacean";
import type { MemoryRegion } from "../machine.ts";

/**
 * boytacean has no call that shows its memories, but they lie in its wasm memory. A BESS state names each of them (the
 * CORE block: size and offset, github.com/LIJI32/SameBoy BESS.md), so markers are loaded through a BESS state, looked for
 * in the wasm memory, and proved live: what is written there is in the next state.
 */
const FIELDS = [
  { name: "ram", at: 0x98, base: 0xc000 },
  { name: "vram", at: 0xa0, base: 0x8000 },
  { name: "save", at: 0xa8, base: 0xa000 },
  { name: "oam", at: 0xb0, base: 0xfe00 },
  { name: "hram", at: 0xb8, base: 0xff80 },
];
/** Loading a state moves "ram" and "save": these many loads show where their pointer is kept. */
const ROUNDS = 4;

type Place = { readonly at: number } | { readonly pointer: number };

/** Live views of the console's memories. The console is left with its memories full of markers. */
export function findMemories(gb: GameBoy, wasm: InitOutput): MemoryRegion[] {
  const sizes = fieldsOf(saveBess(gb));
  const seen = new Map<string, number[]>();
  const pointers = new Map<string, number[]>();
  for (let round = 1; round <= ROUNDS; round++) {
    const state = saveBess(gb);
    for (const { offset, size } of sizes.values()) mark(state.subarray(offset, offset + size), round * 4099 + offset);
    StateManager.load_wa(state, gb, SaveStateFormat.Bess, null);
    for (const [name, { offset, size }] of sizes) {
      const at = findLive(gb, wasm, name, state.slice(offset, offset + size));
      seen.set(name, [...(seen.get(name) ?? []), at]);
      const words = new Uint32Array(wasm.memory.buffer);
      pointers.set(name, pointers.get(name)?.filter((word) => words[word] === at) ?? wordsThatAre(words, at));
    }
  }
  return FIELDS.flatMap(({ name, base }) => {
    const size = sizes.get(name)?.size;
    if (!size) return [];
    const [first, ...others] = seen.get(name)!;
    const stays = others.every((at) => at === first);
    const pointer = pointers.get(name)![0];
    if (!stays && pointer === undefined) throw new Error(`boytacean: ${name} moves and its pointer was not found`);
    return [new WasmRegion(wasm.memory, name, base, size, stays ? { at: first! } : { pointer: pointer! })];
  });
}

class WasmRegion implements MemoryRegion {
  readonly endian = "little";
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly #memory: WebAssembly.Memory;
  readonly #place: Place;
  #view = new Uint8Array(0);
  #words = new Uint32Array(0);

  constructor(memory: WebAssembly.Memory, name: string, base: number, size: number, place: Place) {
    this.#memory = memory;
    this.name = name;
    this.base = base;
    this.size = size;
    this.#place = place;
  }

  get bytes(): Uint8Array {
    const { buffer } = this.#memory;
    if (this.#words.buffer !== buffer) this.#words = new Uint32Array(buffer);
    const at = "at" in this.#place ? this.#place.at : this.#words[this.#place.pointer]!;
    if (this.#view.buffer !== buffer || this.#view.byteOffset !== at)
      this.#view = new Uint8Array(buffer, at, this.size);
    return this.#view;
  }
}

const saveBess = (gb: GameBoy): Uint8Array => StateManager.save_wa(gb, SaveStateFormat.Bess, null);

/** Where each memory lies in a BESS state: its footer leads to the first block, blocks are walked to CORE. */
function fieldsOf(state: Uint8Array): Map<string, { offset: number; size: number }> {
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  let at = view.getUint32(state.length - 8, true);
  while (view.getUint32(at, false) !== 0x434f5245) at += 8 + view.getUint32(at + 4, true);
  const core = at + 8;
  return new Map(
    FIELDS.map((field) => {
      const size = view.getUint32(core + field.at, true);
      return [field.name, { size, offset: view.getUint32(core + field.at + 4, true) }] as const;
    }).filter(([, field]) => field.size > 0),
  );
}

function mark(bytes: Uint8Array, seed: number): void {
  let x = Math.imul(seed, 0x9e3779b1) | 1;
  for (let i = 0; i < bytes.length; i++) {
    x = Math.imul(x, 0x0019660d) + 0x3c6ef35f;
    bytes[i] = x >>> 24;
  }
}

function findLive(gb: GameBoy, wasm: InitOutput, name: string, marker: Uint8Array): number {
  const inMemory = (): Uint8Array => new Uint8Array(wasm.memory.buffer);
  const last = marker.length - 1;
  for (let at = -1; ; ) {
    at = inMemory().indexOf(marker[0]!, at + 1);
    if (at < 0) throw new Error(`boytacean: ${name} was not found in the core's memory`);
    if (!startsWith(inMemory(), at, marker)) continue;
    const flip = (): void => {
      const memory = inMemory();
      memory[at]! ^= 0x55;
      memory[at + last]! ^= 0x55;
    };
    flip();
    const state = saveBess(gb);
    // The state's own bytes pass through the same memory: flip back only what is still there.
    const { offset } = fieldsOf(state).get(name)!;
    const live = state[offset] === (marker[0]! ^ 0x55) && state[offset + last] === (marker[last]! ^ 0x55);
    if (live || inMemory()[at] === (marker[0]! ^ 0x55)) flip();
    if (live) return at;
  }
}

function startsWith(memory: Uint8Array, at: number, marker: Uint8Array): boolean {
  if (at + marker.length > memory.length) return false;
  for (let i = 0; i < marker.length; i++) if (memory[at + i] !== marker[i]) return false;
  return true;
}

function wordsThatAre(words: Uint32Array, value: number): number[] {
  const found: number[] = [];
  for (let at = words.indexOf(value); at >= 0; at = words.indexOf(value, at + 1)) found.push(at);
  return found;
}
