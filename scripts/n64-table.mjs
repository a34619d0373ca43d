// The table of docs/n64.md: what of each Nintendo 64 ROM in a folder works, and which plugin shows it.
// node scripts/n64-table.mjs FOLDER [PICTURES]: the last pictures go to that folder as PNG.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { encodePng } from "../dist/dump/png.node.js";
import { NO_PAD } from "../dist/machine/input.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { mupen64plus } from "../dist/machine/mupen64plus/index.js";
import { Mupen64PlusMachine } from "../dist/machine/mupen64plus/machine.js";
import { Problem } from "../dist/problem.js";
import { fingerprint } from "../dist/watch/watcher.js";

const [folder, pictures] = process.argv.slice(2);
if (!folder) throw new Error("say which folder of ROMs");
if (pictures) mkdirSync(pictures, { recursive: true });
Mupen64PlusMachine.patience = 5000;
const FRAMES = 120;
const PLUGINS = ["rice", "glide64mk2"];

const pressed = { poll: () => ({ ...NO_PAD, buttons: 0xffff, lx: 20_000 }) };
const open = (content, video) => mupen64plus.open({ content, settings: { video, pad2: "bare" } });
const printOf = (machine) => machine.memory.reduce((print, { bytes }) => fingerprint(bytes, print), 0n);
const play = (machine, input, frames) => {
  for (let i = 0; i < frames; i++) machine.step(input, SHOW_NOTHING);
};

console.log(`| ROM | boots | input | state | ${PLUGINS.join(" | ")} |`);
console.log(`|---|---|---|---|${PLUGINS.map(() => "---|").join("")}`);
for (const file of readdirSync(folder).filter((name) => /\.[znv]64$/i.test(name))) {
  const content = { name: file, bytes: readFileSync(join(folder, file)) };
  const cells = await tried(content);
  console.log(`| ${basename(file).replace(/\.\w+$/, "")} | ${cells.join(" | ")} |`);
}
process.exit(0);

async function tried(content) {
  try {
    const shown = [];
    const [input, state] = [await takesInput(content), await stateHolds(content)];
    for (const video of PLUGINS) shown.push(await shows(content, video));
    return ["yes", input, state, ...shown];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [`no: ${error.message.split(": ").slice(1).join(": ")}`, "", "", ...PLUGINS.map(() => "")];
  }
}

/** Which pads it asks, and whether it goes on otherwise when everything is pressed. */
async function takesInput(content) {
  const asked = [0, 0, 0, 0];
  const idle = await open(content, "none");
  const busy = await open(content, "none");
  const poll = (pad) => {
    asked[pad]++;
    return NO_PAD;
  };
  play(idle, { poll }, FRAMES);
  play(busy, pressed, FRAMES);
  const same = printOf(idle) === printOf(busy);
  idle.close();
  busy.close();
  const pads = asked.flatMap((times, pad) => (times ? [pad + 1] : []));
  return pads.length === 0 ? "asks no pad" : `pad ${pads.join(" and ")}${same ? ", without effect" : ""}`;
}

/** A state taken in mid-run, loaded into a machine that was just opened. */
async function stateHolds(content) {
  const run = await open(content, "none");
  play(run, pressed, FRAMES / 2);
  const state = run.saveState().slice();
  play(run, pressed, FRAMES / 2);
  const cold = await open(content, "none");
  cold.loadState(state, FRAMES / 2);
  play(cold, pressed, FRAMES / 2);
  const same = printOf(run) === printOf(cold);
  run.close();
  cold.close();
  return same ? "goes on the same" : "goes on otherwise";
}

/** How much of the last picture is not black. */
async function shows(content, video) {
  const machine = await open(content, video);
  let last;
  for (let i = 0; i < FRAMES; i++) {
    machine.step({ poll: () => NO_PAD });
    if (machine.video.pixels.length === 0) continue;
    last = { ...machine.video, pixels: machine.video.pixels.slice() };
  }
  machine.close();
  if (!last) return "no picture";
  const name = content.name.replace(/\.\w+$/, "");
  if (pictures) writeFileSync(join(pictures, `${name}-${video}.png`), encodePng(last));
  let lit = 0;
  for (let i = 0; i < last.pixels.length; i += 4)
    if (Math.max(last.pixels[i], last.pixels[i + 1], last.pixels[i + 2]) > 16) lit++;
  const percent = (lit * 400) / last.pixels.length;
  return lit === 0 ? "black" : `yes: ${percent < 10 ? percent.toFixed(1) : Math.round(percent)} % lit`;
}
