// Skerry's ROM: GCC for MIPS, tables of sines and notes, and a header as n64brew.dev's "ROM header" has it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const extension = "z64";

const FLAGS = [
  ...[
    "-EB",
    "-mabi=32",
    "-march=vr4300",
    "-msoft-float",
    "-mno-abicalls",
    "-fno-pic",
    "-G0",
    "-mno-check-zero-division",
  ],
  ...[
    "-O2",
    "-ffreestanding",
    "-fno-common",
    "-fno-builtin",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
  ],
  ...["-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra", "-Werror"],
];
const HEADER = 0x1000;
/** Samples a second, as sound.c sets the rate. */
const RATE = 24000;

/** `run(tool, args)` throws where a tool fails or is not there; `out` is a folder of ours. */
export function build(source, out, run) {
  writeFileSync(join(out, "tables.h"), tables());
  const files = ["start.s", ...readdirSync(source).filter((file) => file.endsWith(".c"))].sort();
  const objects = files.map((file) => compile(source, out, run, file, []));
  const elf = join(out, "skerry.elf");
  run("mips-linux-gnu-ld", ["-EB", "--build-id=none", "-T", join(source, "skerry.ld"), "-o", elf, ...objects]);
  const program = padded(binary(out, run, elf), 1024);
  return cartridge(
    binary(out, run, compile(source, out, run, "boot.s", [`-Wa,--defsym,PROGRAM=${program.length}`])),
    program,
  );
}

function compile(source, out, run, file, more) {
  const object = join(out, `${file}.o`);
  run("mips-linux-gnu-gcc", [...FLAGS, ...more, `-I${out}`, "-c", "-o", object, join(source, file)]);
  return object;
}

function binary(out, run, object) {
  const to = join(out, "binary");
  run("mips-linux-gnu-objcopy", ["-O", "binary", ...(object.endsWith(".o") ? ["-j", ".text"] : []), object, to]);
  return readFileSync(to);
}

function cartridge(boot, program) {
  const rom = Buffer.concat([Buffer.alloc(HEADER), program]);
  rom.writeUInt32BE(0x80371240, 0); // timings of the cartridge's bus
  rom.writeUInt32BE(15, 4);
  rom.writeUInt32BE(0x80000400, 8); // entry
  // The checks that Nintendo's own boot code makes; ours makes none, and emulators tell games apart by them.
  rom.writeUInt32BE(sum(program, 1), 0x10);
  rom.writeUInt32BE(sum(program, 0x9e3779b1), 0x14);
  rom.write("SKERRY".padEnd(20), 0x20, "latin1");
  rom.write("NSKE", 0x3b, "latin1");
  boot.copy(rom, 0x40);
  return rom;
}

function padded(bytes, unit) {
  return Buffer.concat([bytes], Math.ceil(bytes.length / unit) * unit);
}

function sum(bytes, factor) {
  let sum = factor;
  for (let at = 0; at < bytes.length; at += 4) sum = (Math.imul(sum, 31 * factor) + bytes.readUInt32BE(at)) >>> 0;
  return sum;
}

/** A turn of sines in 1024 parts, and what a voice's phase (32 bits a turn) gains a sample for each note from A0 (MIDI 21) up. */
function tables() {
  const sines = Array.from({ length: 1024 }, (_, n) => Math.round(32767 * Math.sin((n * Math.PI) / 512)));
  const notes = Array.from({ length: 88 }, (_, n) => Math.round(((27.5 * 2 ** (n / 12)) / RATE) * 2 ** 32));
  return [
    "#pragma once",
    `static const short sines[1024] = {${sines}};`,
    `static const unsigned notes[88] __attribute__((unused)) = {${notes}};`,
    "",
  ].join("\n");
}
