import { Problem } from "../../problem.ts";

/** The boards that jsnes 3 knows, by iNES mapper number. */
const MAPPERS = [0, 1, 2, 3, 4, 5, 7, 9, 11, 34, 38, 66, 71, 79, 94, 118, 119, 140, 180, 240, 241];

/**
 * Refuses what jsnes would take and run wrongly: it pads short files with zeros. Sizes are those of nesdev's "iNES" and
 * "NES 2.0" pages.
 */
export function checkRom(name: string, rom: Uint8Array): void {
  const refuse = (why: string): never => {
    throw new Problem(`${name}: ${why}`);
  };
  if (rom.length < 16 || rom[0] !== 0x4e || rom[1] !== 0x45 || rom[2] !== 0x53 || rom[3] !== 0x1a) {
    refuse("not an NES ROM: an iNES file starts with the bytes 4E 45 53 1A and has a header of 16 bytes");
  }
  const nes2 = (rom[7]! & 0x0c) === 0x08;
  const prg = romSize(rom[4]!, nes2 ? rom[9]! & 15 : 0, 16384);
  const chr = romSize(rom[5]!, nes2 ? rom[9]! >> 4 : 0, 8192);
  if (prg === 0) refuse("its header (byte 4) says that it has no program ROM");
  const needed = 16 + (rom[6]! & 4 ? 512 : 0) + prg + chr;
  if (rom.length < needed)
    refuse(`cut short: its header asks for ${needed} bytes and it has ${rom.length}; get it again`);
  const mapper = mapperOf(rom, nes2);
  if (!MAPPERS.includes(mapper))
    refuse(`jsnes has no mapper ${mapper}; it has ${MAPPERS.join(", ")}: try another core`);
}

function romSize(low: number, high: number, unit: number): number {
  return high === 15 ? 2 ** (low >> 2) * ((low & 3) * 2 + 1) : ((high << 8) | low) * unit;
}

function mapperOf(rom: Uint8Array, nes2: boolean): number {
  const low = rom[6]! >> 4;
  if (nes2) return low | (rom[7]! & 0xf0) | ((rom[8]! & 15) << 8);
  // Old dumps have a tool's name in bytes 7 to 15: the high half of the number is not to be trusted then.
  return rom.subarray(8, 16).some((byte) => byte !== 0) ? low : low | (rom[7]! & 0xf0);
}
