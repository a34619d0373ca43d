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
  { name: "GB x2", rom: game("rally/rally.gbc"), bot: rally, module: "rally", consoles: 2, units: 140448 },
  { name: "GBA x2", rom: game("hedge/hedge.gba"), bot: hedge, module: "hedge", consoles: 2, units: 280896 },
  { name: "GBA x4", rom: game("hedge/hedge.gba"), bot: hedge, module: "hedge", consoles: 4, units: 280896 },
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
  for (const setup of SETUPS) await cold(setup, report);
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

/** States at random moments within frames, half of them in mid-transfer, loaded into another machine and run on. */
async function cold(setup, report) {
  const [live, other] = [await open(setup), await open(setup)];
  const [here, there] = [new BotInput(setup.bot, live), new BotInput(setup.bot, other)];
  let x = 20;
  const random = (below) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
  let [wrong, inTransfer] = [0, 0];
  for (let i = 0; i < 200; i++) live.step(here, SHOW_NOTHING);
  for (let n = 0; n < COLD_STATES; n++) {
    live.advance(here, random(setup.units));
    for (let tries = 0; n % 2 && !live.inTransfer && tries < 100; tries++) {
      live.step(here, SHOW_NOTHING);
      live.advance(here, random(setup.units));
    }
    inTransfer += live.inTransfer ? 1 : 0;
    other.loadState(live.saveState(), live.frame);
    for (let i = 0; i < COLD_FRAMES; i++) {
      live.step(here, SHOW_NOTHING);
      other.step(there, SHOW_NOTHING);
    }
    if (Buffer.compare(live.saveState(), other.saveState()) !== 0) wrong++;
  }
  live.close();
  other.close();
  report(
    `${setup.name}: cold states that differ after ${COLD_FRAMES} frames`,
    wrong / COLD_STATES,
    "aim 0",
    `${wrong} of ${COLD_STATES}, ${inTransfer} of them in mid-transfer; every byte compared`,
  );
}

async function twoProcesses({ name, rom, module, consoles }, report) {
  const script = fileURLToPath(new URL("link-prints.mjs", import.meta.url));
  const bot = fileURLToPath(new URL(`../dist/games/${module}/bot.js`, import.meta.url));
  const runs = [0, 1].map(() =>
    promisify(execFile)(process.execPath, [script, rom, bot, String(consoles), String(LONG_RUN)]),
  );
  const [one, other] = (await Promise.all(runs)).map(({ stdout }) => stdout.trim());
  const detail = `memories of all consoles at every 50th frame: ${one.slice(0, 16)}, ${other.slice(0, 16)}`;
  report(`${name}: two processes differ after ${LONG_RUN} frames`, one === other ? 0 : 1, "aim 0", detail);
}
