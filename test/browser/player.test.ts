import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import type { VideoFrame } from "../../src/machine/machine.ts";
import { MovieInput } from "../../src/movie/movie.ts";
import { readSlp } from "../../src/movie/slp/reader.ts";
import { writeIsr } from "../../src/replay/isr.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { Player } from "../../src/replay/player.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { liveMovie, Recorder } from "../../src/replay/recorder.ts";
import type { InstepPlayer } from "../../src/studio/player/instep-player.ts";
import { checkedProfile } from "../../src/watch/profile.ts";
import { firstDivergence } from "../../src/watch/readings.ts";
import { bytesOf, pathOf } from "../slp/files.ts";
import { instep, scratch } from "../support/cli.ts";
import { hasShared } from "../support/data.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (process.env.CI && !existsSync(CHROMIUM)) throw new Error(`no browser to test in: ${CHROMIUM}`);
// They wait for the clock, and for other tests, more than they compute.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const top = fileURLToPath(new URL("../../", import.meta.url));
const pictures = join(top, process.env.PICTURES ?? ".cache/pictures");
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const FRAMES = 600;
const POKED = 401;
const PATIENT = { timeout: 60_000, interval: 60 };
const rom = new Uint8Array(readFileSync(join(top, "games/gleam/gleam.nes")));
const profile = checkedProfile("gleam", JSON.parse(readFileSync(join(top, "bench/profiles/gleam.json"), "utf8")));

/** What the frames that tests look at show, as {@link LOOK} says it. */
const drawn = new Map<number, string>();
const LOOKED_AT = [249, 250, 560, FRAMES];

/** Gleam's own movie, recorded; `poked`: from that frame on a robot has another score than the inputs give it. */
async function recordGleam(poked?: number): Promise<Uint8Array> {
  const machine = await jsnes.open({ content: { name: "gleam.nes", bytes: rom }, settings: { ram: "00" } });
  const movie = readMovie("classic.isr", new Uint8Array(readFileSync(join(top, "games/gleam/classic.isr"))));
  const parts: Uint8Array[] = [];
  const recorder = new Recorder(machine, {
    profile,
    movie: liveMovie(machine, { name: "gleam.nes", sha256: machine.boot.content.sha256 }),
    keyframeEvery: 200,
    append: (bytes) => parts.push(bytes),
  });
  const input = new MovieInput(movie);
  while (machine.frame < FRAMES) {
    if (machine.frame === poked) machine.memory.find(({ name }) => name === "ram")!.bytes[0x318]! += 5;
    recorder.step(input);
    if (poked === undefined && LOOKED_AT.includes(machine.frame)) drawn.set(machine.frame, lookOf(machine.video));
  }
  recorder.finish();
  machine.close();
  return Buffer.concat(parts);
}

function lookOf({ width, height, pixels }: VideoFrame): string {
  const colours = Buffer.alloc(width * height * 4, 0xff);
  for (let at = 0; at < colours.length; at += 4) for (let c = 0; c < 3; c++) colours[at + c] = pixels[at + 2 - c]!;
  const hash = createHash("sha256").update(colours).digest();
  return `${width}x${height} ${[...hash.subarray(0, 8)].join()}`;
}

/** A server of files and nothing else. */
async function serve(folders: readonly string[]): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url!, "http://localhost").pathname);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    for (const folder of folders) {
      const body = await readFile(join(folder, path)).catch(() => undefined);
      if (body) return response.writeHead(200, { "content-type": type }).end(body);
    }
    response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const html = (player: string): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Player</title>
