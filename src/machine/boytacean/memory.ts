import { type GameBoy, type InitOutput, SaveStateFormat, StateManager } from "boytacean";
import type { MemoryRegion } from "../machine.ts";

/**
 * boytacean has no call that shows its memories, but they lie in its wasm memory. A BESS state names each of them (the
 * CORE block: size and offset, github.com/LIJI32/SameBoy BESS.md), so markers are loaded through a BESS state, looked for
 * in the wasm memory, and proved live: what is written there is in the next state.
 */
const FIELDS = [
  { name: "ram", at: 0x98, base: 0xc000, moves: true },
  { name: "vram", at: 0xa0, base: 0x8000, moves: false },
  { name: "save", at: 0xa8, base: 0xa000, moves: true },
  { name: "oam", at: 0xb0, base: 0xfe00, moves: false },
  { name: "hram", at: 0xb8, base: 0xff80, moves: false },
];
/** The address of the first byte, or where in memory (in words) that address is kept. */
type Place = { readonly at: number } | { readonly pointer: number };

/** Live views of the console's memories. The console is left with its memories full of markers. */
export function findMemories(gb: GameBoy, wasm: InitOutput): MemoryRegion[] {
  const state = saveState(gb, SaveStateFormat.Bess);
  const fields = fieldsOf(state);
  for (const { offset, size } of fields.values()) mark(state.subarray(offset, offset + size), offset);
  StateManager.load_wa(state, gb, SaveStateFormat.Bess, null);
  return FIELDS.flatMap(({ name, base, moves }) => {
    const field = fields.get(name);
    if (!field) return [];
    const { offset, size } = field;
    const at = findLive(gb, wasm, name, state.subarray(offset, offset + size));
    const place = moves ? { pointer: findPointer(gb, wasm, name, at, size) } : { at };
    return [new WasmRegion(wasm.memory, name, base, size, place)];
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

const saveState = (gb: GameBoy, format: SaveStateFormat): Uint8Array => StateManager.save_wa(gb, format, null);

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
    flip(inMemory(), at, last);
    const state = saveState(gb, SaveStateFormat.Bess);
    const { offset } = fieldsOf(state).get(name)!;
    flip(state, offset, last);
    if (state[offset] !== marker[0] || state[offset + last] !== marker[last]) continue;
    flip(inMemory(), at, last);
    return at;
  }
}

/** Only a place that holds the whole marker is written to: anything else in the wasm memory may be the core's own books. */
function flip(bytes: Uint8Array, at: number, last: number): void {
  bytes[at]! ^= 0x55;
  bytes[at + last]! ^= 0x55;
}

function startsWith(memory: Uint8Array, at: number, marker: Uint8Array): boolean {
  if (at + marker.length > memory.length) return false;
  for (let i = 0; i < marker.length; i++) if (memory[at + i] !== marker[i]) return false;
  return true;
}

/** A Rust vector is three words: capacity, address, length. Of those that fit, the one that the core follows. */
function findPointer(gb: GameBoy, wasm: InitOutput, name: string, address: number, size: number): number {
  let words = new Uint32Array(wasm.memory.buffer);
  for (let at = words.indexOf(address); at >= 0; at = words.indexOf(address, at + 1)) {
    const isVector = words[at - 1] === size && words[at + 1] === size;
    if (isVector && isFollowed(gb, wasm, name, at, address)) return at;
    // A state that was saved may have made the memory grow.
    words = new Uint32Array(wasm.memory.buffer);
  }
  throw new Error(`boytacean: the pointer to ${name} was not found`);
}

/** When the pointer is 64 bytes lower, a state's bytes come 64 later. */
function isFollowed(gb: GameBoy, wasm: InitOutput, name: string, word: number, address: number): boolean {
  const shift = 64;
  const expected = new Uint8Array(wasm.memory.buffer).slice(address, address + shift);
  new Uint32Array(wasm.memory.buffer)[word] = address - shift;
  const state = saveState(gb, SaveStateFormat.Bess);
  const words = new Uint32Array(wasm.memory.buffer);
  if (words[word] === address - shift) words[word] = address;
  return startsWith(state, fieldsOf(state).get(name)!.offset + shift, expected);
}
