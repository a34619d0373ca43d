import { basename } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { canaryProfile, findCanaries } from "../audit/find-canaries.ts";
import { type FoundRng, findRng, rngSpec } from "../audit/find-rng.ts";
import type { Play } from "../audit/find-trace.ts";
import { describeKind } from "../audit/find-words.ts";
import { findMore } from "../follow/find-rom.node.ts";
import { writeWhole } from "../follow/job.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { sha256Hex } from "../machine/boot.ts";
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
  settings,
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

export function add(program: Command): Command {
  const find = program.command("find").description("Finds in a game's memory what other commands are to look at.");
  const rng = withMoreRoms(find.command("rng").argument("<rom>", "the game"))
    .description("Finds a game's random number generators: where they are, how they go on, how often they draw.")
    .option("--movie <file>", "inputs to play")
    .option(
      "--bot <name>",
      "who plays where there is no movie; several times: several runs (default: start:1, start:2, which go through menus and then press at random)",
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
    .action(runRng);
  example(rng, "instep find rng game.nes --movie run.bk2 -o game.json");
  const canaries = withMoreRoms(find.command("canaries").argument("<rom>", "the game"))
    .description(
      "Finds the values that show a desync soonest and never cry wolf, and writes the profile that watches them.",
    )
    .requiredOption("--movie <file>", "inputs to play")
    .addOption(new Option("--frames <n>", "frames to watch (default: the movie's up to 3600)").argParser(count))
    .addOption(coreOption())
    .addOption(
      new Option("--native <k=v,...>", "options that the movie syncs with")
        .argParser(settings)
        .default({}, "the core's defaults"),
    )
    .addOption(
      new Option("--target <k=v,...>", "options that it is to be played with; the rest is as native")
        .argParser(settings)
        .default({}, "as native"),
    )
    .option("--target-core <name>", "the core that it is to be played on")
    .option("-o, --out <file>", "the profile (default: none is written)")
    .addOption(jsonOption())
    .action(runCanaries);
  example(
    canaries,
    "instep find canaries game.nds --movie run.dsm --target desmume_internal_resolution=1024x768 -o game.json",
  );
  return find;
}

interface CanaryFlags extends MoreRoms {
  movie: string;
  frames?: number;
  core?: string;
  native: Record<string, string>;
  target: Record<string, string>;
  targetCore?: string;
  out?: string;
  json?: boolean;
}

async function runCanaries(rom: string, flags: CanaryFlags): Promise<void> {
  const { movie, boot } = await loadMovie(flags.movie);
  const frames = flags.frames ?? Math.min(framesOf(movie), 3600);
  const native: Play = {
    rom,
    more: await findMore(flags.movie, boot, moreRoms(flags)),
    core: flags.core,
    settings: flags.native,
    movie,
  };
  const parts = flags.targetCore !== undefined || Object.keys(flags.target).length > 0;
  const own = flags.targetCore === undefined ? flags.native : {};
  const target = parts
    ? { ...native, core: flags.targetCore ?? flags.core, settings: { ...own, ...flags.target } }
    : undefined;
  const found = await findCanaries(native, target, frames);
  if (found.canaries.length === 0)
    throw new Problem(`${rom}: nothing in memory shows a desync within ${frames} frames; watch more with --frames`);
  const profile = canaryProfile(basename(rom), sha256Hex(await readInput(rom)), found);
  if (flags.out) writeWhole(flags.out, Buffer.from(`${JSON.stringify(profile, undefined, 2)}\n`));
  if (flags.json) {
    console.log(JSON.stringify({ rom, frames, ...found, profile }));
    return;
  }
  for (const { value, precision, shown, delay, stays, counter } of found.canaries) {
    const within = typeof precision === "object" && "step" in precision ? `within ${precision.step}` : "exact";
    console.log(
      `${value.region} $${value.address.toString(16).padStart(4, "0")} ${value.type} ${within}: shows ${shown}, after ${delay.toFixed(1)} frames, stays for ${Math.round(stays * 100)} %${counter ? ", a counter" : ""}`,
    );
  }
  if (target)
    console.log(
      found.parts === null ? "native and target do not part" : `native and target part at frame ${found.parts}`,
    );
  for (const { what, shownAfter } of found.disturbed)
    console.log(`${what}: ${shownAfter === null ? "shown by none of them" : `shown after ${shownAfter} frames`}`);
  const { unsteady, harmless, silent, buffers } = found.noise as Record<string, number>;
  console.log(
    `passed over: ${harmless} that differ while in step, ${unsteady} that differ from run to run, ${silent} that show nothing, ${buffers} words of pictures or sound`,
  );
}

async function runRng(rom: string, flags: RngFlags): Promise<void> {
  if (flags.movie !== undefined && flags.bot.length)
    throw new Problem("--movie and --bot both say who plays; give one of them");
  const { movie, boot } = flags.movie === undefined ? {} : await loadMovie(flags.movie);
  const common = {
    rom,
    more: await findMore(flags.movie ?? rom, boot, moreRoms(flags)),
    core: flags.core,
    settings: flags.set,
  };
  const bots = flags.bot.length ? flags.bot : ["start:1", "start:2"];
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
