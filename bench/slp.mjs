// Full frame data of real Slippi files: our columns against slippi-js's objects. Aims: 5 times faster, a tenth of the memory.
import { readFileSync } from "node:fs";
import { SlippiGame } from "@slippi/slippi-js/node";
import { packSlp } from "../dist/movie/slp/pack.js";
import { readSlp } from "../dist/movie/slp/reader.js";
import { median, shared } from "./support.mjs";

const FILES = [
  "peppi/ics2.slp",
  "py-slippi/history/v3.14.0.slp",
  "slippi-js/doubles.slp",
  "slippi-js/history/timer_increasing.slp",
];
const ROUNDS = 7;

export async function run(report) {
  const files = FILES.map((name) => ({ name, bytes: readFileSync(shared(`slp/${name}`)) }));
  for (const { name, bytes } of files) {
    const [ours, theirs] = [() => columnsOf(bytes), () => framesOf(bytes)];
    const times = { ours: [], theirs: [] };
    for (let i = 0; i < ROUNDS; i++) {
      times.ours.push(timed(ours));
      times.theirs.push(timed(theirs));
    }
    const [fast, slow] = [median(times.ours), median(times.theirs)];
    const megabytes = bytes.length / 1e6;
    report(
      `${name}: slippi-js / ours, all columns`,
      slow / fast,
      "aim 5 or more",
      `${fast.toFixed(1)} ms (${(megabytes / (fast / 1000)).toFixed(0)} MB/s) against ${slow.toFixed(0)} ms`,
    );
    const large = await held(theirs);
    const cases = [
      ["memory, slippi-js / ours packed", () => packSlp(readSlp("bench", bytes)), 0, "all values without the file"],
      ["memory, slippi-js / ours", () => readSlp("bench", bytes), bytes.length, "the file, and where its values are"],
    ];
    for (const [what, work, file, why] of cases) {
      const small = (await held(work)) + file;
      const told = `${(small / 1e6).toFixed(1)} MB against ${(large / 1e6).toFixed(0)} MB; the file has ${megabytes.toFixed(1)} MB; ${why}`;
      report(`${name}: ${what}`, large / small, "aim 10", told);
    }
  }
}

/** Every field of every event, as columns. */
function columnsOf(bytes) {
  const slp = readSlp("bench", bytes);
  const tables = [slp.frames, slp.items, slp.bookends, ...slp.tracks.flatMap(({ pre, post }) => [pre, post])];
  return [slp, tables.map((table) => table?.fields.map(({ name }) => table.column(name)))];
}

/** The same as slippi-js gives it: objects. */
function framesOf(bytes) {
  const game = new SlippiGame(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return [game, game.getFrames()];
}

function timed(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** Bytes that are held while the result is. */
async function held(work) {
  const before = await memory();
  const result = work();
  const after = await memory();
  return after - before + (result === undefined ? 1 : 0);
}

async function memory() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
