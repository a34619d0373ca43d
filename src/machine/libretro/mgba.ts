import { MEMORY, viewOf } from "./abi.ts";
import type { Library } from "./library.ts";

/** Sizes of mGBA's states without their extra data (GBA, Game Boy), and the extra that holds the save memory. */
const STATE_SIZES: readonly number[] = [0x61000, 0x11800];
const SAVE_DATA = 2;
const ENTRY_SIZE = 16;

/**
 * mGBA writes the cartridge's save memory into its states, but its libretro core leaves it out when it loads one: the game
 * would go on with a save from the future. Extra data is a list of u32 tag, u32 size, u64 offset (serialize.c); tag 0 ends it.
 */
export function loadMgbaSave(library: Library, state: Uint8Array): void {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  const save = library.memoryData(MEMORY.SAVE_RAM);
  const room = library.memorySize(MEMORY.SAVE_RAM);
  for (const start of STATE_SIZES) {
    for (let entry = start; entry + ENTRY_SIZE <= state.length; entry += ENTRY_SIZE) {
      const tag = view.getUint32(entry, true);
      const size = view.getUint32(entry + 4, true);
      const offset = Number(view.getBigUint64(entry + 8, true));
      if (tag === 0 || tag > 0xffff || offset + size > state.length) break;
      if (tag === SAVE_DATA && save !== 0)
        viewOf(save, room).set(state.subarray(offset, offset + Math.min(size, room)));
    }
  }
}
