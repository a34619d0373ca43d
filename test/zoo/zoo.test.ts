import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

test("the ROM and the profile's addresses are what the sources build (needs cc65: sudo apt install cc65)", () => {
  const said = execFileSync(process.execPath, [path("games/build.mjs"), "--check", "zoo"], { encoding: "utf8" });
  expect(said).toBe("zoo: 24592 bytes\n");
});

test("every test that docs/desyncs.md names is there, and no class is without one", () => {
  const sources = readdirSync(path("test/zoo"))
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(path(`test/zoo/${file}`), "utf8"))
    .join("\n");
  const rows = readFileSync(path("docs/desyncs.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| \d+ \|/.test(line));
  expect(rows.map((row) => Number(row.split("|")[1]))).toEqual(Array.from({ length: rows.length }, (_, i) => i + 1));
  expect(rows.length).toBeGreaterThanOrEqual(12);
  for (const row of rows) {
    const named = /^ `([^`]+)` $/.exec(row.split("|").at(-2)!)?.[1];
    expect(named, row).toBeDefined();
    expect(sources, row).toContain(`"${named}`);
  }
});
