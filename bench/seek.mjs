// Random seeks in an hour of recording with a warm index, and what the index costs. Aims: p99 of 50 ms on NES, 150 on GBA.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IndexedReplay } from "../dist/follow/index-instance.node.js";
import { openIndexed } from "../dist/follow/index-open.node.js";
import { record } from "../dist/follow/record.node.js";
import { shared } from "./support.mjs";

const HOUR = 216_000;
const SEEKS = 1000;
const GAMES = [
  { rom: fileURLToPath(new URL("../games/gleam/gleam.nes", import.meta.url)), core: "nestopia", aim: 50 },
  { rom: shared("gb/tobu.gb"), core: "gambatte", aim: 50 },
  { rom: shared("gb/tobu.gb"), core: "boytacean", aim: 50 },
  { rom: shared("gba/voxelburg.gba"), core: "mgba", aim: 150 },
];

export async function run(report) {
  const folder = mkdtempSync(join(tmpdir(), "instep-seek-"));
  try {
    for (const game of GAMES) await measure(game, folder, report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ rom, core, aim }, folder, report) {
  const file = join(folder, `${core}.isr`);
  await record({ rom, core, settings: {}, bot: "random:1", out: file, keyframeEvery: 0 }, HOUR);
  const spec = { file, rom, core, settings: {}, repair: "none" };
  const before = await memoryOf(spec);
  const indexing = await IndexedReplay.open(spec);
  const started = performance.now();
  const { keyframes, bad, bytes, parted } = await indexing.index();
  const seconds = (performance.now() - started) / 1000;
  await indexing.close();

  const after = await memoryOf(spec);
  const { seek, player, file: indexFile } = await openIndexed(spec);
  const next = random(7);
  const times = [];
  let out = 0;
  for (let i = 0; i < SEEKS; i++) {
    const frame = 1 + next(HOUR);
    const from = performance.now();
    const { inStep } = seek.show(frame);
    times.push(performance.now() - from);
    if (inStep !== true) out++;
  }
  indexFile.close();
  player.machine.close();
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.floor(times.length * part)];
  const megabytes = (n) => (n / 1e6).toFixed(1);
  report(
    `p99 of ${SEEKS} seeks in an hour / ${aim} ms, ${core}`,
    at(0.99) / aim,
    "aim 1 or less",
    `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, longest ${times.at(-1).toFixed(1)} ms, ${out} out of step; ` +
      `index: ${keyframes} keyframes (${bad} bad${parted === undefined ? "" : `, parted at ${parted}`}), ${megabytes(bytes)} MB on disk, ` +
      `${megabytes(after - before)} MB in memory (the recording: ${megabytes(statSync(file).size)} MB on disk), made in ${seconds.toFixed(0)} s`,
  );
}

/** Bytes of arrays that are held while the recording is open. */
async function memoryOf(spec) {
  const held = async () => {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return process.memoryUsage().arrayBuffers;
  };
  const before = await held();
  const opened = await openIndexed(spec);
  const after = await held();
  opened.file.close();
  opened.player.machine.close();
  return after - before;
}

/** The same numbers for the same seed (xorshift). */
function random(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
