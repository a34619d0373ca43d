// Resident memory over 100,000 frames: flat, or something is kept. Aim: 1.05 or less.
import { openRun } from "../dist/follow/open-run.node.js";
import { movieOf, shared } from "./support.mjs";

const FRAMES = 100_000;

export async function run(report) {
  for (const core of ["nestopia", "jsnes"]) {
    const { run } = await openRun({
      rom: shared("nes/cybercoaster.nes"),
      core,
      settings: {},
      movie: movieOf("movies/bk2/homebrew-cybercoaster-M6779.bk2"),
    });
    run.play(FRAMES / 10);
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 9; i++) run.play(FRAMES / 10);
    globalThis.gc?.();
    const after = process.memoryUsage.rss();
    run.machine.close();
    report(
      `memory after 100,000 frames / after 10,000, ${core}`,
      after / before,
      "aim 1.05 or less",
      `${(after / 1e6).toFixed(0)} MB`,
    );
  }
}
