import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import type { ChildJob } from "./run-child.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Below node_modules, so that the bundle finds its packages. */
const folder = join(root, "node_modules", ".cache", `instep-contract-${crypto.randomUUID()}`);
let bundle: Promise<string> | undefined;

/** Node 20 does not run TypeScript: the script is bundled once, from the sources as they are now. */
async function bundled(): Promise<string> {
  await build({
    configFile: false,
    logLevel: "error",
    root,
    build: { ssr: join(root, "test/machine/run-child.ts"), outDir: folder, emptyOutDir: true, target: "node20" },
  });
  return join(folder, "run-child.js");
}

/** The fingerprints of a run in a process of its own. */
export async function runInChild(job: ChildJob): Promise<bigint[]> {
  bundle ??= bundled();
  const { stdout } = await promisify(execFile)(process.execPath, [await bundle, JSON.stringify(job)], {
    maxBuffer: 1 << 26,
  });
  return (JSON.parse(stdout) as string[]).map(BigInt);
}

/** To be called when the tests of a file are over. */
export async function removeBundle(): Promise<void> {
  bundle = undefined;
  await rm(folder, { recursive: true, force: true });
}
