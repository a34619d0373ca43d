import { Problem } from "../../problem.ts";

/** Cartridge types (byte $147, Pan Docs "The Cartridge Header") whose boards boytacean emulates and can save. */
const BOARDS = new Map([
  [0x00, "ROM only"],
  ...[0x01, 0x02, 0x03].map((type) => [type, "MBC1"] as const),
  ...[0x0f, 0x10, 0x11, 0x12, 0x13].map((type) => [type, "MBC3"] as const),
  ...[0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e].map((type) => [type, "MBC5"] as const),
]);

/** Refuses what boytacean would not load or would stumble over. */
export function checkRom(name: string, rom: Uint8Array): void {
  const refuse = (why: string): never => {
    throw new Problem(`${name}: ${why}`);
  };
  if (rom.length < 0x8000) refuse(`not a Game Boy ROM, or cut short: it has ${rom.length} bytes, the least is 32768`);
  let sum = 0;
  for (let at = 0x134; at <= 0x14c; at++) sum = (sum - rom[at]! - 1) & 0xff;
  if (sum !== rom[0x14d]) refuse("not a Game Boy ROM, or damaged: the checksum of its header (byte 14D) is wrong");
  const banks = rom[0x148]!;
  if (banks > 8) refuse(`its header (byte 148) gives a size that does not exist: ${banks}`);
  if (rom.length < 0x8000 << banks) {
    refuse(`cut short: its header asks for ${0x8000 << banks} bytes and it has ${rom.length}; get it again`);
  }
  if (rom.length % 0x4000 !== 0) refuse(`its size, ${rom.length} bytes, is not a multiple of 16384; get it again`);
  const board = rom[0x147]!;
  if (!BOARDS.has(board)) {
    const known = [...new Set(BOARDS.values())].join(", ");
    refuse(`boytacean has no cartridge type ${board.toString(16).padStart(2, "0")}; it has ${known}: try another core`);
  }
}

/** Made for the Color, or for both (byte $143). */
export const wantsColor = (rom: Uint8Array): boolean => (rom[0x143]! & 0x80) !== 0;

/** MBC3 with a clock: boytacean has the board without its clock. */
export const hasClock = (rom: Uint8Array): boolean => rom[0x147] === 0x0f || rom[0x147] === 0x10;
