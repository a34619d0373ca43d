import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { Watching } from "../follow/align.node.ts";
import { findMore } from "../follow/find-rom.node.ts";
import { Job } from "../follow/job.node.ts";
import { type RunSpec, readInput } from "../follow/open-run.node.ts";
import { describeRanges } from "../follow/readback.ts";
import { sha256Hex } from "../machine/boot.ts";
import { framesOf, type Movie, shorten } from "../movie/movie.ts";
import { shift } from "../movie/shift.ts";
import { Problem } from "../problem.ts";
import type { Fault } from "../replay/run.ts";
import type { Range } from "../watch/profile.ts";
import { describeDivergence } from "../watch/readings.ts";
import { fitMovie } from "./movie-fit.ts";
import {
  coreOption,
  count,
  fault,
  jsonOption,
  loadMovie,
  loadProfile,
  type MoreRoms,
  moreRoms,
  profileOption,
  setOption,
  settings,
  withMoreRoms,
} from "./options.ts";
import type { Progress } from "./progress.ts";
import { checkRom } from "./rom.ts";

// collect, align, dump and sync are one job in steps; they take the same flags.

export interface SyncFlags extends MoreRoms {
  rom: string;
  core?: string;
  set: Record<string, string>;
  native: Record<string, string>;
  target: Record<string, string>;
  targetCore?: string;
  videoPlugin?: string;
  profile?: string;
  frames?: number;
  tail: number;
  fault?: Fault[];
  maxRepairs?: number;
  job?: string;
  restart?: boolean;
  anyRom?: boolean;
  align?: boolean;
  json?: boolean;
}

/** Frames sooner and later at which a movie is tried, and frames that are played each time. */
const ALIGN = { offsets: 6, frames: 1200 };

export function withSyncFlags(command: Command): Command {
  return withMoreRoms(
    command
      .argument("<movie>", "the movie, of any emulator (see: instep movie)")
      .requiredOption("--rom <file>", "the game"),
    "as the movie says, else the first one's",
  )
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(
      new Option("--native <k=v,...>", "options of the core that the movie syncs with")
        .argParser(settings)
        .default({}, "the core's defaults"),
    )
    .addOption(
      new Option("--target <k=v,...>", "options to play it with; the rest is as native")
        .argParser(settings)
        .default({}, "as native"),
    )
    .option("--target-core <name>", "another core to play it on, by values; it needs a profile (docs/force-sync.md)")
    .option("--video-plugin <file>", "a graphics plugin of Mupen64Plus to play it with: as --target video=FILE")
    .addOption(profileOption())
    .addOption(new Option("--frames <n>", "play only the movie's first frames (default: all)").argParser(count))
    .addOption(new Option("--tail <n>", "frames to play after the movie's last").argParser(count).default(60))
    .addOption(
      new Option("--fault <lag@frame>", "for demos and tests: the target runs one frame too many there").argParser(
        fault,
      ),
    )
    .addOption(
      new Option(
        "--max-repairs <n>",
        "give up after so many (default: when more than half of 120 frames need one)",
      ).argParser(count),
    )
    .option("--job <folder>", "where the readings, the log and the states go (default: beside the output)")
    .option("--restart", "forget what an earlier run left in that folder")
    .option("--any-rom", "play the movie even if it was made for another ROM")
    .option("--align", "begin the movie at the frame that suits this core best (docs/movies.md)")
    .addOption(jsonOption());
}

export interface SyncJob {
  readonly job: Job;
  readonly native: RunSpec;
  readonly target: RunSpec;
  readonly movieName: string;
  /** The last frame. */
  readonly end: number;
  readonly tail: number;
}

