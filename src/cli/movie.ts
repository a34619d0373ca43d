import { basename } from "node:path";
import { type Command, Option } from "commander";
import { readInput } from "../follow/open-run.node.ts";
import { type Advice, adviceFor } from "../movie/advice.ts";
import { describeMovie } from "../movie/describe.ts";
import type { Movie } from "../movie/movie.ts";
import { type Fit, fitMovie } from "./movie-fit.ts";
import { coreOption, count, example, jsonOption, loadMovie, setOption } from "./options.ts";
import { checkRom } from "./rom.ts";

interface MovieFlags {
  rom?: string;
  core?: string;
  set: Record<string, string>;
  offsets: number;
  frames: number;
  anyRom?: boolean;
  json?: boolean;
}

export function add(program: Command): Command {
  const command = program
    .command("movie")
    .argument("<movie>", "a movie of any emulator")
    .description(
      "Says what a movie is and how well it can be expected to play here; with its game, tries which frame to begin at.",
    )
    .option("--rom <file>", "the game: plays the movie begun some frames sooner and later, and says which fits best")
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(
      new Option("--offsets <n>", "with --rom: frames sooner and later that are tried").argParser(count).default(8),
    )
    .addOption(
      new Option("--frames <n>", "with --rom: frames that are played each time").argParser(count).default(3600),
    )
    .option("--any-rom", "play the movie even if it was made for another ROM")
    .addOption(jsonOption())
    .action(run);
  return example(command, "instep movie run.bk2", "instep movie run.fm2 --rom game.nes --core jsnes");
}

async function run(file: string, flags: MovieFlags): Promise<void> {
  const { movie, boot, sha256 } = await loadMovie(file);
  const advice = adviceFor(movie, boot);
  const fit = flags.rom === undefined ? undefined : await tried(file, movie, flags.rom, flags, advice);
  if (flags.json)
    console.log(JSON.stringify({ file: basename(file), sha256, ...facts(movie), advice, ...(fit && { fit }) }));
  else {
    for (const line of [...describeMovie(movie), ...inWords(advice, boot !== undefined)]) console.log(line);
    if (fit) for (const line of fitInWords(fit)) console.log(line);
  }
}

async function tried(file: string, movie: Movie, rom: string, flags: MovieFlags, advice: Advice): Promise<Fit> {
  if (!flags.anyRom) checkRom(movie, file, await readInput(rom), rom);
  const core = flags.core ?? advice.core;
  const settings = core === advice.core ? { ...advice.settings, ...flags.set } : flags.set;
  return fitMovie(movie, { rom, core, settings }, flags);
}

/** The movie without its samples. */
function facts(movie: Movie) {
  const { tracks, lag, start, events, extra, ...said } = movie;
  return {
    ...said,
    devices: tracks.map(({ device }) => device),
    start: start.kind === "power-on" ? { kind: start.kind } : { kind: start.kind, bytes: start.data.length },
    events,
    ...(lag && { lagFrames: lag.reduce((sum, one) => sum + one, 0) }),
    ...(typeof extra?.format === "string" && { format: extra.format }),
  };
}

function inWords({ core, settings, sync, why }: Advice, recorded: boolean): string[] {
  const options = recorded ? [] : Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return [
    ...(core
      ? [
          `core: ${core}${recorded ? ", with the settings that it was recorded with" : options.length > 0 ? ` --set ${options.join(",")}` : ""}`,
        ]
      : []),
    `sync: ${sync}`,
    ...why.map((reason) => `  ${reason}`),
  ];
}

function fitInWords({ core, frames, edges, tries, best }: Fit): string[] {
  const lines = [`tried: ${frames} frames on ${core}, ${edges} of them with other buttons than the frame before`];
  if (best === undefined)
    return [
      ...lines,
      `  ${core} does not tell which frames poll the pads, so no offset shows itself better; try --core with one that sees each poll (instep cores)`,
    ];
  for (const { offset, lag, late } of tries)
    lines.push(
      `  offset ${String(offset).padStart(3)}: ${lag} lag frames, ${late} with other buttons${offset === best ? "  <- best" : ""}`,
    );
  if (best !== 0) lines.push(`begin it there: instep convert MOVIE OUT --offset ${best}`);
  return lines;
}
