import { bootHash, sha256Hex } from "../machine/boot.ts";
import { embeddedCores } from "../machine/embedded.ts";
import { recordedBoot } from "../replay/isr-header.ts";
import { Player } from "../replay/player.ts";
import { readReplay } from "../replay/reader.ts";
import type { Replay } from "../replay/replay.ts";
import type { Repair } from "../replay/restorer.ts";
import { ReplaySeek } from "../replay/seek.ts";
import { IndexFile } from "./index-file.node.ts";
import { type MachineSpec, openMachine, readInput } from "./open-run.node.ts";
import { settingsFor } from "./playback.node.ts";

/** A recording that is to be sought in; plain data. */
export interface IndexSpec {
  /** Paths of the recording and of its game. */
  readonly file: string;
  readonly rom: string;
  readonly more?: MachineSpec["more"];
  readonly core?: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly repair: Repair;
  /** Load states that the recording's file holds: into the cores inside the program by default, into native ones not. */
  readonly fileStates?: boolean | undefined;
  /** An index that is made goes to the user's cache, not beside the recording. */
  readonly aside?: boolean | undefined;
}

/** A recording in a machine, with its index. */
export interface OpenIndexed {
  readonly replay: Replay;
  readonly player: Player;
  readonly seek: ReplaySeek;
  readonly file: IndexFile;
  /** Another machine that plays it, just switched on. */
  another(): Promise<Player>;
}

/** A recording as it was made: on its own core with its own settings, unless another is asked for. */
export function indexSpec(
  file: string,
  { recording }: Replay,
  asked: Omit<IndexSpec, "file" | "settings"> & { readonly settings?: Readonly<Record<string, string>> },
): IndexSpec {
  const boot = recordedBoot(recording);
  return { ...asked, file, core: asked.core ?? boot?.core.name, settings: settingsFor(boot, asked) };
}

/** Opens it, with the index that it has from earlier times. `onFrame` is called while a seek plays. */
export async function openIndexed(spec: IndexSpec, onFrame: () => void = () => {}): Promise<OpenIndexed> {
  const bytes = await readInput(spec.file);
  const replay = readReplay(spec.file, bytes);
  const another = () => openPlayer(spec, replay);
  const player = await another();
  const { boot } = player.machine;
  const file = new IndexFile({
    file: spec.file,
    bytes,
    run: sha256Hex(Buffer.from(bootHash(boot) + spec.repair)),
    aside: spec.aside,
  });
  const fileStates = spec.fileStates ?? embeddedCores.some((core) => core.name === boot.core.name);
  return { replay, player, file, another, seek: new ReplaySeek(player, { index: file.index, fileStates, onFrame }) };
}

async function openPlayer(spec: IndexSpec, replay: Replay): Promise<Player> {
  const { rom, more, core, settings, repair } = spec;
  const profile = replay.profile && { name: spec.file, profile: replay.profile };
  const { patches } = replay.recording;
  const { machine } = await openMachine({ rom, more, core, settings, profile, patches }, replay.movie.start);
  return new Player(machine, replay, { repair });
}
