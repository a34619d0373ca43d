import { type Command, Option } from "commander";
import { audit } from "../audit/audit.node.ts";
import { presses } from "../audit/audit-presses.ts";
import { syncSettings, table } from "../audit/audit-told.ts";
import { keepSyncSettings, writeSyncSettings } from "../follow/sync-settings.node.ts";
import { Problem } from "../problem.ts";
import {
  atLeastOne,
  coreOption,
  count,
  example,
  jsonOption,
  loadMovie,
  loadProfile,
  type MoreRoms,
  moreRoms,
  noMovie,
  profileOption,
  setOption,
  withMoreRoms,
} from "./options.ts";
import { Progress } from "./progress.ts";

interface AuditFlags extends MoreRoms {
  movie?: string;
  press?: boolean;
  frames?: number;
  core?: string;
  set: Record<string, string>;
  profile?: string;
  budget: number;
  jobs?: number;
  only?: string;
  job?: string;
  write?: string | true;
  options: boolean;
  all?: boolean;
  json?: boolean;
}

export function add(program: Command): Command {
  const command = withMoreRoms(program.command("audit").argument("<rom>", "the game"))
    .description(
      "Changes one thing at a time and compares whole runs: what this game's run depends on, and what to pin.",
    )
    .option("--movie <file>", "inputs to play; without it nobody touches the pads")
    .option("--press", "instead of a movie: buttons pressed at random, the same ones each time")
    .addOption(
      new Option("--frames <n>", "frames of each run (default: the movie's or 600, as the budget allows)").argParser(
        atLeastOne,
      ),
    )
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(new Option("--budget <seconds>", "stop after so long").argParser(count).default(100))
    .addOption(new Option("--jobs <n>", "runs at once (default: one for each CPU core)").argParser(atLeastOne))
    .option("--only <text>", "only trials with this in their name")
    .option("--job <file>", "keep finished trials here, and go on from it")
    .option("--no-options", "leave the core's options alone")
    .option(
      "--write [file]",
      "keep which options change the run, for --set @FILE; without a file, for all commands of this user",
    )
    .option("--all", "list the trials that changed nothing too")
    .addOption(jsonOption())
    .action(run);
  return example(command, "instep audit game.nes --core nestopia --movie run.bk2 --write nestopia.sync.json");
}

/** Frames of --press where nobody says how many. */
const PRESSED = 600;

async function run(rom: string, flags: AuditFlags): Promise<void> {
  if (flags.press && flags.movie !== undefined) throw new Problem("--press is instead of --movie: give one of them");
  const { movie } = flags.movie !== undefined ? await loadMovie(flags.movie) : { movie: noMovie };
  const progress = new Progress();
  const result = await audit({
    rom,
    more: moreRoms(flags),
    core: flags.core,
    settings: flags.set,
    movie: flags.press ? presses(flags.frames ?? PRESSED) : movie,
    profile: await loadProfile(flags.profile),
    frames: flags.frames,
    budget: flags.budget,
    jobs: flags.jobs,
    job: flags.job,
    only: flags.only,
    options: flags.options,
    onTrial: (done, of) => progress.at("audit", done, of),
  });
  progress.stop();
  const settings = syncSettings(result);
  const written = flags.write === true ? keepSyncSettings(settings) : flags.write;
  if (typeof flags.write === "string") writeSyncSettings(flags.write, settings);
  if (flags.json) return console.log(JSON.stringify({ ...result, syncSettings: settings }));
  for (const line of table(result, flags.all === true)) console.log(line);
  if (written !== undefined) console.log(`sync settings: ${written}`);
}
