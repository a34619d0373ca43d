import { basename } from "node:path";
import type { Command } from "commander";
import { writeWhole } from "../follow/job.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { convertMovie } from "../replay/convert.ts";
import { example, jsonOption } from "./options.ts";

export function add(program: Command): Command {
  const command = program
    .command("convert")
    .argument("<in>", "a movie: .bk2, .fm2 or .isr")
    .argument("<out>", "what to write; its ending says the format")
    .description("Converts a movie, and names everything that the new format cannot hold.")
    .addOption(jsonOption())
    .action(async (input: string, output: string, flags: { json?: boolean }) => {
      const { bytes, losses } = convertMovie(basename(input), await readInput(input), basename(output));
      writeWhole(output, bytes);
      if (flags.json) console.log(JSON.stringify({ output, bytes: bytes.length, losses }));
      else {
        console.log(`${output}: ${bytes.length} bytes`);
        for (const loss of losses) console.log(`lost: ${loss}`);
      }
    });
  return example(command, "instep convert run.bk2 run.isr");
}
