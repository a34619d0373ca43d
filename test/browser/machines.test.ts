import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedCores } from "../../src/machine/embedded.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { firstDifference, run, SeededInput } from "../machine/run.ts";
import { hasShared, shared } from "../support/data.ts";
import type { PageJob } from "./page.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (process.env.CI && !existsSync(CHROMIUM)) throw new Error(`no browser to test in: ${CHROMIUM}`);
const root = fileURLToPath(new URL("./", import.meta.url));
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const GAMES = [
  { core: "jsnes", rom: "nes/cybercoaster.nes", settings: { ram: "random:7" } },
  { core: "boytacean", rom: "gb/2048.gb", settings: { ram: "random:7" } },
  { core: "boytacean", rom: "gb/ucity.gbc", settings: {} },
];
const SEED = 77;
const FRAMES = 600;
const MIDDLE = 300;

describe.runIf(hasShared && existsSync(CHROMIUM))("embedded machines in a browser", () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "instep-browser-"));
    const input = join(root, "index.html");
    await build({
      configFile: false,
      logLevel: "error",
      root,
      build: { outDir: folder, emptyOutDir: true, target: "es2022", rolldownOptions: { input } },
    });
    server = createServer(async (request, response) => {
      const path = normalize(new URL(request.url!, "http://localhost").pathname);
      try {
        const body = await readFile(join(folder, path === "/" ? "index.html" : path));
        response
          .writeHead(200, { "content-type": TYPES[extname(path) || ".html"] ?? "application/octet-stream" })
          .end(body);
      } catch {
        response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
      }
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction("typeof work === 'function'");
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await new Promise((closed) => (server ? server.close(closed) : closed(undefined)));
    await rm(folder, { recursive: true, force: true });
  });

  const inPage = async (job: PageJob): Promise<{ prints: bigint[]; state: Uint8Array }> => {
    const answer = await page.evaluate<{ prints: string[]; state: string }>(`work(${JSON.stringify(job)})`);
    return { prints: answer.prints.map(BigInt), state: new Uint8Array(Buffer.from(answer.state, "base64")) };
  };

  for (const { core, rom, settings } of GAMES) {
    test(`${core} runs ${basename(rom)} as in Node, and goes on from Node's state`, async () => {
      const bytes = new Uint8Array(readFileSync(shared(rom)));
      const name = basename(rom);
      const machine: Machine = await embeddedCores
        .find((one) => one.name === core)!
        .open({ content: { name, bytes }, settings });
      const first = run(machine, new SeededInput(SEED), MIDDLE).full;
      const state = machine.saveState().slice();
      const prints = [...first, ...run(machine, new SeededInput(SEED), FRAMES - MIDDLE).full];
      const end = machine.saveState().slice();

      const job = { core, name, rom: Buffer.from(bytes).toString("base64"), settings, seed: SEED };
      const whole = await inPage({ ...job, frames: FRAMES });
      expect(firstDifference(whole.prints, prints)).toBe(-1);
      expect(Buffer.compare(whole.state, end), "the states at the end").toBe(0);

      const resumed = await inPage({
        ...job,
        frames: FRAMES - MIDDLE,
        state: Buffer.from(state).toString("base64"),
        from: MIDDLE,
      });
      expect(firstDifference(resumed.prints, prints.slice(MIDDLE))).toBe(-1);

      // And the other way: what the page saved goes on here.
      machine.loadState(whole.state, FRAMES);
      expect(Buffer.compare(machine.saveState(), end)).toBe(0);
      machine.close();
      expect(complaints).toEqual([]);
    }, 180_000);
  }
});
