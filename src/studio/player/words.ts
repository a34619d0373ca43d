import type { Opened } from "./source.ts";

const SYSTEMS: Readonly<Record<string, string>> = { nes: "NES", gb: "Game Boy", gbc: "Game Boy Color" };

/** A file's name without what it ends with. */
export const titleOf = (name: string): string => name.replace(/\.[^.]*$/, "");
/** A console as people call it. */
export const systemOf = ({ system }: Opened): string => SYSTEMS[system] ?? system;
