import { basename } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
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
  const found = await findRng(plays, { frames });
  if (flags.out) writeWhole(flags.out, rngProfile(basename(rom), found));
  if (flags.json) {
    console.log(JSON.stringify({ rom, frames, runs: plays.length, found }));
    return;
  }
  if (found.length === 0)
    console.log(`no random number generator was seen at work in ${plays.length} x ${frames} frames`);
  for (const one of found) {
    console.log(
      `${one.region} $${one.address.toString(16).padStart(4, "0")} ${one.type} ${one.endian}: ${describeKind(one.kind, one.type)}`,
    );
    console.log(
      `  explains ${one.explained} of ${one.changed} changes; of those it was not found by, ${one.heldOut.explained} of ${one.heldOut.changed}`,
    );
    const rows = Object.entries(one.draws)
      .filter(([, n]) => n > 0)
      .slice(0, 8);
    console.log(`  draws a frame: ${rows.map(([k, n]) => `${k} in ${n}`).join(", ")}`);
  }
}

function rngProfile(game: string, found: readonly FoundRng[]): Uint8Array {
  const specs = found.map(rngSpec);
  const probes = specs.map(({ name, region, address, type, endian }) => ({ name, region, address, type, endian }));
  return Buffer.from(`${JSON.stringify({ game, probes, rng: specs }, undefined, 2)}\n`);
}
