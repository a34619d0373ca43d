import { basename } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readInput } from "../follow/open-run.node.ts";
import { readSyncSettings } from "../follow/sync-settings.node.ts";
import { type Boot, sha256Hex } from "../machine/boot.ts";
import type { Movie } from "../movie/movie.ts";
import { isIsr, readIsr } from "../replay/isr.ts";
import { recordedBoot } from "../replay/isr-header.ts";
import { readMovie } from "../replay/movies.ts";
import type { Fault } from "../replay/run.ts";
import { type Profile, parseProfile } from "../watch/profile.ts";

// A flag means the same in every command: what several commands take is made here.

type Settings = Record<string, string>;

/** "k=v,k=v", also given several times. "@FILE": all that change the run, as `instep audit --write FILE` has them. */
export function settings(text: string, previous: Settings = {}): Settings {
  const result = { ...previous };
  for (const pair of text.split(",")) {
    if (pair.startsWith("@")) {
      Object.assign(result, readSyncSettings(pair.slice(1)).sync);
      continue;
    }
    const at = pair.indexOf("=");
    if (at < 1) throw new InvalidArgumentError(`"${pair}" is not name=value.`);
    result[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return result;
}

export function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("A whole number from 0 on is meant.");
  return Number(text);
}

/** As {@link count}, where none would be nothing to do. */
export function atLeastOne(text: string): number {
  if (!/^0*[1-9]/.test(text)) throw new InvalidArgumentError("A whole number from 1 on is meant.");
  return count(text);
}

/** "lag@3000", also given several times. */
export function fault(text: string, previous: readonly Fault[] = []): Fault[] {
  const match = /^lag@(\d{1,9})$/.exec(text);
  if (!match || match[1] === "0") throw new InvalidArgumentError('"lag@FRAME" is meant, such as lag@3000.');
  return [...previous, { kind: "lag", frame: Number(match[1]) }];
}

export const coreOption = (): Option => new Option("--core <name>", "the core, by name or path (see: instep cores)");
export const setOption = (): Option =>
  new Option("--set <k=v,...>", "options of the core; @FILE: those that instep audit --write put there")
    .argParser(settings)
    .default({}, "the core's defaults");
/** Games of linked consoles besides the first one's. */
export interface MoreRoms {
  rom2?: string;
  rom3?: string;
  rom4?: string;
}

export function withMoreRoms(command: Command, otherwise = "the first one's"): Command {
  const ordinals = ["second", "third", "fourth"];
  for (const [i, ordinal] of ordinals.entries())
    command.addOption(
      new Option(`--rom${i + 2} <file>`, `linked consoles: the ${ordinal} one's game (default: ${otherwise})`),
    );
  return command;
}

/** As {@link MachineSpec} has them. */
export function moreRoms({ rom2, rom3, rom4 }: MoreRoms): (string | undefined)[] {
  const paths = [rom2, rom3, rom4];
  return paths.slice(0, paths.findLastIndex((path) => path !== undefined) + 1);
}
export const profileOption = (): Option =>
  new Option("--profile <file>", "what to watch of the game (docs/profiles.md)");
export const jsonOption = (): Option => new Option("--json", "print the result as one line of JSON, for machines");

/** Adds an example to a command's help. */
export function example(command: Command, ...lines: string[]): Command {
  return command.addHelpText("after", `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

/** `boot`: where a recording is played, its machine's. */
export async function loadMovie(path: string): Promise<{ movie: Movie; boot: Boot | undefined; sha256: string }> {
  const bytes = await readInput(path);
  const sha256 = sha256Hex(bytes);
  if (!isIsr(bytes)) return { movie: readMovie(basename(path), bytes), boot: undefined, sha256 };
  const { movie, recording } = readIsr(basename(path), bytes);
  return { movie, boot: recordedBoot(recording), sha256 };
}

export async function loadProfile(path: string | undefined): Promise<{ name: string; profile: Profile } | undefined> {
  if (path === undefined) return undefined;
  return { name: path, profile: parseProfile(path, Buffer.from(await readInput(path)).toString()) };
}

/** "FILE@FRAME" of --shot. */
export function shotOption(
  text: string,
  previous: readonly { file: string; frame: number }[] = [],
): { file: string; frame: number }[] {
  const match = /^(.+)@(\d{1,9})$/.exec(text);
  if (!match || match[2] === "0")
    throw new InvalidArgumentError("FILE@FRAME is meant, such as title.png@120; frames are counted from 1.");
  return [...previous, { file: match[1]!, frame: Number(match[2]) }];
}

/** Inputs of nobody: a run without a movie. */
export const noMovie: Movie = {
  system: "unknown",
  by: "frame",
  length: 0,
  tracks: [],
  events: [],
  start: { kind: "power-on" },
  rom: {},
};
