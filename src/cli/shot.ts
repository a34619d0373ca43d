import { basename } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { encodePng } from "../dump/png.node.ts";
import { IndexedReplay } from "../follow/index-instance.node.ts";
import { type IndexSpec, indexSpec } from "../follow/index-open.node.ts";
import { writeWhole } from "../follow/job.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { EXIT, Problem } from "../problem.ts";
import { readReplay } from "../replay/reader.ts";
import type { Replay } from "../replay/replay.ts";
import { coreOption, example, jsonOption, type MoreRoms, setOption } from "./options.ts";
import { Progress } from "./progress.ts";
import { gamesOf, withGames } from "./replay.ts";

/** Flags of the commands that seek in a recording. */
export interface SeekFlags extends MoreRoms {
  rom?: string;
  core?: string;
  set: Record<string, string>;
  repair: "none" | "rng" | "values";
  fileStates?: boolean;
  json?: boolean;
}

export function withSeekFlags(command: Command): Command {
  return withGames(command)
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(
      new Option("--repair <what>", "what is put back on the way: nothing, the RNG, all that the profile names")
        .choices(["none", "rng", "values"])
        .default("values"),
    )
    .option("--file-states", "load states that the file holds also into native cores: only where you trust who made it")
    .addOption(jsonOption());
}

/** "FILE@FRAME". */
function frameOf(text: string): { file: string; frame: number } {
  const match = /^(.+)@(\d{1,9})$/.exec(text);
  if (!match || match[2] === "0")
    throw new InvalidArgumentError("FILE@FRAME is meant, such as game.isr@3600; frames are counted from 1.");
  return { file: match[1]!, frame: Number(match[2]) };
}

export function add(program: Command): Command {
  const command = withSeekFlags(
    program
      .command("shot")
      .argument("<file@frame>", "a recording (.isr) and a frame of it", frameOf)
      .description("Writes the picture of a recording's frame as PNG, wherever it is in the recording.")
      .addOption(new Option("-o, --output <file>", "the picture (default: the recording's name, the frame and .png)")),
  ).action(run);
  return example(command, "instep shot game.isr@3600 -o door.png");
}

/** Frames to the nearest known state from which on an index is made on the way: the next shot is quick then. */
const FAR = 3600;

async function run({ file, frame }: { file: string; frame: number }, flags: SeekFlags & { output?: string }) {
  const { replay, spec } = await openRecording(file, flags, frame);
  const out = flags.output ?? `${basename(file).replace(/\.isr$/i, "")}-${frame}.png`;
  const progress = new Progress();
  const seeker = await IndexedReplay.open(spec);
  try {
    await indexTo(seeker, frame, progress);
    const { picture, ...sought } = await seeker.show(frame);
    if (!picture)
      throw new Problem(
        `${file}: the game has drawn nothing up to frame ${frame}, so it has no picture; choose a later one`,
      );
    progress.stop();
    writeWhole(out, encodePng(picture));
    const { width, height } = picture;
    if (flags.json) console.log(JSON.stringify({ file: out, frame, width, height, ...sought }));
    else console.log(`${out}: frame ${frame} of ${replay.frames}, ${width}x${height}`);
    if (sought.inStep === false) tellParted(frame, seeker.boot.core.name);
  } finally {
    progress.stop();
    await seeker.close();
  }
}

/** Reads a recording and finds its game. `last` is the last frame that is wanted of it. */
export async function openRecording(
  file: string,
  flags: SeekFlags,
  last: number,
): Promise<{ replay: Replay; spec: IndexSpec }> {
  const replay = readReplay(file, await readInput(file));
  if (last > replay.frames) throw new Problem(`${file}: ends at frame ${replay.frames}; there is no frame ${last}`);
  const games = await gamesOf(file, replay, flags);
  const { core, set: settings, repair, fileStates } = flags;
  return { replay, spec: indexSpec(file, replay, { ...games, core, settings, repair, fileStates }) };
}

/** Makes the index up to a frame that is far from all that it has. */
export async function indexTo(seeker: IndexedReplay, frame: number, progress: Progress): Promise<void> {
  if (frame - seeker.indexed.frame <= FAR) return;
  await seeker.index(frame, { onProgress: (indexed) => progress.at("index", Math.min(indexed.frame, frame), frame) });
}

export function tellParted(frame: number, core: string): void {
  process.stderr.write(
    `instep: the run on ${core} reads otherwise than the recording at frame ${frame}: this is its own picture, not the recorded one\n`,
  );
  process.exitCode = EXIT.desync;
}
