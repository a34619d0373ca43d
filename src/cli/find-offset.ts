import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { EXIT, Problem } from "../problem.ts";
import { count, example } from "./options.ts";
import { Progress } from "./progress.ts";
import { sync } from "./sync.ts";
import { type SyncFlags, withSyncFlags } from "./sync-flags.ts";

interface OffsetFlags extends SyncFlags {
  maxOffset: number;
  out?: string;
}

export function addOffset(find: Command): void {
  const command = withSyncFlags(find.command("offset"))
    .description(
      "Finds how many frames after a repair the picture carries on, for each seam, and shows the pictures it judged by.",
    )
    .addOption(new Option("--max-offset <n>", "the longest offset to try").argParser(count).default(30))
    .option("-o, --out <file>", "the page with the pictures (default: the movie's name and .offset.html)")
    .action(run);
  example(
    command,
    "instep find offset run.m64 --rom game.z64 --core mupen64plus --native video=glide64mk2,resolution=320x240 --target resolution=1280x960",
    "instep find offset run.bk2 --rom game.nes --fault lag@600 --frames 800 --json",
  );
}

async function run(movie: string, flags: OffsetFlags): Promise<void> {
  const page = flags.out ?? `${basename(movie)}.offset.html`;
  const scratch = mkdtempSync(join(tmpdir(), "instep-offset-"));
  const progress = new Progress();
  try {
    const { result, gaveUp } = await sync(
      movie,
      // The pictures are what counts: the video is thrown away.
      {
        ...flags,
        job: flags.job ?? join(scratch, "job"),
        output: join(scratch, "offset.mkv"),
        report: resolve(page),
        offset: "auto",
      },
      progress,
    );
    progress.stop();
    if (gaveUp !== undefined || !("seams" in result)) throw new Problem(gaveUp ?? "nothing was dumped", EXIT.desync);
    const seams = result.seams.map(({ frame, offset, proof }) => ({ frame, offset, proof }));
    const best = seams.length ? Math.max(...seams.map(({ offset }) => offset)) : null;
    if (flags.json) {
      console.log(JSON.stringify({ offset: best, seams, page }));
      return;
    }
    for (const { frame, offset, proof } of seams)
      console.log(`frame ${frame}: ${offset}, ${proof.fits ? "" : "may show: "}${proof.reason}`);
    if (best === null) console.log("nothing parts, so there is no seam to look at; --fault lag@FRAME makes one");
    else
      console.log(`--offset ${best} suits every seam; --offset auto gives each its own. The pictures are in ${page}`);
  } finally {
    progress.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}
