// States of linked consoles at random moments within frames, every second one in mid-transfer, each loaded into a machine that
// was just opened; both run on by bots: node bench/link-cold.mjs ROM BOT CONSOLES STATES FRAMES. Prints as JSON how many were in
// mid-transfer, and how many differed in any byte after those frames.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { link } from "../dist/machine/link/index.node.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { BotInput } from "../dist/replay/bot.js";

const [rom, bot, consoles, states, frames] = process.argv.slice(2);
const { default: make } = await import(pathToFileURL(bot).href);
const content = { name: rom, bytes: new Uint8Array(readFileSync(rom)) };
const open = async () => {
  const machine = await link.open({ content, settings: { consoles } });
  return { machine, input: new BotInput(make, machine) };
};
const live = await open();
/** A frame's time in the shim's units. */
const units = live.machine.boot.system === "gba" ? 280896 : 140448;
let x = 20;
const random = (below) => {
  x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
  return Math.floor((x / 2 ** 32) * below);
};
const step = ({ machine, input }) => machine.step(input, SHOW_NOTHING);

let [differ, inTransfer] = [0, 0];
for (let i = 0; i < 200; i++) step(live);
for (let n = 0; n < Number(states); n++) {
  live.machine.advance(live.input, random(units));
  for (let tries = 0; n % 2 && !live.machine.inTransfer && tries < 100; tries++) {
    step(live);
    live.machine.advance(live.input, random(units));
  }
  if (live.machine.inTransfer) inTransfer++;
  const cold = await open();
  cold.machine.loadState(live.machine.saveState(), live.machine.frame);
  for (let i = 0; i < Number(frames); i++) {
    step(live);
    step(cold);
  }
  if (Buffer.compare(live.machine.saveState(), cold.machine.saveState()) !== 0) differ++;
  cold.machine.close();
}
live.machine.close();
console.log(JSON.stringify({ states: Number(states), inTransfer, differ }));
