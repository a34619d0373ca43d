import type { Command } from "commander";
import { listCores } from "../machine/cores.node.ts";
import { example, jsonOption } from "./options.ts";
export function add(program: Command): Command {
  return example(program.command("cores").addOption(jsonOption()).action(async () => console.log((await listCores()).length)), "instep cores");
}
