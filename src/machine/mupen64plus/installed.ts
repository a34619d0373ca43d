import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { missing } from "../../problem.ts";

/** Where a system keeps Mupen64Plus. */
export interface Installed {
  readonly core: string;
  readonly rsp: string;
  /** Folder of the game database and the plugins' own tables. */
  readonly data: string;
  /** The library of ours that drives it. */
  readonly shim: string;
}

const CORE = "libmupen64plus.so.2";
const INSTALL = "./instep setup --native";

/** Where the compiled shim is, once it was built: see scripts/build-mupen64plus.mjs. */
async function shimPath(): Promise<string> {
  let script = new URL("scripts/build-mupen64plus.mjs", import.meta.url);
  while (!existsSync(script) && script.pathname !== "/scripts/build-mupen64plus.mjs")
    script = new URL("../../scripts/build-mupen64plus.mjs", script);
  return ((await import(script.href)) as { mupen64plusShim(): string }).mupen64plusShim();
}

function libraryFolders(): string[] {
  const triplets = existsSync("/usr/lib") ? readdirSync("/usr/lib").filter((name) => name.includes("-linux-")) : [];
  return ["/usr/local/lib", ...triplets.map((triplet) => `/usr/lib/${triplet}`), "/usr/lib64", "/usr/lib"];
}

function find(what: string, places: readonly string[]): string {
  const place = places.find(existsSync);
  if (!place) throw missing(`Mupen64Plus's ${what}`, INSTALL);
  return place;
}

/** The file of a plugin by its short name: "video-rice", "rsp-hle". A Problem (3) when it is not there. */
export function pluginPath(name: string): string {
  const file = `mupen64plus/mupen64plus-${name}.so`;
  return find(
    `plugin ${name}`,
    libraryFolders().map((folder) => join(folder, file)),
  );
}

/** Everything but the video plugin. A Problem (3) that says what is not installed. */
export async function installed(): Promise<Installed> {
  return {
    core: find(
      "core",
      libraryFolders().map((folder) => join(folder, CORE)),
    ),
    rsp: pluginPath("rsp-hle"),
    data: find("data", ["/usr/local/share/mupen64plus", "/usr/share/games/mupen64plus", "/usr/share/mupen64plus"]),
    shim: find("shim", [await shimPath()]),
  };
}

export async function isInstalled(): Promise<boolean> {
  try {
    await installed();
    return true;
  } catch {
    return false;
  }
}
