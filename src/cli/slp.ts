import type { Command } from "commander";
import { example } from "./options.ts";
import { addDiff } from "./slp-diff.ts";
import { addFollow } from "./slp-follow.ts";
import { addInspect } from "./slp-inspect.ts";
import { addVerify } from "./slp-verify.ts";

export function add(program: Command): Command {
  const command = program
    .command("slp")
    .description(
      "Reads Slippi recordings (.slp): what is in them, whether they are whole, where two of one match part.",
    );
  addInspect(command);
  addVerify(command);
  addDiff(command);
  addFollow(command);
  return example(command, "instep slp inspect Game.slp", "instep slp diff mine.slp yours.slp");
}
