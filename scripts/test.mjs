// `npm test`: the linters, then every test. `npm test -- test/movie` hands its arguments to vitest and runs only that.
// The last line is "N passed, N failed"; a linter counts as one test.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lint } from "./lint.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const results = join(root, ".cache/vitest.json");
const args = process.argv.slice(2);

const total = { passed: 0, skipped: 0, failed: [] };
if (args.length === 0) {
  const { failed, count } = await lint();
  total.passed += count - failed.length;
  total.failed.push(...failed);
}
await runVitest();

console.log();
for (const name of total.failed) console.log(`FAILED  ${name}`);
if (total.skipped && process.env.CI) console.log(`FAILED  here nothing may be skipped`);
const failures = total.failed.length + (total.skipped && process.env.CI ? 1 : 0);
const summary = `${total.passed} passed, ${failures} failed${total.skipped ? `, ${total.skipped} skipped` : ""}`;
writeFileSync(join(root, ".cache/summary"), `${summary}\n`);
console.log(summary);
process.exitCode = failures ? 1 : 0;

async function runVitest() {
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(results, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const code = await new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, "run", ...reporters, ...args], { cwd: root, stdio: "inherit" });
    child.on("close", (status) => resolve(status ?? 1));
  });
  const before = total.failed.length;
  for (const file of filesOf(results)) {
    const path = file.name.replace(root, "");
    if (file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"))
      total.failed.push(`${path}: ${firstLine(file.message)}`);
    for (const test of file.assertionResults) {
      if (test.status === "passed") total.passed++;
      else if (test.status === "failed") total.failed.push(`${path}: ${test.fullName}`);
      else total.skipped++;
    }
  }
  // An error outside all tests, or vitest's own end.
  if (code !== 0 && total.failed.length === before) total.failed.push(`vitest ended with code ${code} (see above)`);
}

function filesOf(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).testResults;
  } catch {
    return [];
  }
}

function firstLine(text) {
  return (text ?? "").split("\n")[0] || "the file could not be run";
}
