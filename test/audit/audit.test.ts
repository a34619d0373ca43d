import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AuditRequest, audit } from "../../src/audit/audit.node.ts";
import { syncSettings, table } from "../../src/audit/audit-told.ts";
import { parseProfile } from "../../src/watch/profile.ts";
import { scratch } from "../support/cli.ts";
import { type Exhibit, visit, ZOO } from "./zoo-movie.ts";

const folder = scratch();
const path = ZOO.replace("zoo.nes", "profile.json");
const profile = { name: path, profile: parseProfile(path, readFileSync(path, "utf8")) };

const asked = (exhibit: Exhibit, more: Partial<AuditRequest> = {}): AuditRequest => ({
  rom: ZOO,
  core: "nestopia",
  settings: {},
  movie: visit(exhibit),
  frames: 60,
  budget: 60,
  ...more,
});

test("a game that reads memory nobody wrote to is found by the fill, with the probe that shows it", async () => {
  const { findings } = await audit(asked("flock", { profile, only: "RAM fill: nestopia_ram_power_state=0xFF" }));
  expect(findings).toMatchObject([
    { verdict: "differs", kind: "fill", probe: "flock: birds", pin: "--set nestopia_ram_power_state=0x00" },
  ]);
  expect(findings[0]!.frame).toBeGreaterThanOrEqual(28);
});

test("a game that does not is not accused, though the memory it never wrote to differs", async () => {
  const { findings } = await audit(asked("hiccup", { only: "RAM fill: nestopia_ram_power_state=0xFF" }));
  expect(findings).toMatchObject([{ verdict: "same" }]);
});

test("options that change the run are told from those that change the picture alone, and from those that change nothing", async () => {
  const only = /overclock=|overscan_h=|turbo_pulse=3/;
  const result = await audit(asked("spawn", { only }));
  expect(result.findings.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["option nestopia_overscan_h=enabled", "output"],
    ["option nestopia_overclock=2x", "differs"],
  ]);
  expect(syncSettings(result)).toMatchObject({
    sync: { nestopia_overclock: "1x" },
    output: { nestopia_overscan_h: "disabled" },
  });
  expect(table(result, false).join("\n")).toMatch(
    /DIFFERS +option nestopia_overclock=2x +from frame \d+: ram 0x[0-9a-f]{4} is .*pin: --set nestopia_overclock=1x/,
  );
});

test("playing it twice, saving, loading, rolling back and a busy machine change nothing on a core that keeps its word", async () => {
  const only = /another process|rolled back|cold at|under load/;
  const { findings } = await audit(asked("hiccup", { only }));
  expect(findings.map(({ verdict }) => verdict)).toEqual(Array(6).fill("same"));
});

test("an audit that was stopped goes on where it was", async () => {
  const job = join(folder, "audit.jsonl");
  const only = /another process|patch/;
  const first = await audit(asked("spawn", { profile, only, job }));
  expect(first.findings.map(({ id, verdict }) => [id, verdict])).toContainEqual(["patch neutral spawns on", "differs"]);
  // As it is left by a program that was killed in mid-line.
  const lines = readFileSync(job, "utf8").trimEnd().split("\n");
  writeFileSync(job, `${lines.slice(0, 3).join("\n")}\n${lines[3]!.slice(0, 20)}`);
  const played: string[] = [];
  const again = await audit(asked("spawn", { profile, only, job, onTrial: (_done, _of, { id }) => played.push(id) }));
  expect(played).toHaveLength(lines.length - 3);
  expect(again.findings).toEqual(first.findings);
  expect(existsSync(`${job}.part`)).toBe(false);
});

test("what the budget does not allow is said, not guessed", async () => {
  const { findings } = await audit(asked("spawn", { budget: 0, only: "another process" }));
  expect(findings).toMatchObject([{ verdict: "untried", why: expect.stringMatching(/budget was used up/) }]);
});
