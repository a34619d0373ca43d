import type { Command } from "commander";
import { Problem } from "../problem.ts";
import { example } from "./options.ts";

export function add(program: Command): Command {
  const command = program
    .command("setup")
    .description("Installs what is not in the package.")
    .option("--native", "the native emulators, from Debian's packages; elsewhere it says what to install")
    .action(async (flags: { native?: boolean }) => {
      if (!flags.native) throw new Problem("setup: say what to set up: instep setup --native");
      const { setupNative } = await import(new URL("../../scripts/setup-native.mjs", import.meta.url).href);
      process.exitCode = await setupNative({});
    });
  return example(command, "instep setup --native");
}
