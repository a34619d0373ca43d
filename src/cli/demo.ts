import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { dump } from "../dump/dump.node.ts";
import { sideBySide } from "../dump/side-by-side.ts";
import { diskProblem } from "../follow/job.node.ts";
import { findCore } from "../machine/cores.node.ts";
import { EXIT, Problem } from "../problem.ts";
import { describeDivergence } from "../watch/readings.ts";
import { example } from "./options.ts";
import { Progress } from "./progress.ts";
import { type SyncAllFlags, sync } from "./sync.ts";

const games = (path: string): string => fileURLToPath(new URL(`../../games/${path}`, import.meta.url));

/** What every force-sync here starts from. */
const DEFAULTS = { set: {}, native: {}, target: {}, tail: 60, offset: "auto", maxOffset: 30 } as const;

export function add(program: Command): Command {
  const command = program
    .command("demo")
    .description(
      "Force-syncs a bundled game whose movie fails on another console's memory: makes the videos and the report.",
    )
    .option("-o, --output <folder>", "where they go", "demo")
    .action(demo);
  return example(command, "instep demo");
}

async function demo(flags: { output: string }): Promise<void> {
  const out = (name: string): string => join(flags.output, name);
  try {
    mkdirSync(flags.output, { recursive: true });
  } catch (error) {
    throw diskProblem(flags.output, error);
  }
  const started = performance.now();
  const progress = new Progress();
  const say = (line: string): void => console.log(line);

  say(
    "Gleam, under its garbage rules, reads memory that nobody filled: 00 on the console that its movie was made on, FF on this one.",
  );
  const gleam: SyncAllFlags = {
    ...DEFAULTS,
    rom: games("gleam/gleam.nes"),
    core: "jsnes",
    profile: games("gleam/profile.json"),
    native: { ram: "00" },
    target: { ram: "ff" },
    codec: "libx264rgb", // lossless too, and a tenth of FFV1's size for such pictures
    output: out("synced.mkv"),
    report: out("report.html"),
  };
  const { synced, aligned, result } = await sync(games("gleam/garbage.isr"), gleam, progress);
  const [first] = aligned.desyncs;
  say(
    `${result.frames} frames of the movie and ${result.tail} more; ${aligned.desyncs.length} desync${aligned.desyncs.length === 1 ? "" : "s"}.`,
  );
  if (first)
    say(`The first, at frame ${first.frame}: ${describeDivergence(first)}. The native run's state was loaded there.`);
  await dump(
    synced.job,
    synced.target,
    aligned.profile,
    aligned.expected,
    synced.end,
    { out: out("naive.mkv"), offset: 0, maxOffset: 0, naive: true, video: { codec: "libx264rgb" } },
    (frame) => progress.at("naive", frame, synced.end),
  );
  progress.stop();
  await sideBySide(out("side-by-side.mp4"), out("naive.mkv"), out("synced.mkv"), {
    labels: ["played as it is", "kept in step by Instep"],
  });
  say(`${out("naive.mkv")}: what a plain dump shows. ${out("synced.mkv")}: the same settings, kept in step.`);
  say(`${out("side-by-side.mp4")}: both. ${out("report.html")}: every reading, repair and seam.`);
  if (result.residual === 0) say("Every frame of the synced video reads as the native run did.");

  if (await isInstalled("desmume")) {
    const ringway: SyncAllFlags = {
      ...DEFAULTS,
      rom: games("ringway/ringway.nds"),
      core: "desmume",
      profile: games("ringway/profile.json"),
      target: { desmume_internal_resolution: "1024x768", desmume_cpu_mode: "interpreter" },
      frames: 560,
      tail: 40,
      codec: "libx264",
      crf: 16,
      output: out("ds-4x.mp4"),
    };
    const ds = await sync(games("ringway/ringway.isr"), ringway, progress);
    progress.stop();
    const parted = ds.aligned.desyncs.map((d) => d.frame).join(", ");
    say(
      `${ringway.output}: Ringway, a DS game, at four times its resolution on another CPU emulation; repaired at ${parted || "no frame"}.`,
    );
  } else
    say(
      "With the native emulators (./instep setup --native) this demo also makes a Nintendo DS game at 4x resolution.",
    );
  say(`Done in ${Math.round((performance.now() - started) / 1000)} s.`);
}

async function isInstalled(core: string): Promise<boolean> {
  try {
    await findCore(core, "");
    return true;
  } catch (error) {
    if (error instanceof Problem && error.exitCode === EXIT.missing) return false;
    throw error;
  }
}
