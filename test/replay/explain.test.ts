import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../src/machine/machine.ts";
import { drawTimelines } from "../../src/replay/draws.ts";
import { explain } from "../../src/replay/explain.ts";
import type { Replay } from "../../src/replay/replay.ts";
import { Rng } from "../../src/watch/rng.ts";
import { openGleam, playOn, profileOf, take } from "./gleam.ts";

const FRAMES = 700;
let classic: Replay;
let machine: Machine;
/** The machine in the game's midst. */
let state: Uint8Array;
const MIDST = 400;

beforeAll(async () => {
  classic = await take({ core: "jsnes", bot: "classic,2,64", frames: FRAMES });
  machine = await openGleam("jsnes");
  expect(playOn(machine, classic, { repair: "none", end: MIDST }).explanation).toBeUndefined();
  state = machine.saveState();
});
afterAll(() => machine.close());

const fromMidst = (options: Partial<Parameters<typeof playOn>[2]>) =>
  playOn(machine, classic, { repair: "none", load: { state, frame: MIDST }, ...options });

/** The state of Gleam's RNG that leads to this one. */
const before = new Uint16Array(65536);
const rng = new Rng(profileOf().rng[0]!, "little");
beforeAll(() => {
  const [from, to] = [new Uint8Array(2), new Uint8Array(2)];
  for (let seed = 0; seed < 65536; seed++) {
    from.set([seed & 255, seed >> 8]);
    rng.advance(from, 0, 1, to, 0);
    before[to[0]! | (to[1]! << 8)] = seed;
  }
});

/** Draws so many numbers, or takes so many back. */
function draw(ram: Uint8Array, draws: number): void {
  if (draws > 0) rng.advance(ram, 0x28, draws, ram, 0x28);
  for (let i = 0; i > draws; i--) {
    const seed = before[ram[0x28]! | (ram[0x29]! << 8)]!;
    ram.set([seed & 255, seed >> 8], 0x28);
  }
}

