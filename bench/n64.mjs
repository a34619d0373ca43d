// Nintendo 64: frames a second with and without capture against the bare core on the same scene; states against a copy.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NO_INPUT } from "../dist/machine/input.js";
import { mupen64plus } from "../dist/machine/mupen64plus/index.js";
import { installed, pluginPath } from "../dist/machine/mupen64plus/installed.js";
import { median } from "./support.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROM = at("../games/skerry/skerry.z64");
const VIDEO = "glide64mk2";
const SIZES = [
  ["320x240", 120],
  ["1280x960", 40],
  ["2560x1920", 12],
];
/** The title is shown by then. */
const SKIP = 200;
/** After a state is loaded, the core compiles the game anew. */
const WARM = 40;
const ROUNDS = 4;

export async function run(report) {
  const folder = mkdtempSync(join(tmpdir(), "instep-bench-"));
  const bare = join(folder, "n64");
  const native = readdirSync(at("../native/mupen64plus/")).filter((file) => file.endsWith(".c"));
  const sources = [at("native/n64.c"), ...native.map((file) => at(`../native/mupen64plus/${file}`))];
  execFileSync("gcc", ["-O2", "-std=gnu11", "-w", "-o", bare, ...sources, "-lEGL", "-ldl", "-lpthread"]);
  try {
    for (const [resolution, frames] of SIZES) await speed(report, bare, resolution, frames);
    await states(report);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const open = (settings) =>
  mupen64plus.open({ content: { name: "skerry.z64", bytes: new Uint8Array(readFileSync(ROM)) }, settings });

async function speed(report, program, resolution, frames) {
  const files = await installed();
  const place = [files.core, files.rsp, pluginPath(`video-${VIDEO}`), files.data, ROM];
  const args = [...place, ...resolution.split("x"), SKIP + WARM, frames].map(String);
  const bare = () => Number(execFileSync(program, args, { stdio: ["ignore", "pipe", "ignore"] })) / 1000;
  const machine = await open({ video: VIDEO, resolution });
  for (let i = 0; i < SKIP; i++) machine.step(NO_INPUT, { video: false, audio: true });
  const state = machine.saveState();
  const own = (video) => {
    machine.loadState(state, SKIP);
    for (let i = 0; i < WARM; i++) machine.step(NO_INPUT, { video, audio: true });
    const start = performance.now();
    for (let i = 0; i < frames; i++) machine.step(NO_INPUT, { video, audio: true });
    return performance.now() - start;
  };
  own(true);
  const rounds = Array.from({ length: ROUNDS }, () => ({ bare: bare(), silent: own(false), shown: own(true) }));
  machine.close();
  const fps = (what) => Math.round((frames * 1000) / median(rounds.map((round) => round[what])));
  const ratio = (a, b) => median(rounds.map((round) => round[a] / round[b]));
  const detail = `${fps("silent")} stepped, ${fps("shown")} captured, ${fps("bare")} bare`;
  report(`N64 frames a second / bare core, ${VIDEO} ${resolution}`, ratio("bare", "silent"), "aim 0.95", detail);
  report(`N64 frames a second with capture / without, ${resolution}`, ratio("silent", "shown"), "aim 0.90", detail);
}

async function states(report) {
  const machine = await open({ video: "none" });
  for (let i = 0; i < SKIP; i++) machine.step(NO_INPUT, { video: false, audio: false });
  const state = machine.saveState();
  const buffer = new Uint8Array(state.length);
  const time = (work) => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const rounds = Array.from({ length: 60 }, (_, i) => {
    machine.step(NO_INPUT, { video: false, audio: false });
    const save = time(() => machine.saveState(buffer));
    const load = time(() => machine.loadState(state, i));
    return { save, load, copy: time(() => buffer.set(state)) };
  });
  machine.close();
  const ms = (what) => median(rounds.map((round) => round[what]));
  const detail = `save ${ms("save").toFixed(2)} ms, load ${ms("load").toFixed(2)} ms, copy of ${(state.length / 2 ** 20).toFixed(1)} MiB ${ms("copy").toFixed(2)} ms`;
  report("N64 state: copy / save", ms("copy") / ms("save"), "a figure", detail);
  report("N64 state: copy / load", ms("copy") / ms("load"), "a figure", detail);
}
