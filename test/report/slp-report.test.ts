import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { diffSlp } from "../../src/movie/slp/diff.ts";
import { readSlp, type Slp } from "../../src/movie/slp/reader.ts";
import { type SlpReport, writeSlpReport } from "../../src/report/slp-report.ts";
import { bytesOf } from "../slp/files.ts";
import { hasShared } from "../support/data.ts";
import { type Look, reportPages, shoot } from "../support/report-page.ts";
import { HOSTILE } from "./sample.ts";

const ONLINE = "slippi-js/consistencyTest/NessVFox-Absorb.slp";
const PARTED = 400;

/** The recording, and one in which port 2 stands elsewhere from a frame on. */
function parted(): Required<SlpReport> {
  const a = readSlp(`/tmp/mine ${HOSTILE}.slp`, bytesOf(ONLINE));
  const bytes = bytesOf(ONLINE);
  const view = new DataView(bytes.buffer);
  const { post } = a.tracks[1]!;
  for (let row = PARTED + 123; row < PARTED + 223; row++) {
    view.setFloat32(post.offset(row) + 0x0a, 40);
    view.setFloat32(post.offset(row) + 0x0e, 60);
  }
  const b = readSlp("/tmp/theirs.slp", bytes);
  return { a, b, diff: diffSlp(a, b), command: `instep slp diff ${HOSTILE}` };
}

describe.runIf(hasShared)("the report of Slippi recordings", () => {
  const openPage = reportPages();
  const open = (report: SlpReport, look?: Look) => openPage(writeSlpReport(report), look);

  /** Pixels of a colour in the stage's picture, and where their middle is. */
  const pixels = (page: Page, rgb: readonly number[]): Promise<{ count: number; x: number; y: number }> =>
    page.evaluate((rgb) => {
      const canvas = document.getElementById("stage") as HTMLCanvasElement;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let [count, x, y] = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) {
        if (rgb.some((value, c) => Math.abs(data[i + c]! - value) > 6) || data[i + 3]! < 250) continue;
        count++;
        x += (i / 4) % canvas.width;
        y += Math.floor(i / 4 / canvas.width);
      }
      return { count, x: x / count, y: y / count };
    }, rgb);
  const BLUE = [0x2f, 0x6f, 0xd0];
  const BAD = [0xb3, 0x26, 0x1e];
  const where = (page: Page): Promise<string | null> => page.locator("#where").textContent();

  test("begins where they part, shows both, and goes from there by keys, buttons and the bar", async () => {
    const { page, complaints } = await open(parted());
    expect(await where(page)).toBe(`frame ${PARTED} · 0:06.67 · differs`);
    expect(await page.locator(".verdict").textContent()).toContain(
      `They part at frame ${PARTED}; 100 frames of 937 differ.`,
    );
    await shoot(page, "slp-diff");
    // Where the second recording has port 2: up and to the right; in the first one it is elsewhere.
    const [first, second] = [await pixels(page, BLUE), await pixels(page, BAD)];
    expect(first.count).toBeGreaterThan(50);
    expect(second.count).toBeGreaterThan(30);
    expect(second.y).toBeLessThan(first.y - 30);
    expect(await page.locator(".pad.differs").count()).toBe(1);

    await page.focus("#seek");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => where(page)).toBe(`frame ${PARTED - 1} · 0:06.65 · equal`);
    expect(await page.locator(".pad.differs").count()).toBe(0);
    expect((await pixels(page, BAD)).count).toBe(0);
    await page.keyboard.press("Home");
    await expect.poll(() => where(page)).toContain("frame -123 ·");
    await page.keyboard.press("n");
    await expect.poll(() => where(page)).toContain(`frame ${PARTED} ·`);
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => where(page)).toContain(`frame ${PARTED + 60} ·`);
    const bar = (await page.locator("#seek").boundingBox())!;
    await page.mouse.click(bar.x + bar.width - 1, bar.y + 10);
    await expect.poll(() => where(page)).toMatch(/frame 81[23] ·/);
    await page.locator("#first button").click();
    await expect.poll(() => where(page)).toContain(`frame ${PARTED} ·`);
    // Played, it goes on by itself.
    await page.selectOption("#speed", "4");
    await page.click("[data-do=play]");
    await expect.poll(async () => Number(/-?\d+/.exec((await where(page))!)![0])).toBeGreaterThan(PARTED + 20);
    expect(complaints).toEqual([]);
    expect(await page.locator("body").innerText()).toContain(HOSTILE);
    await page.context().close();
  });

  test("one recording: players, items and pads, on a small screen in the dark", async () => {
    const a = readSlp("doubles.slp", bytesOf("slippi-js/doubles.slp")) as Slp;
    const { page, complaints } = await open(
      { a, command: "instep slp inspect doubles.slp" },
      { dark: true, width: 420 },
    );
    expect(await page.locator(".pad").count()).toBe(4);
    expect(await page.locator(".pad output").first().textContent()).toBe(
      "4 stocks · 0.0% · x 0.34 · y 2.50 · state 65",
    );
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(420);
    await page.locator("[data-do=next]").click();
    await expect.poll(() => where(page)).toContain("frame 991 ·");
    expect(await page.locator(".pad output").first().textContent()).toContain("3 stocks");
    await shoot(page, "slp-doubles");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
