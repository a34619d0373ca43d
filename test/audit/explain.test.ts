import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainParting, type Made, madeSide } from "../../src/audit/explain.node.ts";
import { smallest } from "../../src/audit/explain-smallest.ts";
import { explained } from "../../src/audit/explain-told.ts";
import { BUTTON } from "../../src/machine/input.ts";
import { EXIT } from "../../src/problem.ts";
import { parseProfile } from "../../src/watch/profile.ts";
import { instep, scratch } from "../support/cli.ts";
import { record } from "../zoo/zoo.ts";
import { visit, ZOO } from "./zoo-movie.ts";

const folder = scratch();
const path = ZOO.replace("zoo.nes", "profile.json");
const profile = { name: path, profile: parseProfile(path, readFileSync(path, "utf8")) };
/** FLOCK's first draw is at frame 72; all else is there sooner. */
const framesOf = ({ movie }: Made): number => (movie === flock.movie ? 80 : 56);

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
const UNREAD = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [13 + 4 * i, BUTTON.A]));
const FF = { nestopia_ram_power_state: "0xFF" };
const plain = { rom: ZOO, core: "nestopia", profile, settings: {}, patches: {}, faults: [] };
const walk = { 35: BUTTON.Right, 36: BUTTON.Right };
const reset = { at: 45, kind: "reset" as const };

const spawn = { ...plain, movie: visit("spawn") };
const flock = { ...plain, movie: visit("flock") };
const hiccup = { ...plain, movie: visit("hiccup", walk) };
const jsnes = { ...plain, core: "jsnes", movie: visit("load", walk) };

const CASES: { causes: string[]; a: Made; b: Partial<Made> }[] = [
  { causes: ["patch neutral spawns"], a: spawn, b: { settings: DECOYS, patches: { "neutral spawns": true } } },
  { causes: ["nestopia_overclock"], a: spawn, b: { settings: { ...DECOYS, ...FF, nestopia_overclock: "2x" } } },
  { causes: ["nestopia_favored_system"], a: hiccup, b: { settings: { ...DECOYS, nestopia_favored_system: "pal" } } },
  { causes: ["nestopia_button_shift"], a: { ...hiccup, movie: visit("hiccup", { 41: BUTTON.A }) }, b: { settings: { ...DECOYS, ...FF, nestopia_button_shift: "enabled" } } },
  { causes: ["nestopia_ram_power_state"], a: flock, b: { settings: { ...DECOYS, ...FF } } },
  { causes: ["frames too many at", "nestopia_ram_power_state"], a: flock, b: { settings: { ...DECOYS, ...FF }, faults: [{ kind: "lag", frame: 45 }] } },
  { causes: ["input at 37", "input at 53"], a: hiccup, b: { movie: visit("hiccup", { ...walk, 37: BUTTON.Right, 53: BUTTON.Left }, UNREAD) } },
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
      const explanation = await explainParting(await madeSide(a), await madeSide({ ...a, ...b }), framesOf(a));
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
  const explanation = await explainParting(await madeSide(spawn), await madeSide(b), 80);
  expect(explanation).toMatchObject({ causes: [], differences: [{ what: "nestopia_palette" }] });
  expect(explained(explanation)[0]).toMatch(/^They do not part: 80 frames/);
});

test("what is pressed after the frames that are looked at is no difference", async () => {
  const b = { ...hiccup, movie: visit("hiccup", { ...walk, 50: BUTTON.Right, 60: BUTTON.Left }) };
  const { causes, differences } = await explainParting(await madeSide(hiccup), await madeSide(b), 56);
  expect(differences).toMatchObject([{ what: "input at 50" }]);
  expect(causes).toMatchObject([{ what: "input at 50" }]);
});

test("the instruction that wrote the byte is named where the core has hooks, and what it was made from", async () => {
  const a = { ...jsnes, settings: { ram: "00" }, movie: visit("flock") };
  const b = { ...a, settings: { ram: "ff" } };
  const explanation = await explainParting(await madeSide(a), await madeSide(b), 80);
  const { parts, source, chain } = explanation;
  expect(parts).toMatchObject({ frame: 72, first: { region: "ram" }, probe: "flock: birds" });
  expect(source).toEqual([{ region: "ram", address: 0x700, expected: 0, actual: 0xff }]);
  // flock.s: cmp last_flock, beq @roll, sta last_flock, sta birds: drawn once more where memory holds what was drawn.
  const { after, a: onwards, b: again } = chain!.split!;
  expect(again).toBe(after + 2);
  expect(onwards).toBeLessThan(after);
  const at = chain!.writes.findIndex(({ address }) => address === 0x700);
  expect(chain!.writes.slice(at, at + 2)).toMatchObject([
    { a: again, b: again },
    { address: 0x4a, a: after + 5 },
  ]);
  expect(explained(explanation)).toContain(
    "made from: ram 0x0700 is 00 in A, ff in B, a frame before; nothing else of memory does it",
  );
});

test("a patch's instruction is where the ways part", async () => {
  const a = { ...jsnes, movie: visit("spawn") };
  const b = { ...a, patches: { "neutral spawns": true } };
  const { chain } = await explainParting(await madeSide(a), await madeSide(b), 40);
  // The patch is at 0x2a8 of the file, which the console has at $c298: LDX #2 instead of #0 before the stores.
  expect(chain?.writes[0]).toMatchObject({ region: "ram", expected: 96, actual: 64 });
  expect(chain!.writes[0]!.a).toBeGreaterThanOrEqual(0xc298);
  expect(chain!.writes[0]!.a).toBeLessThan(0xc2a8);
});

test("two recordings are told apart as a person asks for it", async () => {
  const [mine, theirs] = ["mine.isr", "theirs.isr"].map((name) => join(folder, name));
  writeFileSync(mine!, await record({ exhibit: "spawn", frames: 5 }));
  const patches = { "neutral spawns": true };
  writeFileSync(theirs!, await record({ exhibit: "spawn", frames: 5, patches, settings: { sample_rate: "44100" } }));
  const { code, out, err } = instep("explain", mine!, theirs!, "--rom", ZOO);
  expect(err).toBe("");
  expect(code).toBe(EXIT.desync);
  expect(out.split("\n").slice(0, 3)).toEqual([
    expect.stringMatching(/^They part at frame \d+ because of this of 2 differences:$/),
    expect.stringMatching(/^ {2}patch neutral spawns: off in A, on in B; alone it parts at frame \d+: ram 0x0028 is /),
    "The rest changes nothing: sample_rate.",
  ]);
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
