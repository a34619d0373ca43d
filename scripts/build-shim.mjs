// Compiles a folder of native/ into a library of ours. What is built lies in a cache folder under the hash of its sources, so
// that every version of Instep finds its own.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FLAGS = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-fPIC", "-shared"];

/** Where the library of a folder of native/ is, or will be: $INSTEP_CACHE, or the user's cache folder. */
export function shimPath(name) {
  const sources = sourcesOf(name);
  const hash = createHash("sha256");
  for (const file of readdirSync(sources).sort()) hash.update(`${file}\0`).update(readFileSync(join(sources, file)));
  const cache = process.env.INSTEP_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "instep");
  return join(cache, `${name}-${hash.digest("hex").slice(0, 16)}.so`);
}

/** Compiles it unless it is there; undefined when that worked, else why not. */
export function buildShim(name, libraries) {
  const shim = shimPath(name);
  if (existsSync(shim)) return undefined;
  const part = `${shim}.${process.pid}`;
  const sources = sourcesOf(name);
  try {
    mkdirSync(join(shim, ".."), { recursive: true });
    const files = readdirSync(sources).filter((file) => file.endsWith(".c"));
    const made = spawnSync("gcc", [...FLAGS, "-o", part, ...files.map((file) => join(sources, file)), ...libraries], {
      encoding: "utf8",
    });
    if (made.error) return made.error.code === "ENOENT" ? "gcc is not installed" : made.error.message;
    if (made.status !== 0)
      return made.stderr.split("\n").find((line) => /error|cannot find/.test(line)) ?? "gcc failed";
    renameSync(part, shim);
    return undefined;
  } catch (error) {
    return error.message;
  } finally {
    rmSync(part, { force: true });
  }
}

/** For a script that is run by itself: builds, and says where the library is or why it is not. */
export function buildNow(name, libraries) {
  const fault = buildShim(name, libraries);
  console.log(fault ?? shimPath(name));
  process.exitCode = fault ? 1 : 0;
}

function sourcesOf(name) {
  return fileURLToPath(new URL(`../native/${name}/`, import.meta.url));
}
