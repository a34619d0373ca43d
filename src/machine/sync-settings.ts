import * as v from "valibot";
import { Problem } from "../problem.ts";
import { MEASURED } from "./measured-settings.ts";

/** "run": it was seen to change what a game does. "output": its picture or sound alone. */
export type Effect = "run" | "output";

const Settings = v.record(v.string(), v.string());
const Schema = v.object({
  core: v.object({ name: v.string(), version: v.string(), build: v.string() }),
  game: v.object({ name: v.string(), sha256: v.string() }),
  frames: v.number(),
  /** Change the run: two machines must have them alike. */
  sync: Settings,
  /** Change the picture or the sound alone. */
  output: Settings,
  /** Changed nothing with this game in these frames; with another they may. */
  unseen: Settings,
});

/** A core's options with the values of a boot, by what they were seen to change with a game (`instep audit --write`). */
export type SyncSettings = Readonly<v.InferOutput<typeof Schema>>;

/** `name` is the file's, for messages. */
export function parseSyncSettings(name: string, text: string): SyncSettings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Problem(`${name}: not JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(Schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Problem(
    `${name}: ${v.getDotPath(issue) ?? "sync settings"}: ${issue.message}; instep audit --write makes it`,
  );
}

/** What a core's options do, by the project's measurements and these; the worst that was seen counts. */
export function effectsOf(core: string, own: readonly SyncSettings[] = []): Map<string, Effect> {
  const effects = new Map<string, Effect>();
  const measured = own.filter((settings) => settings.core.name === core);
  const known = MEASURED[core];
  for (const key of [...(known?.output ?? []), ...measured.flatMap(({ output }) => Object.keys(output))])
    effects.set(key, "output");
  for (const key of [...(known?.run ?? []), ...measured.flatMap(({ sync }) => Object.keys(sync))])
    effects.set(key, "run");
  return effects;
}
