import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCore } from "../../src/machine/cores.node.ts";
import { crc32 } from "../../src/replay/isr-items.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { Studio } from "../../src/studio/server/studio.node.ts";
import { scratch } from "../support/cli.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (process.env.CI && !existsSync(CHROMIUM)) throw new Error(`no browser to test in: ${CHROMIUM}`);
const top = fileURLToPath(new URL("../../", import.meta.url));
const built = (name: string): string => join(top, "dist", name);

const PATIENT = { timeout: 60_000, interval: 60 };

// biome-ignore lint/suspicious/noExplicitAny: the page's own element
type Player = any;

/** Files of an archive that are stored as they are, found as readers find them: by the directory at its end. */
function unzipped(zip: Buffer): Map<string, Buffer> {
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  const files = new Map<string, Buffer>();
  for (let n = zip.readUInt16LE(end + 10), at = zip.readUInt32LE(end + 16); n > 0; n--) {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50);
    const [crc, size, length] = [zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28)];
    const local = zip.readUInt32LE(at + 42);
    expect(zip.readUInt32LE(local)).toBe(0x04034b50);
    const name = zip.toString("utf8", at + 46, at + 46 + length);
    const from = local + 30 + zip.readUInt16LE(local + 26);
    const bytes = zip.subarray(from, from + size);
    expect(crc32(bytes), name).toBe(crc);
    files.set(name, bytes);
    at += 46 + length;
  }
  return files;
}

