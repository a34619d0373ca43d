// node scripts/page-play.mjs [--tool LOSSY-NET] [--rom games/gleam/gleam.nes] [--frames 10800] [--with tab|shell] [--bot gleam]
//   [--oneway 30] [--loss 5] [--jitter 5] [--relayed] [--chromium /usr/bin/chromium]
// A tab of Chromium hosts a game on the page of a relay, and another tab or a shell plays with it, both by bots; over
// loopback, or between network namespaces that lossy-net joins (root). Prints a line of JSON: what each came to, what
// crossed the network, and whether their recordings are the same and play back. Exit code 1 when not.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    tool: { type: "string" },
    rom: { type: "string", default: fileURLToPath(new URL("../games/gleam/gleam.nes", import.meta.url)) },
    frames: { type: "string", default: "10800" },
    with: { type: "string", default: "tab" },
    bot: { type: "string", default: "gleam" },
    oneway: { type: "string", default: "30" },
    loss: { type: "string", default: "5" },
    jitter: { type: "string", default: "5" },
    relayed: { type: "boolean", default: false },
    chromium: { type: "string", default: process.env.CHROMIUM ?? "/usr/bin/chromium" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "instep-page-"));
const rom = resolve(flags.rom);
const prefix = `ip${process.pid % 10_000}x`;
const running = [];
const opened = [];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], ...options });
  running.push(child);
  return child;
}

const linesOf = (child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]();
/** The command that runs something as that peer of the lossy network. */
const within = (peer, ...command) => (flags.tool ? ["ip", "netns", "exec", `${prefix}${peer}`, ...command] : command);

async function until(what, ms) {
  for (const end = Date.now() + ms; ; await sleep(250)) {
    const found = await what();
    if (found) return found;
    if (Date.now() > end) throw new Error("it did not come so far in time");
  }
}

/** A tab in a browser of its own, as another computer has it. */
async function tab(peer, url, name, query) {
  const [program, ...args] = within(peer, flags.chromium);
  const script = join(folder, `chromium-${peer}`);
  writeFileSync(script, `#!/bin/sh\nexec ${[program, ...args].join(" ")} "$@"\n`);
  chmodSync(script, 0o755);
  const browser = await chromium.launch({
    executablePath: script,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
      // Between namespaces nobody tells whose name is whose.
      "--disable-features=WebRtcHideLocalIpsWithMdns",
    ],
  });
  opened.push(browser);
  const page = await browser.newPage({ acceptDownloads: true });
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  const [path, hash = ""] = query.split("#");
  await page.goto(`${url}/?name=${name}&bot=${flags.bot}${flags.relayed ? "&relayed" : ""}&${path}#${hash}`);
  await page.locator("#rom").setInputFiles(rom);
  const status = () => page.evaluate("window.instep?.status");
  await until(async () => (await status())?.rom, 30_000);
  await page.locator("#go").click();
  await page.locator("#ready").click();
  return { page, status, faults };
}

async function saved({ page, status, faults, way }, name) {
  const file = join(folder, `${name}.isr`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  await download.saveAs(file);
  const { stats, agreed, ended, delay, bytes } = await status();
  return { name, file, ...stats, agreed, delay, way, ...bytes, why: ended, faults };
}

async function shell(peer, url) {
  const [program, ...args] = within(peer, process.execPath, main, "netplay", "join", url, rom, "--json");
  const more = ["--name", "Bo", "--bot", flags.bot, "--key", join(folder, "Bo.pem"), "-o", join(folder, "Bo.isr")];
  const child = start(program, [...args, ...more, ...(flags.relayed ? ["--relayed"] : [])]);
  let over;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = JSON.parse(line);
    if (told.event === "over") over = told;
  });
  const ended = new Promise((done) => child.on("close", done));
  return async () => {
    await ended;
    const { stalls, rollbacks, framesAgain, desyncs, delay, ways, frames: agreed, recording: file, why } = over;
    const { bytesSent, bytesReceived } = over;
    return {
      name: "Bo",
      file,
      stalls,
      rollbacks,
      framesAgain,
      desyncs,
      agreed,
      delay,
      way: ways?.[0],
      bytesSent,
      bytesReceived,
      why,
      faults: [],
    };
  };
}

