// Frames a second against a bare C frontend on the same core and game, turn about in one run. Aim: 0.97 or more.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { libretroCore, libretroPath } from "../dist/machine/cores.node.js";
import { NO_PAD } from "../dist/machine/input.js";
import { median, shared } from "./support.mjs";

const GAMES = [
  ["nestopia", "nes/cybercoaster.nes", 600],
  ["gambatte", "gb/2048.gb", 1200],
  ["bsnes", "snes/maze-battle.sfc", 100],
];
const ROUNDS = 11;

export async function run(report) {
  const folder = mkdtempSync(join(tmpdir(), "instep-bench-"));
  const program = join(folder, "frontend");
  execFileSync("cc", ["-O2", "-o", program, fileURLToPath(new URL("native/frontend.c", import.meta.url)), "-ldl"]);
  try {
    for (const [core, game, frames] of GAMES) {
      const { ratio, detail } = await compare(program, core, shared(game), frames);
      report(`frames a second / bare C frontend, ${core}`, ratio, "aim 0.97 or more", detail);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Median over the rounds of the ratio of each two neighbours, which share whatever else the machine is doing. */
async function compare(program, core, game, frames) {
  const bytes = new Uint8Array(readFileSync(game));
  const machine = await (await libretroCore(core)).open({ content: { name: basename(game), bytes } });
  const child = spawn(program, [libretroPath(core), game], { stdio: ["pipe", "pipe", "ignore"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const bare = async () => {
    child.stdin.write(`${frames}\n`);
    for (;;) {
      const { value, done } = await answers.next();
      if (done) throw new Error(`the C frontend ended on ${core}`);
      if (/^\d+$/.test(value)) return Number(value) / 1e6; // cores chatter on standard output
    }
  };
  const pad = { ...NO_PAD };
  const input = {
    beginFrame: (frame) => {
      pad.buttons = (Math.imul(frame >> 4, 2654435761) >>> 16) & 0xf0;
    },
    poll: () => pad,
  };
  const own = () => {
    const start = performance.now();
    for (let i = 0; i < frames; i++) machine.step(input);
    return performance.now() - start;
  };
  await bare();
  own();
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const [first, second] = i % 2 ? [await bare(), own()] : [own(), await bare()];
    rounds.push(i % 2 ? { bare: first, own: second } : { bare: second, own: first });
  }
  child.stdin.end();
  machine.close();
  const fps = (ms) => Math.round((frames * 1000) / ms);
  return {
    ratio: median(rounds.map(({ bare, own }) => bare / own)),
    detail: `${fps(median(rounds.map((r) => r.own)))} against ${fps(median(rounds.map((r) => r.bare)))} frames a second`,
  };
}
