// Whether a core is deterministic and its states are whole, measured: plays a movie twice at equal settings and compares all memory
// on every frame; then loads states of random frames into machines that were just opened, and compares the frames that follow.
// node scripts/cold-load.mjs MOVIE ROM CORE [--set k=v,...] [--profile FILE] [--frames N] [--places 100] [--follow 60] [--seed 1]
// With a profile its fingerprint is compared in place of all memory.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { openRun } from "../dist/follow/open-run.node.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { framesOf } from "../dist/movie/movie.js";
import { readMovie } from "../dist/replay/movies.js";
import { parseProfile } from "../dist/watch/profile.js";
import { Watcher } from "../dist/watch/watcher.js";

const text = (value) => ({ type: "string", ...(value !== undefined && { default: value }) });
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: text(""),
    profile: text(),
    frames: text("0"),
    places: text("100"),
    follow: text("60"),
    seed: text("1"),
  },
});
const [file, rom, core] = positionals;
if (!core) throw new Error("say which: MOVIE ROM CORE");
const movie = readMovie(basename(file), readFileSync(file));
const settings = Object.fromEntries(
  values.set
    .split(",")
    .filter(Boolean)
    .map((pair) => pair.split("=")),
);
const given = values.profile && parseProfile(values.profile, readFileSync(values.profile, "utf8"));
const frames = Math.min(Number(values.frames) || Number.POSITIVE_INFINITY, framesOf(movie));
const follow = Number(values.follow);
const random = xorshift(Number(values.seed));
const places = new Set();
while (places.size < Math.min(Number(values.places), frames - follow)) places.add(random() % (frames - follow));

async function open() {
  const { run } = await openRun({ rom, core, settings, movie });
  const regions = run.machine.memory.map(({ name }) => ({ region: name }));
  const watcher = new Watcher(given ?? { probes: [], fingerprint: { regions, mask: [] } }, run.machine);
  const print = () => {
    for (const region of run.machine.memory) region.refresh?.();
    return watcher.fingerprint();
  };
  return { run, print, size: watcher.size };
}

const prints = new BigUint64Array(frames + 1);
const kept = new Map();
const first = await open();
const started = performance.now();
for (let frame = 0; frame <= frames; frame++) {
  prints[frame] = first.print();
  if (places.has(frame))
    kept.set(frame, { state: first.run.machine.saveState().slice(), sample: first.run.sampleAt(frame) });
  if (frame < frames) first.run.step(SHOW_NOTHING);
}
const seconds = (performance.now() - started) / 1000;
first.run.machine.close();

const second = await open();
let parts = -1;
for (let frame = 0; frame <= frames && parts < 0; frame++) {
  if (second.print() !== prints[frame]) parts = frame;
  else if (frame < frames) second.run.step(SHOW_NOTHING);
}
second.run.machine.close();
const what = `${frames + 1} frames, ${second.size} bytes in each (${seconds.toFixed(1)} s)`;
console.log(parts < 0 ? `two runs: equal on all of ${what}` : `two runs: part at frame ${parts} of ${what}`);

let bad = 0;
for (const [frame, { state, sample }] of [...kept].sort(([a], [b]) => a - b)) {
  const cold = await open();
  cold.run.load(state, frame, sample);
  let at = frame;
  while (cold.print() === prints[at] && at < frame + follow) {
    cold.run.step(SHOW_NOTHING);
    at++;
  }
  if (at < frame + follow) {
    bad++;
    console.log(`the state of frame ${frame}: frame ${at} differs`);
  }
  cold.run.machine.close();
}
console.log(
  `${kept.size} states loaded cold, ${follow} frames from each: ${kept.size - bad} go on the same, ${bad} do not (seed ${values.seed})`,
);
process.exit(parts < 0 && bad === 0 ? 0 : 1);

function xorshift(seed) {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}
