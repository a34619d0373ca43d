import { basename } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { type Draws, whoDraws } from "../audit/find-draws.ts";
import { type FoundRng, findRng, rngSpec } from "../audit/find-rng.ts";
import type { Play } from "../audit/find-trace.ts";
import { describeKind } from "../audit/find-words.ts";
import { findMore } from "../follow/find-rom.node.ts";
import { writeWhole } from "../follow/job.node.ts";
import { framesOf } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import {
  coreOption,
  count,
  example,
  jsonOption,
  loadMovie,
  type MoreRoms,
  moreRoms,
  setOption,
  withMoreRoms,
} from "./options.ts";
import { Progress } from "./progress.ts";

interface RngFlags extends MoreRoms {
  movie?: string;
  bot: string[];
  frames?: number;
  core?: string;
  set: Record<string, string>;
  out?: string;
  json?: boolean;
}

export function addRng(find: Command): void {
  const command = withMoreRoms(find.command("rng").argument("<rom>", "the game"))
    .description(
      "Finds a game's random number generators: where they are, how they go on, how often they draw, and who.",
    )
    .option("--movie <file>", "inputs to play")
    .option(
      "--bot <name>",
      "who plays where there is no movie; several times: several runs (default: start:1 to start:3, which go through menus and then press at random)",
      (text, before: string[]) => [...before, text],
      [],
    )
    .addOption(
      new Option("--frames <n>", "frames to watch (default: the movie's up to 3600, or 1800)").argParser(count),
    )
    .addOption(coreOption())
    .addOption(setOption())
    .option("-o, --out <file>", "write a profile that names them")
    .addOption(jsonOption())
    .action(run);
  example(
    command,
    "instep find rng game.nes",
    "instep find rng game.gbc --movie run.bk2 --core boytacean -o game.json",
  );
}

async function run(rom: string, flags: RngFlags): Promise<void> {
  if (flags.movie !== undefined && flags.bot.length)
    throw new Problem("--movie and --bot both say who plays; give one of them");
  const { movie, boot } = flags.movie === undefined ? {} : await loadMovie(flags.movie);
  const common = {
    rom,
    more: await findMore(flags.movie ?? rom, boot, moreRoms(flags)),
    core: flags.core,
    settings: flags.set,
  };
  const bots = flags.bot.length ? flags.bot : ["start:1", "start:2", "start:3"];
  const plays: Play[] = movie ? [{ ...common, movie }] : bots.map((bot) => ({ ...common, bot }));
  const frames = flags.frames ?? (movie ? Math.min(framesOf(movie), 3600) : 1800);
  const progress = new Progress();
  const found = await findRng(plays, { frames, onStep: (done, of) => progress.at("watch", done, of) }).finally(() =>
    progress.stop(),
  );
  const who: (Draws | undefined)[] = [];
  for (const one of found) who.push(await whoDraws(plays[one.first.run]!, one, one.first.frame, frames));
  const sure = found.filter(({ perhaps }) => !perhaps);
  if (flags.out && sure.length) writeWhole(flags.out, rngProfile(basename(rom), sure));
  if (flags.json) {
    console.log(
      JSON.stringify({ rom, frames, runs: plays.length, found: found.map((one, i) => ({ ...one, who: who[i] })) }),
    );
    return;
  }
  if (sure.length === 0)
    console.log(
      `no random number generator was seen at work in ${plays.length} x ${frames} frames; it may draw too seldom, or be stirred by what is not in memory`,
    );
  for (const [i, one] of found.entries()) for (const line of told(one, who[i])) console.log(line);
}

function* told(
  { region, address, type, endian, kind, explained, changed, heldOut, draws, perhaps }: FoundRng,
  who?: Draws,
) {
  const place = `${region} $${address.toString(16).padStart(4, "0")} ${type}`;
  if (perhaps) yield `perhaps ${place}, which may as well count something: ${describeKind(kind, type)}`;
  else yield `${place} ${endian}: ${describeKind(kind, type)}`;
  if (!perhaps)
    yield `  explains ${explained} of ${changed} changes; of those that it was not found by, it foretells ${heldOut.explained} of ${heldOut.changed}`;
  const rows = Object.entries(draws).filter(([, n]) => n > 0);
  yield `  draws a frame: ${rows
    .slice(0, 8)
    .map(([k, n]) => `${k} in ${n}`)
    .join(", ")}${rows.length > 8 ? ", ..." : ""}`;
  if (!who || Object.keys(who.callers).length === 0) return;
  const places = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .slice(0, 8)
      .map(([pc, n]) => `${pc} (${n})`)
      .join(", ");
  yield `  drawn by calls at ${places(who.callers)} in ${who.frames} frames; the state is written at ${places(who.writers)}`;
}

function rngProfile(game: string, found: readonly FoundRng[]): Uint8Array {
  const specs = found.map(rngSpec);
  const probes = specs.map(({ name, region, address, type, endian }) => ({ name, region, address, type, endian }));
  return Buffer.from(`${JSON.stringify({ game, probes, rng: specs }, undefined, 2)}\n`);
}
