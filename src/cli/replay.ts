import type { Command } from "commander";
import { Option } from "commander";
import { findRom } from "../follow/find-rom.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { type Playback, type PlaybackRepair, playBack } from "../follow/playback.node.ts";
import { EXIT } from "../problem.ts";
import { readReplay } from "../replay/reader.ts";
import type { Replay } from "../replay/replay.ts";
import type { Fault } from "../replay/run.ts";
import { describeDivergence } from "../watch/readings.ts";
import { coreOption, example, fault, jsonOption, setOption } from "./options.ts";
import { Progress } from "./progress.ts";

export interface ReplayFlags {
  rom?: string;
  core?: string;
  set: Record<string, string>;
  repair: PlaybackRepair;
  fault?: Fault[];
  json?: boolean;
}

export const romOption = (): Option =>
  new Option("--rom <file>", "the game (default: found by its hash, beside the recording or here)");

export const repairOption = (what: PlaybackRepair): Option =>
  new Option("--repair <what>", "what is put back: nothing, the RNG, all that the profile names, also states")
    .choices(["none", "rng", "values", "state"])
    .default(what);

export function add(program: Command): Command {
  const command = program
    .command("replay")
    .argument("<file>", "a recording (.isr)")
    .description("Plays a recording headless, puts back what its profile names, and compares every frame.")
    .addOption(romOption())
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(repairOption("values"))
    .addOption(new Option("--fault <lag@frame>", "run one frame too many there, as a hiccup would").argParser(fault))
    .addOption(jsonOption())
    .action(run);
  return example(
    command,
    "instep replay game.isr                       exit code 1 when it parts",
    "instep replay game.isr --core jsnes --repair rng",
  );
}

async function run(file: string, flags: ReplayFlags): Promise<void> {
  const { replay, playback } = await played(file, flags);
  if (flags.json) console.log(JSON.stringify(asJson(file, replay, playback)));
  else for (const line of told(file, replay, playback)) console.log(line);
  if (playback.differing > 0 || playback.gaveUp) process.exitCode = EXIT.desync;
}

/** Plays a recording as the flags say, with a progress bar. */
export async function played(file: string, flags: ReplayFlags): Promise<{ replay: Replay; playback: Playback }> {
  const replay = readReplay(file, await readInput(file));
  const rom = await findRom(file, replay.movie.rom, flags.rom);
  const progress = new Progress();
  try {
    const playback = await playBack(file, replay, {
      rom: rom.path,
      core: flags.core,
      settings: flags.set,
      repair: flags.repair,
      faults: flags.fault,
      onReadings: (readings) => progress.at("replay", readings.first + readings.count - 1, replay.frames),
    });
    return { replay, playback };
  } finally {
    progress.stop();
  }
}

/** How it went, in lines for people. */
export function told(file: string, replay: Replay, playback: Playback): string[] {
  const { boot, first, notes, repairs, differing, compared, gaveUp } = playback;
  const lines = [`${file}: ${replay.frames} frames on ${boot.core.name} ${boot.core.version}`];
  if (replay.damage !== undefined) lines.push(`damaged: ${replay.damage}; what stands before is played`);
  else if (!replay.complete) lines.push("it has no end: its writer was killed, or still writes");
  if (!replay.profile) lines.push("it holds inputs only, so nothing could be compared; record it with instep record");
  for (const [what, [recorded, now]] of Object.entries(playback.differences))
    lines.push(`boots differ: ${what} was ${brief(recorded)}, is ${brief(now)}`);
  for (const what of playback.uncovered) lines.push(`not covered: ${what}`);
  if (notes && notes.parted > 0) {
    const { frame, moment, entry, restored } = notes.partings[0]!;
    const done = restored ? "put back" : "found other than recorded";
    lines.push(
      `${notes.parted} of ${notes.compared} captures were ${done}, the first: ${entry} at "${moment}", frame ${frame}`,
    );
  }
  if (first) lines.push(`first difference: frame ${first.frame}: ${describeDivergence(first)}`);
  if (repairs.length > 0)
    lines.push(`repaired with the recording's states at ${repairs.length} frames, first ${repairs[0]}`);
  if (gaveUp) lines.push(`gave up: ${gaveUp}`);
  else if (replay.profile)
    lines.push(differing === 0 ? `in step: all ${compared} frames agree` : `${differing} of ${compared} frames differ`);
  return lines;
}

const brief = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
};

function asJson(file: string, replay: Replay, playback: Playback) {
  const { around: _around, ...rest } = playback;
  return {
    file,
    frames: replay.frames,
    complete: replay.complete,
    damage: replay.damage,
    inStep: playback.differing === 0,
    ...rest,
  };
}
