import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import { crc32 } from "../replay/isr-items.ts";
import { readInput } from "./open-run.node.ts";

/** A game and where it was found. */
export interface FoundRom {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const HASHES = ["sha256", "sha1", "md5", "crc32"] as const;
/** Emulators hash the file, or the file without its iNES header (16 bytes) or copier header (512). */
const HEADERS = [0, 16, 512];
/** Files that are looked at without being of the game's name, and the most bytes that each may have. */
const LOOKED_AT = 300;
const LARGEST = 512 << 20;

/**
 * The game of a recording: `given`, or found by its hash beside the recording `file`, in the current folder, and in the
 * folders of `games/`; a file of the recorded name is tried first. Throws a Problem that says what to give.
 */
export async function findRom(file: string, rom: Movie["rom"], given?: string): Promise<FoundRom> {
  if (given !== undefined) {
    const bytes = await readInput(given);
    if (hashOf(rom) === undefined || isRom(rom, bytes)) return { path: given, bytes };
    throw new Problem(`${given}: is not the game of ${file}, which is ${described(rom)}; give that one with --rom`);
  }
  if (hashOf(rom) === undefined) throw new Problem(`${file}: does not say which game it is of; give it with --rom`);
  const folders = foldersOf(file);
  for (const path of [...named(folders, rom), ...alike(folders, rom)]) {
    const bytes = await readInput(path).catch(() => undefined);
    if (bytes && isRom(rom, bytes)) return { path, bytes };
  }
  throw new Problem(
    `${file}: its game is not here: ${described(rom)}; put it beside the recording, or give it with --rom`,
  );
}

/** The first hash that the recording names. */
function hashOf(rom: Movie["rom"]): (typeof HASHES)[number] | undefined {
  return HASHES.find((kind) => rom[kind] !== undefined);
}

function isRom(rom: Movie["rom"], bytes: Uint8Array): boolean {
  const kind = hashOf(rom)!;
  const wanted = rom[kind]!.toLowerCase();
  return HEADERS.some((header) => bytes.length > header && hash(kind, bytes.subarray(header)) === wanted);
}

function hash(kind: (typeof HASHES)[number], bytes: Uint8Array): string {
  if (kind === "crc32") return crc32(bytes).toString(16).padStart(8, "0");
  return createHash(kind).update(bytes).digest("hex");
}

function described(rom: Movie["rom"]): string {
  const kind = hashOf(rom)!;
  return `${rom.name ?? "a game"} with ${kind === "sha256" ? "SHA-256" : kind} ${rom[kind]}`;
}

/** Where games are looked for: beside the recording, here, and in the folders of games/, here and in the program. */
function foldersOf(file: string): string[] {
  const games = [resolve("games"), fileURLToPath(new URL("../../games", import.meta.url))];
  const inGames = games.flatMap((folder) =>
    entries(folder)
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name)),
  );
  return [...new Set([dirname(resolve(file)), resolve("."), ...inGames])];
}

function named(folders: readonly string[], { name }: Movie["rom"]): string[] {
  // Only the last part: the name is the recording's word, and may not lead elsewhere.
  const plain = name?.split(/[/\\]/).at(-1);
  return plain ? folders.map((folder) => join(folder, plain)) : [];
}

/** Files with the game's extension, whatever they are called. */
function alike(folders: readonly string[], { name }: Movie["rom"]): string[] {
  const extension = extname(name ?? "").toLowerCase();
  if (extension === "") return [];
  const paths = folders.flatMap((folder) =>
    entries(folder)
      .filter((entry) => entry.isFile() && extname(entry.name).toLowerCase() === extension)
      .map((entry) => join(folder, entry.name)),
  );
  return paths.slice(0, LOOKED_AT).filter((path) => statSync(path).size <= LARGEST);
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
