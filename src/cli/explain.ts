import { type Command, Option } from "commander";
import { explainParting, madeSide, sideOf } from "../audit/explain.node.ts";
import { explained } from "../audit/explain-told.ts";
import { framesOf } from "../movie/movie.ts";
import { EXIT, Problem } from "../problem.ts";
import type { Fault } from "../replay/run.ts";
import {
  atLeastOne,
  coreOption,
  example,
  jsonOption,
  loadMovie,
  loadProfile,
  type MoreRoms,
  moreRoms,
  noMovie,
  profileOption,
  settings,
  withMoreRoms,
} from "./options.ts";
import { Progress } from "./progress.ts";

interface ExplainFlags extends MoreRoms {
  rom?: string;
  a?: Record<string, string>;
  b?: Record<string, string>;
  movie?: string;
  core?: string;
  profile?: string;
  frames?: number;
  json?: boolean;
}

export function add(program: Command): Command {
  const arguments_ = program
    .command("explain")
    .argument("[a]", "a recording (.isr)")
    .argument("[b]", "another one that parts from it");
  const command = withMoreRoms(arguments_)
    .description("Two runs that part: which of their differences it takes, and where it shows first.")
    .option("--rom <file>", "the game")
    .addOption(
      new Option(
        "--a <k=v,...>",
        "instead of recordings: core=, movie=, patch:NAME=on, lag=FRAME, options of the core",
      ).argParser(settings),
    )
    .addOption(new Option("--b <k=v,...>", "the other one").argParser(settings))
    .option("--movie <file>", "inputs that both play")
    .addOption(coreOption())
    .addOption(profileOption())
    .addOption(
      new Option("--frames <n>", "frames that are compared (default: the shorter one's, or 600)").argParser(atLeastOne),
    )
    .addOption(jsonOption())
    .action(run);
  return example(
    command,
    "instep explain mine.isr theirs.isr",
    "instep explain --rom game.nes --core nestopia --movie run.fm2 --b nestopia_overclock=2x,nestopia_palette=raw",
  );
}

async function run(a: string | undefined, b: string | undefined, flags: ExplainFlags): Promise<void> {
  const sides = await (a !== undefined ? recorded(a, b, flags) : made(flags));
  const frames = flags.frames ?? Math.min(sides[0].frames, sides[1].frames);
  const progress = new Progress();
  const explanation = await explainParting(sides[0].side, sides[1].side, frames, (runs, of) =>
    progress.at("explain", runs * frames, of * frames),
  ).finally(() => progress.stop());
  if (flags.json) console.log(JSON.stringify(explanation));
  else for (const line of explained(explanation)) console.log(line);
  if (explanation.parts) process.exitCode = EXIT.desync;
}

async function recorded(a: string, b: string | undefined, flags: ExplainFlags) {
  if (b === undefined) throw new Problem(`${a}: give the recording that parts from it too: instep explain A.isr B.isr`);
  if (flags.a || flags.b) throw new Problem("--a and --b are for a game; recordings bring their own boots");
  const given = { rom: flags.rom, more: moreRoms(flags) };
  return [await sideOf(a, given), await sideOf(b, given)] as const;
}

async function made(flags: ExplainFlags) {
  if (flags.rom === undefined)
    throw new Problem("give two recordings, or a game with --rom and what differs with --a and --b");
  if (!flags.a && !flags.b) throw new Problem("say in what the two differ: --b overclock=2x");
  return [await sideFrom(flags.rom, flags, flags.a ?? {}), await sideFrom(flags.rom, flags, flags.b ?? {})] as const;
}

function lag(frame: string): Fault[] {
  if (!/^[1-9]\d{0,8}$/.test(frame)) throw new Problem(`lag=${frame}: the frame that is run once too often is meant`);
  return [{ kind: "lag", frame: Number(frame) }];
}

function switched(key: string, value: string, profile: string | undefined): boolean {
  if (profile === undefined) throw new Problem(`${key} names a patch of a profile; add --profile`);
  if (value !== "on" && value !== "off") throw new Problem(`${key}=${value}: on or off is meant`);
  return value === "on";
}

/** A side from "core=..,movie=..,patch:NAME=on,lag=FRAME,option=value". */
async function sideFrom(rom: string, flags: ExplainFlags, words: Readonly<Record<string, string>>) {
  const { core = flags.core, movie: file = flags.movie, ...others } = words;
  const patches: Record<string, boolean> = {};
  const set: Record<string, string> = {};
  let faults: Fault[] = [];
  for (const [key, value] of Object.entries(others)) {
    if (key.startsWith("patch:")) patches[key.slice(6)] = switched(key, value, flags.profile);
    else if (key === "lag") faults = [...faults, ...lag(value)];
    else set[key] = value;
  }
  const movie = file === undefined ? noMovie : (await loadMovie(file)).movie;
  const side = await madeSide({
    rom,
    more: moreRoms(flags),
    core,
    settings: set,
    patches,
    movie,
    faults,
    profile: await loadProfile(flags.profile),
  });
  return { side, frames: framesOf(movie) || 600 };
}
