// An audit's frames a second, all its runs together, against the bare core: a loop that steps it and looks at nothing, in as many
// processes as the audit has runs at once. Processes that are opened for each run count against the audit.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { audit } from "../dist/audit/audit.node.js";
import { findCore } from "../dist/machine/cores.node.js";
import { NO_INPUT } from "../dist/machine/input.js";
import { movieOf, shared } from "./support.mjs";

const GAME = shared("nes/cybercoaster.nes");
const MOVIE = "movies/bk2/homebrew-cybercoaster-M6779.bk2";
const CORE = "nestopia";
const FRAMES = 600;

export async function run(report) {
  const jobs = availableParallelism();
  const result = await audit({
    rom: GAME,
    core: CORE,
    settings: {},
    movie: movieOf(MOVIE),
    frames: FRAMES,
    budget: 600,
  });
  const bare = bareSpeed(jobs);
  const { findings, seconds, fps } = result;
  const tried = findings.filter(({ verdict }) => verdict !== "untried").length;
  report(
    `frames a second of an audit / of the bare core, ${jobs} at once`,
    fps.audit / bare,
    "aim 0.5 or more",
    `${tried} trials of ${FRAMES} frames in ${seconds.toFixed(1)} s, ${(tried / seconds).toFixed(2)} a second; ${fps.audit} against ${bare} frames`,
  );
  report(
    "frames a second of one run with fingerprints of memory, picture and sound / of the bare core",
    fps.plain / bareSpeed(1),
    "aim 0.8 or more",
    `${fps.plain} frames`,
  );
}

/** Frames a second of so many bare loops side by side, together. */
function bareSpeed(processes) {
  const command = Array(processes)
    .fill(`"${process.execPath}" "${fileURLToPath(import.meta.url)}" bare & `)
    .join("");
  const { stdout } = spawnSync("sh", ["-c", `${command} wait`], { encoding: "utf8" });
  return stdout.match(/^bare \d+$/gm).reduce((sum, line) => sum + Number(line.slice(5)), 0);
}

if (process.argv[2] === "bare") {
  const core = await findCore(CORE, GAME);
  const machine = await core.open({ content: { name: basename(GAME), bytes: new Uint8Array(readFileSync(GAME)) } });
  for (let i = 0; i < FRAMES; i++) machine.step(NO_INPUT);
  const started = performance.now();
  for (let i = 0; i < 5 * FRAMES; i++) machine.step(NO_INPUT);
  console.log(`\nbare ${Math.round((5 * FRAMES * 1000) / (performance.now() - started))}`);
  machine.close();
}
