import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AuditRequest, audit } from "../../src/audit/audit.node.ts";
import { syncSettings, table } from "../../src/audit/audit-told.ts";
import { noMovie } from "../../src/cli/options.ts";
import { BUTTON } from "../../src/machine/input.ts";
import { parseProfile } from "../../src/watch/profile.ts";
import { scratch } from "../support/cli.ts";
import { shared } from "../support/data.ts";
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

const FF = "RAM fill: nestopia_ram_power_state=0xFF";
const RANDOM = "RAM fill: nestopia_ram_power_state=random";
const PINNED_FILL = "--set nestopia_ram_power_state=0x00";

// What each exhibit depends on besides the pad, as games/zoo/README.md has it.
test.for<[Exhibit, Record<number, number>, string, string, string | undefined]>([
  ["spawn", {}, "patch neutral spawns on", "the patch neutral spawns as the recording has it", "spawn: a"],
  ["steal", { 35: BUTTON.A }, 'event "stock steal" from outside', "record it: the profile's events", "steal: a"],
  [
    "dash",
    { 38: BUTTON.Left, 39: BUTTON.Left, 40: BUTTON.Right },
    'pads "pad ring" written over',
    "put back by the profile",
    "dash: mode",
  ],
  ["load", { 35: BUTTON.A }, "option nestopia_overclock=2x", "--set nestopia_overclock=1x", undefined],
  ["flock", {}, FF, PINNED_FILL, "flock: birds"],
  ["dust", {}, FF, PINNED_FILL, undefined],
  ["dust", {}, RANDOM, PINNED_FILL, undefined],
  ["roll", { 40: BUTTON.A }, FF, PINNED_FILL, undefined],
  ["stack", {}, FF, PINNED_FILL, undefined],
  ["hiccup", {}, 'values "places" written over', "put back by the profile", undefined],
])("what %s depends on is found, and how to pin it", async ([exhibit, pads, only, pin, probe]) => {
  // biome-ignore format: a table
  const { findings } = await audit(asked(exhibit, { movie: visit(exhibit, pads), profile, only, frames: 80 }));
  expect(findings).toMatchObject([{ id: only, verdict: "differs", pin, ...(probe && { probe }) }]);
  expect(findings[0]!.place).toMatchObject({ region: "ram" });
});

test.for<[string, string, string]>([
  ["desmume", "ringway/ringway.nds", "option desmume_cpu_mode=interpreter"],
  ["mupen64plus", "skerry/skerry.z64", "option randomize_interrupt=1"],
])("what makes %s another machine is found from its first frame on", async ([core, game, only]) => {
  const rom = ZOO.replace("zoo/zoo.nes", game);
  const { findings } = await audit({ rom, core, settings: {}, movie: noMovie, frames: 20, budget: 60, only });
  expect(findings).toMatchObject([{ id: only, verdict: "differs", frame: 1 }]);
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
    ["option nestopia_turbo_pulse=3", "same"],
    ["option nestopia_overclock=2x", "differs"],
  ]);
  expect(syncSettings(result)).toMatchObject({
    sync: { nestopia_overclock: "1x" },
    output: { nestopia_overscan_h: "disabled" },
    unseen: { nestopia_turbo_pulse: "2" },
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

test("memory that a core shows only later is no difference", async () => {
  // mgba has no save memory until the game has used it, and has it at once where a state is loaded.
  const game = { rom: shared("gba/voxelburg.gba"), core: "mgba", settings: {}, movie: noMovie, frames: 60, budget: 60 };
  const { findings } = await audit({ ...game, only: "cold at frame 35" });
  expect(findings).toMatchObject([{ verdict: expect.stringMatching(/same|output/) }]);
});

test("an audit that was stopped goes on where it was", async () => {
  const job = join(folder, "audit.jsonl");
  const only = /another process|neutral spawns/;
  const first = await audit(asked("spawn", { profile, only, job }));
  expect(first.findings.map(({ id, verdict }) => [id, verdict])).toContainEqual(["patch neutral spawns on", "differs"]);
  // As it is left by a program that was killed in mid-line.
  const lines = readFileSync(job, "utf8").trimEnd().split("\n");
  writeFileSync(job, `${lines.slice(0, 2).join("\n")}\n${lines[2]!.slice(0, 20)}`);
  const played: string[] = [];
  const again = await audit(asked("spawn", { profile, only, job, onTrial: (_done, _of, { id }) => played.push(id) }));
  expect(played).toHaveLength(1);
  expect(again.findings).toEqual(first.findings);
  expect(existsSync(`${job}.part`)).toBe(false);
});

test("a file that keeps something else is left as it is", async () => {
  const job = join(folder, "notes.txt");
  writeFileSync(job, "mine\n");
  await expect(audit(asked("spawn", { job }))).rejects.toThrow(/notes\.txt: keeps no trials of an audit/);
  expect(readFileSync(job, "utf8")).toBe("mine\n");
});

test("what the budget does not allow is said, not guessed", async () => {
  const { findings } = await audit(asked("spawn", { budget: 0, only: "another process" }));
  expect(findings).toMatchObject([{ verdict: "untried", why: expect.stringMatching(/budget was used up/) }]);
});
