import koffi from "koffi";
import type { MemoryRegion } from "../machine.ts";
import type { Shim } from "./shim.ts";

/** In the order of m64_memory. The console's own memories are words of the host; addresses are those of the CPU, uncached or not. */
const MEMORIES: readonly { name: string; base: number; swap?: 3 }[] = [
  { name: "rdram", base: 0x80000000, swap: 3 },
  { name: "rsp", base: 0xa4000000, swap: 3 },
  { name: "eeprom", base: 0 },
  { name: "mempak", base: 0 },
  { name: "sram", base: 0 },
  { name: "flash", base: 0 },
];

/** Live views; they are taken away when the machine is closed. */
export function regionsOf(shim: Shim): MemoryRegion[] {
  const size = new Uint32Array(1);
  return MEMORIES.map((memory, which) => {
    const at = shim.memory(which, size);
    return { ...memory, size: size[0]!, bytes: new Uint8Array(koffi.view(at, size[0]!)), endian: "big" };
  });
}

/** Sizes of what a cartridge or a pak keeps: EEPROM, mempaks, SRAM, flash; together they are a .srm file. */
export const KEPT_SIZES = [0x800, 0x20000, 0x8000, 0x20000] as const;
