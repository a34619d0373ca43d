// Hedge's ROM: GCC for ARM, the font of Gleam, and a cartridge header (GBATEK, "GBA Cartridge Header").
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const extension = "gba";

const FLAGS = [
  ...["-mcpu=arm7tdmi", "-mthumb", "-mthumb-interwork", "-O2", "-ffreestanding", "-fno-common"],
  ...["-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra", "-Werror"],
];

/** `run(tool, args)` throws where a tool fails or is not there; `out` is a folder of ours. */
export function build(source, out, run) {
  writeFileSync(join(out, "font.h"), fontHeader(readFileSync(join(source, "../gleam/font.txt"), "utf8")));
  const files = readdirSync(source).filter((file) => /\.[cs]$/.test(file));
  const objects = files.sort().map((file) => {
    const object = join(out, `${file}.o`);
    run("arm-none-eabi-gcc", [...FLAGS, `-I${out}`, "-c", "-o", object, join(source, file)]);
    return object;
  });
  const elf = join(out, "hedge.elf");
  run("arm-none-eabi-gcc", [
    "-nostdlib",
    "-T",
    join(source, "hedge.ld"),
    "-Wl,--build-id=none",
    "-o",
    elf,
    ...objects,
    "-lgcc",
  ]);
  run("arm-none-eabi-objcopy", ["-O", "binary", elf, join(out, "hedge.bin")]);
  const program = readFileSync(join(out, "hedge.bin"));
  const rom = Buffer.alloc(Math.ceil(program.length / 1024) * 1024);
  program.copy(rom);
  rom.write("HEDGE", 0xa0, "latin1");
  rom.write("AHGE00", 0xac, "latin1");
  rom[0xb2] = 0x96;
  let sum = 0x19;
  for (let at = 0xa0; at < 0xbd; at++) sum += rom[at];
  rom[0xbd] = -sum & 0xff;
  return rom;
}

/** Characters ' ' to '_', eight rows of bits each, the leftmost pixel in bit 0. */
function fontHeader(text) {
  const rows = Array.from({ length: 64 }, () => new Array(8).fill(0));
  for (const line of text.split("\n")) {
    const match = /^(\S)((?: [0-9A-F]{2}){7})$/.exec(line);
    const at = match ? match[1].charCodeAt(0) - 32 : -1;
    if (at < 0 || at > 63) continue;
    rows[at] = [
      ...match[2]
        .trim()
        .split(" ")
        .map((hex) => mirrored(Number.parseInt(hex, 16))),
      0,
    ];
  }
  return `static const unsigned char font[64][8] = {\n${rows.map((row) => `  {${row.join(", ")}},`).join("\n")}\n};\n`;
}

const mirrored = (five) => [0, 1, 2, 3, 4].reduce((bits, k) => bits | (((five >> (4 - k)) & 1) << (k + 1)), 0);
