import type { Command } from "commander";
import { collect } from "../follow/align.node.ts";
import { example } from "./options.ts";
import { Progress } from "./progress.ts";
import { consoleWatching, openJob, type SyncFlags, withSyncFlags } from "./sync-flags.ts";

export function add(program: Command): Command {
  const command = withSyncFlags(program.command("collect"))
    .description("Step 1 of a force-sync: plays the movie at native settings and writes its readings, a line a frame.")
    .action(run);
  return example(command, "instep collect run.bk2 --rom game.nds --core desmume --profile game.json --job work/");
}

async function run(movie: string, flags: SyncFlags): Promise<void> {
  const { job, native, end } = await openJob(movie, flags);
  const progress = new Progress();
  const readings = await collect(job, native, end, consoleWatching(progress));
  progress.stop();
  const file = job.path("native.readings.txt");
  console.log(
    flags.json
      ? JSON.stringify({ frames: readings.length - 1, readings: file })
      : `${readings.length} lines in ${file}`,
  );
}
