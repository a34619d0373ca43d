// The checks that need no run: style, types, the layout's arrows, dead code. `npm run lint` runs them alone.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const CHECKS = {
  "style (biome)": ["@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  "types (tsc)": ["typescript/bin/tsc", "-p", "tsconfig.json"],
  "imports point down (dependency-cruiser)": [
    "dependency-cruiser/bin/dependency-cruise.mjs",
    "--output-type=err",
    "src",
  ],
  "no dead code (knip)": ["knip/bin/knip.js", "--no-progress", "--no-config-hints"],
};

/** Runs all checks, two at a time, and prints what they find. Returns the names of those that failed. */
export async function lint() {
  const waiting = Object.entries(CHECKS);
  const failed = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, [tool, ...args]] = next;
      const started = performance.now();
      const { code, output } = await run(join(root, "node_modules", tool), args);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (code !== 0) failed.push(name);
      console.log(code === 0 ? `ok      ${name} ${seconds} s` : `FAILED  ${name}\n${output.trimEnd()}\n`);
    }
  };
  await Promise.all([worker(), worker()]);
  return { failed, count: Object.keys(CHECKS).length };
}

function run(tool, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [tool, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await lint()).failed.length ? 1 : 0;
