import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { mupen64plus } from "../../src/machine/mupen64plus/index.ts";
import type { Mupen64PlusMachine } from "../../src/machine/mupen64plus/machine.ts";

/** A game of our own that draws through the graphics processor, plays sound and reads its pad. */
export const SKERRY = fileURLToPath(new URL("../../games/skerry/skerry.z64", import.meta.url));

export async function open(
  rom: string,
  settings: Record<string, string> = {},
  save?: Uint8Array,
): Promise<Mupen64PlusMachine> {
  const content = { name: basename(rom), bytes: new Uint8Array(readFileSync(rom)) };
  return (await mupen64plus.open({ content, settings, ...(save && { save }) })) as Mupen64PlusMachine;
}
