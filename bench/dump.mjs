// Dumping against emulating and encoding alone, added up: they overlap, so it may be less than 1. Aim: 1.15 or less.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dumper } from "../dist/dump/dumper.js";
import { SegmentEncoder } from "../dist/dump/encoder.js";
import { openRun } from "../dist/follow/open-run.node.js";
import { SHOW_ALL } from "../dist/machine/machine.js";
import { median, movieOf, shared } from "./support.mjs";

const FRAMES = 1800;
const KEPT = 120;

async function once(spec) {
  const folder = mkdtempSync(join(tmpdir(), "instep-bench-"));
  const { run } = await openRun(spec);
  let started = performance.now();
  for (let i = 0; i < FRAMES; i++) run.step(SHOW_ALL);
  const emulating = performance.now() - started;

  const pictures = Array.from({ length: KEPT }, () => {
    run.step(SHOW_ALL);
    return { ...run.machine.video, pixels: run.machine.video.pixels.slice() };
  });
  const { width, height } = pictures[0];
  started = performance.now();
  const encoder = await SegmentEncoder.open(join(folder, "alone.nut"), { width, height, fps: run.machine.timing.fps });
  for (let i = 0; i < FRAMES; i++) await encoder.write(pictures[i % KEPT]);
  await encoder.close();
  const encoding = performance.now() - started;
  run.machine.close();

  const dumper = await Dumper.open({
    run: spec,
    end: FRAMES,
    repairs: [],
    offset: 0,
    maxOffset: 0,
    folder,
    video: { width, height },
    done: 0,
  });
  started = performance.now();
  while (await dumper.segment(() => {}));
  const dumping = performance.now() - started;
  rmSync(folder, { recursive: true });
  return { ratio: dumping / (emulating + encoding), fps: (FRAMES / dumping) * 1000 };
}

export async function run(report) {
  for (const [name, spec] of [
    [
      "nestopia 256x240",
      {
        rom: shared("nes/cybercoaster.nes"),
        core: "nestopia",
        settings: {},
        movie: movieOf("movies/bk2/homebrew-cybercoaster-M6779.bk2"),
      },
    ],
    [
      "desmume 1024x1536",
      {
        rom: shared("nds/bouncingball-7.1.nds"),
        core: "desmume",
        settings: { desmume_num_cores: "1", desmume_internal_resolution: "1024x768" },
        movie: movieOf(),
      },
    ],
  ]) {
    const results = [];
    for (let i = 0; i < 3; i++) results.push(await once(spec));
    report(
      `dump / (emulate + encode), ${name}`,
      median(results.map((r) => r.ratio)),
      "aim 1.15 or less",
      `${Math.round(results.at(-1).fps)} frames a second`,
    );
  }
}
