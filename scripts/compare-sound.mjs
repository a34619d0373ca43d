// Whether the sound of a video that `instep sync` made is that of the movie at native settings, sample by sample.
// node scripts/compare-sound.mjs VIDEO MOVIE ROM CORE [--set k=v,...] (the native settings; nothing needs to be drawn)
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { decodeAudio } from "../dist/dump/media.js";
import { openRun } from "../dist/follow/open-run.node.js";
import { readMovie } from "../dist/replay/movies.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { set: { type: "string", default: "" } },
});
const [video, file, rom, core] = positionals;
if (!core) throw new Error("say which: VIDEO MOVIE ROM CORE");
const settings = Object.fromEntries(
  values.set
    .split(",")
    .filter(Boolean)
    .map((pair) => pair.split("=")),
);
const { run } = await openRun({ rom, core, settings, movie: readMovie(basename(file), readFileSync(file)) });

let [samples, others, first] = [0, 0, -1];
let native = new Int16Array(0);
for await (const heard of decodeAudio(video)) {
  while (native.length < heard.length) native = more(native);
  for (let i = 0; i < heard.length; i += 2) {
    if (heard[i] !== native[i] || heard[i + 1] !== native[i + 1]) {
      others++;
      if (first < 0) first = samples + i / 2;
    }
  }
  samples += heard.length / 2;
  native = native.slice(heard.length);
}
const rest = first < 0 ? "" : `, the first at sample ${first}`;
console.log(
  `${samples} samples of ${run.frame} frames: ${samples - others} are the native run's, ${others} are not${rest}`,
);
process.exit(others === 0 ? 0 : 1);

function more(before) {
  run.step({ video: false, audio: true });
  const { samples: next } = run.machine.audio;
  const all = new Int16Array(before.length + next.length);
  all.set(before);
  all.set(next, before.length);
  return all;
}
