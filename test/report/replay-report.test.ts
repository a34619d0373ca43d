import { beforeAll, describe, expect, test } from "vitest";
import type { Replay } from "../../src/replay/replay.ts";
import { type ReplayReport, writeReplayReport } from "../../src/report/replay-report.ts";
import { openGleam, PROFILE, playOn, profileOf, take } from "../replay/gleam.ts";
import { colours, type Look, reportPages, shoot } from "../support/report-page.ts";
import { HOSTILE } from "./sample.ts";

const FRAMES = 420;
const PARTED = 300;
let replay: Replay;
let parted: ReplayReport;
beforeAll(async () => {
  const [first, ...probes] = PROFILE.probes;
  const profile = profileOf({ probes: [{ ...first, name: `state ${HOSTILE}` }, ...probes] });
  replay = await take({ core: "jsnes", bot: "classic,2,64", frames: FRAMES, profile });
  parted = await reportOf({ meddle: drawOne });
});

/** A playback of it that the options part, as `instep replay` would tell of it. */
async function reportOf(options: Partial<Parameters<typeof playOn>[2]>, settings = {}): Promise<ReplayReport> {
  const machine = await openGleam("jsnes", settings);
  const { played, readings, explanation } = playOn(machine, replay, { repair: "none", ...options });
  const { boot } = machine;
  machine.close();
  const differing = played.first ? FRAMES + 1 - played.first.frame : 0;
  const playback = {
    ...played,
    harmless: {},
    boot,
    around: undefined,
    compared: FRAMES + 1,
    differing,
    gaveUp: undefined,
  };
  return {
    file: `/tmp/take ${HOSTILE}.isr`,
    command: `instep replay ${HOSTILE}`,
    replay,
    playback,
    readings,
    explanation,
  };
}

/** One number too many is drawn before the step from that frame. */
const drawOne = {
  [PARTED]: (ram: Uint8Array) => {
    let seed = ram[0x28]! | (ram[0x29]! << 8);
    for (let i = 0; i < 8; i++) seed = ((seed << 1) & 0xffff) ^ (seed & 0x8000 ? 0x39 : 0);
    ram.set([seed & 255, seed >> 8], 0x28);
  },
};

const openPage = reportPages();
const open = (report: ReplayReport, look?: Look) => openPage(writeReplayReport(report), look);

describe("a replay's report in a browser", () => {
  test("tells why it parted, draw by draw, and needs nothing but itself", async () => {
    const report = parted;
    const { page, complaints } = await open(report);
    const first = report.playback.first!.frame;
    expect(first).toBeGreaterThan(PARTED);
    expect(await page.locator(".verdict").textContent()).toContain(`From frame ${first} on it differs`);
    const why = page.locator("section", { has: page.locator("#why") });
    expect(await why.locator("h3").first().textContent()).toContain('rng: 1 draw of "seed" too many before "frame"');
    expect(await why.textContent()).toContain(`The first sign is at frame ${PARTED + 1}`);
    const rows = page.locator("section", { has: page.locator("#draws") }).locator("tbody tr");
    expect(await rows.first().textContent()).toContain("1 draw too many");
    const here = page.locator("tr.here");
    expect(await here.locator("th").textContent()).toBe(String(first));
    expect(await here.textContent()).toContain(" but ");
    const last = report.replay.profile!.probes.length;
    await page.locator(`[data-plot="${last}"]`).scrollIntoViewIfNeeded();
    await expect.poll(() => colours(page, `[data-plot="${last}"]`)).toBeGreaterThan(8);
    await page.locator(`#why ~ p [data-frame="${PARTED + 1}"]`).click();
    await expect.poll(() => page.locator("#where").textContent()).toContain(`frame ${PARTED + 1} ·`);
    await shoot(page, "replay-light");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("shows text from files as text", async () => {
    const { page, complaints } = await open(parted);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("img[src=x]").count()).toBe(0);
    expect(await page.locator("h1").textContent()).toContain(".isr on jsnes");
    expect(await page.locator("canvas[data-plot='0']").getAttribute("aria-label")).toContain(HOSTILE);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each([
    ["replay-dark", { dark: true }],
    ["replay-narrow", { width: 360 }],
  ] as const)("fits its screen: %s", async (name, look) => {
    const { page, complaints } = await open(parted, look);
    const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await page.evaluate(wider)).toBe(0);
    await page.locator("#map").scrollIntoViewIfNeeded();
    await shoot(page, name);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("what a replay's report says", () => {
  const body = (text: string): string => text.slice(0, text.indexOf("<script"));

  test("of one that is in step", async () => {
    const text = body(writeReplayReport(await reportOf({})));
    expect(text).toContain(`<strong>In step.</strong> All ${FRAMES + 1} frames read as they were recorded.`);
    expect(text).toContain("It was played with all that it was recorded with.");
    expect(text).toContain("Every state was as recorded.");
    expect(text).not.toContain('id="why"');
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test("of one whose boot differs", async () => {
    const text = body(writeReplayReport(await reportOf({}, { overclock: "2x" })));
    expect(text).toMatch(/<code>settings\.overclock<\/code><\/th><td>1x<\/td><td><mark>2x<\/mark>/);
    expect(text).toContain("Moments that came more or less often");
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test("of what was put back, by moment and entry", async () => {
    const ring = (ram: Uint8Array) => ram.fill(0x55, 0x340, 0x350);
    const text = body(writeReplayReport(await reportOf({ meddle: { [PARTED]: ring }, repair: "values" })));
    expect(text).toMatch(/<th scope="row">pad ring<\/th><td>logic<\/td><td class="n">1<\/td>.*<td>yes<\/td>/);
    expect(text).toContain('id="why">What differed unseen<');
  });
});
