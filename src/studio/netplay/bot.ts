import { Problem } from "../../problem.ts";
import { type MakeBot, randomBot } from "../../replay/bot.ts";

/** The program of that name, which is to play: "random:SEED", or one of this site. */
export async function botOf(name: string): Promise<{ make: MakeBot; args: string }> {
  const [, called = "", args = ""] = /^(\w+)(?::(.*))?$/.exec(name) ?? [];
  if (called === "random") return { make: randomBot, args };
  const url = new URL(`bots/${called}.js`, location.href).href;
  const bot = (await import(/* @vite-ignore */ url).catch(() => {
    throw new Problem(`${name}: there is no such bot; "random:SEED" and "gleam" are here`);
  })) as { default: MakeBot };
  return { make: bot.default, args };
}