describe.runIf(existsSync(CHROMIUM))("what goes wrong around the studio", () => {
  const folder = join(scratch(), "replays");
  let studio: Studio;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const hosts = new Set<string>();

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "noise.isr"),
      Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) >> 3),
    );
    writeFileSync(join(folder, "noise.nes"), new Uint8Array(4000));
    execFileSync(process.execPath, [join(top, "scripts/build-pages.mjs")]);
    studio = await Studio.open({
      port: 0,
      folders: [folder],
      cli: built("cli/main.js"),
      pages: { studio: built("studio-page"), player: built("player"), netplay: built("page") },
    });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio"],
    });
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    page.on("dialog", (dialog) => void dialog.accept());
    await page.addInitScript(() => {
      Object.assign(window, { shifted: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
          if (!entry.hadRecentInput) (window as Player).shifted += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(studio.url);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await studio?.close();
  });

  const frameIs = (least: number): Promise<unknown> =>
    page.waitForFunction((n) => ((document.querySelector("instep-player") as Player)?.frame ?? 0) >= n, least);
  const at = (view: string): string => `http://127.0.0.1:${studio.port}/#/${view}`;

  test("the library comes without a jump, and nothing is asked of another host", async () => {
    await page.locator(".item", { hasText: "classic" }).locator("img.there").waitFor();
    await page.goto(at("watch/1/gleam/classic.isr"));
    await page.locator("instep-player .begin").waitFor();
    expect(await page.evaluate("window.shifted")).toBeLessThan(0.05);
    expect([...hosts].filter((host) => host !== `127.0.0.1:${studio.port}` && host !== "")).toEqual([]);
  }, 120_000);

  test("a recording and a game that are noise are told in a line, and the next one plays", async () => {
    await page.goto(at("watch/0/noise.isr"));
    await page.getByRole("alert").filter({ hasText: "noise.isr" }).waitFor();
    await page.goto(at("play/0/noise.nes"));
    await page.getByRole("alert").filter({ hasText: "not an NES ROM" }).first().waitFor();
    expect(existsSync(join(folder, "noise.isr"))).toBe(true);
    await page.goto(at("play/1/gleam/gleam.nes"));
    await frameIs(30);
  }, 120_000);

  test("a full disk is told while the game goes on; what was played is saved once there is room", async () => {
    const full = JSON.stringify({ error: "the disk is full; make room, nothing that was saved is lost" });
    await page.route("**/api/recordings/**", (route) => route.fulfill({ status: 507, body: full }));
    await page.getByText("the disk is full").waitFor();
    await page.getByRole("button", { name: "Download it as it is" }).waitFor();
    const before = await page.evaluate(() => (document.querySelector("instep-player") as Player).frame);
    await frameIs(before + 30);
    await page.unroute("**/api/recordings/**");
    await page.getByText("the disk is full").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Stop and keep it" }).click();
    await page.waitForURL(/#\/watch\/0\/gleam\.isr$/);
    await page.waitForFunction((n) => (document.querySelector("instep-player") as Player)?.frames > n, before);
    expect(await page.evaluate(() => (document.querySelector("instep-player") as Player).frames)).toBeGreaterThan(60);
  }, 120_000);

  test("a page to share holds the recording and the player, as they are", async () => {
    const response = await context.request.get(`http://127.0.0.1:${studio.port}/web-page/0/gleam.isr`);
    expect(response.headers()["content-disposition"]).toContain("gleam.zip");
    const files = unzipped(await response.body());
    expect(files.get("gleam.isr")).toEqual(readFileSync(join(folder, "gleam.isr")));
    expect(files.get("index.html")!.toString()).toContain('<instep-player src="gleam.isr" ');
    for (const name of ["instep-player.js", "instep-player-worker.js", "page.js"])
      expect(files.get(name)).toEqual(readFileSync(join(top, "dist/player", name)));
  }, 60_000);

  test("whoever leaves in mid-game keeps what was played", async () => {
    await page.goto(at("play/1/gleam/gleam.nes"));
    await frameIs(90);
    const left = await page.evaluate(() => (document.querySelector("instep-player") as Player).frame);
    await page.getByRole("link", { name: "Library" }).click();
    const kept = page.locator(".item", { hasText: "gleam 2" });
    const frames = async (): Promise<number> => Number.parseInt(await kept.getByText(/^\d+ frames$/).innerText(), 10);
    await expect.poll(frames, PATIENT).toBeGreaterThanOrEqual(left);
  }, 120_000);
});

/** Processes that play native cores for a page of that process's studio. */
const streamsOf = (parent: number): string[] =>
  readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8")
    .split(" ")
    .filter((pid) => pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("stream-main"));

const has = (core: string, game: string): Promise<boolean> =>
  findCore(core, game).then(
    () => true,
    () => false,
  );
const [hasMgba, hasDesmume] = await Promise.all([has("mgba", "game.gba"), has("desmume", "game.nds")]);

describe.runIf(existsSync(CHROMIUM))("a native core in the studio", () => {
  const folder = scratch();
  let studio: Studio;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    studio = await Studio.open({
      port: 0,
      folders: [folder],
      cli: built("cli/main.js"),
      pages: { studio: built("studio-page"), player: built("player"), netplay: built("page") },
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    page.on("dialog", (dialog) => void dialog.accept());
    await page.goto(studio.url);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await studio?.close();
  });

  const frame = (): Promise<number> =>
    page.evaluate(() => (document.querySelector("instep-player") as Player)?.frame ?? 0);
  const play = async (game: string, frames: number): Promise<void> => {
    await page.goto(`http://127.0.0.1:${studio.port}/#/play/1/${game}`);
    await expect.poll(frame, PATIENT).toBeGreaterThan(frames);
  };
  const keep = (): Promise<void> => page.getByRole("button", { name: "Stop and keep it" }).click();

  test.runIf(hasMgba)(
    "is played, recorded, sought in and compared in the page",
    async () => {
      await play("hedge/hedge.gba", 60);
      await page.keyboard.press("Enter", { delay: 150 });
      await expect.poll(frame, PATIENT).toBeGreaterThan(90);
      await keep();
      await page.locator("instep-player .verdict.whole").waitFor();
      expect(readFileSync(join(folder, "hedge.isr")).length).toBeGreaterThan(500);
      await page.evaluate(() => (document.querySelector("instep-player") as Player).seek(50));
      expect(await frame()).toBe(50);
      await page.evaluate(() => (document.querySelector("instep-player") as Player).play());
      await expect.poll(frame, PATIENT).toBeGreaterThan(80);
      // Its picture is the console's, 3 to 2.
      const shape = await page.evaluate(() => {
        const canvas = document.querySelector("instep-player")!.shadowRoot!.querySelector("canvas")!;
        return canvas.clientWidth / canvas.clientHeight;
      });
      expect(shape).toBeCloseTo(1.5, 1);
    },
    120_000,
  );

  test.runIf(hasMgba)(
    "whose process is killed is told of; what was saved is kept, and the next game plays",
    async () => {
      await play("hedge/hedge.gba", 1);
      await page.getByText(/^\d[\d.]* kB$/).waitFor();
      const running = (): string[] => streamsOf(process.pid);
      await expect.poll(running, PATIENT).toHaveLength(1);
      process.kill(Number(running()[0]), "SIGKILL");
      await page.getByText("the core's process was killed (signal 9)").waitFor();
      await keep();
      await page.waitForURL(/#\/watch\/0\/hedge%202\.isr$/);
      await page.locator("instep-player .verdict").first().waitFor();
      await page.evaluate(() => (document.querySelector("instep-player") as Player).seek(20));
      expect(await frame()).toBe(20);
    },
    120_000,
  );

  test.runIf(hasDesmume)(
    "takes touches of a DS's lower screen by the pointer",
    async () => {
      await play("ringway/ringway.nds", 20);
      const { x, y, width, height } = (await page.locator("instep-player #screen canvas").boundingBox())!;
      // The upper screen takes none.
      await page.mouse.click(x + width / 4, y + height / 4);
      await page.mouse.move(x + (192.5 / 256) * width, y + ((192 + 144.5) / 384) * height);
      await page.mouse.down();
      const now = await frame();
      await expect.poll(frame, PATIENT).toBeGreaterThan(now + 10);
      await page.mouse.up();
      await expect.poll(frame, PATIENT).toBeGreaterThan(now + 20);
      await keep();
      await page.waitForURL(/#\/watch\/0\/ringway\.isr$/);
      const { movie } = readReplay("ringway.isr", readFileSync(join(folder, "ringway.isr")));
      const touch = movie.tracks[0]!.touch!.subarray(0, 2 * movie.length);
      const pixels = Array.from({ length: movie.length }, (_, i) => `${touch[2 * i]},${touch[2 * i + 1]}`);
      expect(new Set(pixels)).toEqual(new Set(["-1,-1", "192,144"]));
      expect(pixels.at(-1)).toBe("-1,-1");
    },
    120_000,
  );
});
