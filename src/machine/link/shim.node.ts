import { existsSync, readFileSync } from "node:fs";
import koffi from "koffi";
import { missing, Problem } from "../../problem.ts";
import { sha256Hex } from "../boot.ts";

/** native/link/exports.h. Pointers are numbers: below 2^47, they fit. */
export interface Shim {
  /** SHA-256 of the shim's source hash and of the libmgba it runs on: two builds are two cores. */
  readonly build: string;
  readonly version: string;
  open(system: number, count: number, cable: number, model: number, clock: number, seen: number, heard: number): number;
  insert(link: number, console: number, rom: Uint8Array, size: number, save: Uint8Array, saveSize: number): number;
  start(link: number): void;
  reset(link: number): void;
  step(link: number, keys: Uint32Array, video: number, audio: number): number;
  advance(link: number, keys: Uint32Array, units: number): number;
  stateSize(link: number): number;
  save(link: number, into: Uint8Array, size: number): number;
  load(link: number, state: Uint8Array, size: number): number;
  memory(link: number, console: number, which: number, name: unknown[], base: Uint32Array, size: Uint32Array): number;
  picture(link: number, width: Uint32Array, height: Uint32Array): number;
  drawn(link: number): number;
  samples(link: number): number;
  sampleCount(link: number): number;
  transfers(link: number, console: number): number;
  inTransfer(link: number): number;
  close(link: number): void;
}

/** What the shim's functions give back when they refuse. */
export const FAULT = { noRom: 1, otherLibrary: 2, hangs: 3, badState: 4, noSave: 5, longSave: 6 } as const;
const INSTALL = "./instep setup --native (or: apt-get install libmgba-dev gcc)";

/** Where the compiled shim is, once it was built: see scripts/build-link.mjs. */
async function shimPath(): Promise<string> {
  let script = new URL("scripts/build-link.mjs", import.meta.url);
  while (!existsSync(script) && script.pathname !== "/scripts/build-link.mjs")
    script = new URL("../../scripts/build-link.mjs", script);
  return ((await import(script.href)) as { linkShim(): string }).linkShim();
}

export async function isBuilt(): Promise<boolean> {
  return existsSync(await shimPath());
}

let loaded: Shim | undefined;

/** Loads the shim; a Problem (3) where it is not built or libmgba is not there. */
export async function loadShim(): Promise<Shim> {
  if (loaded) return loaded;
  const path = await shimPath();
  if (!existsSync(path)) throw missing("the core link", INSTALL);
  let library: ReturnType<typeof koffi.load>;
  try {
    // deep: the shim's clock without a time zone goes before libc's.
    library = koffi.load(path, { deep: true });
  } catch (error) {
    throw new Problem(
      `${path} does not load (${(error as Error).message}); install libmgba anew with: ${INSTALL}`,
      missing("", "").exitCode,
    );
  }
  const f = (prototype: string) => library.func(prototype);
  const libmgba = f("str link_library()")() as string;
  loaded = {
    build: sha256Hex(readFileSync(path)).slice(0, 32) + sha256Hex(readFileSync(libmgba)).slice(0, 32),
    version: f("str link_library_version()")() as string,
    open: f(
      "uint64_t link_open(int system, int count, int cable, int model, int64_t clock, uint32_t seen, uint32_t heard)",
    ),
    insert: f(
      "int link_insert(uint64_t link, int console, const uint8_t* rom, size_t size, const uint8_t* save, size_t saveSize)",
    ),
    start: f("void link_start(uint64_t link)"),
    reset: f("void link_reset(uint64_t link)"),
    step: f("int link_step(uint64_t link, const uint32_t* keys, int video, int audio)"),
    advance: f("int link_advance(uint64_t link, const uint32_t* keys, int32_t units)"),
    stateSize: f("size_t link_state_size(uint64_t link)"),
    save: f("size_t link_save(uint64_t link, uint8_t* into, size_t size)"),
    load: f("int link_load(uint64_t link, const uint8_t* state, size_t size)"),
    memory: f(
      "uint64_t link_memory(uint64_t link, int console, int which, _Out_ const char** name, uint32_t* base, uint32_t* size)",
    ),
    picture: f("uint64_t link_picture(uint64_t link, uint32_t* width, uint32_t* height)"),
    drawn: f("int link_drawn(uint64_t link)"),
    samples: f("uint64_t link_samples(uint64_t link)"),
    sampleCount: f("int link_sample_count(uint64_t link)"),
    transfers: f("uint32_t link_transfers(uint64_t link, int console)"),
    inTransfer: f("int link_in_transfer(uint64_t link)"),
    close: f("void link_close(uint64_t link)"),
  } as unknown as Shim;
  return loaded;
}
