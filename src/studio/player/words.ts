import type { Opened } from "./source.ts";

const SYSTEMS: Readonly<Record<string, string>> = {
  nes: "NES", snes: "SNES", gb: "Game Boy", gbc: "Game Boy Color", gba: "Game Boy Advance", nds: "Nintendo DS",
  n64: "Nintendo 64", psx: "PlayStation", pce: "PC Engine", vb: "Virtual Boy", wswan: "WonderSwan",
}; // biome-ignore format: a table

/** A file's name without what it ends with. */
export const titleOf = (name: string): string => name.replace(/\.[^.]*$/, "");
/** A console as people call it. */
export const systemName = (system: string | undefined): string => SYSTEMS[system ?? ""] ?? system ?? "";
export const systemOf = ({ system }: Opened): string => systemName(system);
