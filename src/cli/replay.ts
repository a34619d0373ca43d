import type { Command } from "commander";
import { Option } from "commander";
import { findGames } from "../follow/find-rom.node.ts";
import { writeWhole } from "../follow/job.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { type Playback, type PlaybackRepair, playBack } from "../follow/playback.node.ts";
import { EXIT } from "../problem.ts";
import { type Cause, type Explanation, explain } from "../replay/explain.ts";
import { recordedBoot } from "../replay/isr-header.ts";
import { readReplay } from "../replay/reader.ts";
import type { Replay } from "../replay/replay.ts";
import type { Fault } from "../replay/run.ts";
import { writeReplayReport } from "../report/replay-report.ts";
import { describeDivergence, type Readings } from "../watch/readings.ts";
import { ReadingsLog } from "../watch/readings-log.ts";
import { coreOption, example, fault, jsonOption, type MoreRoms, moreRoms, setOption, withMoreRoms } from "./options.ts";
import { Progress } from "./progress.ts";
import { commandLine } from "./sync-report.ts";

export interface ReplayFlags extends MoreRoms {
  rom?: string;
  core?: string;
  set: Record<string, string>;
  repair: PlaybackRepair;
  fault?: Fault[];
  report?: string;
  json?: boolean;
}

/** Options for the games of a recording. */
export const withGames = (command: Command): Command =>
  withMoreRoms(
    command.addOption(
      new Option("--rom <file>", "the game (default: found by its hash, beside the recording or here)"),
    ),
    "found so too",
  );

/** Where a recording's games are. */
export const gamesOf = (file: string, { movie, recording }: Replay, flags: { rom?: string } & MoreRoms) =>
  findGames(file, movie.rom, recordedBoot(recording), { rom: flags.rom, more: moreRoms(flags) });

export const repairOption = (what: PlaybackRepair): Option =>
  new Option("--repair <what>", "what is put back: nothing, the RNG, all that the profile names, also states")
    .choices(["none", "rng", "values", "state"])
    .default(what);

export function add(program: Command): Command {
  const command = withGames(program.command("replay").argument("<file>", "a recording (.isr)"))
    .description("Plays a recording headless, puts back what its profile names, and compares every frame.")
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(repairOption("values"))
    .addOption(new Option("--fault <lag@frame>", "run one frame too many there, as a hiccup would").argParser(fault))
    .option("--report <file>", "also write all of it as one page of HTML")
    .addOption(jsonOption())
    .action(run);
  return example(
    command,
    "instep replay game.isr                       exit code 1 when it parts",
    "instep replay game.isr --core jsnes --repair rng --report game.html",
  );
}

async function run(file: string, flags: ReplayFlags): Promise<void> {
  const replay = readReplay(file, await readInput(file));
  const it = await played(file, replay, flags);
  const { playback } = it;
  if (flags.report !== undefined) writeWhole(flags.report, writeReplayReport({ ...it, command: commandLine() }));
  if (flags.json) console.log(asJson(it));
  else for (const line of told(it)) console.log(line);
  if (playback.differing > 0 || playback.gaveUp || replay.damage !== undefined) process.exitCode = EXIT.desync;
}

/** A recording, how it was played, and why it parted where it did. */
export interface PlayedFile {
  readonly file: string;
  readonly replay: Replay;
  readonly playback: Playback;
  /** All of the playback's readings; empty for a file that holds inputs only. */
  readonly readings: Readings | undefined;
  readonly explanation: Explanation | undefined;
}

/** Plays a recording as the flags say, with a progress bar. */
export async function played(file: string, replay: Replay, flags: ReplayFlags): Promise<PlayedFile> {
  const games = await gamesOf(file, replay, flags);
  const log = replay.profile && new ReadingsLog(replay.profile, replay.frames);
  const progress = new Progress();
  try {
    const playback = await playBack(file, replay, {
      ...games,
      core: flags.core,
      settings: flags.set,
      repair: flags.repair,
      faults: flags.fault,
      onReadings: (readings) => {
        log?.append(readings);
        progress.at("replay", readings.first + readings.count - 1, replay.frames);
      },
    });
    const readings = log?.slice(0, log.length);
    return { file, replay, playback, readings, explanation: explain(replay, playback, readings) };
  } finally {
    progress.stop();
  }
}

