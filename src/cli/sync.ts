import { existsSync, statSync } from "node:fs";
import { dirname, extname } from "node:path";
import type { Command } from "commander";
import { type Dumped, dump, removePieces } from "../dump/dump.node.ts";
import type { OffsetProof } from "../dump/offset.ts";
import { type Aligned, align } from "../follow/align.node.ts";
import { writeWhole } from "../follow/job.node.ts";
import { EXIT, Problem } from "../problem.ts";
import type { Range } from "../watch/profile.ts";
import { type DumpFlags, dumpOptions, withDumpFlags } from "./dump-flags.ts";
import { example } from "./options.ts";
import { Progress } from "./progress.ts";
import { consoleWatching, openJob, type SyncFlags, type SyncJob, withSyncFlags } from "./sync-flags.ts";
import { syncReport } from "./sync-report.ts";

export interface SyncAllFlags extends SyncFlags, DumpFlags {
  report?: string;
}

/** Of aligning alone. */
interface SyncFigures {
  readonly frames: number;
  readonly tail: number;
  readonly desyncs: readonly number[];
  readonly repairs: readonly number[];
  readonly residual: number;
  /** Pictures in memory that were left out of the fingerprint, by themselves. */
  readonly masks: readonly Range[];
}

/** What `--json` ends with. */
export interface SyncResult extends SyncFigures {
  readonly seams: readonly { readonly frame: number; readonly offset: number; readonly proof: OffsetProof }[];
  readonly video: Dumped["video"];
  readonly audio: Dumped["audio"];
  readonly seconds: Record<"align" | "dump" | "total", number>;
}

export function add(program: Command): Command {
  const command = withDumpFlags(withSyncFlags(program.command("sync")))
    .description(
      "Force-syncs a movie: plays it at target settings, finds and repairs every desync, writes the video. All three steps in one.",
    )
    .option("--report <file>", "the report (default: beside the output)")
    .action(run);
  return example(
    command,
    "instep sync run.bk2 --rom game.nds --core desmume --target desmume_internal_resolution=1024x768 -o synced.mkv",
    "instep sync run.bk2 --rom game.nes --core nestopia --fault lag@3000 -o synced.mkv --json",
    "instep sync run.bk2 --rom game.nes --core nestopia --target-core jsnes --profile game.json -o synced.mkv",
  );
}

async function run(movie: string, flags: SyncAllFlags): Promise<void> {
  const progress = new Progress();
  try {
    const { result, gaveUp } = await sync(movie, flags, progress);
    progress.stop();
    if (flags.json) console.log(JSON.stringify({ ...result, ...(gaveUp !== undefined && { gaveUp }) }));
    else if (gaveUp === undefined) for (const line of inWords(result as SyncResult, flags.output)) console.log(line);
    if (gaveUp !== undefined) throw new Problem(gaveUp, EXIT.desync);
    if (result.residual > 0) process.exitCode = EXIT.desync;
  } finally {
    progress.stop();
  }
}

/** Align, dump, report. With runs that are too different it stops after aligning and says so. */
export async function sync(
  movie: string,
  flags: SyncAllFlags,
  progress: Progress,
): Promise<
  { synced: SyncJob; aligned: Aligned } & (
    | { result: SyncResult; gaveUp?: undefined }
    | { result: SyncFigures; gaveUp: string }
  )
> {
  checkOutput(flags.output);
  const started = performance.now();
  const synced = await openJob(movie, flags);
  const { job, native, target, end, tail } = synced;
  const aligned = await align(
    job,
    { native, target },
    end,
    { maxRepairs: flags.maxRepairs },
    consoleWatching(progress),
  );
  const alignSeconds = (performance.now() - started) / 1000;
  const figures: SyncFigures = {
    frames: end - tail,
    tail,
    desyncs: aligned.desyncs.map((d) => d.frame),
    repairs: aligned.repairs,
    residual: aligned.residual.length,
    masks: job.masks,
  };
  if (aligned.gaveUp !== undefined) return { synced, aligned, result: figures, gaveUp: tooDifferent(aligned, end) };
  const dumped = await dump(job, target, aligned.profile, aligned.expected, end, dumpOptions(flags), (frame) =>
    progress.at("dump", frame, end),
  );
  const total = (performance.now() - started) / 1000;
  const result: SyncResult = {
    ...figures,
    seams: dumped.seams.map(({ frame, offset, proof }) => ({ frame, offset, proof })),
    residual: new Set([...aligned.residual, ...dumped.residual]).size,
    video: dumped.video,
    audio: dumped.audio,
    seconds: { align: round(alignSeconds), dump: round(total - alignSeconds), total: round(total) },
  };
  const report = flags.report ?? `${flags.output.slice(0, -extname(flags.output).length)}.report.html`;
  writeWhole(report, syncReport(synced, aligned, dumped, result, flags.output));
  removePieces(job);
  return { synced, aligned, result };
}

/** Before hours of work: whether the video can be written at its end. */
export function checkOutput(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) throw new Problem(`${file}: the folder ${folder} does not exist; make it first`);
  if (existsSync(file) && statSync(file).isDirectory()) throw new Problem(`${file}: is a folder; name a file in it`);
  if (!/^\.(mkv|mp4|mov|avi|webm)$/i.test(extname(file)))
    throw new Problem(`${file}: end its name in .mkv, .mp4, .mov, .avi or .webm`);
}

function tooDifferent({ desyncs, gaveUp }: Aligned, end: number): string {
  return `stopped at frame ${desyncs.at(-1)!.frame} of ${end} after ${desyncs.length} desyncs, the first at ${desyncs[0]!.frame}: ${gaveUp}`;
}

function inWords(result: SyncResult, output: string): string[] {
  const { repairs, seams, residual, video, seconds } = result;
  const total = result.frames + result.tail;
  const listed = repairs.slice(0, 12).join(", ") + (repairs.length > 12 ? ", ..." : "");
  const worst = Math.max(...seams.map((seam) => seam.offset));
  const lines = [
    repairs.length ? `${plural(repairs.length, "desync")}, repaired at ${listed}` : "no desync",
    residual ? `${residual} of ${total} frames still differ from native` : `all ${total} frames read as native's do`,
  ];
  if (seams.length)
    lines.push(`${plural(seams.length, "seam")}, cut at most ${plural(worst, "frame")} after the desync`);
  const showing = seams.filter((seam) => !seam.proof.fits).length;
  if (showing) lines.push(`${plural(showing, "seam")} may show: see the report`);
  return [
    ...lines,
    `${output}: ${video.frames} frames, ${video.width}x${video.height}, in ${seconds.total.toFixed(1)} s`,
  ];
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

const round = (seconds: number): number => Math.round(seconds * 100) / 100;
