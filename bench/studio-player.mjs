// The player in Chromium (docs/player.md): a minute at 60 pictures a second with each core, also while the page is busy; a
// drag on the seek bar; input to picture; a rollback. Quiet machine: npm run bench -- studio-player
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { findCore } from "../dist/machine/cores.node.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { BotInput, randomBot } from "../dist/replay/bot.js";
import { readReplay } from "../dist/replay/reader.js";
import { liveMovie, Recorder } from "../dist/replay/recorder.js";
import { defaultProfile } from "../dist/watch/profile.js";
import { median } from "./support.mjs";

const top = fileURLToPath(new URL("..", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Seconds that each core plays. */
const SECONDS = Number(process.env.SECONDS ?? 60);
const FRAME = 1000 / 60;
const DRAGS = 80;
const PRESSES = 40;
const BACK = 8;
/** Keys of the pad that are pressed in turn, and their buttons: A, B, X, Y. */
const KEYS = ["x", "z", "s", "a"];
const BITS = [1 << 8, 1 << 0, 1 << 9, 1 << 1];
const GAMES = [
  { core: "jsnes", rom: "games/gleam/gleam.nes", name: "game.nes" },
  { core: "boytacean", rom: "games/rally/rally.gbc", name: "game.gbc" },
];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

export async function run(report) {
  execFileSync(process.execPath, [join(top, "scripts/build-pages.mjs"), "player"]);
  const folder = mkdtempSync(join(tmpdir(), "instep-bench-"));
  const server = createServer(async ({ url }, response) => {
    for (const place of [folder, join(top, "dist/player")]) {
      const body = await readFile(join(place, url)).catch(() => undefined);
      if (body)
        return response.writeHead(200, { "content-type": TYPES[extname(url)] ?? "application/octet-stream" }).end(body);
    }
    response.writeHead(404).end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const at = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
    for (const game of GAMES) {
      const bytes = new Uint8Array(readFileSync(join(top, game.rom)));
      writeFileSync(join(folder, game.name), bytes);
      writeFileSync(join(folder, `${game.core}.isr`), await recorded(game, bytes, (SECONDS + 20) * 60));
      writeFileSync(join(folder, `${game.core}.html`), html(`src="${game.core}.isr" rom="${game.name}" controls`));
      await plays(page, `${at}/${game.core}.html`, game.core, report);
    }
    await drags(page, `${at}/jsnes.html`, report);
    writeFileSync(join(folder, "live.html"), html("controls"));
    await presses(page, `${at}/live.html`, report);
    await bundle(folder);
    await page.goto(`${at}/entry.html`);
    const times = await page.evaluate(
      async ([back]) => {
        const bytes = new Uint8Array(await (await fetch("game.nes")).arrayBuffer());
        return globalThis.rollbacks("game.nes", bytes, back, 200);
      },
      [BACK],
    );
    const last = [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)];
    report(
      `jsnes in a page: a rollback of ${BACK} frames, of a frame's time`,
      median(times) / FRAME,
      "aim: under 1",
      `median ${median(times).toFixed(1)} ms, 99th of 100 ${last.toFixed(1)} ms`,
    );
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const html = (attributes) => `<!doctype html><meta charset="utf-8"><title>Bench</title>
<style>instep-player{max-width:46rem}</style><script type="module" src="instep-player.js"></script>
<instep-player ${attributes}></instep-player>`;

/** Somebody who presses at random, recorded. */
async function recorded({ core: name, name: rom }, bytes, frames) {
  const core = await findCore(name, rom);
  const machine = await core.open({ content: { name: rom, bytes } });
  const parts = [];
  const recorder = new Recorder(machine, {
    profile: defaultProfile(machine.memory),
    movie: liveMovie(machine, { name: rom, sha256: machine.boot.content.sha256 }),
    keyframeEvery: 600,
    append: (more) => parts.push(more),
  });
  const bot = new BotInput(randomBot, machine, "5");
  while (machine.frame < frames) recorder.step(bot, SHOW_NOTHING);
  recorder.finish();
  machine.close();
  return Buffer.concat(parts);
}

/** Until all of it was looked at ahead: what is measured is the play. */
const ready = async (page, url) => {
  await page.goto(url);
  await page.locator("instep-player .verdict.whole").waitFor({ timeout: 600_000 });
};

async function plays(page, url, core, report) {
  await ready(page, url);
  const beats = await page.evaluate(
    async ([seconds]) => {
      const player = document.querySelector("instep-player");
      const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      player.play();
      await wait(1000);
      await player.beat();
      await wait(seconds * 1000);
      const free = await player.beat();
      // A page that works two thirds of the time.
      const stop = performance.now() + 10_000;
      while (performance.now() < stop) {
        const until = performance.now() + 300;
        while (performance.now() < until);
        await wait(150);
      }
      return { free, busy: await player.beat() };
    },
    [SECONDS],
  );
  for (const [how, { ticks, late, frames, unseen, work }] of Object.entries(beats)) {
    const [half, most, worst] = work.map((ms) => ms.toFixed(1));
    const told = `${frames} frames in ${ticks} ticks, ${late} of them late, ${unseen} frames not shown; work in a tick: median ${half} ms, 99th of 100 ${most} ms, most ${worst} ms`;
    const page = how === "busy" ? ", the page busy" : "";
    report(`${core}: pictures missed${page}`, (late + unseen) / Math.max(1, frames), "aim: 0", told);
    report(
      `${core}: work of a frame's time${page}`,
      work[0] / FRAME,
      "aim: under 0.5",
      `${half} of ${FRAME.toFixed(1)} ms`,
    );
  }
}

async function drags(page, url, report) {
  await ready(page, url);
  await page.evaluate(() => {
    const player = document.querySelector("instep-player");
    const asked = new Map();
    globalThis.took = [];
    player.shadowRoot
      .querySelector("instep-seek-bar")
      .addEventListener("seek", ({ detail }) => asked.set(detail, performance.now()));
    player.addEventListener("seeked", ({ detail: { frame } }) => {
      const start = asked.get(frame);
      // It is on the screen with the next picture of the page.
      if (start !== undefined) requestAnimationFrame(() => globalThis.took.push(performance.now() - start));
    });
  });
  const { x, y, width, height } = await page.locator("instep-player #track").boundingBox();
  await page.mouse.move(x + 5, y + height / 2);
  await page.mouse.down();
  for (let i = 1; i <= DRAGS; i++) {
    await page.mouse.move(x + 5 + ((width - 10) * ((i * 37) % DRAGS)) / DRAGS, y + height / 2);
    await page.waitForTimeout(60);
  }
  await page.mouse.up();
  await page.waitForTimeout(500);
  const took = await page.evaluate(() => globalThis.took);
  report(
    "seek by a drag: pointer to picture, of 50 ms",
    median(took) / 50,
    "aim: 1 or less",
    `median ${median(took).toFixed(0)} ms, most ${Math.max(...took).toFixed(0)} ms, ${took.length} places`,
  );
}

/** From a key to the picture of the first frame that was played with it; what the game itself takes to answer is not counted. */
async function presses(page, url, report) {
  await page.goto(url);
  await page.waitForFunction(() => customElements.get("instep-player"));
  await page.evaluate(async () => {
    const player = document.querySelector("instep-player");
    globalThis.pressed = [];
    globalThis.frames = [];
    addEventListener("keydown", ({ key, timeStamp }) => globalThis.pressed.push({ key, at: timeStamp }), true);
    player.addEventListener("frame", ({ detail: { frame } }) =>
      requestAnimationFrame((now) => {
        globalThis.frames[frame] = now;
      }),
    );
    await player.record("game.nes");
  });
  await page.waitForTimeout(1000);
  for (let i = 0; i < PRESSES; i++) {
    const key = KEYS[i % KEYS.length];
    await page.keyboard.down(key);
    await page.waitForTimeout(70 + ((i * 13) % 17));
    await page.keyboard.up(key);
    await page.waitForTimeout(70 + ((i * 7) % 17));
  }
  const { pressed, frames, base64 } = await page.evaluate(async () => {
    const bytes = await document.querySelector("instep-player").recording();
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    return { pressed: globalThis.pressed, frames: globalThis.frames, base64: btoa(text) };
  });
  const { movie } = readReplay("live.isr", new Uint8Array(Buffer.from(base64, "base64")));
  const { buttons } = movie.tracks[0];
  const took = [];
  for (let frame = 1; frame < movie.length; frame++) {
    const key = KEYS.find((_, i) => (buttons[frame] & ~buttons[frame - 1]) === BITS[i]);
    const shown = frames[frame + 1];
    // A key comes again so late that its last press before the picture is the one that is meant.
    const press = pressed.findLast((one) => one.key === key && one.at <= shown);
    if (press) took.push(shown - press.at);
  }
  report(
    "input to picture, of two frames",
    median(took) / (2 * FRAME),
    "aim: 1 or less",
    `median ${median(took).toFixed(1)} ms, most ${Math.max(...took).toFixed(1)} ms, ${took.length} presses`,
  );
}

async function bundle(folder) {
  await build({
    configFile: false,
    logLevel: "error",
    root: join(top, "bench"),
    build: {
      outDir: join(folder, "built"),
      target: "es2022",
      rolldownOptions: { input: join(top, "bench/studio-player-entry.mjs"), output: { entryFileNames: "entry.js" } },
    },
  });
  writeFileSync(join(folder, "entry.html"), '<!doctype html><script type="module" src="built/entry.js"></script>');
}
