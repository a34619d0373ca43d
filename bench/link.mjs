// Linked consoles: speed against as many single consoles of the same core, states, an 8-frame rollback, states that load cold.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import hedge from "../dist/games/hedge/bot.js";
import rally from "../dist/games/rally/bot.js";
import { NO_INPUT } from "../dist/machine/input.js";
import { link } from "../dist/machine/link/index.node.js";
import { SHOW_ALL, SHOW_NOTHING } from "../dist/machine/machine.js";
import { BotInput } from "../dist/replay/bot.js";
import { median } from "./support.mjs";

const FRAMES = 5000;
const LONG_RUN = 100_000;
const COLD_STATES = 500;
const COLD_FRAMES = 600;
const FRAME_MS = 1000 / 59.7275;
const game = (path) => fileURLToPath(new URL(`../games/${path}`, import.meta.url));
const SETUPS = [
  { name: "GB x2", rom: game("rally/rally.gbc"), bot: rally, module: "rally", consoles: 2 },
  { name: "GBA x2", rom: game("hedge/hedge.gba"), bot: hedge, module: "hedge", consoles: 2 },
  { name: "GBA x4", rom: game("hedge/hedge.gba"), bot: hedge, module: "hedge", consoles: 4 },
];

export async function run(report) {
  for (const setup of SETUPS) {
    // In the lobby, with a transfer each frame on GBA; alone, a console cannot play.
    const single = await fps(setup, 1, NO_INPUT);
    const linked = await fps(setup, setup.consoles, NO_INPUT);
    const match = await fps(setup, setup.consoles);
    const ratio = linked / (single / setup.consoles);
    report(
      `${setup.name}: linked / ${setup.consoles} single consoles of the same core`,
      ratio,
      "aim 0.8 or more",
      `${Math.round(linked)} against ${Math.round(single)} frames a second for one; a match by bots ${Math.round(match)}`,
    );
    await states(setup, report);
  }
  await Promise.all(SETUPS.map((setup) => cold(setup, report)));
  for (const setup of SETUPS) await twoProcesses(setup, report);
}

async function open({ rom, consoles }, count = consoles, settings = {}) {
  const content = { name: rom, bytes: new Uint8Array(readFileSync(rom)) };
  return link.open({ content, settings: { consoles: String(count), ...settings } });
}

async function fps(setup, count, hands) {
  const machine = await open(setup, count);
  const bot = hands ?? new BotInput(setup.bot, machine);
  const times = [];
  for (let i = 0; i < 300; i++) machine.step(bot, SHOW_NOTHING);
  for (let part = 0; part < 5; part++) {
    // The processor's time: others may be busy on this machine.
    const from = process.cpuUsage().user;
    for (let i = 0; i < FRAMES / 5; i++) machine.step(bot, SHOW_NOTHING);
    times.push((process.cpuUsage().user - from) / 1000);
  }
  machine.close();
  return (FRAMES / 5 / median(times)) * 1000;
}

/** Save, eight frames that nobody sees and one that is shown: what netplay does in the worst frame. */
async function states(setup, report) {
  const machine = await open(setup);
  const bot = new BotInput(setup.bot, machine);
  for (let i = 0; i < 300; i++) machine.step(bot, SHOW_NOTHING);
  const buffer = new Uint8Array(machine.stateSize + 200_000);
  const [saves, loads, rollbacks] = [[], [], []];
  let state = machine.saveState(buffer).slice();
  for (let i = 0; i < 300; i++) {
    const from = performance.now();
    machine.loadState(state, machine.frame);
    const loaded = performance.now();
    for (let k = 0; k < 8; k++) {
      machine.step(bot, SHOW_NOTHING);
      machine.saveState(buffer);
    }
    machine.step(bot, SHOW_ALL);
    const done = performance.now();
    const saved = machine.saveState(buffer);
    saves.push(performance.now() - done);
    loads.push(loaded - from);
    rollbacks.push(done - from);
    state = saved.slice();
  }
  machine.close();
  const us = (times) => Math.round(median(times) * 1000);
  rollbacks.sort((a, b) => a - b);
  const worst = rollbacks[Math.floor(rollbacks.length * 0.99)];
  report(
    `${setup.name}: rollback of 8 frames / a frame of 16.7 ms`,
    median(rollbacks) / FRAME_MS,
    "aim 1 or less",
    `load, 8 frames each saved, 1 shown: median ${median(rollbacks).toFixed(2)} ms, p99 ${worst.toFixed(2)} ms; state ${state.length} bytes, save ${us(saves)} us, load ${us(loads)} us`,
  );
}

async function cold(setup, report) {
  const { states, inTransfer, differ } = JSON.parse(await inProcess(setup, "link-cold.mjs", COLD_STATES, COLD_FRAMES));
  report(
    `${setup.name}: cold states that differ after ${COLD_FRAMES} frames`,
    differ / states,
    "aim 0",
    `${differ} of ${states}, ${inTransfer} of them in mid-transfer; every byte compared`,
  );
}

async function twoProcesses(setup, report) {
  const prints = () => inProcess(setup, "link-prints.mjs", LONG_RUN);
  const [one, other] = await Promise.all([prints(), prints()]);
  const detail = `memories of all consoles at every 50th frame: ${one.slice(0, 16)}, ${other.slice(0, 16)}`;
  report(`${setup.name}: two processes differ after ${LONG_RUN} frames`, one === other ? 0 : 1, "aim 0", detail);
}

/** What a script beside this one prints, for a setup. */
async function inProcess({ rom, module, consoles }, script, ...numbers) {
  const here = (path) => fileURLToPath(new URL(path, import.meta.url));
  const args = [here(script), rom, here(`../dist/games/${module}/bot.js`), consoles, ...numbers].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim();
}
