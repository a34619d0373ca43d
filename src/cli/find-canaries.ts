import { basename } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { canaryProfile, type FoundCanaries, findCanaries, masked } from "../audit/find-canaries.ts";
import type { Play } from "../audit/find-trace.ts";
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
import { Progress } from "./progress.ts";

interface CanaryFlags extends MoreRoms {
  movie: string;
  frames?: number;
  core?: string;
  set: Record<string, string>;
  native: Record<string, string>;
  target: Record<string, string>;
  targetCore?: string;
  out?: string;
  json?: boolean;
}

export function addCanaries(find: Command): void {
  const command = withMoreRoms(find.command("canaries").argument("<rom>", "the game"))
    .description(
      "Finds the values that show a desync soonest and never cry wolf, and what of memory is noise; writes the profile that sync takes.",
    )
    .requiredOption("--movie <file>", "inputs to play")
    .addOption(new Option("--frames <n>", "frames to watch (default: the movie's up to 3600)").argParser(count))
    .addOption(coreOption())
    .addOption(setOption())
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
    .option("--target-core <name>", "the core that it is to be played on, where that is another one")
    .option("-o, --out <file>", "the profile (default: none is written)")
    .addOption(jsonOption())
    .action(run);
  example(
    command,
    "instep find canaries game.nes --movie run.bk2 -o game.json",
    "instep find canaries game.nds --movie run.dsm --target desmume_internal_resolution=1024x768 -o game.json",
    "instep sync run.dsm --rom game.nds --target desmume_internal_resolution=1024x768 --profile game.json -o out.mkv",
  );
}

async function run(rom: string, flags: CanaryFlags): Promise<void> {
  const { movie, boot } = await loadMovie(flags.movie);
  const frames = Math.min(flags.frames ?? 3600, framesOf(movie));
  if (frames < LEAST)
    throw new Problem(`${flags.movie}: ${frames} frames are too few to learn from; ${LEAST} at least are needed`);
  const given = { ...flags.set, ...flags.native };
  const native: Play = {
    rom,
    more: await findMore(flags.movie, boot, moreRoms(flags)),
    core: flags.core,
    settings: given,
    movie,
  };
  const other = flags.targetCore !== undefined;
  const target = {
    ...native,
    ...(other && { core: flags.targetCore }),
    settings: { ...(other ? {} : given), ...flags.target },
  };
  const apart = other || Object.keys(flags.target).length > 0;
  const progress = new Progress();
  const found = await findCanaries(native, apart ? target : undefined, frames, (step, done, total) =>
    progress.at(step, done, total),
  ).finally(() => progress.stop());
  const { gaveUp } = found.lockstep;
  if (gaveUp) throw new Problem(`${rom}: ${gaveUp}; choose target settings that are nearer to native`);
  if (found.canaries.length === 0)
    throw new Problem(`${rom}: nothing in memory shows a desync within ${frames} frames; watch more with --frames`);
  const profile = canaryProfile(basename(rom), sha256Hex(await readInput(rom)), found);
  if (flags.out) writeWhole(flags.out, Buffer.from(`${JSON.stringify(profile, undefined, 2)}\n`));
  if (flags.json) console.log(JSON.stringify({ ...asJson(found), rom, frames, profile }));
  else for (const line of told(found, apart)) console.log(line);
}

/** Matrices that are told one by one. */
const MATRICES = 8;
/** Fewer frames show nothing. */
const LEAST = 60;

/** Without the traces, which are large. */
function asJson({ canaries, ranked, passedOver, disturbed, lockstep, matrices }: FoundCanaries) {
  const { partings, passing } = lockstep;
  return {
    canaries: canaries.map(({ canary, ...rest }) => ({ ...rest, ...canary })),
    matrices,
    ranked,
    passedOver,
    disturbed,
    partings,
    passing,
    noise: masked(lockstep),
  };
}

function* told(
  { canaries, ranked, passedOver, disturbed, lockstep, matrices }: FoundCanaries,
  apart: boolean,
): Generator<string> {
  const { partings, passing } = lockstep;
  for (const { name, canary } of canaries) {
    const { value, precision, shown, first, delay, stays } = canary;
    const within = typeof precision === "object" && "step" in precision ? `within ${precision.step}` : "exact";
    const place = `${value.region} $${value.address.toString(16).padStart(4, "0")} ${value.type}`;
    yield `${name.padEnd(24)} ${place.padEnd(20)} ${within}: shows ${shown} of ${first.length}, after ${delay.toFixed(1)} frames, ${Math.round(stays * 100)} % of the time then`;
  }
  for (const [i, { region, address, layout, columns }] of matrices.slice(0, MATRICES).entries())
    yield `${`matrix ${i + 1}`.padEnd(24)} ${region} $${address.toString(16)}: 3 rows of ${columns}, ${layout === "halves" ? "whole parts, then fractions" : layout}`;
  if (matrices.length > MATRICES) yield `and ${matrices.length - MATRICES} more matrices`;
  yield `${ranked} values show a desync; passed over: ${passedOver.harmless} that differ while in step, ${passedOver.silent} that show nothing, ${passedOver.pointers} pointers`;
  if (apart) {
    const at = partings
      .slice(0, 12)
      .map(({ frame }) => frame)
      .join(", ");
    yield partings.length
      ? `native and target part ${partings.length} times, at ${at}${partings.length > 12 ? ", ..." : ""}`
      : "native and target do not part";
    if (passing.length) yield `${passing.length} times something differed and was equal again by itself`;
  }
  for (const { what, shownAfter } of disturbed)
    yield `${what}: ${shownAfter === null ? "without effect on them" : `shown after ${shownAfter} frames`}`;
  const { picture, passing: scratch, restless } = masked(lockstep);
  yield `left out of the fingerprint: ${picture} bytes of pictures or sound, ${scratch} that come and go, ${restless} that differ at once after each repair`;
}
