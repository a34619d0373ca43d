// Ringway's ROM: both processors' programs, and a header as GBATEK's chapter on DS cartridges has it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const extension = "nds";

const ARM9 = { at: 0x02000000, flags: ["-mcpu=arm946e-s"], link: "arm9.ld", start: "start9.s" };
const ARM7 = { at: 0x037f8000, flags: ["-mcpu=arm7tdmi"], link: "arm7.ld", start: "start7.s" };
const HEADER = 0x200;

/** `run(tool, args)` throws where a tool fails or is not there; `out` is a folder of ours. */
export function build(source, out, run) {
  const c = readdirSync(source)
    .filter((file) => file.endsWith(".c"))
    .sort();
  const arm9 = link(
    source,
    out,
    run,
    ARM9,
    c.filter((file) => file !== "arm7.c"),
    "arm9",
  );
  const arm7 = link(source, out, run, ARM7, ["arm7.c"], "arm7");
  return cartridge(arm9, arm7);
}

function link(source, out, run, cpu, files, name) {
  const flags = [
    ...cpu.flags,
    "-marm",
    "-O2",
    "-ffreestanding",
    "-fno-common",
    "-fno-tree-loop-distribute-patterns",
    "-Wall",
    "-Wextra",
    "-Werror",
  ];
  const objects = [cpu.start, ...files].map((file) => {
    const object = join(out, `${name}-${file}.o`);
    run("arm-none-eabi-gcc", [...flags, "-c", "-o", object, join(source, file)]);
    return object;
  });
  const elf = join(out, `${name}.elf`);
  run("arm-none-eabi-gcc", [
    "-nostdlib",
    "-T",
    join(source, cpu.link),
    "-Wl,--build-id=none",
    "-o",
    elf,
    ...objects,
    "-lgcc",
  ]);
  run("arm-none-eabi-objcopy", ["-O", "binary", elf, join(out, `${name}.bin`)]);
  return readFileSync(join(out, `${name}.bin`));
}

/** Header and programs. The maker's logo is another's picture: its place stays empty, and direct boot never looks there. */
function cartridge(arm9, arm7) {
  const arm7From = align(HEADER + arm9.length);
  const used = align(arm7From + arm7.length);
  const rom = Buffer.alloc(used);
  rom.write("RINGWAY", 0x00, "latin1");
  rom.write("####", 0x0c, "latin1"); // homebrew's game code
  while (0x20000 << rom[0x14] < used) rom[0x14]++; // chip size
  for (const [field, value] of [
    [0x20, HEADER],
    [0x24, ARM9.at],
    [0x28, ARM9.at],
    [0x2c, arm9.length],
    [0x30, arm7From],
    [0x34, ARM7.at],
    [0x38, ARM7.at],
    [0x3c, arm7.length],
    [0x60, 0x00586000],
    [0x64, 0x001808f8], // cartridge timings, normal and KEY1
    [0x80, used],
    [0x84, HEADER],
  ])
    rom.writeUInt32LE(value, field);
  rom.writeUInt16LE(0x051e, 0x6e); // secure area delay
  arm9.copy(rom, HEADER);
  arm7.copy(rom, arm7From);
  rom.writeUInt16LE(crc16(rom.subarray(0xc0, 0x15c)), 0x15c);
  rom.writeUInt16LE(crc16(rom.subarray(0, 0x15e)), 0x15e);
  return rom;
}

const align = (n) => (n + 511) & ~511;

/** CRC-16 with polynomial 0xa001 and start 0xffff. */
function crc16(bytes) {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xa001 : 0);
  }
  return crc;
}
