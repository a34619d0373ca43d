import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { findCore } from "../machine/cores.node.ts";
import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import { type Fault, Run } from "../replay/run.ts";
import { checkProfile, defaultProfile, type Profile } from "../watch/profile.ts";

/** All that a run depends on; plain data, so that it crosses to an instance. */
export interface RunSpec {
  /** Path of the game. */
  readonly rom: string;
  /** Name or path; by the game's extension when absent. */
  readonly core?: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly movie: Movie;
  /** `name` is its file, for messages; without one, system RAM is watched. */
  readonly profile?: { readonly name: string; readonly profile: Profile } | undefined;
  readonly faults?: readonly Fault[] | undefined;
}

/** Opens the machine and puts the movie in. Every fault of the input files is a Problem. */
export async function openRun(spec: RunSpec): Promise<{ run: Run; profile: Profile }> {
  const { movie } = spec;
  if (movie.start.kind === "state") {
    throw new Problem(
      "this movie starts from a savestate of its emulator, which no other core can load; use one that starts from power-on",
    );
  }
  const core = await findCore(spec.core, spec.rom);
  const bytes = await readInput(spec.rom);
  const machine = await core.open({
    content: { name: basename(spec.rom), bytes },
    settings: spec.settings,
    ...(movie.start.kind === "save" && { save: movie.start.data }),
  });
  const games = spec.profile?.profile.sha256 ?? [];
  if (spec.profile && games.length > 0 && !games.includes(machine.boot.content.sha256))
    throw new Problem(`${spec.profile.name}: its addresses are of another game (SHA-256 ${games[0]}) than ${spec.rom}`);
  if (spec.profile) checkProfile(spec.profile.name, spec.profile.profile, machine.memory);
  const profile = spec.profile?.profile ?? defaultProfile(machine.memory);
  return { run: new Run(machine, movie, profile, spec.faults), profile };
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
