import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { readReplay } from "../../src/replay/reader.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (process.env.CI && !existsSync(CHROMIUM)) throw new Error(`no browser to test in: ${CHROMIUM}`);
// They wait for the clock, and for other tests, more than they compute.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const PATIENT = { timeout: 60_000, interval: 60 };
const top = fileURLToPath(new URL("../../", import.meta.url));
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

// biome-ignore lint/suspicious/noExplicitAny: the page's own element
type Player = any;

describe.runIf(existsSync(CHROMIUM))("a game that is played in the player", () => {
  let server: Server;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(top, "scripts/build-pages.mjs"), "player"]);
    server = createServer(async (request, response) => {
      const path = normalize(new URL(request.url!, "http://localhost").pathname);
      for (const folder of ["dist/player", "games/gleam"]) {
        const body = await readFile(join(top, folder, path)).catch(() => undefined);
        if (body) return response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(body);
      }
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await new Promise((closed) => (server ? server.close(closed) : closed(undefined)));
  });

  async function play(options: BrowserContextOptions = {}, before: () => void = () => {}): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(PATIENT.timeout);
    await page.addInitScript(before);
    await page.goto(`${url}/index.html`);
    await page.evaluate(() =>
      customElements
        .whenDefined("instep-player")
        .then(() => (document.querySelector("instep-player") as Player).record("gleam.nes")),
    );
    return page;
  }
  const frame = (page: Page): Promise<number> =>
    page.evaluate(() => (document.querySelector("instep-player") as Player).frame);
  /** Long enough for a few frames to be played with what is held now. */
  async function frames(page: Page): Promise<void> {
    const now = await frame(page);
    await expect.poll(() => frame(page), PATIENT).toBeGreaterThan(now + 6);
  }
  /** All that was pressed on each port until now. */
  async function pressed(page: Page): Promise<number[]> {
    const base64 = await page.evaluate(async () => {
      const bytes: Uint8Array = await (document.querySelector("instep-player") as Player).recording({ end: true });
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    });
    const { movie } = readReplay("live.isr", new Uint8Array(Buffer.from(base64, "base64")));
    return movie.tracks.map(({ buttons }) => buttons.subarray(0, movie.length).reduce((all, held) => all | held, 0));
  }

  test("keys that were changed, fingers and two gamepads are its pads", async () => {
    const page = await play({ viewport: { width: 500, height: 900 }, hasTouch: true, isMobile: true }, () => {
      localStorage.setItem("instep-player-keys", JSON.stringify({ Start: "v" }));
      const pad = (button: number) => ({
        buttons: Array.from({ length: 16 }, (_, i) => ({ pressed: (window as Player).held && i === button })),
        axes: [0, 0],
      });
      Object.assign(window, { looks: 0 });
      navigator.getGamepads = () => {
        if ((window as Player).held) (window as Player).looks++;
        return [pad(0), null, pad(15)] as unknown as Gamepad[];
      };
    });
    await page.locator("instep-player .cross").waitFor();
    await page.keyboard.down("v");
    await frames(page);
    await page.keyboard.up("v");
    const cross = (await page.locator("instep-player .cross").boundingBox())!;
    const finger = await page.context().newCDPSession(page);
    const touchPoints = [{ x: cross.x + cross.width / 2, y: cross.y + cross.height * 0.1 }];
    await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await frames(page);
    await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await page.evaluate(() => Object.assign(window, { held: true }));
    await page.waitForFunction("window.looks > 1");
    await frames(page);
    expect(await pressed(page)).toEqual([BUTTON.Start | BUTTON.Up | BUTTON.B, BUTTON.Right]);
    await page.context().close();
  });

  test("where a browser gives no sound the game goes on, and says so", async () => {
    const page = await play({}, () => {
      Object.assign(window, {
        AudioContext: class {
          constructor() {
            throw new DOMException("denied", "NotAllowedError");
          }
        },
      });
    });
    await page.keyboard.press("x");
    await page.locator("instep-player").getByRole("button", { name: "There is no sound in this page" }).waitFor();
    await frames(page);
    await page.context().close();
  });

  test("the page that comes with the player opens what its address names", async () => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(PATIENT.timeout);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${url}/index.html?src=classic.isr&rom=gleam.nes`);
    await page.locator("instep-player .begin").waitFor();
    await expect.poll(() => page.title(), PATIENT).toBe("classic · Instep");
    expect(complaints).toEqual([]);
    expect(readFileSync(join(top, "dist/player/index.html"), "utf8")).toContain("<instep-player ");
    await page.context().close();
  });
});
