import { closeSync, openSync, writeSync } from "node:fs";
import type { Command } from "commander";
import { Option } from "commander";
import { encodePng } from "../dump/png.node.ts";
import { findMore } from "../follow/find-rom.node.ts";
import { Instance } from "../follow/instance.node.ts";
import { diskProblem, writeWhole } from "../follow/job.node.ts";
import { bootHash } from "../machine/boot.ts";
import { SHOW_ALL, SHOW_NOTHING } from "../machine/machine.ts";
import { framesOf } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import {
  coreOption,
  count,
  example,
  fault,
  jsonOption,
  loadMovie,
  loadProfile,
  type MoreRoms,
  moreRoms,
  noMovie,
  profileOption,
  setOption,
  shotOption,
  withMoreRoms,
} from "./options.ts";
import { Progress } from "./progress.ts";

const BATCH = 256;

interface RunFlags extends MoreRoms {
  movie?: string;
  frames?: number;
  core?: string;
  set: Record<string, string>;
  profile?: string;
  shot: { file: string; frame: number }[];
  fingerprints?: string;
  fault?: { kind: "lag"; frame: number }[];
  json?: boolean;
}

export function add(program: Command): Command {
  const command = program
    .command("run")
    .argument("<rom>", "the game")
    .description("Plays a game headless, as fast as the core goes.")
    .option("--movie <file>", "inputs to play; without it nobody touches the pads")
    .addOption(new Option("--frames <n>", "frames to run (default: the movie's, or 600)").argParser(count))
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(
      new Option("--shot <file@frame>", "write the picture of a frame as PNG; may be given several times")
        .argParser(shotOption)
        .default([], "none"),
    )
    .option("--fingerprints <file>", "write a line for each frame: the frame and its fingerprint")
    .addOption(new Option("--fault <lag@frame>", "run one frame too many there, as a hiccup would").argParser(fault))
    .addOption(jsonOption())
    .action(run);
  return example(withMoreRoms(command), "instep run game.nes --movie run.bk2 --core nestopia --shot end.png@13027");
}

async function run(rom: string, flags: RunFlags): Promise<void> {
  const { movie, boot: recorded } = flags.movie ? await loadMovie(flags.movie) : { movie: noMovie };
  const frames = flags.frames ?? (framesOf(movie) || 600);
  const late = flags.shot.find((shot) => shot.frame > frames);
  if (late)
    throw new Problem(`--shot ${late.file}@${late.frame}: the run ends at frame ${frames}; add --frames ${late.frame}`);
  const profile = await loadProfile(flags.profile);
  if (flags.fingerprints !== undefined && profile && !profile.profile.fingerprint)
    throw new Problem(`${profile.name}: has no fingerprint to write; add one, or leave --profile out`);
  const instance = await Instance.open("game", {
    rom,
    more: await findMore(flags.movie ?? rom, recorded, moreRoms(flags)),
    core: flags.core,
    settings: flags.set,
    movie,
    profile,
    faults: flags.fault,
  });
  const progress = new Progress();
  const prints = flags.fingerprints === undefined ? undefined : new FingerprintFile(flags.fingerprints);
  const shots = [...flags.shot].sort((a, b) => a.frame - b.frame);
  const started = performance.now();
  let lag = 0;
  let last = 0n;
  while (instance.frame < frames) {
    const shot = shots.find((s) => s.frame > instance.frame);
    const stop = shot ? (shot.frame === instance.frame + 1 ? shot.frame : shot.frame - 1) : frames;
    const shown = shot !== undefined && stop === shot.frame;
    const readings = await instance.play(Math.min(BATCH, stop - instance.frame), shown ? SHOW_ALL : SHOW_NOTHING);
    for (let row = 0; row < readings.count; row++) if (readings.polls[row] === 0) lag++;
    last = readings.prints.at(-1) ?? last;
    prints?.append(readings.first, readings.prints);
    if (shown)
      for (const same of shots.filter((s) => s.frame === stop))
        writeWhole(same.file, encodePng(await instance.picture()));
    progress.at("run", instance.frame, frames);
  }
  const seconds = (performance.now() - started) / 1000;
  const { boot, polling } = instance.opened;
  await instance.close();
  prints?.close();
  progress.stop();
  const fps = frames / seconds;
  const fingerprint = last.toString(16).padStart(16, "0");
  if (flags.json) {
    const lagFrames = polling === "exact" ? lag : null;
    console.log(JSON.stringify({ frames, fingerprint, lagFrames, seconds, fps, boot, bootHash: bootHash(boot) }));
    return;
  }
  console.log(
    `${boot.content.name} on ${boot.core.name} ${boot.core.version}: ${frames} frames in ${seconds.toFixed(1)} s (${Math.round(fps)} a second)`,
  );
  console.log(`fingerprint ${fingerprint} at frame ${frames}${polling === "exact" ? `, ${lag} lag frames` : ""}`);
  for (const what of boot.unpinned) console.log(`not pinned: ${what}`);
}

/** A line for each frame, written as they come. */
class FingerprintFile {
  readonly #path: string;
  readonly #fd: number;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openSync(path, "w");
    } catch (error) {
      throw diskProblem(path, error);
    }
  }

  append(first: number, prints: BigUint64Array): void {
    let text = "";
    for (let row = 0; row < prints.length; row++)
      text += `${first + row} ${prints[row]!.toString(16).padStart(16, "0")}\n`;
    try {
      writeSync(this.#fd, text);
    } catch (error) {
      throw diskProblem(this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
