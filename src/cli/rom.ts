import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";

const HASHES = ["sha256", "sha1", "md5", "crc32"] as const;

/**
 * A movie for another ROM is told of before it fails in a way that looks like a desync. Emulators differ in what they
 * hash: the file, or the file without its iNES header (16 bytes) or copier header (512); any of these will do.
 */
export function checkRom(movie: Movie, movieName: string, rom: Uint8Array, romName: string): void {
  const kind = HASHES.find((h) => movie.rom[h] !== undefined);
  if (!kind) return;
  const wanted = movie.rom[kind]!.toLowerCase();
  const found = [0, 16, 512].filter((header) => rom.length > header).map((header) => hash(kind, rom.subarray(header)));
  if (found.includes(wanted)) return;
  const name = movie.rom.name ? ` (${movie.rom.name})` : "";
  throw new Problem(
    `${movieName}: was made for another ROM${name}: ${kind} ${wanted}, but ${romName} has ${found[0]}; give the ROM it was made for, or add --any-rom`,
  );
}

function hash(kind: (typeof HASHES)[number], bytes: Uint8Array): string {
  if (kind === "crc32") return crc32(bytes).toString(16).padStart(8, "0");
  return createHash(kind).update(bytes).digest("hex");
}
