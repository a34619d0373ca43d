// The zoo's ROM, and its profile with the addresses that the linker gave.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawTiles } from "../tiles.mjs";
import { profileOf } from "./profile.mjs";

/** `run(tool, args)` throws where a tool fails or is not there; `out` is a folder of ours. */
export function build(source, out, run) {
  const path = (name) => join(out, name);
  writeFileSync(path("tiles.chr"), drawTiles("", readFileSync(join(source, "../gleam/font.txt"), "utf8"), "zoo"));
  run("ca65", ["-g", "-t", "nes", "--bin-include-dir", out, "-o", path("zoo.o"), join(source, "zoo.s")]);
  run("ld65", ["-C", join(source, "zoo.cfg"), "-Ln", path("labels"), "-o", path("zoo.nes"), path("zoo.o")]);
  const rom = readFileSync(path("zoo.nes"));
  const labels = new Map(
    [...readFileSync(path("labels"), "utf8").matchAll(/^al (\w+) \.(\w+)$/gm)].map((m) => [
      m[2],
      Number.parseInt(m[1], 16),
    ]),
  );
  const at = (label) => {
    if (!labels.has(label)) throw new Error(`profile.mjs: the sources have no label ${label}`);
    return labels.get(label);
  };
  return { "zoo.nes": rom, "profile.json": Buffer.from(`${printed(profileOf(at, rom))}\n`) };
}

/** JSON with each value on one line where it fits, as formatters write it. */
function printed(value, indent = "", before = 0) {
  const line = onOneLine(value);
  if (typeof value !== "object" || (indent && before + line.length < 120)) return line;
  const deeper = `${indent}  `;
  const parts = Object.entries(value).map(([key, part]) => {
    const name = Array.isArray(value) ? deeper : `${deeper}${JSON.stringify(key)}: `;
    return name + printed(part, deeper, name.length);
  });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

function onOneLine(value) {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}: ${onOneLine(part)}`)
    .join(", ")} }`;
}
