import { basename } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { type Recorded, type RecordSpec, record } from "../follow/record.node.ts";
import { Problem } from "../problem.ts";
import { coreOption, count, example, jsonOption, loadMovie, loadProfile, profileOption, setOption } from "./options.ts";
import { Progress } from "./progress.ts";

interface RecordFlags {
  movie?: string;
  bot?: string;
  frames?: number;
  core?: string;
  set: Record<string, string>;
  profile?: string;
  patch: string[];
  keyframes?: number;
  sign: { key: string; port: number }[];
  out?: string;
  overwrite?: boolean;
  json?: boolean;
}

export function add(program: Command): Command {
  const command = program
    .command("record")
    .argument("<rom>", "the game")
    .description("Plays a game headless by a movie or a bot, and records it: inputs, and what was observed.")
    .option("--movie <file>", "inputs to play")
    .option("--bot <name>", 'who plays instead: "random:SEED", or a JavaScript module (docs/replays.md)')
    .addOption(new Option("--frames <n>", "frames to record (default: the movie's, or 3600)").argParser(count))
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(profileOption())
    .option("--patch <names>", "patches of the profile that are on, with commas", names, [])
    .addOption(
      new Option(
        "--keyframes <n>",
        "frames between stored states; 0: none (default: 600, more for big states)",
      ).argParser(count),
    )
    .addOption(
      new Option(
        "--sign <key@player>",
        "a player's key, which is made when it is not there (player: 1 without @; repeatable)",
      )
        .argParser(seat)
        .default([], ""),
    )
    .option("-o, --out <file>", "the recording (default: the game's name and .isr)")
    .option("--overwrite", "replace the file if it is there already")
    .addOption(jsonOption())
    .action(run);
  return example(command, "instep record game.nes --bot random:7 --frames 7200 --profile game.json -o game.isr");
}

const names = (text: string, previous: string[]): string[] => [...previous, ...text.split(",").map((n) => n.trim())];

function seat(text: string, before: { key: string; port: number }[]): { key: string; port: number }[] {
  const [, key, player] = /^(.*?)(?:@(\d+))?$/.exec(text)!;
  const port = Number(player ?? 1) - 1;
  if (!key || port < 0 || port > 15)
    throw new Problem(`--sign ${text}: give a key's file and a player from 1 to 16: ada.pem@1`);
  if (before.some((other) => other.port === port))
    throw new Problem(`--sign ${text}: player ${port + 1} signs already`);
  return [...before, { key, port }];
}

async function run(rom: string, flags: RecordFlags): Promise<void> {
  if (flags.movie !== undefined && flags.bot !== undefined)
    throw new Problem("--movie and --bot both say who plays; give one of them");
  const movie = flags.movie === undefined ? undefined : (await loadMovie(flags.movie)).movie;
  const profile = await loadProfile(flags.profile);
  if (flags.patch.length > 0 && !profile) throw new Problem("--patch names patches of a profile; add --profile");
  const spec: RecordSpec = {
    rom,
    core: flags.core,
    settings: flags.set,
    profile,
    patches:
      profile &&
      Object.fromEntries(
        profile.profile.patches.map((p) => [p.name, false]).concat(flags.patch.map((name) => [name, true])),
      ),
    movie,
    bot: flags.bot,
    out: flags.out ?? `${basename(rom).replace(/\.[^.]*$/, "")}.isr`,
    overwrite: flags.overwrite,
    keyframeEvery: flags.keyframes,
    signers: flags.sign,
  };
  const frames = flags.frames ?? (movie?.length || 3600);
  const progress = new Progress();
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const recorded = await record(spec, frames, interrupted.signal, (frame) => progress.at("record", frame, frames));
  progress.stop();
  say(recorded, spec, flags.json);
}

function say(recorded: Recorded, spec: RecordSpec, json: boolean | undefined): void {
  const { boot, frames, bytes, seconds, uncovered, keysMade } = recorded;
  if (json) {
    console.log(JSON.stringify({ file: spec.out, frames, bytes, seconds, uncovered, keysMade, boot }));
    return;
  }
  const played = recorded.playedSeconds;
  console.log(
    `${spec.out}: ${frames} frames of ${boot.content.name} on ${boot.core.name} ${boot.core.version}, ${bytes} bytes (${Math.round(bytes / Math.max(played, 1))} a second), recorded in ${seconds.toFixed(1)} s`,
  );
  for (const key of keysMade) console.log(`new key: ${key}; keep it to yourself`);
  for (const what of uncovered) console.log(`not recorded: ${what}`);
  for (const what of boot.unpinned) console.log(`not pinned: ${what}`);
}
