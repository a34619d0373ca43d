// Installs dependencies and builds, only when something changed since the last time: a few ms otherwise.
// `node scripts/prepare.mjs --test` also installs what the tests run: native emulators and tools.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { locked } from "./lock.mjs";
import { progress } from "./progress.mjs";

/** Something that stopped it, and the mend. `details` is what the tool said, for above the message. */
export class CannotPrepare extends Error {
  constructor(message, details = "") {
    super(message);
    this.details = details;
  }
}

/** An installed package has no sources: there is nothing to do. */
export async function prepare(root) {
  if (!existsSync(join(root, "src"))) return;
  if (isInstalled(root) && isBuilt(root)) return;
  try {
    mkdirSync(join(root, ".cache"), { recursive: true });
    await locked(join(root, ".cache/prepare.lock"), async () => {
      if (!isInstalled(root)) await install(root);
      if (!isBuilt(root)) await build(root);
    });
  } catch (error) {
    if (!["EACCES", "EROFS", "EPERM", "ENOSPC"].includes(error.code)) throw error;
    throw new CannotPrepare(`cannot write in ${root} (${error.code}); it must be writable for the first start`);
  }
}

const hashOf = (data) => createHash("sha256").update(data).digest("hex");
const readOr = (path, otherwise) => (existsSync(path) ? readFileSync(path, "utf8") : otherwise);

function isInstalled(root) {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const stamp = join(root, "node_modules/.instep-stamp");
  if (readOr(stamp) === hashOf(lock)) return true;
  if (!matches(JSON.parse(lock), JSON.parse(readOr(join(root, "node_modules/.package-lock.json"), "{}")))) return false;
  writeFileSync(stamp, hashOf(lock));
  return true;
}

/** Whether npm's own list of what it installed has all that the lock asks for: somebody ran `npm install`. */
function matches(lock, installed) {
  return Object.entries(lock.packages).every(
    ([path, { version, optional }]) => path === "" || optional || installed.packages?.[path]?.version === version,
  );
}

async function install(root) {
  const { code, output } = await run("installing dependencies, this once", root, ...installers(root));
  if (code === 0 && existsSync(join(root, "node_modules"))) {
    writeFileSync(join(root, "node_modules/.instep-stamp"), hashOf(readFileSync(join(root, "package-lock.json"))));
    return;
  }
  if (code === null) throw new CannotPrepare("npm is not installed; it comes with Node.js: https://nodejs.org");
  if (
    /\b(ENOTFOUND|EAI_AGAIN|E?CONN(REFUSED|RESET)|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/.test(output)
  ) {
    throw new CannotPrepare(
      "the package registry cannot be reached, so the dependencies are not installed; go online once and start again",
    );
  }
  throw new CannotPrepare("the dependencies could not be installed; mend what npm says above, or try: npm ci", output);
}

/**
 * `npm ci` refuses a lock that lacks other platforms' optional packages, as npm writes it where the registry did not
 * give them. Where the lock agrees with package.json, `npm install` then installs just what the lock says.
 */
function installers(root) {
  const read = (name) => JSON.parse(readFileSync(join(root, name), "utf8"));
  const locked = read("package-lock.json").packages[""];
  const wanted = read("package.json");
  const same = ["dependencies", "devDependencies"].every(
    (k) => JSON.stringify(locked[k]) === JSON.stringify(wanted[k]),
  );
  const ci = npm("ci", ...QUIET);
  return same ? [ci, npm("install", "--no-save", ...QUIET)] : [ci];
}

const QUIET = ["--include=dev", "--loglevel=error"];

/** npm's own entry in the npm that runs this, if one does: found also where no `npm` is in the path. */
function npm(...args) {
  const entry = process.env.npm_execpath;
  return entry?.endsWith("npm-cli.js")
    ? [process.execPath, entry, ...args]
    : [process.platform === "win32" ? "npm.cmd" : "npm", ...args];
}

const isBuilt = (root) => readOr(join(root, "dist/.stamp")) === sourcesHash(root);

/** Over names, sizes and times of all that the build reads. */
function sourcesHash(root) {
  const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const more = [
    "tsconfig.json",
    "tsconfig.build.json",
    "games/tsconfig.json",
    "games/gleam/bot.ts",
    "games/gleam/gleam.nes",
    "package-lock.json",
    "scripts/build-pages.mjs",
  ];
  files.push(...more.map((name) => join(root, name)));
  const lines = files.sort().map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}\n`;
  });
  return hashOf(lines.join(""));
}

async function build(root) {
  const before = sourcesHash(root);
  const main = join(root, "dist/cli/main.js");
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  // The compiler's notes would have it believe that what was deleted is still there.
  if (!existsSync(main)) rmSync(join(root, "dist/.tsbuildinfo"), { force: true });
  const { code, output } = await run("building", root, [process.execPath, tsc, "-b", "tsconfig.build.json", "games"]);
  if (!existsSync(main)) throw new CannotPrepare("the build failed; mend what the compiler says above", output);
  await buildPages(root);
  if (code === 0) return writeFileSync(join(root, "dist/.stamp"), before);
  // The compiler writes its output even so: who is in the middle of a change can run it.
  const faults = output.split("\n").filter((line) => line.includes("error TS"));
  process.stderr.write(`instep: built with ${faults.length} type errors, the first: ${faults[0]}\n`);
}

/** What runs in browsers; where it cannot be built, all else runs without it. */
async function buildPages(root) {
  const script = join(root, "scripts/build-pages.mjs");
  const { code, output } = await run("building what runs in browsers", root, [process.execPath, script]);
  if (code !== 0) process.stderr.write(`${output}instep: what runs in browsers was not built, for the reason above\n`);
}

/** Runs them in `root` until one succeeds, while telling `title`; code null: there is no such program. */
async function run(title, root, ...commands) {
  const stop = progress(title);
  let result;
  for (const command of commands) {
    result = await output(root, command);
    if (result.code === 0) break;
  }
  stop();
  return result;
}

function output(root, [program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", () => resolve({ code: null, output }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Native emulators and test tools. Without the right to install, tests of what is missing do not run; CI insists. */
async function prepareTests(root) {
  await prepare(root);
  const code = await new Promise((resolve) => {
    const script = join(root, "scripts/setup-native.mjs");
    spawn(process.execPath, [script, "--dev"], { stdio: "inherit" }).on("close", (status) => resolve(status ?? 1));
  });
  if (code === 0) return;
  if (process.env.CI)
    throw new CannotPrepare("the native emulators could not be installed, and the tests need them all here");
  process.stderr.write("instep: not all native emulators are installed (see above); tests that need them do not run\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  try {
    await (process.argv.includes("--test") ? prepareTests(root) : prepare(root));
  } catch (error) {
    if (!(error instanceof CannotPrepare)) throw error;
    process.stderr.write(`${error.details}instep: ${error.message}\n`);
    process.exitCode = 3;
  }
}
