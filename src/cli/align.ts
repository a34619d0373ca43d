import type { Command } from "commander";
import { align } from "../follow/align.node.ts";
import { EXIT, Problem } from "../problem.ts";
import { example } from "./options.ts";
import { Progress } from "./progress.ts";
import { consoleWatching, openJob, type SyncFlags, withSyncFlags } from "./sync-flags.ts";

export function add(program: Command): Command {
  const command = withSyncFlags(program.command("align"))
    .description(
      "Step 2 of a force-sync: plays the movie at target settings beside native, finds each desync and keeps the native state of its frame.",
    )
    .action(run);
  return example(
    command,
    "instep align run.bk2 --rom game.nds --core desmume --target desmume_internal_resolution=1024x768 --job work/",
  );
}

async function run(movie: string, flags: SyncFlags): Promise<void> {
  const { job, native, target, end } = await openJob(movie, flags);
  const progress = new Progress();
  const aligned = await align(
    job,
    { native, target },
    end,
    { maxRepairs: flags.maxRepairs },
    consoleWatching(progress),
  );
  progress.stop();
  const { desyncs, repairs, residual, frame, gaveUp } = aligned;
  if (flags.json)
    console.log(
      JSON.stringify({
        frames: frame,
        desyncs: desyncs.map((d) => d.frame),
        repairs,
        residual: residual.length,
        ...(gaveUp && { gaveUp }),
      }),
    );
  else
    console.log(
      `${frame} frames, ${desyncs.length} desyncs, ${repairs.length} repairs; the states are in ${job.path("states")}`,
    );
  if (gaveUp) throw new Problem(gaveUp, EXIT.desync);
  if (residual.length)
    throw new Problem(
      `${residual.length} frames differ although the native state was loaded there, the first is ${residual[0]}`,
      EXIT.desync,
    );
}
