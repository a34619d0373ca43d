import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { audit } from "../../src/audit/audit.node.ts";
import { syncSettings } from "../../src/audit/audit-told.ts";
import { settings } from "../../src/cli/options.ts";
import { playBack } from "../../src/follow/playback.node.ts";
import { keepSyncSettings, knownEffects, readSyncSettings } from "../../src/follow/sync-settings.node.ts";
import { effectsOf, type SyncSettings } from "../../src/machine/sync-settings.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { scratch } from "../support/cli.ts";
import { ROM, record } from "../zoo/zoo.ts";
import { visit } from "./zoo-movie.ts";

const folder = scratch();
afterEach(() => void vi.unstubAllEnvs());

const made: SyncSettings = {
  core: { name: "ours", version: "1", build: "00" },
  game: { name: "a.nes", sha256: "00" },
  frames: 60,
  sync: { speed: "1x" },
  output: { palette: "raw", filter: "none" },
  unseen: { zapper: "on" },
};

test("of what was seen with several games the worst counts", () => {
  const other = { ...made, sync: { filter: "none" }, output: { speed: "1x" } };
  const effects = effectsOf("ours", [made, other, { ...made, core: { ...made.core, name: "theirs" } }]);
  expect(Object.fromEntries(effects)).toEqual({ speed: "run", palette: "output", filter: "run" });
});

test("what an audit kept is pinned by a boot, and is no reason for a playback to part", async () => {
  vi.stubEnv("XDG_CONFIG_HOME", folder);
  const movie = visit("spawn");
  const audited = { rom: ROM, core: "jsnes", settings: { overclock: "2x" }, movie, frames: 40, budget: 60 };
  const result = await audit({ ...audited, only: "option" });
  const kept = keepSyncSettings(syncSettings(result));
  expect(readSyncSettings(kept)).toMatchObject({ sync: { overclock: "2x" }, output: { sample_rate: "48000" } });
  expect(settings(`ram=00,@${kept}`)).toEqual({ ram: "00", overclock: "2x" });
  expect(knownEffects("jsnes").get("sample_rate")).toBe("output");

  const file = join(folder, "take.isr");
  writeFileSync(file, await record({ exhibit: "spawn" }));
  const replay = readReplay(file, readFileSync(file));
  const played = await playBack(file, replay, { rom: ROM, settings: { sample_rate: "44100" }, repair: "none" });
  expect(played).toMatchObject({ differing: 0, differences: {} });
  expect(played.harmless).toEqual({ "settings.sample_rate": ["48000", "44100"] });
});

test("a file that is none is refused in a line", () => {
  const file = join(folder, "bad.json");
  for (const [text, why] of [
    ["{", /bad\.json: not JSON/],
    ["[]", /bad\.json: /],
    [JSON.stringify({ ...made, sync: { speed: 2 } }), /bad\.json: sync\.speed: .*; instep audit --write makes it$/],
  ] as const) {
    writeFileSync(file, text);
    expect(() => settings(`@${file}`)).toThrow(why);
  }
  expect(() => settings("@/no/such/file.json")).toThrow(/^\/no\/such\/file\.json: no such file$/);
});
