import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { scratch } from "./cli.ts";

/** To look at the pages: REPORT_SHOTS=folder. */
const shots = process.env.REPORT_SHOTS;

export interface Look {
  readonly dark?: boolean;
  readonly width?: number;
}

export interface Opened {
  readonly page: Page;
  /** Errors, and requests for anything but the file itself and data in it. */
  readonly complaints: string[];
}

/** For a test file: gives what opens a report's page in Debian's Chromium. */
export function reportPages(): (html: string, look?: Look) => Promise<Opened> {
  const file = join(scratch(), "report.html");
  const { href } = pathToFileURL(file);
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser?.close());

  return async (html, { dark = false, width = 1200 } = {}) => {
    writeFileSync(file, html);
    const context = await browser.newContext({
      colorScheme: dark ? "dark" : "light",
      viewport: { width, height: 900 },
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      // Reading canvases back is what the tests do, not the page.
      const ours = message.text().includes("getImageData");
      if (["error", "warning"].includes(message.type()) && !ours) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      const url = request.url();
      if (url !== href && !url.startsWith("data:")) complaints.push(`request: ${url}`);
    });
    await page.goto(href);
    await page.waitForFunction(() => document.getElementById("where")?.textContent !== "");
    return { page, complaints };
  };
}

export async function shoot(page: Page, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/** How many different colours a canvas shows. */
export const colours = (page: Page, selector: string): Promise<number> =>
  page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
