// The studio on this computer (docs/studio.md): until its library is there, how much it jumps meanwhile, and a native core
// in the page. Quiet machine: npm run bench -- studio
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { Studio } from "../dist/studio/server/studio.node.js";
import { median } from "./support.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ROUNDS = 9;
const SECONDS = 20;
const built = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

export async function run(report) {
  const folder = mkdtempSync(join(tmpdir(), "instep-bench-"));
  const pages = { studio: built("studio-page"), player: built("player"), netplay: built("page") };
  const studio = await Studio.open({ port: 0, folders: [folder], cli: built("cli/main.js"), pages });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(() => {
      globalThis.shifted = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) globalThis.shifted += value;
      }).observe({ type: "layout-shift", buffered: true });
      const look = () => {
        if (document.querySelector(".item")) globalThis.there = performance.now();
        else requestAnimationFrame(look);
      };
      look();
    });
    const took = [];
    let shifted = 0;
    await page.goto(studio.url);
    // Pictures of all are made once; what comes after is a day like any other.
    await page.locator("img.there").nth(3).waitFor({ timeout: 120_000 });
    for (let round = 0; round < ROUNDS; round++) {
      await page.reload();
      await page.locator("img.there").nth(3).waitFor();
      took.push(await page.evaluate(() => globalThis.there));
      shifted = Math.max(shifted, await page.evaluate(() => globalThis.shifted));
    }
    report(
      "studio: from the address to the library, of a second",
      median(took) / 1000,
      "aim: under 1",
      `median ${median(took).toFixed(0)} ms, most ${Math.max(...took).toFixed(0)} ms; layout shift at most ${shifted.toFixed(4)}`,
    );
    await native(page, studio, report);
  } finally {
    await browser.close();
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A recording of a native core, as a page gets it: frames that are shown in a second, of the console's. */
async function native(page, { port }, report) {
  await page.goto(`http://127.0.0.1:${port}/#/watch/1/ringway/ringway.isr`);
  await page.waitForFunction(() => document.querySelector("instep-player")?.frames > 0, undefined, { timeout: 60_000 });
  const { shown, rate } = await page.evaluate(async (seconds) => {
    const player = document.querySelector("instep-player");
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    player.play();
    await wait(2000);
    let shown = 0;
    player.addEventListener("frame", () => shown++);
    const from = player.frame;
    await wait(seconds * 1000);
    return { shown: shown / seconds, rate: (player.frame - from) / seconds };
  }, SECONDS);
  report(
    "desmume in the studio: pictures of a second, of 60",
    shown / 60,
    "aim: 0.95 or more",
    `${shown.toFixed(1)} pictures and ${rate.toFixed(1)} frames a second, while a second one compares ahead`,
  );
}
