import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT, Problem } from "../problem.ts";
import { Studio } from "../studio/server/studio.node.ts";
import { count, example } from "./options.ts";

/** The same from day to day: browsers keep settings by address. */
const USUAL_PORT = 8377;

export function add(program: Command): Command {
  const command = program
    .command("studio")
    .argument(
      "[folders...]",
      "where recordings, movies and games are; the first is where new ones go (default: ~/Instep)",
    )
    .description("Opens the studio: a page in the browser, served by this computer for itself alone.")
    .addOption(
      new Option("--port <n>", `0: one that is free (default: ${USUAL_PORT}, or one that is free)`).argParser(port),
    )
    .option("--no-open", "only print its address")
    .action(run);
  return example(command, "instep studio", "instep studio ~/replays ~/games --port 8008 --no-open");
}

function port(text: string): number {
  const value = count(text);
  if (value > 65535) throw new InvalidArgumentError("0 to 65535 is meant.");
  return value;
}

async function run(folders: string[], flags: { port?: number; open: boolean }): Promise<void> {
  const studio = await (flags.port === undefined
    ? opened(folders, USUAL_PORT).catch(() => opened(folders, 0))
    : opened(folders, flags.port));
  console.log(`studio: ${studio.url}`);
  if (flags.open) browse(studio.url);
  await new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });
  await studio.close();
}

const opened = (folders: string[], port: number): Promise<Studio> =>
  Studio.open({
    port,
    folders,
    cli: fileURLToPath(new URL("./main.js", import.meta.url)),
    pages: { studio: built("studio-page"), player: built("player"), netplay: built("page") },
  });

/** The folder of a page, as it was built. */
function built(name: string): string {
  const folder = fileURLToPath(new URL(`../${name}/`, import.meta.url));
  if (existsSync(folder)) return folder;
  throw new Problem(`the page ${name} is not built; run: npm run build`, EXIT.missing);
}

/** Opens the person's browser; where there is none the address is on the screen. */
function browse(url: string): void {
  const [program, ...args] = { darwin: ["open", url], win32: ["cmd", "/c", "start", "", url] }[
    process.platform as string
  ] ?? ["xdg-open", url];
  spawn(program!, args, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
