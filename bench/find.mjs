// npm run bench -- find: a profile that `instep find canaries` wrote against the one made by hand, on whole force-syncs; every frame's memory
// is compared with the native run's. Prints the table of docs/find.md. FIND=gleam measures one; Pong DS needs FIND_PONG_MOVIE.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemRam } from "../dist/audit/find-trace.js";
import { openRun } from "../dist/follow/open-run.node.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { readMovie } from "../dist/replay/movies.js";
import { shared } from "./support.mjs";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const TEN = [300, 611, 902, 1203, 1504, 1805, 2106, 2407, 2708, 3009];

export const CASES = [
  {
    name: "Gleam, ten faults",
    rom: here("games/gleam/gleam.nes"),
    movie: here("games/gleam/classic.isr"),
    core: "nestopia",
    hand: here("games/gleam/profile.json"),
    faults: TEN,
    frames: 3200,
  },
  {
    name: "CyberCoaster TAS, ten faults",
    rom: shared("nes/cybercoaster.nes"),
    movie: shared("movies/bk2/homebrew-cybercoaster-M6779.bk2"),
    core: "nestopia",
    hand: here("bench/profiles/nes.json"),
    faults: TEN,
  },
  {
    name: "CyberCoaster TAS, by values on jsnes",
    rom: shared("nes/cybercoaster.nes"),
    movie: shared("movies/bk2/homebrew-cybercoaster-M6779.bk2"),
    core: "nestopia",
    on: "jsnes",
    hand: here("bench/profiles/nes.json"),
  },
  {
    name: "CyberCoaster TAS, by values on jsnes with ten faults",
    rom: shared("nes/cybercoaster.nes"),
    movie: shared("movies/bk2/homebrew-cybercoaster-M6779.bk2"),
    core: "nestopia",
    on: "jsnes",
    hand: here("bench/profiles/nes.json"),
    faults: TEN,
  },
  {
    name: "Pong DS, JIT and interpreter",
    rom: shared("nds/pong-ds.nds"),
    movie: process.env.FIND_PONG_MOVIE,
    core: "desmume",
    native: "desmume_cpu_mode=jit",
    target: "desmume_cpu_mode=interpreter,desmume_internal_resolution=1024x768",
  },
  {
    name: "Ringway, at four times its resolution",
    rom: here("games/ringway/ringway.nds"),
    movie: here("games/ringway/ringway.isr"),
    core: "desmume",
    target: "desmume_internal_resolution=1024x768,desmume_cpu_mode=interpreter",
    hand: here("games/ringway/profile.json"),
    frames: 1200,
  },
  {
    name: "Skerry, at four times its resolution",
    rom: here("games/skerry/skerry.z64"),
    movie: here("games/skerry/skerry.m64"),
    core: "mupen64plus",
    native: "video=glide64mk2,resolution=320x240,fb_read_always=1",
    target: "resolution=1280x960",
    hand: here("games/skerry/profile.json"),
    frames: 1200,
  },
];

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "instep-find-"));
  const asked = (process.env.FIND ?? "").toLowerCase();
  console.log(
    "| case | profile | repairs | frames that read otherwise | frames whose memory differs | bytes left out |",
  );
  console.log("|---|---|---|---|---|---|");
  try {
    for (const it of CASES.filter(({ name, movie }) => movie && name.toLowerCase().includes(asked)))
      await measure(it, folder);
  } finally {
    if (!process.env.FIND_KEEP) rmSync(folder, { recursive: true, force: true });
  }
}

