import { BUTTON as B } from "../input.ts";

/** What libretro does not tell of a console. */
export interface System {
  /** Address of main RAM on the bus. */
  readonly ram: number;
  readonly bigEndian?: boolean;
  /** One pad, built in. */
  readonly handheld?: boolean;
  /** Other RAM by its first address. */
  readonly areas?: Readonly<Record<number, string>>;
  /**
   * Bits of BUTTON that reach the core; all without. Cores put turbo fire on buttons that the console lacks, and count its
   * pulses in memory that no state holds: a run with it cannot be repeated from a state.
   */
  readonly buttons?: number;
  /** What is on the bus but no memory: registers, which a loaded state need not set alike. */
  readonly registers?: readonly number[];
  readonly extensions: readonly string[];
}

/** Main RAM comes in banks, of which a Game Boy Color has six more; libretro counts those on from 0x10000. */
const GAME_BOY_AREAS = {
  32768: "vram",
  40960: "save",
  49152: "ram",
  53248: "ram",
  65536: "ram",
  65024: "oam",
  65408: "hram",
};

const PAD = B.A | B.B | B.Select | B.Start | B.Up | B.Down | B.Left | B.Right;

export const SYSTEMS: Readonly<Record<string, System>> = {
  nes: {
    ram: 0,
    buttons: PAD | B.L | B.R | B.L2 | B.R2 | B.L3,
    extensions: ["nes", "fds", "unf", "unif"],
    areas: { 24576: "save" },
  },
  gb: { ram: 0xc000, handheld: true, buttons: PAD, extensions: ["gb", "dmg"], areas: GAME_BOY_AREAS },
  gbc: { ram: 0xc000, handheld: true, buttons: PAD, extensions: ["gbc", "cgb"], areas: GAME_BOY_AREAS },
  gba: {
    ram: 0x2000000,
    handheld: true,
    buttons: PAD | B.L | B.R,
    extensions: ["gba", "agb"],
    registers: [0x4000000],
    areas: {
      33554432: "ewram",
      50331648: "iwram",
      83886080: "palette",
      100663296: "vram",
      117440512: "oam",
      234881024: "save",
    },
  },
  nds: { ram: 0x2000000, handheld: true, extensions: ["nds"] },
  snes: { ram: 0x7e0000, extensions: ["sfc", "smc"] },
  pce: { ram: 0x1f0000, extensions: ["pce", "sgx"] },
  psx: { ram: 0, extensions: ["cue", "chd", "pbp", "exe", "psexe", "ccd", "toc"], areas: { 528482304: "scratchpad" } },
  vb: { ram: 0x5000000, handheld: true, extensions: ["vb", "vboy"] },
  wswan: { ram: 0, handheld: true, extensions: ["ws", "wsc"] },
};

/** File name extension in lower case, without the dot. */
export function extensionOf(name: string): string {
  return /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** The console that a game of that name runs on. */
export function systemOf(name: string): string | undefined {
  const extension = extensionOf(name);
  return Object.keys(SYSTEMS).find((system) => SYSTEMS[system]!.extensions.includes(extension));
}
