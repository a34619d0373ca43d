// node scripts/lossy-play.mjs [--tool LOSSY-NET] --rom GAME [--players 2] [--frames 10800] [--oneway 30] [--loss 5] [--jitter 5]
//   [--core C] [--bot B] [--set k=v] [--host "FLAGS"] [--relayed] [--back SEAT@SECONDS:FOR] [--leave] [--keep FOLDER]
// Plays a game by bots between processes in network namespaces that lossy-net joins (root), or, without it, over loopback;
// the first hosts. --back kills a player at that second (--leave: it leaves by itself) and starts it anew some seconds later.
// Prints a line of JSON:
// what each came to, what crossed the network, whether all recordings are the same and play back. Exit code 1 when not.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readReplay } from "../dist/replay/reader.js";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    tool: { type: "string" },
    rom: { type: "string" },
    players: { type: "string", default: "2" },
    frames: { type: "string", default: "10800" },
    oneway: { type: "string", default: "30" },
    loss: { type: "string", default: "5" },
    jitter: { type: "string", default: "5" },
    core: { type: "string" },
    bot: { type: "string" },
    set: { type: "string" },
    host: { type: "string", default: "" },
    relayed: { type: "boolean", default: false },
    back: { type: "string" },
    leave: { type: "boolean", default: false },
    keep: { type: "string" },
  },
});
const players = Number(flags.players);
const folder = flags.keep ?? mkdtempSync(join(tmpdir(), "instep-lossy-"));
const prefix = `in${process.pid % 10_000}x`;
const rom = resolve(flags.rom);

const net =
  flags.tool &&
  spawn(
    flags.tool,
    [
      "--peers",
      players,
      "--delay",
      flags.oneway,
      "--jitter",
      flags.jitter,
      "--loss",
      flags.loss,
      "--prefix",
      prefix,
    ].map(String),
    { stdio: ["pipe", "pipe", "inherit"] },
  );
const lines = net && createInterface({ input: net.stdout })[Symbol.asyncIterator]();
const running = new Set();

function start(seat, ...args) {
  const within = net ? ["ip", "netns", "exec", `${prefix}${seat + 1}`] : [];
  const [program, ...rest] = [...within, process.execPath, main, "netplay", ...args, "--json"];
  const child = spawn(
    program,
    rest
      .concat(["--name", `Player ${seat + 1}`, "--key", join(folder, `${seat + 1}.pem`)])
      .concat(flags.bot ? ["--bot", flags.bot.replace("%", seat + 1)] : [], flags.relayed ? ["--relayed"] : []),
    { cwd: folder, stdio: ["pipe", "pipe", "pipe"] },
  );
  const player = { seat, child, events: [], err: "" };
  running.add(child);
  child.stderr.on("data", (text) => (player.err += text));
  createInterface({ input: child.stdout }).on("line", (line) => player.events.push(JSON.parse(line)));
  player.ended = new Promise((done) =>
    child.on("close", (code) => {
      running.delete(child);
      done(code);
    }),
  );
  return player;
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, player, seconds) {
  for (let i = 0; i < seconds * 20; i++) {
    const found = player.events.find(what);
    if (found) return found;
    if (player.child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error(`player ${player.seat + 1}: ${player.err || "did not come so far"}`);
}

async function play() {
  const ready = net ? ((await lines.next()).value ?? "") : "ready";
  if (!ready.startsWith("ready")) throw new Error(`lossy-net did not start: ${ready}`);
  const host = start(
    0,
    ...[
      "host",
      rom,
      "--players",
      players,
      "--frames",
      flags.frames,
      "--listen",
      net ? "10.77.0.1:7070" : "127.0.0.1:0",
    ].map(String),
    ...(flags.core ? ["--core", flags.core] : []),
    ...(flags.set ? ["--set", flags.set] : []),
    ...flags.host.split(" ").filter(Boolean),
  );
  const { url } = await until(({ event }) => event === "room", host, 20);
  const all = [host];
  for (let seat = 1; seat < players; seat++) {
    all.push(start(seat, "join", url, rom));
    await until(({ event, seat: taken }) => event === "joined" && taken === seat, host, 30);
  }
  await until(({ event }) => event === "started", host, 60);
  const from = await counted();
  const began = Date.now();
  const [, seat, at, gap] = /^(\d+)@(\d+):(\d+)$/.exec(flags.back ?? "") ?? [];
  let left;
  if (seat) {
    await sleep(Number(at) * 1000);
    left = all[Number(seat)];
    if (flags.leave) left.child.stdin.write("leave\n");
    else left.child.kill("SIGKILL");
    await left.ended;
    await sleep(Number(gap) * 1000);
    all[Number(seat)] = start(Number(seat), "join", url, rom, "-o", join(folder, "again.isr"));
  }
  const codes = await Promise.all(all.map((player) => player.ended));
  const seconds = (Date.now() - began) / 1000;
  const to = await counted();
  const results = all.map((player, i) => ({
    ...player.events.findLast(({ event }) => event === "over"),
    code: codes[i],
    err: player.err,
  }));
  const files = results.map(({ recording }) => recording && resolve(folder, recording));
  // Signatures of somebody who is killed may have reached some and not others: then what was played is compared.
  const returned = seat === undefined ? -1 : Number(seat);
  const contents = files.map((file) => file && (seat === undefined ? readFileSync(file) : played(file)));
  const same = contents.every((content) => content?.equals(contents[0]));
  const frames = new Set(results.map((result) => result.frames));
  const verified = [...new Set([files[0], files.at(returned)])].every(
    (file) =>
      file && spawnSync(process.execPath, [main, "verify", file, "--rom", rom, "--signatures", "--json"]).status === 0,
  );
  return {
    rom: basename(rom),
    network: { roundTripMs: 2 * Number(flags.oneway), jitterMs: Number(flags.jitter), lossPercent: Number(flags.loss) },
    seconds,
    players: results.map(({ event: _, evidence, bytesSent, bytesReceived, ...result }) => ({
      ...result,
      evidence: evidence?.length,
    })),
    wire: {
      bytesPerSecondEach: Math.round((to.bytes - from.bytes) / seconds / players),
      packetsPerSecondEach: Math.round((to.packets - from.packets) / seconds / players),
    },
    back:
      left &&
      all[Number(seat)].events
        .filter(({ event }) => ["started", "fallen", "back"].includes(event))
        .map(({ event }) => event),
    same,
    verified,
    files: readdirSync(folder).filter((file) => file.endsWith(".isr")),
    ok: same && verified && frames.size === 1 && codes.every((code) => code === 0),
  };
}

/** Inputs and fingerprints of all frames. */
function played(file) {
  const { movie, readings } = readReplay(file, readFileSync(file));
  const { prints } = readings.slice(0, readings.length);
  const parts = [...movie.tracks.map(({ buttons }) => buttons.subarray(0, movie.length)), prints];
  return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
}

/** Packets and bytes (with the headers of IP) that entered the network until now. */
async function counted() {
  if (!net) return { bytes: 0, packets: 0 };
  net.stdin.write("stats\n");
  return JSON.parse((await lines.next()).value);
}

try {
  const result = await play();
  console.log(JSON.stringify(result));
  process.exitCode = result.ok ? 0 : 1;
} catch (error) {
  console.error(`lossy-play: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const child of running) child.kill("SIGKILL");
  net?.stdin.write("quit\n");
  net?.stdin.end();
  if (!flags.keep) rmSync(folder, { recursive: true, force: true });
}
