import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { missing, Problem } from "../problem.ts";
import { embeddedCores } from "./embedded.ts";
import { openCore } from "./libretro/core.ts";
import { KNOWN_CORES, knownCore } from "./libretro/known.ts";
import { closestFirst } from "./libretro/options.ts";
import { extensionOf, systemOf } from "./libretro/systems.ts";
import { link } from "./link/index.node.ts";
import { isBuilt } from "./link/shim.node.ts";
import { mupen64plus } from "./mupen64plus/index.ts";
import { isInstalled } from "./mupen64plus/installed.ts";
import type { Core } from "./registry.ts";

/** A core as `instep cores` lists it: here, or known with the command that installs it. */
export type Listed = { readonly name: string; readonly systems: readonly string[] } & (
  | { readonly core: Core; readonly path?: string }
  | { readonly install: string }
);

/** Which core plays what when none is named. */
const DEFAULT_CORES: Readonly<Record<string, string>> = {
  nes: "jsnes",
  gb: "boytacean",
  gbc: "boytacean",
  gba: "mgba",
  nds: "desmume",
  snes: "bsnes",
  pce: "beetle-pce-fast",
  psx: "beetle-psx",
  vb: "beetle-vb",
  wswan: "beetle-wswan",
};
const EXTENSIONS: Readonly<Record<string, string>> = {
  fds: "nestopia",
  unf: "nestopia",
  unif: "nestopia",
  z64: "mupen64plus",
  n64: "mupen64plus",
  v64: "mupen64plus",
};
/** Cores that are no libretro libraries. */
const OWN_CORES = [...embeddedCores, link, mupen64plus];
const LIBRARY = /_libretro\.(so|dylib|dll)$/;

/** Where libretro cores lie, the user's own folder first. */
function coreFolders(): string[] {
  const named = process.env.LIBRETRO_DIRECTORY;
  const triplets = existsSync("/usr/lib") ? readdirSync("/usr/lib").filter((name) => name.includes("-linux-")) : [];
  return [
    ...(named ? [named] : []),
    join(homedir(), ".config/retroarch/cores"),
    ...triplets.map((triplet) => `/usr/lib/${triplet}/libretro`),
    "/usr/lib/libretro",
  ];
}

/** Library files by the name that users call the core; the first folder that has one wins. */
function installedLibraries(): Map<string, string> {
  const libraries = new Map<string, string>();
  for (const folder of coreFolders()) {
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).sort()) {
      const name = knownCore(file)?.name ?? file.replace(LIBRARY, "");
      if (LIBRARY.test(file) && !libraries.has(name)) libraries.set(name, join(folder, file));
    }
  }
  return libraries;
}

function installOf(name: string): string {
  const known = KNOWN_CORES.find((core) => core.name === name);
  return `./instep setup --native${known ? ` (or: apt-get install ${known.package})` : ""}`;
}

/** Opened once for each path: asking a core takes some milliseconds. */
const asked = new Map<string, Promise<Core>>();
function ask(path: string): Promise<Core> {
  let core = asked.get(path);
  if (!core) {
    core = openCore(path);
    asked.set(path, core);
    core.catch(() => asked.delete(path));
  }
  return core;
}

/** The library of a libretro core by its name ("nestopia"), the start of it, or its path. */
export function libretroPath(nameOrPath: string): string {
  if (/[/\\]/.test(nameOrPath) || LIBRARY.test(nameOrPath)) return resolve(nameOrPath);
  const wanted = nameOrPath.toLowerCase();
  const libraries = installedLibraries();
  const exact = libraries.get(wanted);
  if (exact) return exact;
  const names = [...new Set([...KNOWN_CORES.map((core) => core.name), ...libraries.keys()])];
  const known = KNOWN_CORES.find((core) => core.name === wanted || core.file === wanted)?.name;
  const matches = known ? [known] : names.filter((name) => name.startsWith(wanted));
  const [name] = matches;
  if (matches.length > 1) throw new Problem(`core "${nameOrPath}": which one? ${matches.join(", ")}`);
  if (!name) {
    const all = [...OWN_CORES.map((core) => core.name), ...names];
    throw new Problem(`there is no core "${nameOrPath}"; there are: ${closestFirst(nameOrPath, all).join(", ")}`);
  }
  const path = libraries.get(name);
  if (!path) throw missing(`the core ${name}`, installOf(name));
  return path;
}

/** A libretro core by name or path, as {@link libretroPath} finds it. */
export async function libretroCore(nameOrPath: string): Promise<Core> {
  return ask(libretroPath(nameOrPath));
}

/** The core of that name or path; without one, the core that plays files of this name. */
export async function findCore(nameOrPath: string | undefined, romFileName: string): Promise<Core> {
  const name = nameOrPath ?? defaultCore(romFileName);
  const own = OWN_CORES.filter((core) => core.name.startsWith(name.toLowerCase()));
  return own.length === 1 ? own[0]! : libretroCore(name);
}

function defaultCore(romFileName: string): string {
  const extension = extensionOf(romFileName);
  const core = EXTENSIONS[extension] ?? DEFAULT_CORES[systemOf(romFileName) ?? ""];
  if (core) return core;
  throw new Problem(
    `${romFileName}: no core is known for ${extension ? `.${extension} files` : "a file without an extension"}; name one with --core (see: instep cores)`,
  );
}

/** Every core: those inside the program, those installed (each one is asked), those that could be installed. */
export async function listCores(): Promise<Listed[]> {
  const libraries = installedLibraries();
  const installed: Listed[] = [];
  for (const [, path] of [...libraries].sort()) {
    try {
      const core = await ask(path);
      installed.push({ name: core.name, systems: core.systems, core, path });
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // a library that does not load here is no core
    }
  }
  const absent = KNOWN_CORES.filter((core) => !libraries.has(core.name));
  return [
    ...embeddedCores.map((core) => ({ name: core.name, systems: core.systems, core })),
    ...installed,
    listed(link, await isBuilt()),
    listed(mupen64plus, await isInstalled()),
    ...absent.map(({ name, systems }) => ({ name, systems, install: installOf(name) })),
  ];
}

function listed(core: Core, here: boolean): Listed {
  const { name, systems } = core;
  return here ? { name, systems, core } : { name, systems, install: installOf(name) };
}