describe("a playback that parts is explained", () => {
  it("by the draws that it made too many or too few, exactly, whatever shows of it", () => {
    const frames = fc.integer({ min: MIDST, max: MIDST + 30 });
    const some = fc.integer({ min: -100, max: 100 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(frames, some, fc.constantFrom("none", "rng"), (frame, draws, repair) => {
        const meddle = { [frame]: (ram: Uint8Array) => draw(ram, draws) };
        const { explanation, played } = fromMidst({ repair: repair as "none", meddle, end: frame + 3 });
        expect(explanation).toMatchObject({ class: "rng", frame: frame + 1, likely: "likely" });
        expect(explanation!.draws).toEqual({ rng: "seed", moment: "frame", frame: frame + 1, difference: draws });
        expect(explanation!.what).toBe(
          `rng: ${Math.abs(draws)} draw${Math.abs(draws) === 1 ? "" : "s"} of "seed" too ${draws < 0 ? "few" : "many"} before "frame"`,
        );
        if (repair === "rng") expect(explanation!.visible).toBeUndefined();
        const [timeline] = drawTimelines({ ...classic, frames: frame + 3 }, played.notes!);
        const fresh = timeline!.rows.filter((r) => r.frame > frame);
        const surplus = fresh.reduce((sum, { recorded, played }) => sum + (played! - recorded!), 0);
        const row = timeline!.rows.find((r) => r.frame === frame + 1)!;
        expect(row.played! - row.recorded!).toBe(draws);
        if (repair === "rng") expect(surplus).toBe(draws);
      }),
      { numRuns: 40 },
    );
  });

  it("by an RNG that was seeded otherwise", () => {
    const meddle = { [MIDST]: (ram: Uint8Array) => draw(ram, 20_000) };
    const { explanation } = fromMidst({ meddle, end: MIDST + 3 });
    expect(explanation).toMatchObject({ class: "rng", frame: MIDST + 1 });
    expect(explanation!.what).toContain("seeded or written otherwise");
    expect(explanation!.draws).toBeUndefined();
  });

  it("by a sign that came long before anything showed", () => {
    // The seed is no probe of this profile: what it makes shows later.
    const { explanation, played } = fromMidst({ meddle: { [MIDST]: (ram) => draw(ram, 1) } });
    expect(explanation).toMatchObject({ class: "rng", frame: MIDST + 1 });
    expect(played.first!.frame).toBeGreaterThan(MIDST + 5);
    expect(explanation!.visible).toBe(played.first!.frame);
  });

  it("by the game's own history of pads", () => {
    const { explanation } = fromMidst({ meddle: { [MIDST + 20]: (ram) => ram.fill(0x55, 0x340, 0x350) } });
    expect(explanation).toMatchObject({ class: "pads", frame: MIDST + 21, likely: "likely" });
    expect(explanation!.evidence[0]).toMatch(/^"pad ring" at "logic", frame 421: recorded [0-9a-f ]+ \.\.\., here /);
    expect(explanation!.advice).toContain("--repair values");
  });

  it("by something that was ready at another time", () => {
    const meddle = { [MIDST + 9]: (ram: Uint8Array) => (ram[0x331] = ram[0x331]! > 15 ? 2 : 29) };
    const { explanation } = fromMidst({ meddle });
    expect(explanation).toMatchObject({ class: "loading time", frame: MIDST + 10 });
  });

  it("by an event that no input carries, and values sets it off again", () => {
    const { frame } = classic.happenings.find((h) => h.frame > MIDST + 10)!;
    const meddle = { [frame]: (ram: Uint8Array) => ram.fill(30, 0x30e, 0x310) };
    const lost = fromMidst({ meddle, end: frame + 60 });
    expect(lost.explanation).toMatchObject({ class: "event", frame: frame + 1 });
    expect(lost.explanation!.what).toBe('event: "zap" was recorded, and did not happen here');
    const cured = fromMidst({ meddle, end: frame + 60, repair: "values" });
    expect(cured.played.notes!.seen.map((h) => h.frame)).toContain(frame);
  });

  it("by a frame too many, and by how many", async () => {
    const faults = [{ kind: "lag" as const, frame: MIDST + 50 }];
    const { explanation, played } = fromMidst({ faults });
    expect(played.first!.frame).toBe(MIDST + 50);
    expect(explanation).toMatchObject({ class: "lag", frame: MIDST + 50, likely: "likely" });
    expect(explanation!.what).toBe(`lag: 1 frame too many run before frame ${MIDST + 50}`);
  });

  it("by a state that was bad", () => {
    const worse = state.slice();
    const other = playOn(machine, classic, { repair: "none", load: { state, frame: MIDST }, end: MIDST + 37 });
    expect(other.explanation).toBeUndefined();
    worse.set(machine.saveState());
    const { played, readings } = fromMidst({ load: { state: worse, frame: MIDST }, end: MIDST + 20 });
    const explanation = explain(classic, { ...played, repairs: [MIDST - 1] }, readings);
    expect(explanation).toMatchObject({ class: "bad state", frame: MIDST - 1 });
  });

  it("by what differs, where nothing else does", () => {
    const { explanation } = fromMidst({ meddle: { [MIDST + 5]: (ram) => (ram[0x319]! ^= 1) } });
    expect(explanation).toMatchObject({ class: "unknown", frame: MIDST + 6, likely: "possible" });
    expect(explanation!.evidence[0]).toMatch(/^frame 406: score is \d+, should be \d+$/);
  });
});

describe("a boot that differs", () => {
  const garbage = { core: "nestopia", bot: "garbage,2,104", frames: 2300 };
  const fill = (value: string) => ({ nestopia_ram_power_state: value });

  it("is garbage memory where the game reads what RAM held, seconds before it shows", async () => {
    const replay = await take({ ...garbage, settings: fill("0x00") });
    const nestopia = await openGleam("nestopia", fill("0xFF"));
    const { explanation, played } = playOn(nestopia, replay, { repair: "none" });
    nestopia.close();
    expect(explanation).toMatchObject({ class: "garbage memory", frame: 1, likely: "likely" });
    expect(explanation!.evidence).toContain('"last flock" at "start", frame 1: recorded 00 00 00, here ff ff ff');
    expect(explanation!.visible).toBe(played.first!.frame);
    expect(played.first!.frame).toBeGreaterThan(1500);
    const again = await openGleam("nestopia", fill("0xFF"));
    const cured = playOn(again, replay, { repair: "values" });
    again.close();
    expect(cured.explanation).toMatchObject({ class: "garbage memory", visible: undefined });
  });

  it("is told as such where nothing else was seen", async () => {
    const bare = profileOf({ rng: [], restore: [], events: [], hooks: [], from: 0, fingerprint: { regions: ["ram"] } });
    const replay = await take({ core: "jsnes", bot: "classic", frames: 40, profile: bare, settings: { ram: "00" } });
    const other = await openGleam("jsnes", { ram: "ff" });
    const { explanation } = playOn(other, replay, { repair: "none" });
    other.close();
    expect(explanation).toMatchObject({ class: "garbage memory", frame: 0, likely: "likely", visible: 0 });
    expect(explanation!.evidence).toEqual(["ramFill was 00, is ff"]);
    expect(explanation!.others.map((cause) => cause.class)).toEqual(["boot", "unknown"]);
  });

  it("is not blamed where it does no harm", async () => {
    const other = await openGleam("jsnes", { sample_rate: "44100" });
    expect(playOn(other, classic, { repair: "none", end: 300 }).explanation).toBeUndefined();
    other.close();
  });

  it("is certain where the game itself is another", async () => {
    const patched = await openGleam("jsnes", {}, { "other taps": true });
    const { explanation } = playOn(patched, classic, { repair: "none", end: 400 });
    patched.close();
    expect(explanation).toMatchObject({ class: "boot", likely: "certain" });
    expect(explanation!.what).toBe("boot: the game is another: another file, or other patches");
  });

  it("shows as lag where the CPU is faster", async () => {
    const fast = await openGleam("jsnes", { overclock: "2x" });
    const { explanation } = playOn(fast, classic, { repair: "none", end: 400 });
    fast.close();
    expect(explanation!.class).toBe("lag");
    expect(explanation!.others.find((cause) => cause.class === "boot")!.evidence).toEqual([
      "settings.overclock was 1x, is 2x",
    ]);
  });

  it("of another core is told, with what that core cannot do", async () => {
    const nestopia = await openGleam("nestopia");
    const { explanation, played } = playOn(nestopia, classic, { repair: "none" });
    nestopia.close();
    expect(played.uncovered[0]).toMatch(/^nestopia has no hooks/);
    const causes = [explanation!, ...explanation!.others].map((cause) => cause.class);
    expect(causes).not.toContain("event");
    if (played.first) expect(causes).toContain("core");
  });
});
