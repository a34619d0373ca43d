import { basename } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { findMore } from "../follow/find-rom.node.ts";
import { type Recorded, type RecordOptions, type RecordSpec, record } from "../follow/record.node.ts";
import { framesOf } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import {
  coreOption,
  count,
  example,
  jsonOption,
  loadMovie,
  loadProfile,
  type MoreRoms,
  moreRoms,
  profileOption,
  setOption,
  withMoreRoms,
} from "./options.ts";
import { Progress } from "./progress.ts";

/** A file with a key, and the port of who signs with it. */
interface Signer {
  key: string;
  port: number;
}

interface RecordFlags extends MoreRoms {
  movie?: string;
  bot?: string;
  frames?: number;
  core?: string;
  set: Record<string, string>;
  profile?: string;
  patch?: string[];
  keyframes?: number;
  sign?: Signer[];
  live?: boolean;
  serve?: number | true;
  host?: string;
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
    .addOption(
      new Option("--frames <n>", "frames to record (default: the movie's, or 3600; live: until Ctrl-C)").argParser(
        count,
      ),
    )
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(profileOption())
    .option("--patch <names>", "patches of the profile that are on, with commas", names)
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
      ).argParser(seat),
    )
    .option("--live", "at the console's own speed, readable by mirrors as it grows")
    .addOption(
      new Option("--serve [port]", "live, and mirrors may connect (docs/mirror.md; default: a free port)").argParser(
        port,
      ),
    )
    .option("--host <address>", "where --serve listens (default: 127.0.0.1, this computer only)")
    .option("-o, --out <file>", "the recording (default: the game's name and .isr)")
    .option("--overwrite", "replace the file if it is there already")
    .addOption(jsonOption())
    .action(run);
  return example(
    withMoreRoms(command),
    "instep record game.nes --bot random:7 --frames 7200 --profile game.json -o game.isr",
  );
}

const names = (text: string, previous: string[] = []): string[] => [
  ...previous,
  ...text.split(",").map((n) => n.trim()),
];

function seat(text: string, before: Signer[] = []): Signer[] {
  const [, key, player] = /^(.*?)(?:@(\d+))?$/.exec(text)!;
  const port = Number(player ?? 1) - 1;
  if (!key || port < 0 || port > 15)
    throw new Problem(`--sign ${text}: give a key's file and a player from 1 to 16: ada.pem@1`);
  if (before.some((other) => other.port === port))
    throw new Problem(`--sign ${text}: player ${port + 1} signs already`);
  return [...before, { key, port }];
}

function port(text: string): number {
  const port = count(text);
  if (port > 65535) throw new InvalidArgumentError("A port from 0 to 65535 is meant.");
  return port;
}

async function run(rom: string, flags: RecordFlags): Promise<void> {
  if (flags.movie !== undefined && flags.bot !== undefined)
    throw new Problem("--movie and --bot both say who plays; give one of them");
  const { movie, boot } = flags.movie === undefined ? {} : await loadMovie(flags.movie);
  const profile = await loadProfile(flags.profile);
  const { patch = [] } = flags;
  if (patch.length > 0 && !profile) throw new Problem("--patch names patches of a profile; add --profile");
  const { serve } = flags;
  if (flags.host !== undefined && serve === undefined)
    throw new Problem("--host says where --serve listens; add --serve");
  const live = flags.live === true || serve !== undefined;
  const spec: RecordSpec = {
    rom,
    more: await findMore(flags.movie ?? rom, boot, moreRoms(flags)),
    core: flags.core,
    settings: flags.set,
    profile,
    patches:
      profile &&
      Object.fromEntries(profile.profile.patches.map((p) => [p.name, false]).concat(patch.map((name) => [name, true]))),
    movie,
    bot: flags.bot,
    out: flags.out ?? `${basename(rom).replace(/\.[^.]*$/, "")}.isr`,
    overwrite: flags.overwrite,
    keyframeEvery: flags.keyframes,
    signers: flags.sign,
    live,
  };
  const frames = flags.frames ?? ((movie && framesOf(movie)) || (live ? Number.POSITIVE_INFINITY : 3600));
  const progress = new Progress();
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  const options: RecordOptions = {
    signal: interrupted.signal,
    serve: serve === undefined ? undefined : { host: flags.host ?? "127.0.0.1", port: serve === true ? 0 : serve },
    onServing: (url) => process.stderr.write(`mirror it with: instep mirror ${url}\n`),
    onFrame: (frame) => {
      if (Number.isFinite(frames)) progress.at("record", frame, frames);
    },
  };
  try {
    say(await record(spec, frames, options), spec, flags.json);
  } finally {
    progress.stop();
  }
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
