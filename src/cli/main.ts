import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { EXIT, Problem } from "../problem.ts";

/** Loaded when it is called for: `--help` need not wait for codecs and cores. */
const COMMANDS = [
  "sync",
  "collect",
  "align",
  "dump",
  "run",
  "record",
  "replay",
  "mirror",
  "netplay",
  "verify",
  "shot",
  "clip",
  "convert",
  "movie",
  "slp",
  "cores",
  "find",
  "audit",
  "explain",
  "studio",
  "demo",
  "setup",
] as const;

async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const program = new Command("instep")
    .description("Keeps emulated games in step: force-syncs movies, plays replays exactly, joins players.")
    .version(version)
    .showHelpAfterError("(instep --help, or instep COMMAND --help, shows what is meant)")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "instep: ")) });
  // Only what is called for is read: the code of all takes longer to read than a command to run.
  const called = COMMANDS.filter((name) => name === process.argv[2]);
  for (const name of called.length > 0 ? called : COMMANDS) {
    const { add } = (await import(`./${name}.js`)) as { add(program: Command): Command };
    add(program).exitOverride();
  }
  await program.parseAsync();
}

// Started by the studio, it ends with it: another one may go on with the same files.
if (process.env.INSTEP_PROGRESS === "ipc" && process.channel) {
  process.on("disconnect", () => process.exit(EXIT.desync));
  process.channel.unref();
}
// Whoever read what is printed has enough of it (`| head`).
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit(EXIT.ok);
  process.stderr.write(`instep: what it has to say cannot be written (${code})\n`);
  process.exit(EXIT.usage);
});
try {
  await main();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof Problem) {
    process.stderr.write(`instep: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`instep: a fault of its own, please report it: ${(error as Error).stack ?? error}\n`);
    process.exitCode = EXIT.desync;
  }
}
