import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { sha256Hex } from "../machine/boot.ts";
import { findCore } from "../machine/cores.node.ts";
import type { Cartridge, Machine } from "../machine/machine.ts";
import type { Core } from "../machine/registry.ts";
import type { Movie } from "../movie/movie.ts";
import { settingsOf } from "../movie/sync-settings.ts";
import { Problem } from "../problem.ts";
import { Player } from "../replay/player.ts";
import { readReplay } from "../replay/reader.ts";
import type { Repair } from "../replay/restorer.ts";
import { type Fault, Run } from "../replay/run.ts";
import { applyPatches } from "../watch/patches.ts";
import { checkProfile, defaultProfile, type Profile, type Range } from "../watch/profile.ts";
import { withMasks } from "./readback.ts";

/** What a machine is opened with; plain data, so that it crosses to an instance. */
export interface MachineSpec {
  /** Path of the game. */
  readonly rom: string;
  /** For linked consoles: paths of the games of the second one and on; undefined is the first one's. */
  readonly more?: readonly (string | undefined)[] | undefined;
  /** Name or path; by the game's extension when absent. */
  readonly core?: string | undefined;
  /** What is not given here is as the movie says where its file names the core's own options, else the core's default. */
  readonly settings: Readonly<Record<string, string>>;
  readonly movie?: Movie | undefined;
  /** `name` is its file, for messages; without one, system RAM is watched. */
  readonly profile?: { readonly name: string; readonly profile: Profile } | undefined;
  /** What the profile's fingerprint leaves out besides: see {@link withMasks}. */
  readonly masks?: readonly Range[] | undefined;
  /** Which of the profile's patches are on. */
  readonly patches?: Readonly<Record<string, boolean>> | undefined;
}

/** All that a run depends on. */
export interface RunSpec extends MachineSpec {
  readonly movie: Movie;
  readonly faults?: readonly Fault[] | undefined;
  /** The run plays this recording: its file, whose movie, profile and patches hold instead of those here. */
  readonly replay?: { readonly file: string; readonly repair: Repair } | undefined;
}

/** Opens the machine and puts the movie or the recording in. Every fault of the input files is a Problem. */
export async function openRun(spec: RunSpec): Promise<{ run: Run; profile: Profile }> {
  if (spec.replay) return openReplay(spec, spec.replay);
  const { machine, profile } = await openMachine(spec, spec.movie.start);
  return { run: new Run(machine, spec.movie, profile, spec.faults), profile };
}

async function openReplay(spec: RunSpec, { file, repair }: NonNullable<RunSpec["replay"]>) {
  const replay = readReplay(file, await readInput(file));
  const profile = replay.profile && { name: file, profile: replay.profile };
  const { patches } = replay.recording;
  const opened = await openMachine({ ...spec, profile, patches }, replay.movie.start);
  return { run: new Player(opened.machine, replay, { repair, faults: spec.faults }), profile: opened.profile };
}

/** Opens a machine with its game, patched as asked. */
export async function openMachine(
  spec: MachineSpec,
  start: Movie["start"] = { kind: "power-on" },
): Promise<{ machine: Machine; profile: Profile }> {
  if (start.kind === "state") {
    throw new Problem(
      "this movie starts from a savestate of its emulator, which no other core can load; use one that starts from power-on",
    );
  }
  const core = await findCore(spec.core, spec.rom);
  const content = await readInput(spec.rom);
  const games = spec.profile?.profile.sha256 ?? [];
  if (spec.profile && games.length > 0 && !games.includes(sha256Hex(content)))
    throw new Problem(`${spec.profile.name}: its addresses are of another game (SHA-256 ${games[0]}) than ${spec.rom}`);
  const name = basename(spec.rom);
  const bytes = spec.profile ? applyPatches(name, content, spec.profile.profile, spec.patches ?? {}) : content;
  const [save, ...saves] = start.kind === "save" ? [start.data, ...(start.more ?? [])] : [];
  const more = await cartridges({ name, bytes }, spec.more ?? [], saves);
  if (more.length > 0 && core.name !== "link" && !(Number(spec.settings.consoles) > 1))
    throw new Problem(
      `${more[0]!.name}: the core ${core.name} has one console here; games for more of them go with --core link, or with --set consoles=2 where the core has a network of its own`,
    );
  const machine = await core.open({
    content: { name, bytes },
    settings: { ...saidBy(spec.movie, core), ...spec.settings },
    ...(more.length > 0 && { more }),
    ...(save?.length && { save }),
  });
  if (spec.profile) checkProfile(spec.profile.name, spec.profile.profile, machine.memory);
  const profile = spec.profile?.profile ?? defaultProfile(machine.memory);
  return { machine, profile: withMasks(profile, spec.masks ?? []) };
}

/** Of the core's options, those that the movie's file names: an .m64 says what is in each port. */
function saidBy(movie: Movie | undefined, { options }: Core): Record<string, string> {
  const said = movie ? settingsOf(movie) : {};
  const known = options.filter(({ key, values }) => values.includes(said[key] as string));
  return Object.fromEntries(known.map(({ key }) => [key, said[key] as string]));
}

/** What is in the second console and on. */
function cartridges(
  first: Cartridge,
  paths: readonly (string | undefined)[],
  saves: readonly Uint8Array[],
): Promise<Cartridge[]> {
  const count = Math.max(paths.length, saves.length);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const [path, save] = [paths[i], saves[i]];
      const game = path === undefined ? first : { name: basename(path), bytes: await readInput(path) };
      return { ...game, ...(save?.length && { save }) };
    }),
  );
}

/** A file that the user named; why it cannot be read is a Problem. */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      { ENOENT: "no such file", EISDIR: "is a folder", EACCES: "no permission to read it" }[code ?? ""] ?? code;
    throw new Problem(`${path}: ${why}`);
  }
}
