// A run of linked consoles by bots, in a process of its own: node bench/link-prints.mjs ROM BOT CONSOLES FRAMES. Prints a chain
// over the memories of all consoles at every 50th frame.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { link } from "../dist/machine/link/index.node.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { BotInput } from "../dist/replay/bot.js";

const [rom, bot, consoles, frames] = process.argv.slice(2);
const { default: make } = await import(pathToFileURL(bot).href);
const content = { name: rom, bytes: new Uint8Array(readFileSync(rom)) };
const machine = await link.open({ content, settings: { consoles } });
const input = new BotInput(make, machine);
const chain = createHash("sha256");
for (let frame = 1; frame <= Number(frames); frame++) {
  machine.step(input, SHOW_NOTHING);
  if (frame % 50 === 0) for (const { bytes } of machine.memory) chain.update(bytes);
}
console.log(chain.digest("hex"));
