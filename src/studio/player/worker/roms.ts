import { md5, sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { sha256Hex } from "../../../machine/boot.ts";
import type { Movie } from "../../../movie/movie.ts";
import { crc32 } from "../../../replay/isr-items.ts";

type Rom = Movie["rom"];

const HASHES = {
  sha256: { label: "SHA-256", of: sha256Hex },
  sha1: { label: "SHA-1", of: (bytes: Uint8Array) => bytesToHex(sha1(bytes)) },
  md5: { label: "MD5", of: (bytes: Uint8Array) => bytesToHex(md5(bytes)) },
  crc32: { label: "CRC-32", of: (bytes: Uint8Array) => crc32(bytes).toString(16).padStart(8, "0") },
};
/** Emulators hash the file, or the file without its iNES header (16 bytes). */
const HEADERS = [0, 16];

/** The first hash that the recording names of its game, with the word for its kind. */
export function hashOf(rom: Rom): { label: string; hash: string; of(bytes: Uint8Array): string } | undefined {
  for (const kind of ["sha256", "sha1", "md5", "crc32"] as const) {
    const hash = rom[kind]?.toLowerCase();
    if (hash !== undefined) return { ...HASHES[kind], hash };
  }
  return undefined;
}

/** Whether it is the recording's game; undefined where the recording does not say which that is. */
export function isRom(rom: Rom, bytes: Uint8Array): boolean | undefined {
  const wanted = hashOf(rom);
  if (!wanted) return undefined;
  return HEADERS.some((header) => bytes.length > header && wanted.of(bytes.subarray(header)) === wanted.hash);
}
