import { describe, expect, test } from "vitest";
import { html } from "../../src/report/html.ts";
import { type SyncReport, writeReport } from "../../src/report/sync-report.ts";
import { colours, type Look, reportPages, shoot } from "../support/report-page.ts";
import { HOSTILE, sampleReport } from "./sample.ts";

const PARTED = [612, 2404, 5210];
const openPage = reportPages();
const open = (report: SyncReport, look?: Look) => openPage(writeReport(report), look);

describe("a report in a browser", () => {
  test("needs nothing but itself and draws every probe", async () => {
    const { page, complaints } = await open(sampleReport(7200, PARTED));
    for (let i = 0; i < 4; i++) {
      await page.locator(`[data-plot="${i}"]`).scrollIntoViewIfNeeded();
      await expect.poll(() => colours(page, `[data-plot="${i}"]`)).toBeGreaterThan(8);
    }
    expect(await colours(page, "#map")).toBeGreaterThan(4);
    await shoot(page, "light");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("shows text from files as text", async () => {
    const { page, complaints } = await open(sampleReport(1000, [300]));
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("img[src=x]").count()).toBe(0);
    expect(await page.locator(".facts").textContent()).toContain(HOSTILE);
    expect(await page.locator("canvas[data-plot='3']").getAttribute("aria-label")).toContain(HOSTILE);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("tells the values of the frame under the pointer, and goes to repairs by keyboard and by click", async () => {
    const report = sampleReport(7200, PARTED);
    const { page } = await open(report);
    const plot = page.locator("[data-plot='1']");
    await plot.focus();
    await page.keyboard.press("n");
    await page.keyboard.press("n");
    await expect.poll(() => page.locator("#where").textContent()).toBe("frame 2,404 · frames 2,284 to 2,524");
    const { expected, actual } = report.probes[1]!;
    expect(await page.locator("[data-values='1']").textContent()).toBe(
      `expected ${expected[2404]}, actual ${actual[2404]}`,
    );
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(() => page.locator("[data-values='1']").textContent())
      .toBe(`expected ${expected[2405]}, actual ${expected[2405]}`);
    await page.locator("[data-frame='5210']").click();
    await expect.poll(() => page.locator("#where").textContent()).toContain("frame 5,210");
    expect(await page.locator("[data-values='3']").textContent()).toBe("expected 3, actual unknown");
    await page.context().close();
  });

  test("zooms into what is dragged over", async () => {
    const { page } = await open(sampleReport(7200, PARTED));
    await page.locator("[data-plot='0']").scrollIntoViewIfNeeded();
    const box = (await page.locator("[data-plot='0']").boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.locator("#where").textContent()).toMatch(/frames 1,(79\d|80\d) to 3,(59\d|60\d)/);
    await shoot(page, "zoomed");
    await page.context().close();
  });

  test("draws 100,000 frames of a dozen probes quickly", async () => {
    const { probes, ...rest } = sampleReport(100_000, [5000, 70_000]);
    const { page } = await open({
      ...rest,
      probes: [1, 2, 3].flatMap((n) => probes.map((p) => ({ ...p, name: `${p.name} ${n}` }))),
    });
    const milliseconds = await page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const started = performance.now();
      for (let i = 0; i < 10; i++) {
        document.querySelector<HTMLElement>(i % 2 ? "[data-do=all]" : "[data-do=in]")!.click();
        await frame();
        await frame();
      }
      return (performance.now() - started) / 10;
    });
    expect(milliseconds).toBeLessThan(250);
    await page.context().close();
  });

  test.each([
    ["dark", { dark: true }],
    ["narrow", { width: 360 }],
    ["narrow-dark", { width: 360, dark: true }],
  ] as const)("fits a %s screen, and nothing moves once it is there", async (name, look) => {
    const { page, complaints } = await open(sampleReport(7200, PARTED), look);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 200);
        }),
    );
    expect(shift).toBeLessThan(0.01);
    await page.locator("[data-plot='3']").scrollIntoViewIfNeeded();
    await page.waitForTimeout(50);
    await shoot(page, name);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("prints in light colours also from a dark screen", async () => {
    const { page } = await open(sampleReport(7200, PARTED), { dark: true });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe("rgb(21, 23, 27)");
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await background()).toBe("rgb(251, 250, 248)");
    await page.context().close();
  });
});

describe("what a report says", () => {
  test("a run without desyncs, probes, video or sound", () => {
    const { boots, ...sample } = sampleReport(100, []);
    const text = writeReport({
      ...sample,
      boots: { native: boots.native, target: boots.native },
      probes: [],
      video: null,
      audio: null,
      seconds: {},
      unpinned: [],
    });
    expect(text).toContain("None was needed");
    expect(text).toContain("None: the video is one run");
    expect(text).toContain("equal boots");
    expect(text.slice(0, text.indexOf("<script"))).not.toMatch(/undefined|NaN|\[object/);
  });

  test("boots side by side, what differs first and marked", () => {
    const text = writeReport(sampleReport(100, [50]));
    expect(text).toMatch(/<code>settings\.resolution<\/code><\/th><td>320x240<\/td><td><mark>3840x2160<\/mark>/);
    expect(text).toContain("differ in 2 things");
    expect(text).toContain("3840 × 2160 at 60000/1001 a second, and 73,574 samples of sound at 44,100 Hz");
  });

  test("how often a probe differed, and of how many frames that is known", () => {
    const text = writeReport(sampleReport(100, [50]));
    expect(text).toContain("2 decimals, differs in 1 frame<");
    expect(text).toContain("exact, equal in every frame<");
    expect(text).toContain("within 0.5, equal in the 50 frames that are known<");
  });

  test("a seam that may show is not passed over", () => {
    const sample = sampleReport(100, [50]);
    const text = writeReport({ ...sample, seams: [{ ...sample.seams[0]!, fits: false }] });
    expect(text).toContain("<strong>May show.</strong>");
  });

  test("values in templates are escaped, whatever they are in", () => {
    expect(html`<a title="${'"><b>'}">${["<i>", html`<u>${"&"}</u>`, null]}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;b&gt;">&lt;i&gt;<u>&amp;</u></a>',
    );
  });
});