<meta name="viewport" content="width=device-width">
<style>:root{color-scheme:light dark}body{margin:0;padding:1.5rem;background:light-dark(#fbfaf8,#15171b)}
instep-player{max-width:46rem;margin:auto}</style>
<script type="module" src="instep-player.js"></script><main>${player}</main></html>`;

/** Hash of what the player's screen shows, or of a PNG. */
const LOOK = `async (png) => {
  const screen = document.querySelector("instep-player").shadowRoot.querySelector("#screen canvas");
  const image = png ? await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob()) : screen;
  const copy = new OffscreenCanvas(image.width, image.height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const hash = await crypto.subtle.digest("SHA-256", context.getImageData(0, 0, image.width, image.height).data);
  return image.width + "x" + image.height + " " + Array.from(new Uint8Array(hash).slice(0, 8)).join();
}`;

describe.runIf(existsSync(CHROMIUM))("the player in a plain page", () => {
  const folder = scratch();
  let site: { server: Server; url: string };
  let other: { server: Server; url: string };
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let recording: Uint8Array;
  const complaints: string[] = [];

  beforeAll(async () => {
    execFileSync(process.execPath, [join(top, "scripts/build-pages.mjs"), "player"]);
    mkdirSync(pictures, { recursive: true });
    recording = await recordGleam();
    const files: Record<string, string | Uint8Array> = {
      "gleam.isr": recording,
      "poked.isr": await recordGleam(POKED),
      "gleam.nes": rom,
      "other.nes": readFileSync(join(top, "games/zoo/zoo.nes")),
      "index.html": html(`<instep-player src="gleam.isr" rom="gleam.nes" controls></instep-player>`),
      "poked.html": html(`<instep-player src="poked.isr" rom="gleam.nes" controls></instep-player>`),
      "asks.html": html(`<instep-player src="gleam.isr" rom="other.nes" controls></instep-player>`),
      "empty.html": html(`<instep-player controls></instep-player>`),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    site = await serve([folder, join(top, "dist/player")]);
    other = await serve([folder]);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
    context = await browser.newContext({ viewport: { width: 900, height: 860 } });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  });

  beforeEach(() => {
    complaints.length = 0;
  });

  afterAll(async () => {
    await browser?.close();
    for (const one of [site, other])
      await new Promise((closed) => (one ? one.server.close(closed) : closed(undefined)));
  });

  const open = async (path: string): Promise<void> => {
    await page.goto(`${site.url}/${path}`);
    await page.waitForFunction(() => customElements.get("instep-player"));
  };
  /** Runs in the page, with its player. */
  const player = <T>(work: (player: InstepPlayer) => T | Promise<T>): Promise<T> =>
    page.evaluate(`(${work})(document.querySelector("instep-player"))`);
  const look = (png?: string): Promise<string> => page.evaluate(`(${LOOK})(${JSON.stringify(png ?? "")})`);
  const shown = (part: string): Promise<void> => page.locator(`instep-player ${part}`).first().waitFor();
  const keep = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(pictures, `player-${name}.png`) });
  };
  /** Until all of it was looked at ahead. */
  const scouted = (): Promise<void> => shown(".verdict.whole");
  const shot = async (frame: number): Promise<string> => {
    const out = join(folder, `${frame}.png`);
    const { code, err } = instep(
      "shot",
      `${join(folder, "gleam.isr")}@${frame}`,
      "--rom",
      join(folder, "gleam.nes"),
      "-o",
      out,
    );
    expect(code, err).toBe(0);
    return look(readFileSync(out).toString("base64"));
  };

  test("plays a recording to its end with every frame as recorded, and shows what `instep shot` shows", async () => {
    await open("index.html");
    await shown(".begin");
    await keep("poster-light");
    const ended = await player(
      (p) =>
        new Promise<number[]>((resolve) => {
          const parted: number[] = [];
          p.addEventListener("divergence", (event) => parted.push((event as CustomEvent).detail.frame));
          p.addEventListener("ended", () => resolve([p.frame, p.frames, ...parted]));
          p.playbackRate = 8;
          p.play();
        }),
    );
    expect(ended).toEqual([FRAMES, FRAMES]);
    await expect.poll(() => look(), PATIENT).toBe(drawn.get(FRAMES));
    expect(await shot(FRAMES)).toBe(drawn.get(FRAMES));
    await scouted();
    expect(complaints).toEqual([]);
  });

  test("seeks both ways and steps back to the same pictures", async () => {
    const stands = async (frame: number): Promise<void> => {
      await expect.poll(() => player((p) => p.frame), PATIENT).toBe(frame);
      await expect.poll(() => look(), PATIENT).toBe(drawn.get(frame));
    };
    await player((p) => p.seek(560));
    await stands(560);
    await player((p) => p.seek(250));
    await stands(250);
    await player((p) => p.step(-1));
    await stands(249);
    await player((p) => p.step(1));
    await stands(250);
    // Of those that are asked for at once only the last one counts.
    expect(await player((p) => Promise.all([p.seek(10), p.seek(500), p.seek(560)]).then(() => p.frame))).toBe(560);
    await stands(560);
    expect(new Set([249, 250, 560].map((frame) => drawn.get(frame))).size).toBe(3);
  });

  test("is used by keys, which can be changed, by a drag, and loops between two frames", async () => {
    await player((p) => p.seek(100));
    await page.locator("instep-player #stage").focus();
    await page.keyboard.press(".");
    await expect.poll(() => player((p) => p.frame), PATIENT).toBe(101);
    await page.keyboard.press(",");
    await page.keyboard.press(",");
    await expect.poll(() => player((p) => p.frame), PATIENT).toBe(99);
    await page.locator("instep-player").getByLabel("Keys", { exact: true }).click();
    await page
      .locator("instep-player")
      .getByRole("button", { name: /^A frame on: / })
      .click();
    await page.keyboard.press("n");
    await keep("keys");
    await page.keyboard.press("Escape");
    await page.locator("instep-player #stage").focus();
    await page.keyboard.press("n");
    await expect.poll(() => player((p) => p.frame), PATIENT).toBe(100);
    await page.evaluate(readFileSync(join(top, "node_modules/axe-core/axe.min.js"), "utf8"));
    const wrong = await page.evaluate<string[]>(
      `axe.run("instep-player").then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes.map(({ target }) => target).join()))`,
    );
    expect(wrong).toEqual([]);

    const track = (await page.locator("instep-player #track").boundingBox())!;
    await page.mouse.move(track.x + track.width / 3, track.y + track.height / 2);
    await page.mouse.down();
    await page.mouse.move(track.x + track.width / 2, track.y + track.height / 2, { steps: 5 });
    await shown(".peek canvas:not([hidden])");
    await keep("drag");
    await page.mouse.up();
    await expect.poll(() => player((p) => p.frame), PATIENT).toBe(FRAMES / 2);

    const frames = await player(
      (p) =>
        new Promise<number[]>((resolve) => {
          const seen: number[] = [];
          const look = (): void => {
            seen.push(p.frame);
            if (seen.length < 40) return;
            p.removeEventListener("frame", look);
            p.pause();
            p.loopBetween();
            resolve(seen);
          };
          p.loopBetween(200, 210);
          void p.seek(200).then(() => {
            p.addEventListener("frame", look);
            p.play();
          });
        }),
    );
    expect(frames.every((frame) => frame >= 200 && frame <= 210)).toBe(true);
    expect(frames.filter((frame) => frame === 200).length).toBeGreaterThan(1);
    expect(complaints).toEqual([]);
  });

  test("says where a run parts from its recording, ahead of the play and in it", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await open("poked.html");
    await shown(".verdict.desync");
    const verdict = page.locator("instep-player .verdict.desync");
    await expect
      .poll(() => verdict.textContent(), PATIENT)
      .toMatch(/Parts at frame 402: .*score is \d+, should be \d+/);
    await shown(".mark.desync");
    await verdict.click();
    await expect.poll(() => player((p) => p.frame), PATIENT).toBe(POKED + 1);
    await page.locator("instep-player .mark.desync").first().waitFor();
    await keep("parted-dark");
    await page.setViewportSize({ width: 380, height: 700 });
    await keep("parted-narrow-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await keep("parted-narrow-light");
    await page.setViewportSize({ width: 900, height: 860 });
  });

  test("asks for the game by its hash, refuses another, and takes it and the recording by a drop", async () => {
    await open("asks.html");
    const card = page.locator("instep-player .card");
    await shown(".card .bad");
    const hash = "49b9cdccaa25f5dc04d251eccc43e3ff9df8834b87b22eb9b499e6ec7fbdc686";
    for (const line of ["gleam.nes", "other.nes is another game", `SHA-256 ${hash}`])
      await expect.poll(() => card.textContent(), PATIENT).toContain(line);
    await keep("asks");
    await page.locator("instep-player input[type=file]").setInputFiles(join(folder, "gleam.nes"));
    await shown(".begin");
    await open("empty.html");
    await shown(".card");
    await keep("empty");
    await page.evaluate(async () => {
      const files = new DataTransfer();
      for (const name of ["gleam.isr", "gleam.nes"])
        files.items.add(new File([await (await fetch(name)).arrayBuffer()], name));
      const target = document.querySelector("instep-player")!.shadowRoot!.querySelector("#stage")!;
      for (const type of ["dragover", "drop"])
        target.dispatchEvent(
          new DragEvent(type, { dataTransfer: files, bubbles: true, composed: true, cancelable: true }),
        );
    });
    await shown(".begin");
    await expect.poll(() => player((p) => p.frames), PATIENT).toBe(FRAMES);
    expect(complaints).toEqual([]);
  });

  test("says in a line what is wrong with a file, and goes on", async () => {
    await open("empty.html");
    const broken = Buffer.from(recording);
    broken.fill(0x5a, 400);
    const zeros = new Uint8Array(16).fill(0);
    const files: Record<string, Uint8Array> = {
      "noise.isr": Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3),
      "nothing.isr": new Uint8Array(0),
      "head.isr": recording.subarray(0, 40),
      "broken.isr": broken,
    };
    const said: Record<string, string> = {};
    for (const [name, bytes] of Object.entries(files)) {
      said[name] = await page.evaluate(
        `document.querySelector("instep-player").open(Uint8Array.from(atob("${Buffer.from(bytes).toString("base64")}"), (c) => c.charCodeAt(0)), { name: "${name}", rom: "gleam.nes" }).then(() => "opened", (error) => error.message)`,
      );
    }
    expect(said["noise.isr"]).toMatch(/^noise\.isr is no movie/);
    expect(said["nothing.isr"]).toMatch(/^nothing\.isr is no movie/);
    expect(said["head.isr"]).toMatch(/^head\.isr: .*header/);
    expect(said["broken.isr"]).toMatch(/^broken\.isr: |^opened$/);
    for (const line of Object.values(said)) expect(line.split("\n")).toHaveLength(1);
    await page.evaluate(`document.querySelector("instep-player").open("gone.isr").catch(() => {})`);
    await shown(".card .bad");
    await expect
      .poll(() => page.locator("instep-player .card").textContent(), PATIENT)
      .toMatch(/gone\.isr: the server says 404/);
    await keep("fault");
    const cors = await page.evaluate(
      `document.querySelector("instep-player").open("${other.url}/gleam.isr").catch((error) => error.message)`,
    );
    expect(cors).toMatch(/Access-Control-Allow-Origin/);
    const badRom = await page.evaluate(
      `document.querySelector("instep-player").record(Uint8Array.from(${JSON.stringify([...zeros])}), { name: "zeros.nes" }).catch((error) => error.message)`,
    );
    expect(badRom).toMatch(/^zeros\.nes: not an NES ROM/);
    await page.evaluate(`document.querySelector("instep-player").open("gleam.isr", { rom: "gleam.nes" })`);
    await shown(".begin");
  });

  test("says what no page can play, and shows frames that the page gets for it elsewhere", async () => {
    const nothing = { length: 0, tracks: [], events: [], rom: {} };
    writeFileSync(
      join(folder, "snes.isr"),
      writeIsr({ ...nothing, system: "snes", by: "frame", start: { kind: "power-on" } }),
    );
    await open("empty.html");
    const opening = `document.querySelector("instep-player").open("snes.isr").then(() => "opened", (error) => error.message)`;
    expect(await page.evaluate(opening)).toMatch(
      /^snes\.isr: it was made on .* \(snes\); in a page there are jsnes \(nes\)/,
    );
    await page.evaluate(`void (document.querySelector("instep-player").sourceFor = (file, core, system) => {
      let context;
      const source = {
        onNews() {},
        close() {},
        tell(command) {
          if (command.do === "screen") context = command.canvas.getContext("2d");
          if (command.do === "open") source.onNews({ news: "opened", opened: {
            kind: "replay", game: file.name, system, core, players: [], frames: 9, fps: { num: 60, den: 1 }, aspect: 2,
            compares: false, remarks: [], marks: [] } });
          if (command.do !== "seek") return;
          context.canvas.width = 2;
          context.canvas.height = 1;
          context.fillStyle = "red";
          context.fillRect(0, 0, 2, 1);
          source.onNews({ news: "frame", frame: command.frame });
          source.onNews({ news: "seeked", frame: command.frame, inStep: undefined });
        },
      };
      return source;
    })`);
    expect(await page.evaluate(opening)).toBe("opened");
    await player((p) => p.seek(7));
    expect(await player((p) => [p.frame, p.frames])).toEqual([7, 9]);
    const red = Uint8Array.of(0, 0, 255, 0, 0, 0, 255, 0);
    await expect.poll(() => look(), PATIENT).toBe(lookOf({ width: 2, height: 1, pitch: 8, aspect: 0, pixels: red }));
  });

  test.runIf(hasShared)("shows two Slippi recordings of one match from where they part", async () => {
    const game = "slippi-js/consistencyTest/NessVFox-Absorb.slp";
    const theirs = bytesOf(game);
    const { post } = readSlp(game, theirs).tracks[1]!;
    // Port 2 stands high in the air for 100 frames, from Slippi's frame 400 on.
    for (let row = 523; row < 623; row++) new DataView(theirs.buffer).setFloat32(post.offset(row) + 0x0e, 60);
    writeFileSync(join(folder, "mine.slp"), bytesOf(game));
    writeFileSync(join(folder, "theirs.slp"), theirs);
    writeFileSync(join(folder, "another.slp"), readFileSync(pathOf("peppi/game.slp")));
    writeFileSync(
      join(folder, "slp.html"),
      html(`<instep-player src="mine.slp" against="theirs.slp" controls></instep-player>`),
    );
    await open("slp.html");
    await shown(".begin");
    await shown(".verdict.desync");
    await expect.poll(() => player((p) => [p.frame, p.frames]), PATIENT).toEqual([523, 936]);
    await expect
      .poll(() => page.locator("instep-player .verdict").textContent(), PATIENT)
      .toMatch(/Parts at frame 523: Slippi's 400: port 2: y after the frame's step is 60, expected /);
    await expect
      .poll(() => page.locator("instep-player .remark").allTextContents(), PATIENT)
      .toContain("100 of 937 frames differ.");
    /** Pixels in the colour of what differs. */
    const red = (): Promise<number> =>
      page.evaluate(`(() => {
        const screen = document.querySelector("instep-player").shadowRoot.querySelector("#screen canvas");
        const copy = new OffscreenCanvas(screen.width, screen.height);
        const context = copy.getContext("2d", { willReadFrequently: true });
        context.drawImage(screen, 0, 0);
        const { data } = context.getImageData(0, 0, copy.width, copy.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) count += data[i] > 240 && Math.abs(data[i + 1] - 138) < 9 && Math.abs(data[i + 2] - 128) < 9;
        return count;
      })()`);
    await player((p) => p.seek(523));
    await expect.poll(red, PATIENT).toBeGreaterThan(200);
    await keep("slippi");
    await player((p) => p.step(-1));
    await expect.poll(() => player((p) => p.frame), PATIENT).toBe(522);
    await expect.poll(red, PATIENT).toBe(0);
    const ended = await player(
      (p) =>
        new Promise<number>((resolve) => {
          p.addEventListener("ended", () => resolve(p.frame));
          p.playbackRate = 8;
          p.play();
        }),
    );
    expect(ended).toBe(936);
    const other = `document.querySelector("instep-player").open("mine.slp", { against: "another.slp" }).catch((error) => error.message)`;
    expect(await page.evaluate(other)).toMatch(/^mine\.slp and another\.slp: are of two matches/);
    expect(complaints).toEqual([]);
  });

  test("plays a game live, and what it records of it plays back the same elsewhere", async () => {
    await open("empty.html");
    const base64 = await page.evaluate<string>(`(async () => {
      const player = document.querySelector("instep-player");
      await player.record("gleam.nes", { settings: { ram: "00" } });
      const at = (frame) => new Promise((resolve) => {
        const look = () => player.frame >= frame ? resolve() : player.addEventListener("frame", look, { once: true });
        look();
      });
      await at(20);
      player.press(0, ${1 << 3});
      await at(30);
      player.press(0, ${1 << 7});
      await at(90);
      player.press(0, 0);
      const bytes = await player.recording();
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    })()`);
    await keep("live");
    const replay = readReplay("live.isr", new Uint8Array(Buffer.from(base64, "base64")));
    expect(replay.frames).toBeGreaterThan(40);
    const { buttons } = replay.movie.tracks[0]!;
    expect(buttons.subarray(0, replay.frames).includes(1 << 3)).toBe(true);
    expect(buttons.subarray(0, replay.frames).includes(1 << 7)).toBe(true);
    const machine = await jsnes.open({ content: { name: "gleam.nes", bytes: rom }, settings: { ram: "00" } });
    const played = new Player(machine, replay, { repair: "none" }).play(replay.frames);
    expect(firstDivergence(replay.profile!, replay.readings.slice(1, replay.frames), played)).toBeUndefined();
    machine.close();
    // Its end, and it is watched.
    await page.locator("instep-player").getByText("End").click();
    await shown("instep-seek-bar");
    await expect.poll(() => player((p) => p.frames), PATIENT).toBeGreaterThanOrEqual(replay.frames);
    expect(complaints).toEqual([]);
  });
});
