// Builds every game from its sources with cc65 (Debian and Ubuntu: apt install cc65; 2.19).
//   node games/build.mjs            writes games/<name>/<name>.nes
//   node games/build.mjs --check    compares with the committed ROM, byte for byte; exit code 1 where they differ
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { writeSound } from "./sound.mjs";
import { drawTiles } from "./tiles.mjs";

const here = dirname(fileURLToPath(import.meta.url));

export const games = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "boot.s")))
  .map((entry) => entry.name);

/** The ROM of one game, built from its sources in a folder of its own. */
export async function build(name) {
  const source = join(here, name);
  const out = mkdtempSync(join(tmpdir(), "instep-game-"));
  try {
    const { songs, effects } = await import(pathToFileURL(join(source, "tunes.mjs")).href);
    writeFileSync(
      join(out, "tiles.chr"),
      drawTiles(readFileSync(join(source, "art.txt"), "utf8"), readFileSync(join(source, "font.txt"), "utf8"), name),
    );
    writeFileSync(join(out, "tunes.s"), writeSound(songs, effects));
    const objects = [];
    for (const file of readdirSync(source)
      .filter((f) => /\.[cs]$/.test(f))
      .sort()) {
      const stem = basename(file).replace(/\.[cs]$/, "");
      let assembly = join(source, file);
      if (file.endsWith(".c")) {
        assembly = join(out, `${stem}.c.s`);
        run("cc65", ["-Or", "-Cl", "-t", "nes", "-o", assembly, join(source, file)]);
      }
      objects.push(assemble(assembly, join(out, `${file}.o`), out));
    }
    objects.push(assemble(join(out, "tunes.s"), join(out, "tunes.o"), out));
    const rom = join(out, `${name}.nes`);
    run("ld65", ["-C", join(source, `${name}.cfg`), "-o", rom, ...objects, "nes.lib"]);
    return readFileSync(rom);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function assemble(source, object, include) {
  run("ca65", ["-t", "nes", "--bin-include-dir", include, "-o", object, source]);
  return object;
}

function run(tool, args) {
  try {
    execFileSync(tool, args, { stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    if (error.code === "ENOENT") fail(`${tool} is not installed; install it with: sudo apt install cc65`, 3);
    fail(`${tool} ${args.at(-1)}: ${error.stderr}`, 1);
  }
}

function fail(message, code) {
  throw Object.assign(new Error(message), { exitCode: code });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const name of games) {
      const rom = await build(name);
      const path = join(here, name, `${name}.nes`);
      if (!process.argv.includes("--check")) writeFileSync(path, rom);
      else if (!existsSync(path) || !rom.equals(readFileSync(path)))
        fail(`${path}: not what its sources build; run: node games/build.mjs`, 1);
      console.log(`${name}: ${rom.length} bytes`);
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = error.exitCode ?? 1;
  }
}
