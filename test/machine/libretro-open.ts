import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { libretroCore, listCores } from "../../src/machine/cores.node.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { hasShared, shared } from "../support/data.ts";

export const installed = (await listCores()).flatMap((core) => ("path" in core ? [core.name] : []));
/** Whether a test on that core's games can run. */
export const has = (name: string): boolean => hasShared && installed.includes(name);
if (process.env.CI && !["nestopia", "gambatte", "mgba", "desmume", "bsnes"].every(has))
  throw new Error("cores are missing");

/** A game of the shared data on a libretro core. */
export async function openGame(core: string, rom: string, settings: Record<string, string> = {}): Promise<Machine> {
  const bytes = new Uint8Array(readFileSync(shared(rom)));
  return (await libretroCore(core)).open({ content: { name: basename(rom), bytes }, settings });
}