function instep(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [here("dist/cli/main.js"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0 && !stdout) throw new Error(`instep ${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function measure(it, folder) {
  const { name, rom, movie, core, on, native = "", target = "", hand, faults = [], frames } = it;
  const found = join(folder, `${basename(rom)}.json`);
  const options = ["--core", core, ...(native ? ["--native", native] : []), ...(target ? ["--target", target] : [])];
  if (on) options.push("--target-core", on);
  const length = frames === undefined ? [] : ["--frames", String(frames)];
  const started = performance.now();
  instep("find", "canaries", rom, "--movie", movie, ...options, ...length, "-o", found);
  const seconds = (performance.now() - started) / 1000;
  const profiles = [["found", found], hand ? ["by hand", hand] : ["none", undefined]];
  for (const [what, profile] of profiles) {
    const time = what === "found" ? ` (found in ${seconds.toFixed(0)} s)` : "";
    const out = join(folder, `${name}.${what}.mkv`.replaceAll(/[^\w.]+/g, "-"));
    const flags = ["--rom", rom, ...options, ...length, "--tail", "0", ...(profile ? ["--profile", profile] : [])];
    const lags = faults.flatMap((frame) => ["--fault", `lag@${frame}`]);
    const result = JSON.parse(instep("sync", movie, ...flags, ...lags, "-o", out, "--json"));
    if (result.gaveUp) {
      console.log(`| ${name} | ${what} | gave up: ${result.gaveUp} | | | |`);
      continue;
    }
    const { differing, masked } = await truth(it, result.frames, `${out}.job`, profile);
    console.log(
      `| ${name} | ${what}${time} | ${result.repairs.length} | ${result.residual} | ${differing} of ${result.frames} | ${masked} |`,
    );
  }
}

/** Plays both runs once more, loads what was loaded, and compares all of memory in each frame, but for what is masked. */
async function truth({ rom, movie: file, core, on, native = "", target = "", faults = [] }, frames, job, profile) {
  const movie = readMovie(basename(file), readFileSync(file));
  const settings = (text) =>
    Object.fromEntries(
      text
        .split(",")
        .filter(Boolean)
        .map((pair) => pair.split("=")),
    );
  const spec = { rom, core, movie };
  const log = readFileSync(join(job, "align.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const repairs = new Map(log.filter((e) => "repair" in e).map((e) => [e.repair, e.sample]));
  const own = profile ? (JSON.parse(readFileSync(profile, "utf8")).fingerprint?.mask ?? []) : [];
  const masks = [...own, ...log.flatMap((e) => e.masks ?? [])];
  const a = await openRun({ ...spec, settings: settings(native) });
  const b = await openRun({
    ...spec,
    core: on ?? core,
    settings: { ...(on ? {} : settings(native)), ...settings(target) },
    faults: faults.map((frame) => ({ kind: "lag", frame })),
  });
  const apart = comparing(a.run, b.run, masks);
  let differing = 0;
  const repair = (frame) => {
    if (!repairs.has(frame)) return;
    const state = readFileSync(join(job, `states/${String(frame).padStart(7, "0")}.state`));
    b.run.load(state, frame, repairs.get(frame) ?? frame, Math.max(0, frame - 1));
  };
  repair(0);
  while (a.run.frame < frames) {
    a.run.step(SHOW_NOTHING);
    b.run.step(SHOW_NOTHING);
    repair(a.run.frame);
    if (apart.now()) differing++;
  }
  a.run.machine.close();
  b.run.machine.close();
  return { differing, masked: apart.masked };
}

/** Whether all of system RAM is the same in both, but for what is masked. */
function comparing(a, b, masks) {
  const [mine, others] = [a, b].map((run) => systemRam(run.machine.memory));
  const keep = mine.map(({ name, base, size }) => {
    const kept = new Uint8Array(size).fill(1);
    for (const { region, from = base, length } of masks) {
      const start = Number(String(from).replace("$", "0x")) - base;
      if (region === name)
        kept.fill(0, start, length === undefined ? size : start + Number(String(length).replace("$", "0x")));
    }
    return kept;
  });
  return {
    now: () => mine.some((region, r) => !equal(region, others[r], keep[r])),
    masked: keep.reduce((sum, k) => sum + k.reduce((n, byte) => n + (byte ? 0 : 1), 0), 0),
  };
}

function equal(x, y, keep) {
  x.refresh?.();
  y.refresh?.();
  if (Buffer.compare(x.bytes, y.bytes) === 0) return true;
  for (let i = 0; i < x.size; i++) if (keep[i] && x.bytes[i] !== y.bytes[i]) return false;
  return true;
}
