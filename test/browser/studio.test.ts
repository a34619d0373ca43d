import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Studio } from "../../src/studio/server/studio.node.ts";
import { scratch } from "../support/cli.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (process.env.CI && !existsSync(CHROMIUM)) throw new Error(`no browser to test in: ${CHROMIUM}`);
const top = fileURLToPath(new URL("../../", import.meta.url));
/** `PICTURES=docs/pictures` makes those of the documentation anew. */
const pictures = join(top, process.env.PICTURES ?? ".cache/pictures");
const built = (name: string): string => join(top, "dist", name);
const WIDE = { width: 1280, height: 800 };
/** So that what is below the pictures is in the picture. */
const TALL = { width: 1280, height: 1240 };
const NARROW = { width: 400, height: 800 };

const PATIENT = { timeout: 60_000, interval: 60 };

// biome-ignore lint/suspicious/noExplicitAny: the page's own element
type Player = any;

describe.runIf(existsSync(CHROMIUM))("the studio in a browser", () => {
  const folder = join(scratch(), "replays");
  const options = {
    port: 0,
    folders: [folder],
    cli: built("cli/main.js"),
    pages: { studio: built("studio-page"), player: built("player"), netplay: built("page") },
  };
  let studio: Studio;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    for (const path of [pictures, folder]) mkdirSync(path, { recursive: true });
    // What is named for the game, and all of its RAM: it parts where the two begin.
    const profile = JSON.parse(readFileSync(join(top, "games/gleam/profile.json"), "utf8"));
    writeFileSync(
      join(folder, "gleam.json"),
      JSON.stringify({ ...profile, fingerprint: { regions: ["ram"] }, from: 0 }),
    );
    execFileSync(process.execPath, [join(top, "scripts/build-pages.mjs")]);
    studio = await Studio.open(options);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio"],
    });
    context = await browser.newContext({ viewport: WIDE, colorScheme: "light", reducedMotion: "reduce" });
    page = await context.newPage();
    page.setDefaultTimeout(90_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("dialog", (dialog) => void dialog.accept());
    await page.goto(studio.url);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await studio?.close();
  });

  async function picture(name: string, size = WIDE): Promise<void> {
    const before = page.viewportSize()!;
    if (size !== WIDE) await page.setViewportSize(size);
    await page.screenshot({ path: join(pictures, `studio-${name}.png`) });
    await page.setViewportSize(before);
  }

  /** What axe finds that keeps people out; the player is looked at by its own tests. */
  async function barriers(): Promise<string[]> {
    // As a debugger would: the page's policy stays as it is.
    await page.evaluate(axe.source);
    return page.evaluate(`axe.run({ exclude: ["instep-player"] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ; ")))`);
  }

  const inPlayer = <T>(work: (player: Player) => T | Promise<T>): Promise<T> =>
    page.locator("instep-player").evaluate(work as never) as Promise<T>;
  const frameIs = (least: number): Promise<unknown> =>
    page.waitForFunction((n) => ((document.querySelector("instep-player") as Player)?.frame ?? 0) >= n, least);

  test("the address leads in once, and the token is out of sight", async () => {
    await page.getByRole("heading", { name: "Library" }).waitFor();
    expect(page.url()).toBe(`http://127.0.0.1:${studio.port}/`);
    await page.locator(".item", { hasText: "classic" }).waitFor();
    expect(await barriers()).toEqual([]);
  });

  test("the game that comes along is played, and is recorded while it is", async () => {
    await page.getByRole("link", { name: "Play", exact: true }).click();
    await page.getByRole("link", { name: /^gleam/ }).click();
    await frameIs(60);
    await page.keyboard.press("Enter", { delay: 200 });
    await page.keyboard.press("ArrowRight", { delay: 200 });
    await frameIs(240);
    await picture("play");
    expect(await barriers()).toEqual([]);
    await page.getByRole("button", { name: "Stop and keep it" }).click();
    await page.waitForURL(/#\/watch\/0\/gleam\.isr$/);
    expect(readFileSync(join(folder, "gleam.isr")).length).toBeGreaterThan(1000);
  }, 180_000);

  test("the recording is scrubbed to a frame, and holds", async () => {
    await page.waitForFunction(() => (document.querySelector("instep-player") as Player)?.frames >= 240);
    for (const frame of [150, 40]) {
      await page.evaluate((to) => (document.querySelector("instep-player") as Player).seek(to), frame);
      expect(await inPlayer((player) => player.frame)).toBe(frame);
    }
    await page.getByRole("button", { name: "Verify" }).click();
    await page.locator("h1 ~ .chip", { hasText: "in step" }).waitFor();
  }, 180_000);

  test("a clip of it is a video that plays in the page", async () => {
    await inPlayer((player) => player.seek(90));
    await page.getByRole("button", { name: "Here: from the frame that is shown" }).click();
    await expect.poll(() => page.getByLabel("From", { exact: true }).inputValue(), PATIENT).toBe("90");
    await page.getByLabel("To", { exact: true }).fill("179");
    await page.getByRole("button", { name: "Make the video" }).click();
    const video = page.locator("video");
    await video.waitFor();
    const played = await video.evaluate(async (element) => {
      const shown = element as HTMLVideoElement;
      shown.muted = true;
      await shown.play();
      while (shown.currentTime < 0.3) await new Promise((resolve) => setTimeout(resolve, 50));
      return { height: shown.videoHeight, seconds: shown.duration };
    });
    expect(played.height).toBe(720);
    expect(played.seconds).toBeCloseTo(1.5, 1);
    await page.evaluate("scrollTo(0, 0)");
    await picture("watch", { ...TALL, height: 1000 });
    expect(await barriers()).toEqual([]);
  }, 180_000);

  test("it is named, and found by its name", async () => {
    await page.getByLabel("Name", { exact: true }).fill("first robots");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.waitForURL(/first%20robots\.isr$/);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Library" }).click();
    await page.getByRole("searchbox").fill("robots nes");
    await page.locator(".item", { hasText: "first robots" }).waitFor();
    await expect.poll(() => page.locator(".item").count(), PATIENT).toBe(1);
    // What was made of it is listed too.
    await page.getByRole("searchbox").fill("clip of gleam");
    await page.getByRole("radio", { name: /^Jobs/ }).check({ force: true });
    await page.getByRole("link", { name: "Clip of gleam" }).waitFor();
    await page.getByRole("radio", { name: /^All/ }).check({ force: true });
    await page.getByRole("searchbox").fill("");
    // Of games that are quick to play; for the documentation all of them.
    const shown = process.env.PICTURES
      ? page.locator(".item", { hasText: "jsnes" })
      : page.locator(".item", { hasText: "first robots" });
    for (const item of await shown.all()) await item.locator("img.there").waitFor();
    await page.locator("h1").click();
    await picture("library");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize(NARROW);
    await picture("library-narrow");
    expect(await barriers()).toEqual([]);
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: "light" });
  }, 180_000);

  test("two recordings are compared at a frame, and where their memory parts is found", async () => {
    await page.goto(`http://127.0.0.1:${studio.port}/#/compare`);
    await page.getByLabel("A: what is expected").selectOption("0/first robots.isr");
    await page.getByLabel("B: what is looked at").selectOption("1/gleam/classic.isr");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText(/in memory from frame \d+ on/).waitFor();
    for (const name of ["A", "B", "What differs"]) await page.getByAltText(`${name}, frame 60`).waitFor();
    await page.getByLabel("Frame", { exact: true }).fill("200");
    await page.getByAltText("A, frame 200").waitFor();
    await page
      .getByText(/^\d+ bytes differ$/)
      .first()
      .waitFor();
    await picture("compare", TALL);
    expect(await barriers()).toEqual([]);
  }, 180_000);

  test("a movie is force-synced, and its video is in the page", async () => {
    await page.getByRole("link", { name: "Force-sync" }).click();
    await page.getByLabel("Movie").selectOption("1/gleam/garbage.isr");
    await page.getByText("A profile", { exact: true }).click();
    await page.locator("select[name=profile]").selectOption("0/gleam.json");
    for (const [run, value] of [
      ["syncs with", "00"],
      ["is played with", "ff"],
    ]) {
      const field = page.getByLabel(new RegExp(`power-on.*${run}`));
      await field.fill(value!);
      await field.blur();
    }
    await page.getByText("Played otherwise: ram=ff").waitFor();
    await page.getByLabel("Frames", { exact: true }).fill("120");
    await picture("sync", { ...TALL, height: 1020 });
    expect(await barriers()).toEqual([]);
    await page.getByRole("button", { name: "Keep it in step" }).click();
    await page.locator("h1 ~ .chip", { hasText: "done" }).waitFor();
    const video = page.locator("studio-sync-job video");
    await video.waitFor();
    await video.evaluate(async (shown: HTMLVideoElement) => {
      shown.currentTime = 2;
      await new Promise((resolve) => shown.addEventListener("seeked", resolve));
    });
    await expect.poll(() => page.locator(".plot").count(), PATIENT).toBeGreaterThan(5);
    await page.getByText(/\d+ repaired with native/).waitFor();
    await picture("job", TALL);
    expect(await barriers()).toEqual([]);
  }, 180_000);

  test("a friend joins by the link, in a browser that knows no token", async () => {
    await page.getByRole("link", { name: "Netplay" }).click();
    const host = page.frameLocator("iframe");
    await host.getByRole("button", { name: /Take Gleam/ }).click();
    await host.getByLabel("Your name").fill("Ada");
    await host.getByRole("button", { name: "Host the game" }).click();
    await expect.poll(() => host.locator("#link").inputValue(), PATIENT).toMatch(/#\w+/);
    const link = await host.locator("#link").inputValue();
    const other = await browser.newContext();
    const friend = await other.newPage();
    await friend.goto(link);
    await friend.getByLabel("Your name").fill("Bo");
    await friend.getByRole("button", { name: "Join the game" }).click();
    for (const one of [friend, host]) await one.getByRole("button", { name: "I am ready" }).click();
    // For the documentation until the graph has something to show.
    const enough = process.env.PICTURES ? 1200 : 60;
    await friend.waitForFunction((n) => (window as Player).instep.status.agreed > n, enough);
    await picture("netplay");
    expect((await friend.goto(`http://127.0.0.1:${studio.port}/api/library`))?.status()).toBe(401);
    await other.close();
  }, 180_000);

  test("a server that is gone is told of in the page, which plays on and saves when it is back", async () => {
    const { port } = studio;
    expect(complaints).toEqual([]);
    await page.goto(`http://127.0.0.1:${port}/#/play/1/gleam/gleam.nes`);
    await frameIs(30);
    await studio.close();
    await page.getByText("The studio does not answer.").waitFor();
    await page.getByRole("button", { name: "Download it as it is" }).waitFor();
    const at = await inPlayer((player) => player.frame);
    await frameIs(at + 30);
    studio = await Studio.open({ ...options, port });
    const again = await context.newPage();
    await again.goto(studio.url);
    await again.close();
    await page.getByRole("button", { name: "Stop and keep it" }).click();
    await page.waitForURL(/#\/watch\/0\/gleam\.isr$/);
    await page.waitForFunction((n) => (document.querySelector("instep-player") as Player)?.frames > n, at + 30);
    await page.getByRole("link", { name: "Jobs" }).click();
    await page.getByText("Clip of gleam").waitFor();
  }, 180_000);
});
