import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import hedge from "../../games/hedge/bot.ts";
import rally from "../../games/rally/bot.ts";
import { type InputSource, NO_PAD } from "../../src/machine/input.ts";
import { link } from "../../src/machine/link/index.node.ts";
import type { LinkMachine } from "../../src/machine/link/machine.node.ts";
import { isBuilt } from "../../src/machine/link/shim.node.ts";
import { BotInput, type MakeBot } from "../../src/replay/bot.ts";

/** Whether the core link is built here: `instep setup --native` does it. */
export const hasLink = await isBuilt();
if (process.env.CI && !hasLink) throw new Error("the core link is not built");

export const game = (name: string): string => fileURLToPath(new URL(`../../games/${name}`, import.meta.url));
export const RALLY = game("rally/rally.gbc");
export const HEDGE = game("hedge/hedge.gba");
const BOTS: Readonly<Record<string, MakeBot>> = { [RALLY]: rally, [HEDGE]: hedge };

/** A game on linked consoles; `rom` is its path. */
export async function openLink(rom: string, settings: Record<string, string> = {}): Promise<LinkMachine> {
  const content = { name: basename(rom), bytes: new Uint8Array(readFileSync(rom)) };
  return (await link.open({ content, settings })) as LinkMachine;
}

/** The game's own bot, at all pads. */
export const botFor = (rom: string, machine: LinkMachine): InputSource => new BotInput(BOTS[rom]!, machine);

/** Buttons of each port, that a test may set between steps. */
export class Hands implements InputSource {
  readonly held = [0, 0, 0, 0];
  readonly #pads = this.held.map(() => ({ ...NO_PAD }));

  poll(port: number): { buttons: number } & typeof NO_PAD {
    const pad = this.#pads[port]!;
    return Object.assign(pad, { buttons: this.held[port]! });
  }
}

/** Random whole numbers, the same ones each time. */
export function numbers(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
}
