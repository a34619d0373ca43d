import type { Command } from "commander";
import { dump } from "../dump/dump.node.ts";
import { loadAligned } from "../follow/align.node.ts";
import { EXIT, Problem } from "../problem.ts";
import { type DumpFlags, dumpOptions, withDumpFlags } from "./dump-flags.ts";
import { example } from "./options.ts";
import { Progress } from "./progress.ts";
import { openJob, type SyncFlags, withSyncFlags } from "./sync-flags.ts";

export function add(program: Command): Command {
  const command = withDumpFlags(withSyncFlags(program.command("dump")))
    .description(
      "Step 3 of a force-sync: writes the video, loading the native states where aligning found desyncs, with every seam closed.",
    )
    .option("--naive", "load no states: the video as it is when nobody looks")
    .action(run);
  return example(
    command,
    "instep dump run.bk2 --rom game.nds --core desmume --target desmume_internal_resolution=1024x768 --job work/ -o synced.mkv",
  );
}

async function run(movie: string, flags: SyncFlags & DumpFlags & { naive?: boolean }): Promise<void> {
  const { job, target, end } = await openJob(movie, flags);
  const aligned = loadAligned(job, end);
  const progress = new Progress();
  const { video, audio, seams, residual } = await dump(
    job,
    target,
    aligned.profile,
    aligned.expected,
    end,
    { ...dumpOptions(flags), ...(flags.naive && { naive: true }) },
    (frame) => progress.at("dump", frame, end),
  );
  progress.stop();
  const told = seams.map(({ frame, offset, proof }) => ({ frame, offset, proof }));
  if (flags.json) console.log(JSON.stringify({ video, audio, seams: told, residual: residual.length }));
  else console.log(`${flags.output}: ${video.frames} frames of ${video.width}x${video.height}, ${seams.length} seams`);
  if (residual.length)
    throw new Problem(
      `${residual.length} frames of the video differ from native, the first is ${residual[0]}`,
      EXIT.desync,
    );
}
