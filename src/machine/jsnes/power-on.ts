import type { RamFill } from "../ram-fill.ts";
import type { Nes } from "./internals.ts";

/** What the cartridge's work RAM is: 8 KB at $6000, or MMC5's own 64 KB. */
export function workRam(nes: Nes): Uint8Array {
  return nes.mmap.prgRam ?? nes.cpu.mem.subarray(0x6000, 0x8000);
}

/**
 * Fills every memory that a console powers up with undefined: work RAM, cartridge RAM, pattern RAM, name tables, sprites,
 * palette. jsnes itself fills work RAM with FF (but for four bytes) and the others with 00.
 */
export function fillMemories(nes: Nes, fill: RamFill): void {
  const { cpu, ppu } = nes;
  fill(cpu.mem.subarray(0, 0x800));
  fill(workRam(nes));
  fill(ppu.vramMem.subarray(nes.rom.vromCount === 0 ? 0 : 0x2000, 0x3000));
  fill(ppu.spriteMem);
  // Bits 2 to 4 of a sprite's third byte do not exist (nesdev "PPU OAM").
  for (let i = 2; i < 256; i += 4) ppu.spriteMem[i]! &= 0xe3;
  const palette = ppu.vramMem.subarray(0x3f00, 0x3f20);
  fill(palette);
  for (let i = 0; i < 32; i++) palette[i]! &= 0x3f;
  // Four sprite colours are the background's (nesdev "PPU palettes").
  for (let i = 0; i < 16; i += 4) palette[16 + i] = palette[i]!;
  ppu.updatePalettes();
}

/**
 * The reset button (nesdev "PPU power up state", "CPU power up state"): the CPU takes its reset vector, the picture and
 * all sound channels go off; every memory, and A, X, Y, stay. jsnes has no such thing: its reset() loses the ROM.
 */
export function pressReset(nes: Nes): void {
  const { cpu, ppu, papu } = nes;
  ppu.catchUp();
  ppu.updateControlReg1(0);
  ppu.updateControlReg2(0);
  ppu.firstWrite = true;
  ppu.fineX = 0;
  ppu.vramTmpAddress = 0;
  ppu.vramBufferedReadValue = 0;
  ppu.oddFrame = false;
  ppu.nextEventDot = 0;
  papu.writeReg(0x4015, 0);
  cpu.needNmi = false;
  cpu.requestIrq(cpu.IRQ_RESET);
}
