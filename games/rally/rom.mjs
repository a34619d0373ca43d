// Rally's ROM: SDCC for the SM83, the font of Gleam, and a cartridge header (Pan Docs, "The Cartridge Header").
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

export const extension = "gbc";

const CODE = "0x0200";
/** Variables lie behind what README.md names, which begins at $C000. */
const DATA = "0xC200";

/** `run(tool, args)` throws where a tool fails or is not there; `out` is a folder of ours. */
export function build(source, out, run) {
  writeFileSync(join(out, "font.h"), fontHeader(readFileSync(join(source, "../gleam/font.txt"), "utf8")));
  const start = join(out, "start.rel");
  run("sdasgb", ["-o", start, join(source, "start.s")]);
  const objects = readdirSync(source)
    .filter((file) => file.endsWith(".c"))
    .sort()
    .map((file) => {
      const object = join(out, `${basename(file, ".c")}.rel`);
      run("sdcc", ["-msm83", "--std-c11", "--opt-code-speed", `-I${out}`, "-c", "-o", object, join(source, file)]);
      return object;
    });
  const hex = join(out, "rally.ihx");
  run("sdcc", ["-msm83", "--no-std-crt0", "--code-loc", CODE, "--data-loc", DATA, "-o", hex, start, ...objects]);
  const rom = Buffer.alloc(0x8000, 0xff);
  for (const line of readFileSync(hex, "latin1").split("\n")) {
    const bytes = Buffer.from(line.trim().slice(1), "hex");
    if (bytes[3] === 0) bytes.copy(rom, bytes.readUInt16BE(1), 4, 4 + bytes[0]);
  }
  return headed(rom);
}

function headed(rom) {
  rom.fill(0, 0x104, 0x150);
  rom.write("RALLY", 0x134, "latin1");
  rom[0x143] = 0x80; // runs on both, in color where it can
  rom[0x147] = 0x03; // MBC1, RAM, battery
  rom[0x149] = 0x02; // 8 KB of it
  let sum = 0;
  for (let at = 0x134; at < 0x14d; at++) sum = (sum - rom[at] - 1) & 0xff;
  rom[0x14d] = sum;
  let all = 0;
  for (const byte of rom) all = (all + byte) & 0xffff;
  rom.writeUInt16BE(all, 0x14e);
  return rom;
}

/** Characters ' ' to '_', eight rows of bits each, the leftmost pixel in bit 7. */
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
        .map((hex) => Number.parseInt(hex, 16) << 2),
      0,
    ];
  }
  return `static const unsigned char font[64 * 8] = {\n${rows.map((row) => `  ${row.join(", ")},`).join("\n")}\n};\n`;
}
