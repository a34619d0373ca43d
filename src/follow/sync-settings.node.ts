import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Effect, effectsOf, parseSyncSettings, type SyncSettings } from "../machine/sync-settings.ts";
import { Problem } from "../problem.ts";
import { writeWhole } from "./job.node.ts";

/** The user's own: a file for each core and game. */
const folder = (): string => join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "instep", "sync-settings");

/** Keeps them where {@link knownEffects} finds them; the file's path. */
export function keepSyncSettings(settings: SyncSettings): string {
  const { core, game } = settings;
  mkdirSync(folder(), { recursive: true });
  const path = join(folder(), `${core.name}-${game.sha256.slice(0, 12)}.json`);
  writeSyncSettings(path, settings);
  return path;
}

export function writeSyncSettings(path: string, settings: SyncSettings): void {
  writeWhole(path, `${JSON.stringify(settings, null, 2)}\n`);
}

export function readSyncSettings(path: string): SyncSettings {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem(`${path}: ${code === "ENOENT" ? "no such file" : `cannot be read (${code})`}`);
  }
  return parseSyncSettings(path, text);
}

/** What a core's options do: measured for the project, and by this user's audits. */
export function knownEffects(core: string): Map<string, Effect> {
  let files: string[] = [];
  try {
    files = readdirSync(folder()).filter((name) => name.startsWith(`${core}-`) && name.endsWith(".json"));
  } catch {
    // nobody kept any
  }
  return effectsOf(
    core,
    files.map((name) => readSyncSettings(join(folder(), name))),
  );
}
