import type { Command } from "commander";
import { addCanaries } from "./find-canaries.ts";
import { addOffset } from "./find-offset.ts";
import { addRng } from "./find-rng.ts";
import { example } from "./options.ts";

export function add(program: Command): Command {
  const find = program.command("find").description("Finds what other commands are to look at, from runs of the game.");
  addCanaries(find);
  addRng(find);
  addOffset(find);
  return example(find, "instep find canaries game.nes --core nestopia --movie run.bk2 -o game.json");
}
