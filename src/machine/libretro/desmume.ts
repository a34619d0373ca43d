import { Problem } from "../../problem.ts";
import type { MemoryRegion } from "../machine.ts";
import { type Address, viewOf } from "./abi.ts";
import type { Library } from "./library.ts";
import type { TouchMap } from "./pads.ts";

/**
 * libretro-desmume shows no memory, so it is found by its states. Their format is DeSmuME's own (saves.cpp): a header of
 * 32 bytes, then chunks of u32 type, u32 size, data; most hold fields of a 4-letter name, u32 size, u32 count, data.
 */
const HEADER = 32;
const FIELD_CHUNKS: readonly number[] = [1, 2, 4, 5, 60, 90, 100, 110, 120, 130];
const END = 0xffffffff;
const SPU = "8";

/** Fields that are memory: name here, address on the bus. Of DTCM the game sets the address. */
const MEMORIES: Readonly<Record<string, readonly [string, number]>> = {
  WRAM: ["main", 0x2000000],
  ITCM: ["itcm", 0x1000000],
  DTCM: ["dtcm", 0],
  LCDM: ["vram", 0x6800000],
  VMEM: ["palette", 0x5000000],
  OAMS: ["oam", 0x7000000],
  MSWI: ["shared-wram", 0x3000000],
  M7ER: ["arm7-wram", 0x3800000],
};
export const DESMUME_REGIONS: readonly string[] = Object.values(MEMORIES).map(([name]) => name);

interface Place {
  readonly at: number;
  readonly size: number;
}

/** Where each field ("WRAM") and each other chunk ("8") lies in a state. Stops where the state makes no sense. */
export function desmumeFields(state: Uint8Array): Map<string, Place> {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  const fields = new Map<string, Place>();
  for (let at = HEADER; at + 8 <= state.length; ) {
    const type = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size;
    if (type === END || end > state.length) break;
    if (!FIELD_CHUNKS.includes(type)) fields.set(String(type), { at: at + 8, size });
    else {
      for (let field = at + 8; field + 12 <= end; ) {
        const bytes = view.getUint32(field + 4, true) * view.getUint32(field + 8, true);
        if (field + 12 + bytes > end) break;
        fields.set(String.fromCharCode(...state.subarray(field, field + 4)), { at: field + 12, size: bytes });
        field += 12 + bytes;
      }
    }
    at = end;
  }
  return fields;
}

const CHANNELS = 16;
const CHANNEL_SIZE = 57;
const CAPTURE_SIZE = 28;
const FIFO_SIZE = 48;

/**
 * The sound chunk (version 6) holds what two sound captures find in memory that nobody wrote to, and they do read it:
 * samples are taken from the slot before the one that was written. In a console that was just switched on all of it is 0.
 * Measured: nothing else differs between two runs in equal boots.
 */
function clearSoundCaptures(state: Uint8Array, fields: Map<string, Place>): void {
  const spu = fields.get(SPU);
  const captures = 4 + CHANNELS * CHANNEL_SIZE + 16;
  if (!spu || spu.size !== captures + 2 * CAPTURE_SIZE + 2 * FIFO_SIZE) return;
  for (let i = 0; i < 2; i++) {
    const capture = spu.at + captures + i * CAPTURE_SIZE;
    if (state[capture + 11] === 0) state.fill(0, capture + 12, capture + CAPTURE_SIZE); // it does not run
    const samples = spu.at + captures + 2 * CAPTURE_SIZE + i * FIFO_SIZE + 16;
    state.fill(0, samples, samples + 32);
  }
}

/** A copy of a part of the state, for a build in which the memory itself is not found. */
class StateRegion implements MemoryRegion {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly endian = "little";
  readonly #field: string;
  readonly #now: () => Uint8Array | undefined;

  constructor(name: string, base: number, field: string, size: number, now: () => Uint8Array | undefined) {
    this.name = name;
    this.base = base;
    this.size = size;
    this.bytes = new Uint8Array(size);
    this.#field = field;
    this.#now = now;
  }

