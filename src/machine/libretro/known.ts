import { DESMUME_REGIONS } from "./desmume.ts";

/** What asking a core cannot tell. Measured on the cores of Debian 12; see test/machine/libretro.test.ts. */
export interface KnownCore {
  /** What users call it. */
  readonly name: string;
  /** The library is FILE_libretro.so (or .dylib, .dll). */
  readonly file: string;
  /** Debian's package. */
  readonly package: string;
  readonly systems: readonly string[];
  /** Asks for its pad only when the game does. */
  readonly exact?: boolean;
  /** Memory that its machines show. */
  readonly regions?: readonly string[];
  /** Imports clock_gettime for waits and speed counters only. */
  readonly clockIsForWaits?: boolean;
  readonly firmware?: readonly Firmware[];
  /** Defaults of ours in place of the core's. */
  readonly defaults?: Readonly<Record<string, string>>;
}

export interface Firmware {
  /** Any one of these will do. */
  readonly files: readonly string[];
  /** For games of these extensions; all without. */
  readonly extensions?: readonly string[];
}

export const KNOWN_CORES: readonly KnownCore[] = [
  {
    name: "nestopia",
    regions: ["ram"],
    file: "nestopia",
    package: "libretro-nestopia",
    systems: ["nes"],
    firmware: [{ files: ["disksys.rom"], extensions: ["fds"] }],
  },
  {
    name: "gambatte",
    regions: ["ram", "save", "vram"],
    file: "gambatte",
    package: "libretro-gambatte",
    systems: ["gb", "gbc"],
    exact: true,
  },
  {
    name: "mgba",
    regions: ["save", "iwram", "ewram", "vram", "palette", "oam"],
    file: "mgba",
    package: "libretro-mgba",
    systems: ["gba", "gb", "gbc"],
  },
  {
    name: "desmume",
    regions: DESMUME_REGIONS,
    file: "desmume",
    package: "libretro-desmume",
    systems: ["nds"],
    clockIsForWaits: true,
    defaults: { desmume_pointer_type: "touch" },
  },
  {
    name: "bsnes",
    regions: ["ram", "vram"],
    file: "bsnes_mercury_balanced",
    package: "libretro-bsnes-mercury-balanced",
    systems: ["snes"],
    exact: true,
  },
  {
    name: "bsnes-accuracy",
    file: "bsnes_mercury_accuracy",
    package: "libretro-bsnes-mercury-accuracy",
    systems: ["snes"],
    exact: true,
  },
  {
    name: "bsnes-performance",
    file: "bsnes_mercury_performance",
    package: "libretro-bsnes-mercury-performance",
    systems: ["snes"],
    exact: true,
  },
  {
    name: "beetle-psx",
    file: "mednafen_psx",
    package: "libretro-beetle-psx",
    systems: ["psx"],
    clockIsForWaits: true,
    firmware: [{ files: ["scph5501.bin", "scph5500.bin", "scph5502.bin"] }],
  },
  {
    name: "beetle-pce-fast",
    regions: ["ram", "save"],
    file: "mednafen_pce_fast",
    package: "libretro-beetle-pce-fast",
    systems: ["pce"],
    clockIsForWaits: true,
    firmware: [{ files: ["syscard3.pce"], extensions: ["cue", "ccd", "chd"] }],
  },
  { name: "beetle-vb", file: "mednafen_vb", package: "libretro-beetle-vb", systems: ["vb"], clockIsForWaits: true },
  {
    name: "beetle-wswan",
    file: "mednafen_wswan",
    package: "libretro-beetle-wswan",
    systems: ["wswan"],
    clockIsForWaits: true,
  },
];

/** The known core of a library file's name, "/any/where/nestopia_libretro.so". */
export function knownCore(path: string): KnownCore | undefined {
  const file = /([^/\\]+)_libretro\.[a-z]+$/.exec(path)?.[1];
  return KNOWN_CORES.find((core) => core.file === file);
}
