import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { Relay } from "../../src/netplay/relay/relay.node.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { instep, scratch } from "../support/cli.ts";
import { Shell } from "../support/shell.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (process.env.CI && !existsSync(CHROMIUM)) throw new Error(`no browser to test in: ${CHROMIUM}`);
// They wait for the clock more than they compute.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000, maxConcurrency: 2 });

const top = fileURLToPath(new URL("../../", import.meta.url));
/** `PICTURES=docs/pictures` makes those of the documentation anew. */
const pictures = join(top, process.env.PICTURES ?? ".cache/pictures");
const axe = readFileSync(join(top, "node_modules/axe-core/axe.min.js"), "utf8");
const page = join(top, "dist/page");
const gleam = join(top, "games/gleam/gleam.nes");
const rally = join(top, "games/rally/rally.gbc");
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };
const PATIENT = { timeout: 90_000, interval: 60 };
/** Sample frames in a frame of the NES. */
const SAMPLES = 48_000 / 60.0988;

// biome-ignore lint/suspicious/noExplicitAny: the page's own words
type Status = any;

/** A page in a browser, as one computer has it. */
class Tab {
  readonly page: Page;
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(90_000);
    page.on("dialog", (dialog) => void dialog.accept());
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
  }

  status(): Promise<Status> {
    return this.page.evaluate("window.instep?.status ?? { lines: [] }");
  }

  /** How it stands, once `what` holds. */
  async comesTo(what: (status: Status) => unknown): Promise<Status> {
    let status: Status;
    await vi.waitFor(async () => {
      status = await this.status();
      expect(what(status), JSON.stringify(status)).toBeTruthy();
    }, PATIENT);
    return status;
  }

  tells(line: string | RegExp): Promise<Status> {
    const says = (text: string): boolean => (typeof line === "string" ? text === line : line.test(text));
    return this.comesTo(({ lines }) => lines.some(says));
  }

  /** The list of players, as it is read. */
  readonly people = (): Promise<string> => this.page.locator("#people").innerText();

  press(name: string): Promise<void> {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  async save(name: string, folder: string): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.press(name)]);
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    return file;
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(pictures, `netplay-${name}.png`) });
  }

  /** What keeps people out, as axe finds it. */
  async barriers(): Promise<string[]> {
    // As a debugger would: the page's policy stays as it is.
    await this.page.evaluate(axe);
    return this.page.evaluate(`axe.run().then(({ violations }) => violations
      .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ; ")))`);
  }
}

