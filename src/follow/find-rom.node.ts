import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Boot } from "../machine/boot.ts";
import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import { crc32 } from "../replay/isr-items.ts";
import { type MachineSpec, readInput } from "./open-run.node.ts";

/** A game and where it was found. */
export interface FoundRom {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Paths of a machine's games: see {@link MachineSpec}. */
export type GamePaths = Pick<MachineSpec, "rom" | "more">;

const HASHES = ["sha256", "sha1", "md5", "crc32"] as const;
/** Emulators hash the file, or the file without its iNES header (16 bytes) or copier header (512). */
const HEADERS = [0, 16, 512];
/** Files that are looked at without being of the game's name, and the most bytes that each may have. */
const LOOKED_AT = 300;
const LARGEST = 512 << 20;

/**
 * The game of a recording: `given`, or found by its hash beside the recording `file`, in the current folder, and in the
 * folders of `games/`; a file of the recorded name is tried first. Throws a Problem that says what to give with `flag`.
 */
export async function findRom(file: string, rom: Movie["rom"], given?: string, flag = "--rom"): Promise<FoundRom> {
  if (given !== undefined) {
    const bytes = await readInput(given);
    if (hashOf(rom) === undefined || isRom(rom, bytes)) return { path: given, bytes };
    throw new Problem(`${given}: is not the game of ${file}, which is ${described(rom)}; give that one with ${flag}`);
  }
  if (hashOf(rom) === undefined) throw new Problem(`${file}: does not say which game it is of; give it with ${flag}`);
  const folders = foldersOf(file);
  for (const path of [...named(folders, rom), ...alike(folders, rom)]) {
    const bytes = await readInput(path).catch(() => undefined);
    if (bytes && isRom(rom, bytes)) return { path, bytes };
  }
  throw new Problem(
    `${file}: its game is not here: ${described(rom)}; put it beside the recording, or give it with ${flag}`,
  );
}

/** All games of a recording, those of linked consoles too: each is `given`, or found as {@link findRom} does. */
export async function findGames(
  file: string,
  rom: Movie["rom"],
  boot: Boot | undefined,
  given: { readonly rom?: string | undefined; readonly more?: GamePaths["more"] },
): Promise<GamePaths> {
  const { path } = await findRom(file, rom, given.rom);
  return { rom: path, more: await findMore(file, boot, given.more) };
}

/** The games of the second console and on, as a recording names them; undefined where all have the first one's. */
export async function findMore(
  file: string,
  boot: Boot | undefined,
  given: MachineSpec["more"] = [],
): Promise<MachineSpec["more"]> {
  if (!boot) return given;
  const { content: first, more = [] } = boot;
  if (given.length > more.length)
    throw new Problem(`--rom${given.length + 1}: ${file} is of ${more.length + 1} consoles; leave it out`);
  const paths: (string | undefined)[] = [];
  for (const [i, { content }] of more.entries()) {
    const path = given[i];
    if (path === undefined && content.sha256 === first.sha256) paths.push(undefined);
    else paths.push((await findRom(file, content, path, `--rom${i + 2}`)).path);
  }
  return paths.some((path) => path !== undefined) ? paths : undefined;
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
