// Aligning against the slower instance alone: what the comparison, the messages and the second run cost. Aim: 1.1 or less.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { align } from "../dist/follow/align.node.js";
import { Instance } from "../dist/follow/instance.node.js";
import { Job } from "../dist/follow/job.node.js";
import { median, movieOf, shared } from "./support.mjs";

/** Seconds that the target takes alone, and that aligning takes, opening left out of both. */
async function once(spec, end) {
  const alone = await Instance.open("target", spec);
  let started = performance.now();
  while (alone.frame < end) await alone.play(Math.min(256, end - alone.frame));
  const aloneSeconds = (performance.now() - started) / 1000;
  await alone.close();

  const folder = mkdtempSync(join(tmpdir(), "instep-bench-"));
  let open = 0;
  const opened = () => {
    open++;
    if (open === 2) started = performance.now();
  };
  await align(new Job(folder), { native: spec, target: spec }, end, {}, { opened });
  const alignSeconds = (performance.now() - started) / 1000;
  rmSync(folder, { recursive: true });
  return { aloneSeconds, alignSeconds };
}

export async function run(report) {
  for (const [name, spec, end] of [
    [
      "nestopia, CyberCoaster",
      {
        rom: shared("nes/cybercoaster.nes"),
        core: "nestopia",
        settings: {},
        movie: movieOf("movies/bk2/homebrew-cybercoaster-M6779.bk2"),
      },
      13027,
    ],
    [
      "jsnes, CyberCoaster",
      {
        rom: shared("nes/cybercoaster.nes"),
        core: "jsnes",
        settings: {},
        movie: movieOf("movies/bk2/homebrew-cybercoaster-M6779.bk2"),
      },
      6000,
    ],
    [
      "desmume, bouncing ball",
      {
        rom: shared("nds/bouncingball-7.1.nds"),
        core: "desmume",
        settings: { desmume_num_cores: "1" },
        movie: movieOf(),
      },
      3000,
    ],
  ]) {
    const ratios = [];
    let last;
    for (let i = 0; i < 3; i++) {
      last = await once(spec, end);
      ratios.push(last.alignSeconds / last.aloneSeconds);
    }
    report(
      `align / slower instance alone, ${name}`,
      median(ratios),
      "aim 1.1 or less",
      `${Math.round(end / last.alignSeconds)} against ${Math.round(end / last.aloneSeconds)} frames a second`,
    );
  }
}
