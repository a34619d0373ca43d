import { mkdirSync, realpathSync, statSync } from "node:fs";
import { lstat, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "../../problem.ts";
import { Refusal } from "./fault.node.ts";

/** A folder that was chosen. */
export interface Root {
  readonly name: string;
  /** Without links. */
  readonly path: string;
  /** The games that come with Instep are only read. */
  readonly writable: boolean;
}

/** A file in one of them. `id` is the number of its root and its path there: "0/gleam/run.isr". */
export interface Found {
  readonly id: string;
  readonly path: string;
  readonly size: number;
  /** Of its last change, in ms since 1970. */
  readonly time: number;
}

const DEEPEST = 6;
const MOST_FILES = 5000;
/** What the studio keeps of its own lies in a folder of this name; nothing that starts with a dot is shown. */
const OWN = ".instep";

/** The folders that the studio may look into, and nothing else. */
export class Folders {
  readonly roots: readonly Root[];

  /** The first is where recordings go. Without any it is ~/Instep, which is made. Throws a Problem for what is no folder. */
  constructor(paths: readonly string[]) {
    const chosen = paths.length ? paths.map((path) => resolve(path)) : [join(homedir(), "Instep")];
    if (paths.length === 0) mkdirSync(chosen[0]!, { recursive: true });
    const games = fileURLToPath(new URL("../../../games", import.meta.url));
    this.roots = [
      ...chosen.map((path) => ({ name: basename(path), path: real(path), writable: true })),
      { name: "comes with Instep", path: real(games), writable: false },
    ];
  }

  get home(): string {
    return this.roots[0]!.path;
  }

  /** A file of the studio's own. */
  own(...names: string[]): string {
    return join(this.home, OWN, ...names);
  }

  /** Where a file is that exists. Throws a Refusal for what leads out of the folders, by links too. */
  async find(id: string): Promise<string> {
    const { root, path } = this.#place(id);
    const there = await realpath(path).catch(() => {
      throw new Refusal(404, `${id}: there is no such file`);
    });
    this.#within(root, there, id);
    if (!(await stat(there)).isFile()) throw new Refusal(404, `${id}: is no file`);
    return there;
  }

  /** Where a file may be made that is not there yet, its folder with it. */
  async make(id: string): Promise<string> {
    const { root, path } = this.#place(id);
    if (!root.writable) throw new Refusal(403, `${root.name}: is only read; choose a folder of your own`);
    const folder = dirname(path);
    // Folders are made one by one, so that none is made through a link.
    const parts = folder.slice(root.path.length).split(sep).filter(Boolean);
    let at = root.path;
    for (const part of parts) {
      at = join(at, part);
      const known = await lstat(at).catch(() => undefined);
      if (!known) await mkdir(at);
      this.#within(root, await realpath(at), id);
    }
    if ((await lstat(path).catch(() => undefined))?.isSymbolicLink())
      throw new Refusal(403, `${id}: leads out of the folders`);
    return path;
  }

  idOf(path: string): string | undefined {
    const at = this.roots.findIndex((root) => path.startsWith(root.path + sep));
    return at < 0
      ? undefined
      : `${at}/${path
          .slice(this.roots[at]!.path.length + 1)
          .split(sep)
          .join("/")}`;
  }

  writable(id: string): boolean {
    return this.roots[Number(id.split("/")[0])]?.writable ?? false;
  }

  /** All files with these extensions (lower case, no dot); links are not followed. */
  async list(wanted: ReadonlySet<string>): Promise<Found[]> {
    const found: Found[] = [];
    const walk = async (root: number, folder: string, depth: number): Promise<void> => {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (entry.name.startsWith(".") || entry.name === "node_modules" || found.length >= MOST_FILES) continue;
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          // A job's folder holds no files for people.
          if (depth < DEEPEST && !entry.name.endsWith(".job")) await walk(root, path, depth + 1);
        } else if (entry.isFile() && wanted.has(/\.([^.]+)$/.exec(entry.name)?.[1]?.toLowerCase() ?? "")) {
          const about = await stat(path).catch(() => undefined);
          if (about) found.push({ id: this.idOf(path)!, path, size: about.size, time: about.mtimeMs });
        }
      }
    };
    for (const [i, root] of this.roots.entries()) await walk(i, root.path, 0);
    return found;
  }

  #place(id: string): { root: Root; path: string } {
    const [number = "", ...parts] = id.split("/");
    const root = /^\d{1,4}$/.test(number) ? this.roots[Number(number)] : undefined;
    const bad = (part: string): boolean =>
      part === "" || part.startsWith(".") || /[\\\0]/.test(part) || part.length > 255;
    if (!root || parts.length === 0 || parts.some(bad)) throw new Refusal(404, "there is no such file in the folders");
    return { root, path: join(root.path, ...parts) };
  }

  #within(root: Root, path: string, id: string): void {
    if (path !== root.path && !path.startsWith(root.path + sep))
      throw new Refusal(403, `${id}: leads out of the folders`);
  }
}

function real(path: string): string {
  try {
    if (!statSync(path).isDirectory()) throw new Problem(`${path}: is no folder; name one with recordings`);
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${path}: no such folder; make it first`);
  }
}
