import { embeddedCores } from "../../../machine/embedded.ts";
import type { Core } from "../../../machine/registry.ts";
import { Problem } from "../../../problem.ts";
import { isIsr, writeIsr } from "../../../replay/isr.ts";
import { recordedBoot } from "../../../replay/isr-header.ts";
import { readMovie } from "../../../replay/movies.ts";
import { Player } from "../../../replay/player.ts";
import { readReplay } from "../../../replay/reader.ts";
import type { Replay } from "../../../replay/replay.ts";
import { applyPatches } from "../../../watch/patches.ts";
import { checkProfile } from "../../../watch/profile.ts";
import type { GameFile, WantedRom } from "../source.ts";
import { hashOf, isRom } from "./roms.ts";

/** Reads a recording; a movie of another program is one that observes nothing. Throws a Problem for anything else. */
export function readRecording({ name, bytes }: GameFile): Replay {
  return readReplay(name, isIsr(bytes) ? bytes : writeIsr(readMovie(name, bytes)));
}

/** What a recording is to be played with. */
export interface Setup {
  readonly file: GameFile;
  readonly rom: GameFile;
  readonly core: string;
}

/** No core that runs in pages plays it. */
export class NativeOnly extends Error {
  readonly core: string;
  readonly system: string;

  constructor(line: string, core: string, system: string) {
    super(line);
    this.core = core;
    this.system = system;
  }
}

/**
 * The embedded core that plays a recording: the one that made it, the one that is asked for, or another of its system.
 * Throws {@link NativeOnly} where there is none.
 */
export function coreFor(file: string, { movie, recording }: Replay, asked: string | undefined): Core {
  const boot = recordedBoot(recording);
  const made = boot?.core.name ?? movie.emulator ?? "another program";
  const system = boot?.system ?? movie.system;
  const refuse = (why: string): never => {
    throw new NativeOnly(`${file}: ${why}`, made, system);
  };
  if (boot?.more) refuse(`it is of ${boot.more.length + 1} linked consoles, which a page cannot play`);
  const fit = embeddedCores.filter(({ systems }) => systems.includes(system));
  const core =
    fit.find(({ name }) => name === (asked ?? boot?.core.name)) ?? (asked === undefined ? fit[0] : undefined);
  if (core) return core;
  const known = embeddedCores.map(({ name, systems }) => `${name} (${systems.join(", ")})`).join(" and ");
  if (asked !== undefined && fit.length > 0)
    throw new Problem(`${file}: there is no core "${asked}" for ${system} here; there are ${known}`);
  return refuse(`it was made on ${made} (${system}); in a page there are ${known}`);
}

/** What to ask for. */
export function wantedRom({ movie: { rom } }: Replay, core: Core, refused?: string): WantedRom {
  const hash = hashOf(rom);
  return {
    ...(rom.name !== undefined && { name: rom.name.slice(0, 200) }),
    ...(hash && { hash: `${hash.label} ${hash.hash}` }),
    extensions: core.extensions,
    ...(refused !== undefined && { refused }),
  };
}

/** What somebody who watches should know. */
export function remarksOf(replay: Replay, { core, rom }: Setup): string[] {
  const { movie, recording, profile, complete, damage } = replay;
  const boot = recordedBoot(recording);
  const version = embeddedCores.find(({ name }) => name === core)!.version;
  const made = boot ? `${boot.core.name} ${boot.core.version}` : movie.emulator;
  return [
    ...(made !== undefined && made !== `${core} ${version}`
      ? [`Made on ${made}, played here on ${core} ${version}: it may part.`]
      : []),
    ...(isRom(movie.rom, rom.bytes) === undefined
      ? ["It does not say which game it is of: the game is not checked."]
      : []),
    ...(damage === undefined ? [] : [`It is damaged: ${damage}. What comes before plays.`]),
    ...(complete || damage !== undefined ? [] : ["It was cut off: what is there plays."]),
    ...(profile ? [] : ["It holds inputs only: there is nothing to compare."]),
  ];
}

/** A machine as the recording was made, and the recording in it. Throws a Problem for what cannot be played. */
export async function openPlayer(replay: Replay, { file, rom, core: name }: Setup): Promise<Player> {
  const { movie, recording, profile } = replay;
  const { start } = movie;
  if (start.kind === "state")
    throw new Problem(`${file.name}: it starts from a savestate of its own emulator, which no other core can load`);
  const games = profile?.sha256 ?? [];
  if (games.length > 0 && !games.some((sha256) => isRom({ sha256 }, rom.bytes)))
    throw new Problem(`${file.name}: its profile is of another game than ${rom.name}`);
  const core = embeddedCores.find((one) => one.name === name)!;
  const boot = recordedBoot(recording);
  const machine = await core.open({
    content: {
      name: rom.name,
      bytes: profile ? applyPatches(rom.name, rom.bytes, profile, recording.patches ?? {}) : rom.bytes,
    },
    settings: boot?.core.name === name ? boot.settings : {},
    ...(start.kind === "save" && start.data.length > 0 && { save: start.data }),
  });
  if (profile) checkProfile(file.name, profile, machine.memory);
  return new Player(machine, replay, { repair: "values" });
}