/** How it went, in lines for people. */
export function told({ file, replay, playback, explanation }: PlayedFile): string[] {
  const { boot, first, notes, repairs, differing, compared, gaveUp } = playback;
  const lines = [`${file}: ${replay.frames} frames on ${boot.core.name} ${boot.core.version}`];
  if (replay.damage !== undefined) lines.push(`damaged: ${replay.damage}; what stands before is played`);
  else if (!replay.complete) lines.push("it has no end: its writer was killed, or still writes");
  if (!replay.profile) lines.push("it holds inputs only, so nothing could be compared; record it with instep record");
  lines.push(...bootsTold(replay, playback));
  for (const what of playback.uncovered) lines.push(`not covered: ${what}`);
  if (notes && notes.parted > 0) {
    const back = notes.partings.filter(({ restored }) => restored).length;
    const done = back === notes.partings.length ? "put back" : back > 0 ? "put back in part" : "left so";
    lines.push(`${notes.parted} values in ${notes.compared} captures were other than recorded, and ${done}`);
  }
  if (first) lines.push(`first difference: frame ${first.frame}: ${describeDivergence(first)}`);
  if (explanation) lines.push(...why(explanation));
  if (repairs.length > 0)
    lines.push(
      `repaired with the recording's states at ${repairs.length} frame${repairs.length > 1 ? "s" : ""}, first ${repairs[0]}`,
    );
  if (gaveUp) lines.push(`gave up: ${gaveUp}`);
  else if (replay.profile)
    lines.push(differing === 0 ? `in step: all ${compared} frames agree` : `${differing} of ${compared} frames differ`);
  return lines;
}

/** In what the boots differ. Each core has settings and names of ports of its own: of another core they say nothing. */
function bootsTold({ recording }: Replay, { differences, harmless, boot }: Playback): string[] {
  const recorded = recordedBoot(recording);
  const other = recorded && Object.keys(differences).some((what) => what.startsWith("core."));
  const own = other ? /^(core\.|settings\.|ports$)/ : /^$/;
  const lines = Object.entries(differences)
    .filter(([what]) => !own.test(what))
    .map(([what, [before, now]]) => `boots differ: ${what} was ${brief(before)}, is ${brief(now)}`);
  for (const [what, [before, now]] of Object.entries(harmless))
    lines.push(
      `boots differ: ${what} was ${brief(before)}, is ${brief(now)}; it changes picture or sound alone, as far as measured`,
    );
  if (!other) return lines;
  const [a, b] = [recorded.core, boot.core];
  const builds = a.name === b.name && a.version === b.version ? `, build ${brief(a.build)}` : "";
  return [`another core: it was recorded on ${a.name} ${a.version}${builds}`, ...lines];
}

function why(explanation: Explanation): string[] {
  const { frame, visible, evidence, advice, others } = explanation;
  if (visible === undefined) return [`unseen: ${explanation.what}`, ...evidence.map((line) => `  ${line}`)];
  const hidden = visible > frame + 1 ? `, ${visible - frame} frames before it showed` : "";
  const also = others.filter(({ likely }) => likely !== "possible").map(({ what }) => what);
  return [
    `why: ${said(explanation)}: from frame ${frame} on${hidden}`,
    ...evidence.map((line) => `  ${line}`),
    ...also.map((what) => `  also: ${what}`),
    `cure: ${advice}`,
  ];
}

const said = ({ what, likely }: Cause): string => (likely === "certain" ? what : `${what} (${likely})`);

const brief = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
};

/** One line; bytes are hexadecimal text. */
function asJson({ file, replay, playback, explanation }: PlayedFile): string {
  const { around: _around, ...rest } = playback;
  const { frames, complete, damage } = replay;
  const inStep = playback.differing === 0;
  return JSON.stringify({ file, frames, complete, damage, inStep, explanation, ...rest }, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
}
