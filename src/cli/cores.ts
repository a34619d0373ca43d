import type { Command } from "commander";
import { knownEffects } from "../follow/sync-settings.node.ts";
import { findCore, type Listed, listCores } from "../machine/cores.node.ts";
import type { Core } from "../machine/registry.ts";
import { example, jsonOption } from "./options.ts";

export function add(program: Command): Command {
  const command = program
    .command("cores")
    .argument("[name]", "one core: shows its options too")
    .description("Lists the emulator cores that are here, what each can do, and what to install for the rest.")
    .addOption(jsonOption())
    .action(list);
  return example(command, "instep cores", "instep cores desmume");
}

async function list(name: string | undefined, flags: { json?: boolean }): Promise<void> {
  const cores: Listed[] =
    name === undefined
      ? await listCores()
      : [await findCore(name, "").then((core) => ({ name: core.name, systems: core.systems, core }))];
  if (flags.json) {
    const plain = cores.map((c) => ("core" in c ? { ...describe(c.core), ...("path" in c && { path: c.path }) } : c));
    console.log(JSON.stringify(name === undefined ? plain : plain[0]));
    return;
  }
  for (const listed of cores) {
    if ("core" in listed) console.log(line(listed.core));
    else
      console.log(`${listed.name.padEnd(16)} ${listed.systems.join(", ").padEnd(18)} not installed: ${listed.install}`);
  }
  if (name !== undefined && "core" in cores[0]!) for (const text of options(cores[0].core)) console.log(text);
}

function describe({ name, version, systems, extensions, abilities, options }: Core) {
  return { name, version, systems, extensions, ...abilities, options };
}

function line({ name, version, systems, abilities }: Core): string {
  const can = [
    abilities.states ? "states" : "no states",
    abilities.polling === "exact" ? "sees each poll" : "polls once a frame",
    ...(abilities.hooks ? ["hooks"] : []),
    ...(abilities.skipsVideo ? ["skips drawing"] : []),
    ...(abilities.browser ? ["browser too"] : []),
  ];
  const regions = abilities.regions.length ? abilities.regions.join(" ") : "by game";
  return `${name.padEnd(16)} ${systems.join(", ").padEnd(18)} ${version}\n${" ".repeat(17)}${can.join(", ")}; memory: ${regions}`;
}

const EFFECTS = { run: "; seen to change the run", output: "; seen to change picture or sound alone" };

function options({ name, options }: Core): string[] {
  const effects = knownEffects(name);
  const effect = (key: string): string => (effects.has(key) ? EFFECTS[effects.get(key)!] : "");
  return options.flatMap(({ key, label, values, default: usual }) => [
    `  ${key}  ${label}${effect(key)}`,
    `      ${values.map((value) => (value === usual ? `[${value}]` : value)).join(" ")}`,
  ]);
}
