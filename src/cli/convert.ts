import { basename } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { writeWhole } from "../follow/job.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { convertMovie } from "../replay/convert.ts";
import { example, jsonOption } from "./options.ts";

export function add(program: Command): Command {
  const command = program
    .command("convert")
    .argument("<in>", "a movie of any emulator that is read (docs/movies.md), or an .isr")
    .argument("<out>", "what to write; its ending says the format")
    .description("Converts a movie, and names everything that the new format cannot hold.")
    .addOption(
      new Option("--offset <n>", "begin so many frames later, or sooner when below 0").argParser(offset).default(0),
    )
    .addOption(jsonOption())
    .action(async (input: string, output: string, flags: { offset: number; json?: boolean }) => {
      const { bytes, losses } = convertMovie(basename(input), await readInput(input), basename(output), flags.offset);
      writeWhole(output, bytes);
      if (flags.json) console.log(JSON.stringify({ output, bytes: bytes.length, losses }));
      else {
        console.log(`${output}: ${bytes.length} bytes`);
        for (const loss of losses) console.log(`lost: ${loss}`);
      }
    });
  return example(command, "instep convert run.bk2 run.isr");
}

function offset(text: string): number {
  if (!/^-?\d{1,7}$/.test(text)) throw new InvalidArgumentError("A whole number of frames is meant.");
  return Number(text);
}