/** Reads what the flags name and opens the job's folder. */
export async function openJob(movieFile: string, flags: SyncFlags & { output?: string }): Promise<SyncJob> {
  const folder = flags.job ?? (flags.output ? `${flags.output}.job` : undefined);
  if (!folder) throw new Problem("say where the job's files go: --job FOLDER");
  const { movie: whole, boot, sha256 } = await loadMovie(movieFile);
  const frames = Math.min(flags.frames ?? Number.POSITIVE_INFINITY, framesOf(whole));
  const rom = await readInput(flags.rom);
  if (!flags.anyRom) checkRom(whole, movieFile, rom, flags.rom);
  const nativeSettings = { ...flags.set, ...flags.native };
  const offset = flags.align ? await offsetOf(whole, movieFile, flags, nativeSettings) : 0;
  const begun = offset === 0 ? whole : shift(whole, offset);
  const movie = begun.by === "frame" ? shorten(begun, frames) : begun;
  if (movie.length === 0) throw new Problem(`${movieFile}: holds no frames`);
  const more = await findMore(movieFile, flags.anyRom ? undefined : boot, moreRoms(flags));
  const profile = await loadProfile(flags.profile);
  const other = flags.targetCore !== undefined && flags.targetCore !== flags.core;
  if (other && !profile)
    throw new Problem(
      `--target-core: ${flags.targetCore} loads no states of another core, so a profile has to say what is put back; instep find canaries ${flags.rom} --movie ${movieFile} --target-core ${flags.targetCore} -o game.json writes one`,
    );
  const common = { rom: resolve(flags.rom), more, core: flags.core, movie, profile };
  const job = new Job(folder, flags.restart);
  job.claim({ movie: offset === 0 ? sha256 : `${sha256}, ${offset} frames later`, rom: sha256Hex(rom) });
  return {
    job,
    native: { ...common, settings: nativeSettings },
    target: {
      ...common,
      ...(other && { core: flags.targetCore }),
      settings: { ...(other ? {} : nativeSettings), ...flags.target, ...pluginOf(flags) },
      faults: flags.fault,
    },
    movieName: basename(movieFile),
    end: frames + flags.tail,
    tail: flags.tail,
  };
}

const pluginOf = ({ videoPlugin }: SyncFlags): Record<string, string> =>
  videoPlugin === undefined ? {} : { video: resolve(videoPlugin) };

async function offsetOf(
  movie: Movie,
  movieFile: string,
  { rom, core }: SyncFlags,
  settings: Readonly<Record<string, string>>,
): Promise<number> {
  const fit = await fitMovie(movie, { rom: resolve(rom), core, settings }, ALIGN);
  if (fit.best === undefined)
    throw new Problem(
      `--align: ${fit.core} does not tell which frames read the pads; find the offset on another core (instep movie ${movieFile} --rom ${rom} --core jsnes), and convert with --offset`,
    );
  const { best } = fit;
  process.stderr.write(
    best === 0
      ? "the movie begins where it should\n"
      : `the movie is begun ${Math.abs(best)} frames ${best > 0 ? "later" : "sooner"}\n`,
  );
  return best;
}

const describeMasks = (masks: readonly Range[]): string =>
  `pictures are drawn into ${describeRanges(masks)}, which the game did not read: not compared from here on`;

/** Tells on stderr what happens, in the words that people know from the scripts that did this before. */
export function consoleWatching(progress: Progress): Watching {
  let native: string | undefined;
  let foreign = false;
  return {
    opened(role, instance) {
      const { boot, profile } = instance.opened;
      if (role !== "native") {
        foreign = boot.core.name !== native;
        if (foreign)
          progress.say(
            `played on ${boot.core.name} ${boot.core.version}, which loads no states of ${native}: what the profile watches is put back where it parts`,
          );
        return;
      }
      native = boot.core.name;
      progress.say(`${boot.content.name} on ${boot.core.name} ${boot.core.version}`);
      if (profile.game === "") {
        const regions = profile.fingerprint!.regions.map((r) => r.region).join(", ");
        progress.say(`no profile: watching a fingerprint of all of ${regions}, so repairs are exact`);
      }
      for (const what of boot.unpinned) progress.say(`not pinned: ${what}`);
    },
    progress: (step, frame, end) => progress.at(step, frame, end),
    desync: (divergence) => progress.say(`desync at frame ${divergence.frame}: ${describeDivergence(divergence)}`),
    masked: (frame, masks) => progress.say(`frame ${frame}: ${describeMasks(masks)}`),
    repaired: (frame) =>
      progress.say(
        foreign ? `put native's values of frame ${frame} back` : `loaded the native state of frame ${frame}`,
      ),
  };
}
