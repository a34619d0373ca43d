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
/** Each load gives "ram" and "save" new places: after these many only the words that point at them are left. */
const ROUNDS = 3;

/** The address of the first byte, or where in memory (in words) that address is kept. */
type Place = { readonly at: number } | { readonly pointer: number };

/** Live views of the console's memories. The console is left with its memories full of markers. */
export function findMemories(gb: GameBoy, wasm: InitOutput): MemoryRegion[] {
  const sizes = fieldsOf(saveState(gb, SaveStateFormat.Bess));
  const pointers = new Map<string, number[]>();
  const addresses = new Map<string, number>();
  for (let round = 0; round < ROUNDS * 2; round++) {
    // The two formats are loaded in different ways, which moves memories differently.
    const format = round % 2 === 0 ? SaveStateFormat.Bess : SaveStateFormat.Bos;
    const state = saveState(gb, format);
    if (format === SaveStateFormat.Bess) {
      for (const { offset, size } of sizes.values()) mark(state.subarray(offset, offset + size), round * 4099 + offset);
    }
    StateManager.load_wa(state, gb, format, null);
    const markers = saveState(gb, SaveStateFormat.Bess);
    for (const { name, moves } of FIELDS) {
      const field = sizes.get(name);
      if (!field) continue;
      const at = findLive(gb, wasm, name, markers.slice(field.offset, field.offset + field.size));
      const words = new Uint32Array(wasm.memory.buffer);
      if (moves)
        pointers.set(
          name,
          pointers.get(name)?.filter((word) => words[word] === at) ?? pointersTo(words, at, field.size),
        );
      else if ((addresses.get(name) ?? at) !== at) throw new Error(`boytacean: ${name} moves, which it should not`);
      addresses.set(name, at);
    }
  }
  return FIELDS.flatMap(({ name, base, moves }) => {
    const size = sizes.get(name)?.size;
    if (!size) return [];
    const at = addresses.get(name)!;
    if (!moves) return [new WasmRegion(wasm.memory, name, base, size, { at })];
    const pointer = pointers.get(name)!.find((word) => isPointer(gb, wasm, name, word, at));
    if (pointer === undefined) throw new Error(`boytacean: the pointer to ${name} was not found`);
    return [new WasmRegion(wasm.memory, name, base, size, { pointer })];
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

/** Whether the core follows this word: when it points 64 bytes lower, a state's bytes come 64 later. */
function isPointer(gb: GameBoy, wasm: InitOutput, name: string, word: number, at: number): boolean {
  const shift = 64;
  const expected = new Uint8Array(wasm.memory.buffer).slice(at, at + shift);
  new Uint32Array(wasm.memory.buffer)[word] = at - shift;
  const state = saveState(gb, SaveStateFormat.Bess);
  const words = new Uint32Array(wasm.memory.buffer);
  if (words[word] === at - shift) words[word] = at;
  return startsWith(state, fieldsOf(state).get(name)!.offset + shift, expected);
}

/** A Rust vector is three words: capacity, address, length. */
function pointersTo(words: Uint32Array, address: number, size: number): number[] {
  const found: number[] = [];
  for (let at = words.indexOf(address); at >= 0; at = words.indexOf(address, at + 1)) {
    if (words[at - 1] === size && words[at + 1] === size) found.push(at);
  }
  return found;
}