describe.runIf(existsSync(CHROMIUM)).concurrent("netplay in a browser", () => {
  const folder = scratch();
  const opened: Tab[] = [];
  let relay: Relay;
  let site: string;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    execFileSync(process.execPath, [join(top, "scripts/build-pages.mjs"), "page"]);
    relay = await Relay.open({ host: "127.0.0.1", port: 0, page });
    site = relay.url.replace(/^ws/, "http");
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await relay?.close();
  });

  async function tab(address: string, options: BrowserContextOptions = {}): Promise<Tab> {
    const context = await browser.newContext({ viewport: WIDE, colorScheme: "light", ...options });
    return go(new Tab(await context.newPage()), address);
  }

  async function go(made: Tab, address: string): Promise<Tab> {
    opened.push(made);
    await made.page.goto(address);
    return made;
  }

  const shell = (name: string, ...args: string[]): Shell =>
    new Shell(folder, name, ...args, "--bot", "gleam", "-o", join(folder, `${name}.isr`));
  const seat = (code: string, n: number | string, game = "gleam"): string => join(folder, `${game}-${code}-${n}.isr`);
  const equal = (a: string, b: string): boolean => readFileSync(a).equals(readFileSync(b));

  it("whoever hosts before the game is there waits for it, and is not told to choose one", async () => {
    const zoe = new Tab(await (await browser.newContext()).newPage());
    let come = (): void => {};
    const there = new Promise<void>((resolve) => (come = resolve));
    await zoe.page.route("**/gleam.nes", (route) => there.then(() => route.continue()));
    await go(zoe, `${site}/`);
    await zoe.press("Take Gleam, which comes along");
    await zoe.page.getByLabel("Your name").fill("Zoe");
    await zoe.press("Host the game");
    expect(await zoe.page.locator("#fault").textContent()).toBe("");
    come();
    await zoe.comesTo(({ code }) => code);
  });

  it("two tabs of one browser play, one of them unseen; the recordings are the same and prove who pressed what", async () => {
    const ada = await tab(`${site}/`);
    expect(await ada.barriers()).toEqual([]);
    await ada.press("Take Gleam, which comes along");
    await ada.page.getByText("How it is played").click();
    await ada.page.getByLabel("Frames between a pad and its effect").selectOption("4");
    await ada.page.getByText("What you press is seen 4 frames (67 ms) later").waitFor();
    await ada.page.getByLabel("Your name").fill("Ada");
    await ada.picture("setup");
    // Nobody plays by hand here: the address says who does.
    await go(ada, `${site}/?rom=gleam.nes&bot=gleam&frames=900`);
    expect(await ada.page.getByLabel("Your name").inputValue()).toBe("");
    await ada.page.getByLabel("Your name").fill("Ada");
    await ada.press("Host the game");
    await ada.comesTo(({ code }) => code);
    await expect.poll(ada.people, PATIENT).toMatch(/Ada\s+you, not ready\s+nobody yet/);
    await ada.picture("waiting");
    const shown = ada.page.getByLabel("Link to the room");
    await expect.poll(() => shown.inputValue(), PATIENT).toMatch(/#\w+/);
    const link = await shown.inputValue();

    const bo = new Tab(await ada.page.context().newPage());
    await bo.page.addInitScript(() => {
      // As in a tab in the background: nothing strikes more often than once a second.
      const { setTimeout, setInterval } = window;
      Object.assign(window, {
        setTimeout: (then: () => void, ms: number) => setTimeout(then, Math.max(1000, ms)),
        setInterval: (then: () => void, ms: number) => setInterval(then, Math.max(1000, ms)),
      });
      Object.defineProperty(document, "hidden", { get: () => true });
    });
    await go(bo, link.replace("?", "?bot=gleam&"));
    await bo.page.getByLabel("Your name").fill("Bo");
    await bo.press("Join the game");
    for (const [one, said] of [
      [ada, /Ada\s+you, not ready\s+Bo\s+not ready\s+\d+ ms/],
      [bo, /Ada\s+not ready\s+Bo\s+you, not ready\s+\d+ ms/],
    ] as const)
      await expect.poll(one.people, PATIENT).toMatch(said);
    await bo.page.getByText(/^The same machine for all: jsnes .*, gleam\.nes \(49b9cdccaa25…\)$/).waitFor();
    await bo.press("I am ready");
    await ada.page.getByText("Are you ready?").waitFor();
    await expect.poll(ada.people, PATIENT).toMatch(/Ada\s+you, not ready\s+Bo\s+ready/);
    expect(await ada.barriers()).toEqual([]);
    await ada.picture("lobby");
    await ada.press("I am ready");
    await Promise.all([ada, bo].map((one) => one.comesTo(({ state }) => state === "playing")));

    await bo.page.getByLabel("Say to all").fill("good luck");
    await bo.press("Say");
    await ada.tells("Bo: good luck");
    await ada.comesTo(({ frame }) => frame > 300);
    await expect.poll(ada.people, PATIENT).toMatch(/Bo\s+\d+ ms/);
    // Something is drawn into the graph.
    const drawn = (): Promise<boolean> =>
      ada.page.locator("#graph canvas").evaluate((graph: HTMLCanvasElement) => {
        const { data } = graph.getContext("2d")!.getImageData(0, 0, graph.width, graph.height);
        return data.some((value) => value > 0);
      });
    await expect.poll(drawn, PATIENT).toBe(true);
    await ada.picture("playing");
    await ada.press("Pause");
    await bo.tells("Ada paused the game");
    const { frame } = await bo.comesTo(({ paused }) => paused);
    expect(await ada.barriers()).toEqual([]);
    expect((await bo.status()).frame - frame).toBeLessThan(30);
    await ada.press("Pause");
    await bo.tells("Ada lets the game go on");

    const over = await Promise.all([ada, bo].map((one) => one.comesTo(({ state }) => state === "over")));
    expect(over).toMatchObject([
      { seat: 0, agreed: 900, stats: { desyncs: 0 }, ended: "900 frames are played" },
      { seat: 1, agreed: 900, stats: { desyncs: 0 }, ended: "Ada: 900 frames are played" },
    ]);
    // Frames that were stepped again were heard once.
    expect(over[0].heard).toBeGreaterThan(0);
    expect(over[0].heard).toBeLessThan(1202 * SAMPLES);
    const files = [await ada.save("Save the recording", folder), await bo.save("Save the recording", folder)];
    expect(files).toEqual([seat(over[0].code, 1), seat(over[0].code, 2)]);
    expect(equal(files[0]!, files[1]!)).toBe(true);
    const { code, out } = instep("verify", files[0]!, "--rom", gleam, "--signatures");
    expect(out).toMatch(/player 1 \(Ada\): signed to frame 900/);
    expect(out).toMatch(/player 2 \(Bo\): signed to frame 900/);
    expect(code).toBe(0);
    await ada.press("Play again");
    await ada.comesTo(({ state }) => state === "setup");
    expect([...ada.complaints, ...bo.complaints]).toEqual([]);
  });

  it("a tab and a shell play; who has another game is told, on both sides; a desync is shown, mended, and kept", async () => {
    const cat = await tab(`${site}/?name=Cat&bot=gleam&autohost=gleam.nes`, { colorScheme: "dark" });
    const { code } = await cat.comesTo((status) => status.code);
    const url = `${relay.url}/${code}`;
    const dee = new Shell(folder, "Dee", "join", url, rally);
    expect(await dee.ended).toBe(2);
    const { why } = await dee.hears("refused");
    expect(why).toMatch(/^Dee has another game: rally\.gbc .*, not gleam\.nes /);
    await cat.tells(`Dee was not let in: ${why}`);
    await cat.page.getByRole("listitem").filter({ hasText: "Dee was not let in" }).waitFor();

    const eli = shell("Eli", "join", url, gleam, "--fault", "poke@200");
    await cat.comesTo(({ state }) => state === "playing");
    const fay = await tab(`${site}/?name=Fay&rom=gleam.nes&auto=play#${code}`);
    expect((await fay.comesTo(({ state }) => state === "over")).fault).toMatch(
      /^(the game is full: 2 play|the game has begun)$/,
    );
    await cat.tells(/^Fay was not let in: /);
    // On a busy machine many frames may be settled at once, so that the first bytes are not at hand any more.
    await cat.tells(
      /^desync with Eli at frame 20\d: (ram 0x\w{4} is 0x\w\w here, 0x\w\w there|the bytes are not at hand)/,
    );
    await cat.tells(/^repaired: all go on from frame \d+$/);
    await cat.picture("desync-dark");
    expect(await cat.barriers()).toEqual([]);
    const evidence = await cat.save("Save this side's evidence", folder);
    await cat.press("Leave");
    await cat.comesTo(({ state }) => state === "over");
    expect(await eli.ended).toBe(0);
    expect(instep("replay", evidence, "--rom", gleam).code).toBe(0);
    expect(equal(await cat.save("Save the recording", folder), join(folder, "Eli.isr"))).toBe(true);
    expect(cat.complaints).toEqual([]);
  });

  it("a phone that is loaded anew in mid-game comes back as the same player", async () => {
    const gil = shell("Gil", "host", gleam, "--core", "jsnes");
    const { page: address, code } = await gil.hears("room");
    const phone = { viewport: NARROW, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
    const hal = await tab(address.replace("#", "?bot=gleam#"), phone);
    expect(await hal.page.evaluate("document.documentElement.scrollWidth")).toBe(NARROW.width);
    await hal.picture("setup-phone");
    await hal.page.locator("#rom").setInputFiles(gleam);
    await hal.page.getByLabel("Your name").fill("Hal");
    await hal.press("Join the game");
    await hal.page.getByText("Are you ready?").waitFor();
    await hal.picture("lobby-phone");
    await hal.press("I am ready");
    await hal.comesTo(({ frame }) => frame > 150);
    await hal.picture("playing-phone");
    expect(await hal.barriers()).toEqual([]);
    await hal.page.reload();
    const back = await hal.tells("you are back in the game");
    await hal.comesTo(({ agreed }) => agreed > back.frame + 60);
    expect(await gil.hears("back")).toMatchObject({ name: "Hal", seat: 1 });
    gil.type("end enough");
    await hal.comesTo(({ state }) => state === "over");
    expect(await gil.ended).toBe(0);
    expect(gil.told.at(-1)).toMatchObject({ why: "enough", desyncs: 0 });
    const file = await hal.save("Save the recording", folder);
    expect(basename(file)).toBe(`gleam-${code}-2.isr`);
    for (const kept of [file, join(folder, "Gil.isr")])
      expect(instep("verify", kept, "--rom", gleam, "--signatures").code).toBe(0);
    expect(hal.complaints).toEqual([]);
  });

  it("keys, fingers and a gamepad are the pad", async () => {
    const ida = await tab(`${site}/?name=Ida&autohost=gleam.nes&players=1`, { hasTouch: true });
    await ida.comesTo(({ frame }) => frame > 60);
    const frames = async (): Promise<void> => {
      const { frame: now } = await ida.status();
      await ida.comesTo(({ frame }) => frame > now + 10);
    };
    await ida.press("Change keys");
    await ida.press("Start: Enter");
    await ida.page.keyboard.press("v");
    await ida.page.getByRole("button", { name: "Start: V" }).waitFor();
    await ida.picture("keys");
    expect(await ida.barriers()).toEqual([]);
    await ida.press("Done");
    await ida.page.getByRole("application").focus();
    for (const key of ["v", "ArrowRight"]) {
      await ida.page.keyboard.down(key);
      await frames();
      await ida.page.keyboard.up(key);
    }
    const { x, y, width } = (await ida.page.locator(".cross").boundingBox())!;
    const finger = await ida.page.context().newCDPSession(ida.page);
    const touchPoints = [{ x: x + width * 0.5, y: y + width * 0.1 }];
    await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await frames();
    await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await ida.page.evaluate(() => {
      const buttons = Array.from({ length: 17 }, (_, i) => ({ pressed: i === 0 }));
      navigator.getGamepads = () => [null, { buttons, axes: [-1, 0] } as unknown as Gamepad];
    });
    await frames();
    await ida.press("Leave");
    await ida.comesTo(({ ended }) => ended === "the host ended it");
    const file = await ida.save("Save the recording", folder);
    const { movie } = readReplay(file, readFileSync(file));
    const pressed = movie.tracks[0]!.buttons.subarray(0, movie.length).reduce((all, held) => all | held, 0);
    expect(pressed).toBe(BUTTON.Start | BUTTON.Right | BUTTON.Up | BUTTON.B | BUTTON.Left);
  });

  it("watches a Game Boy game from its start; and a game on another core is told, on both sides", async () => {
    const jan = new Shell(folder, "Jan", "host", rally, "--core", "boytacean", "--players", "1", "--bot", "random:5");
    const { page: address } = await jan.hears("room");
    const kim = await tab(address);
    await kim.page.locator("#rom").setInputFiles(rally);
    await kim.page.getByLabel("Your name").fill("Kim");
    await kim.page.getByRole("radio", { name: "Watch" }).check();
    await kim.press("Watch the game");
    await kim.comesTo(({ frame }) => frame > 120);
    jan.type("end enough");
    expect(await jan.ended).toBe(0);
    await kim.comesTo(({ ended }) => ended === "Jan: enough");
    // What was signed before somebody came, they were not told.
    const file = await kim.save("Save the recording", folder);
    expect(instep("verify", file, "--rom", rally).code).toBe(0);
    expect(instep("verify", join(folder, jan.told.at(-1)!.recording), "--rom", rally, "--signatures").code).toBe(0);
    expect(kim.complaints).toEqual([]);

    const leo = shell("Leo", "host", gleam, "--core", "nestopia");
    const { url, page: none } = await leo.hears("room");
    expect(none).toBeUndefined();
    const [, other, code] = /^ws(.*)\/(\w+)$/.exec(url)!;
    const mia = await tab(`http${other}/?name=Mia&rom=gleam.nes&auto=play#${code}`);
    const line = /the host plays on nestopia, and this page has jsnes; the host can take --core jsnes$/;
    expect((await mia.comesTo(({ state }) => state === "over")).fault).toMatch(line);
    expect(await leo.hears("refused")).toMatchObject({ name: "Mia", why: expect.stringMatching(line) });
    leo.type("end");
    await leo.ended;
  });

  it("says when a player is lost, goes on without, and says when the relay is lost", async () => {
    const own = await Relay.open({ host: "127.0.0.1", port: 0, page });
    const at = own.url.replace(/^ws/, "http");
    const ned = await tab(`${at}/?name=Ned&bot=gleam&autohost=gleam.nes&relayed`);
    const { code } = await ned.comesTo((status) => status.code);
    const ola = await tab(`${at}/?name=Ola&bot=gleam&rom=gleam.nes&auto=play&relayed#${code}`);
    await ola.comesTo(({ frame }) => frame > 30);
    await ned.comesTo(({ ways }) => String(ways) === "relayed");
    await ola.page.context().close();
    await ned.tells("Ola is silent");
    await ned.tells("Ola is lost");
    await ned.press("Go on without Ola");
    const goesOn = /^the game goes on without Ola, from frame (\d+)$/;
    const { lines } = await ned.tells(goesOn);
    const from = Number(goesOn.exec(lines.find((line: string) => goesOn.test(line)))![1]);
    await ned.comesTo(({ agreed }) => agreed > from + 30);
    await own.close();
    await ned.tells(/^the relay ws:.* is gone \(.*\)/);
    const { ended } = await ned.comesTo(({ state }) => state === "over");
    expect(ended).toMatch(/^the relay ws:.* cannot be reached any more \(.*\), and nobody is connected directly$/);
    expect(instep("verify", await ned.save("Save the recording", folder), "--rom", gleam).code).toBe(0);
  });
});
