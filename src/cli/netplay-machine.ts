import { basename } from "node:path";
import { openMachine, readInput } from "../follow/open-run.node.ts";
import { type Boot, sha256Hex } from "../machine/boot.ts";
import { type Machine, regionOf } from "../machine/machine.ts";
import type { Saves } from "../netplay/participant.ts";
import { LARGEST_SAVE } from "../netplay/session/messages.ts";
import { Problem } from "../problem.ts";

/** A game that this user has. */
export interface OwnGame {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

const GBA_SAVE_MOST = 0x20000;
/** Behind a Game Boy's save RAM, its cartridge's clock. */
const GB_CLOCK = 48;

/** Handhelds have one pad: several players have one each, linked. */
export function machineFor(
  rom: string,
  { core, set, players = 2 }: { core?: string; set: Record<string, string>; players?: number },
) {
  const linked = core === "link" || (core === undefined && players > 1 && /\.(gb|gbc|gba)$/i.test(rom));
  return linked ? { core: "link", settings: { consoles: `${players}`, ...set } } : { core, settings: set };
}

export async function ownGames(paths: readonly string[]): Promise<OwnGame[]> {
  return Promise.all(
    paths.map(async (path) => ({ path, name: basename(path), sha256: sha256Hex(await readInput(path)) })),
  );
}

/** The machine that a boot describes, with this user's files, as that seat sees it. */
export async function openAs(games: readonly OwnGame[], boot: Boot, saves: Saves, seat: number): Promise<Machine> {
  const pathOf = ({ name, sha256 }: Boot["content"]): string => {
    const own = games.find((game) => game.sha256 === sha256);
    if (!own) throw new Problem(`the game needs ${name} (SHA-256 ${sha256.slice(0, 12)}...); name it too`);
    return own.path;
  };
  // What is seen is each player's own business, and no part of the boot.
  const view =
    boot.core.name === "link" || boot.settings.consoles !== undefined ? { show: `${Math.max(0, seat) + 1}` } : {};
  const { machine } = await openMachine(
    {
      rom: pathOf(boot.content),
      more: boot.more?.map(({ content }) => pathOf(content)),
      core: boot.core.name,
      settings: { ...boot.settings, ...view },
    },
    startOf(saves),
  );
  return machine;
}

/** A machine that is another than it says it is. */
export async function disguised(
  games: readonly OwnGame[],
  boot: Boot,
  saves: Saves,
  seat: number,
  set: Readonly<Record<string, string>>,
): Promise<Machine> {
  const machine = await openAs(games, { ...boot, settings: { ...boot.settings, ...set } }, saves, seat);
  return Object.defineProperty(machine, "boot", { value: boot });
}

export function startOf(saves: Saves) {
  const [data = new Uint8Array(0), ...more] = saves.map((save) => save ?? new Uint8Array(0));
  return data.length + more.length > 0 ? { kind: "save" as const, data, more } : { kind: "power-on" as const };
}

export async function ownSave({ save }: { save?: string }): Promise<Uint8Array | undefined> {
  if (save === undefined) return undefined;
  const bytes = await readInput(save);
  if (bytes.length > LARGEST_SAVE)
    throw new Problem(`${save}: ${bytes.length} bytes are no save RAM; ${LARGEST_SAVE} are the most`);
  return bytes;
}

/** Most bytes of save RAM that each console takes. Of a GBA that makes it at its first use, as many as there can be. */
export function roomsOf(machine: Machine): number[] {
  const { system, ports } = machine.boot;
  return ports.map((_, i) => {
    const room = regionOf(machine, `${i + 1}.save`)?.size ?? (system === "gba" ? GBA_SAVE_MOST : 0);
    return room > 0 && system === "gb" ? room + GB_CLOCK : room;
  });
}