/** Packets and bytes (with the headers of IP) that entered the network until now. */
async function counted(net) {
  if (!net) return { bytes: 0, packets: 0 };
  net.child.stdin.write("stats\n");
  return JSON.parse((await net.lines.next()).value);
}

async function play() {
  let net;
  if (flags.tool) {
    const options = {
      "--peers": 3,
      "--delay": flags.oneway,
      "--jitter": flags.jitter,
      "--loss": flags.loss,
      "--prefix": prefix,
    };
    const child = start(flags.tool, Object.entries(options).flat().map(String));
    net = { child, lines: linesOf(child) };
    const { value = "" } = await net.lines.next();
    if (!value.startsWith("ready")) throw new Error(`lossy-net did not start: ${value}`);
    // A browser tells others only the address from which it would go out into the world.
    for (const peer of [1, 2, 3])
      spawnSync("ip", ["-n", `${prefix}${peer}`, "route", "add", "default", "dev", `${prefix.slice(0, 8)}t${peer}`]);
  }
  const [program, ...args] = within(1, process.execPath, main, "netplay", "relay", "--json", "--port", "0");
  const relay = start(program, [...args, "--host", flags.tool ? "10.77.0.1" : "127.0.0.1"]);
  const { url } = JSON.parse((await linesOf(relay).next()).value);
  const site = url.replace(/^ws/, "http");
  const host = await tab(2, site, "Ada", `frames=${flags.frames}`);
  const { code } = await until(async () => ((await host.status()).code ? host.status() : undefined), 30_000);
  const other = flags.with === "tab" ? await tab(3, site, "Bo", `#${code}`) : await shell(3, `${url}/${code}`);
  await until(async () => (await host.status()).state === "playing", 60_000);
  const began = Date.now();
  const from = await counted(net);
  const isOver = async (one) => {
    const { state, ways } = await one.status();
    one.way = ways?.[0] ?? one.way;
    return state === "over";
  };
  await until(() => isOver(host), Number(flags.frames) * 100);
  const seconds = (Date.now() - began) / 1000;
  const to = await counted(net);
  if (flags.with === "tab") await until(() => isOver(other), 30_000);
  const players = [await saved(host, "Ada"), flags.with === "tab" ? await saved(other, "Bo") : await other()];
  const [a, b] = players.map(({ file }) => readFileSync(file));
  const same = a.equals(b);
  const verify = [main, "verify", players[0].file, "--rom", rom, "--signatures", "--json"];
  const verified = spawnSync(process.execPath, verify).status === 0;
  const network = flags.tool
    ? { roundTripMs: 2 * flags.oneway, jitterMs: Number(flags.jitter), lossPercent: Number(flags.loss) }
    : "loopback";
  return {
    rom: basename(rom),
    with: flags.with,
    network,
    seconds,
    players: players.map(({ file, ...figures }) => figures),
    wire: net && {
      bytesPerSecondEach: Math.round((to.bytes - from.bytes) / seconds / 2),
      packetsPerSecondEach: Math.round((to.packets - from.packets) / seconds / 2),
    },
    same,
    verified,
    ok: same && verified && players.every(({ desyncs, agreed }) => desyncs === 0 && agreed === players[0].agreed),
  };
}

try {
  const result = await play();
  console.log(JSON.stringify(result));
  process.exitCode = result.ok ? 0 : 1;
} catch (error) {
  console.error(`page-play: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const browser of opened) await browser.close();
  for (const child of running.reverse()) {
    // lossy-net takes its namespaces away when it is told to.
    child.stdin.end("quit\n");
    if (child.spawnfile !== flags.tool) child.kill("SIGTERM");
  }
  rmSync(folder, { recursive: true, force: true });
}