  refresh(): void {
    const state = this.#now();
    if (!state) return;
    const place = desmumeFields(state).get(this.#field);
    if (place?.size === this.size) this.bytes.set(state.subarray(place.at, place.at + place.size));
  }
}

const MARK = 16;

/**
 * The memory itself: each field of a state gets a mark of its own at both ends, the core loads that state, and the marks
 * are looked for in the core's own variables. Then the state as it was is loaded again, which also settles the size of the save memory: any load does that.
 */
export function settleDesmume(library: () => Library | undefined): MemoryRegion[] {
  const core = library();
  const now = (): Uint8Array | undefined => {
    const state = new Uint8Array(library()?.serializeSize() ?? 0);
    return library()?.serialize(state, state.length) ? state : undefined;
  };
  const first = now();
  if (!core || !first) throw new Error("desmume did not save its first state");
  const state: Uint8Array = first;
  const fields = desmumeFields(state);
  clearSoundCaptures(state, fields);
  const found = locate(core, state, fields);
  return Object.entries(MEMORIES).flatMap(([field, [name, base]]): MemoryRegion[] => {
    const place = fields.get(field);
    if (!place) return [];
    const at = found.get(field);
    if (at === undefined) return [new StateRegion(name, base, field, place.size, now)];
    const bytes = viewOf(at, place.size);
    const live = (): Uint8Array => (library() === core ? bytes : bytes.subarray(0, 0));
    return [{ name, base, endian: "little", size: place.size, get bytes() { return live(); } }]; // biome-ignore format: one getter
  });
}

function locate(core: Library, state: Uint8Array, fields: Map<string, Place>): Map<string, Address> {
  const found = new Map<string, Address>();
  const marked = state.slice();
  const marks = new Map<string, readonly [Buffer, Buffer]>();
  for (const [i, name] of Object.keys(MEMORIES).entries()) {
    const place = fields.get(name);
    if (!place || place.size < 2 * MARK) continue;
    const ends = [Buffer.alloc(MARK, `${name}<${i}mark`), Buffer.alloc(MARK, `${name}>${i}mark`)] as const;
    marked.set(ends[0], place.at);
    marked.set(ends[1], place.at + place.size - MARK);
    marks.set(name, ends);
  }
  if (core.unserialize(marked, marked.length)) {
    for (const { offset, size } of core.imports?.variables ?? []) {
      const variables = Buffer.from(viewOf(core.base + offset, size).buffer);
      for (const [name, [first, last]] of marks) {
        const length = fields.get(name)!.size;
        for (let at = variables.indexOf(first); at >= 0; at = variables.indexOf(first, at + 1)) {
          if (variables.compare(last, 0, MARK, at + length - MARK, at + length) !== 0) continue;
          found.set(name, core.base + offset + at);
          break;
        }
      }
    }
  }
  if (!core.unserialize(state, state.length)) throw new Error("desmume did not take its own state back");
  return found;
}

/** Layouts that the core's pointer reaches the whole touch screen in, and where it takes that screen to begin. */
const TOUCHABLE: Readonly<Record<string, readonly [number, number]>> = {
  "top/bottom": [0, 192],
  "left/right": [256, 0],
  "right/left": [0, 0],
};

/**
 * Where touches lie on the picture. Measured: the core takes (value + 0x8000) * length / 0x10000 for a pixel of the native
 * layout, in whose length the gap counts (not scaled, as it is drawn) but not in the place of the touch screen. The middle
 * of each pixel is aimed at; all 256 x 192 arrive exactly.
 */
export function desmumeTouch(settings: Readonly<Record<string, string>>): TouchMap {
  const layout = settings.desmume_screens_layout ?? "top/bottom";
  const scale = Number.parseInt(settings.desmume_internal_resolution ?? "256x192", 10) / 256;
  const gap = Number(settings.desmume_screens_gap ?? "0") / scale;
  const [left, top] = TOUCHABLE[layout] ?? [0, 0];
  const [width, height] = layout === "top/bottom" ? [256, 384 + gap] : [512 + gap, 192];
  const aim = (pixel: number, length: number): number => {
    if (!(layout in TOUCHABLE)) {
      throw new Problem(
        `desmume cannot be touched everywhere with desmume_screens_layout ${layout}; choose ${Object.keys(TOUCHABLE).join(", ")}`,
      );
    }
    return Math.floor(((pixel + 0.5) * 0x10000) / length) - 0x8000;
  };
  return { x: (touchX) => aim(left + touchX, width), y: (touchY) => aim(top + touchY, height) };
}
