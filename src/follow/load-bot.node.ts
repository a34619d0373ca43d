import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Machine } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { BotInput, type MakeBot, randomBot } from "../replay/bot.ts";

/** A bot's name, and what is said to it. */
const NAME = /^(.[^:]*)(?::(.*))?$/;

/**
 * A bot by its name: "random", that of a game of games/ ("gleam"), or the path of a JavaScript module whose default
 * export makes one; what follows the first colon is its argument ("random:7").
 */
export async function loadBot(name: string, machine: Machine): Promise<BotInput> {
  const make = await findBot(name);
  try {
    return new BotInput(make, machine, NAME.exec(name)![2]);
  } catch (error) {
    throw new Problem(`--bot ${name}: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** What makes the bot of that name. Throws a Problem where there is none. */
export async function findBot(name: string): Promise<MakeBot> {
  const called = NAME.exec(name)?.[1];
  if (called === undefined) throw new Problem(`--bot ${name}: names no bot; give "random:SEED" or a JavaScript file`);
  if (called === "random") return randomBot;
  const path = /^\w+$/.test(called) ? fileURLToPath(new URL(`../games/${called}/bot.js`, import.meta.url)) : called;
  if (!existsSync(path))
    throw new Problem(`--bot ${called}: there is none; give "random:SEED", or a JavaScript module that makes a bot`);
  let make: unknown;
  try {
    make = ((await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new Problem(`--bot ${called}: does not load: ${(error as Error).message.split("\n")[0]}`);
  }
  if (typeof make !== "function")
    throw new Problem(`--bot ${called}: its default export is no function that makes a bot`);
  return make as MakeBot;
}
