import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainParting, type Made, madeSide } from "../../src/audit/explain.node.ts";
import { smallest } from "../../src/audit/explain-smallest.ts";
import { explained } from "../../src/audit/explain-told.ts";
import { BUTTON } from "../../src/machine/input.ts";
import { parseProfile } from "../../src/watch/profile.ts";
import { visit, ZOO } from "./zoo-movie.ts";

const path = ZOO.replace("zoo.nes", "profile.json");
const profile = { name: path, profile: parseProfile(path, readFileSync(path, "utf8")) };
const FRAMES = 60;

/** Options that change the picture or the sound, or a device that is not plugged in. */
const DECOYS = {
  nestopia_palette: "raw",
  nestopia_audio_type: "mono",
  nestopia_overscan_v: "disabled",
  nestopia_overscan_h: "enabled",
  nestopia_blargg_ntsc_filter: "rgb",
  nestopia_audio_vol_sq1: "0",
  nestopia_audio_vol_tri: "50",
  nestopia_turbo_pulse: "5",
  nestopia_show_crosshair: "disabled",
  nestopia_fds_auto_insert: "disabled",
};
/** Ten stretches of input that the zoo does not read: in the second port. */
const UNREAD = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [20 + 4 * i, BUTTON.A]));
const FF = { nestopia_ram_power_state: "0xFF" };
const plain = { rom: ZOO, core: "nestopia", profile, settings: {}, patches: {}, faults: [] };
const walk = { 31: BUTTON.Right, 32: BUTTON.Right };
const reset = { at: 45, kind: "reset" as const };

const spawn = { ...plain, movie: visit("spawn") };
const flock = { ...plain, movie: visit("flock") };
const hiccup = { ...plain, movie: visit("hiccup", walk) };
const jsnes = { ...plain, core: "jsnes", movie: visit("load", walk) };

const CASES: { causes: string[]; a: Made; b: Partial<Made> }[] = [
  { causes: ["patch neutral spawns"], a: spawn, b: { settings: DECOYS, patches: { "neutral spawns": true } } },
  { causes: ["nestopia_overclock"], a: spawn, b: { settings: { ...DECOYS, ...FF, nestopia_overclock: "2x" } } },
  { causes: ["nestopia_favored_system"], a: hiccup, b: { settings: { ...DECOYS, nestopia_favored_system: "pal" } } },
  { causes: ["nestopia_button_shift"], a: { ...hiccup, movie: visit("hiccup", { 35: BUTTON.A }) }, b: { settings: { ...DECOYS, ...FF, nestopia_button_shift: "enabled" } } },
  { causes: ["nestopia_ram_power_state"], a: flock, b: { settings: { ...DECOYS, ...FF } } },
  { causes: ["frames too many at", "nestopia_ram_power_state"], a: flock, b: { settings: { ...DECOYS, ...FF }, faults: [{ kind: "lag", frame: 45 }] } },
  { causes: ["input at 34", "input at 50"], a: hiccup, b: { movie: visit("hiccup", { ...walk, 34: BUTTON.Right, 50: BUTTON.Left }, UNREAD) } },
  { causes: ["resets and the like"], a: hiccup, b: { settings: DECOYS, movie: visit("hiccup", walk, {}, [reset]) } },
  { causes: ["frames too many at"], a: hiccup, b: { settings: { ...DECOYS, ...FF }, faults: [{ kind: "lag", frame: 40 }], patches: { "safe stack": true } } },
  { causes: ["input at 50", "nestopia_overclock", "nestopia_ram_power_state"], a: flock, b: { settings: { ...DECOYS, ...FF, nestopia_overclock: "2x" }, movie: visit("flock", { 50: BUTTON.Right }) } },
  { causes: ["overclock"], a: jsnes, b: { settings: { overclock: "2x", sample_rate: "44100" }, movie: visit("load", walk, UNREAD) } },
  { causes: ["nestopia_overclock", "patch neutral spawns"], a: spawn, b: { settings: { ...DECOYS, ...FF, nestopia_overclock: "2x" }, patches: { "neutral spawns": true, "safe stack": true } } },
]; // biome-ignore format: a table

describe("of ten differences or more, exactly those that part the runs are named", () => {
  test.for(CASES.map((made, i) => [i + 1, made.causes.join(" + "), made] as const))(
    "%i: %s",
    async ([, , { causes, a, b }]) => {
      const explanation = await explainParting(await madeSide(a), await madeSide({ ...a, ...b }), FRAMES);
      expect(explanation.differences.length).toBeGreaterThanOrEqual(10);
      expect(explanation.causes.map(({ what }) => what).sort()).toEqual(causes);
      expect(explained(explanation)[0]).toMatch(
        `because of ${causes.length === 1 ? "this" : `these ${causes.length}`} of `,
      );
    },
  );
});

test("runs that differ in nothing that matters do not part", async () => {
  const b = { ...spawn, settings: { nestopia_palette: "raw" } };
  const explanation = await explainParting(await madeSide(spawn), await madeSide(b), FRAMES);
  expect(explanation).toMatchObject({ causes: [], differences: [{ what: "nestopia_palette" }] });
  expect(explained(explanation)[0]).toMatch(/^They do not part: 60 frames/);
});

test("the instruction that wrote the byte is named where the core has hooks", async () => {
  const a = { ...jsnes, movie: visit("spawn") };
  const b = { ...a, patches: { "neutral spawns": true } };
  const { writers, parts } = await explainParting(await madeSide(a), await madeSide(b), 30);
  // The patch is at 0x2a8 of the file, which the console has at $c298: LDX #0 before the stores.
  expect(parts?.first?.address).toBeGreaterThan(0);
  expect(writers.b).toBeGreaterThanOrEqual(0xc298);
  expect(writers.b).toBeLessThan(0xc2c0);
});

test("the smallest set is found, whatever it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 24 }), fc.array(fc.nat(23), { maxLength: 4 }), async (count, picked) => {
      const items = Array.from({ length: count }, (_, i) => i);
      const needed = new Set(picked.map((i) => i % count));
      const found = await smallest(items, async (some) => [...needed].every((i) => some.includes(i)));
      expect(found).toEqual([...needed].sort((x, y) => x - y));
    }),
  );
});
