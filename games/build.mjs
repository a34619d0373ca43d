// Builds every game from its sources: with cc65 2.19, or by its own rom.mjs.
//   node games/build.mjs [NAME...]           writes games/<name>/<name>.nes (or .nds), and what else the game builds
//   node games/build.mjs --check [NAME...]   compares with the committed files, byte for byte; exit code 1 where they differ
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { writeSound } from "./sound.mjs";
import { drawTiles } from "./tiles.mjs";

/** Debian's package of a tool that is not cc65's. */
const PACKAGES = {
  "arm-none-eabi-gcc": "gcc-arm-none-eabi",
  "arm-none-eabi-objcopy": "binutils-arm-none-eabi",
  "mips-linux-gnu-gcc": "gcc-mips-linux-gnu",
};
const here = dirname(fileURLToPath(import.meta.url));

export const games = readdirSync(here, { withFileTypes: true })
  .filter(
    (entry) => entry.isDirectory() && ["boot.s", "rom.mjs"].some((file) => existsSync(join(here, entry.name, file))),
  )
  .map((entry) => entry.name);

/** What one game's sources build, the ROM first: bytes by file name. */
export async function build(name) {
  const source = join(here, name);
  const out = mkdtempSync(join(tmpdir(), "instep-game-"));
  try {
    const own = await ownBuilder(name);
    if (own) {
      const built = own.build(source, out, run);
      return Buffer.isBuffer(built) ? { [`${name}.${own.extension}`]: built } : built;
    }
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
    return { [`${name}.nes`]: readFileSync(rom) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** The rom.mjs of a game that is not C for the NES, or undefined. */
async function ownBuilder(name) {
  const path = join(here, name, "rom.mjs");
  return existsSync(path) ? import(pathToFileURL(path).href) : undefined;
}

function assemble(source, object, include) {
  run("ca65", ["-t", "nes", "--bin-include-dir", include, "-o", object, source]);
  return object;
}

function run(tool, args) {
  try {
    execFileSync(tool, args, { stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    if (error.code === "ENOENT")
      fail(`${tool} is not installed; install it with: sudo apt install ${PACKAGES[tool] ?? "cc65"}`, 3);
    fail(`${tool} ${args.at(-1)}: ${error.stderr}`, 1);
  }
}

function fail(message, code) {
  throw Object.assign(new Error(message), { exitCode: code });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const [check, ...named] = process.argv[2] === "--check" ? process.argv.slice(2) : ["", ...process.argv.slice(2)];
    for (const name of named.length ? named : games) {
      const built = Object.entries(await build(name));
      for (const [file, bytes] of built) {
        const path = join(here, name, file);
        if (!check) writeFileSync(path, bytes);
        else if (!existsSync(path) || !bytes.equals(readFileSync(path)))
          fail(`${path}: not what its sources build; run: node games/build.mjs`, 1);
      }
      console.log(`${name}: ${built[0][1].length} bytes`);
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = error.exitCode ?? 1;
  }
}
