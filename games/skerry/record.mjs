// Records games/skerry/skerry.m64: the bot's voyage, from power-on until some seconds into the next one, on glide64mk2 as
// the game wants it: with the picture read back. `npm run build` first.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeBot, PHASE, WORLD } from "../../dist/games/skerry/bot.js";
import { NO_PAD } from "../../dist/machine/input.js";
import { SHOW_NOTHING } from "../../dist/machine/machine.js";
import { mupen64plus } from "../../dist/machine/mupen64plus/index.js";
import { writeM64 } from "../../dist/movie/formats/m64.js";

const SETTINGS = { video: "glide64mk2", resolution: "320x240", fb_read_always: "1" };
/** Frames of the voyage after, and the most that all may take. */
const CODA = 400;
const LONGEST = 20_000;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const rom = readFileSync(here("skerry.z64"));
const machine = await mupen64plus.open({ content: { name: "skerry.z64", bytes: rom }, settings: SETTINGS });
const rdram = machine.memory.find(({ name }) => name === "rdram").bytes;
const bot = makeBot();
const buttons = [];
const sticks = [];
const input = {
  poll(port) {
    if (port !== 0) return NO_PAD;
    const pad = { ...NO_PAD, ...bot(rdram) };
    buttons.push(pad.buttons);
    sticks.push(pad.lx, pad.ly, 0, 0);
    return pad;
  },
};
const read = (at) => new DataView(rdram.buffer, rdram.byteOffset + WORLD).getInt32(at, true);
let home = false;
let score = 0;
for (let left = CODA; left > 0 && machine.frame < LONGEST; ) {
  machine.step(input, SHOW_NOTHING);
  const phase = read(0x18);
  if (phase > PHASE.sail) {
    home ||= phase === PHASE.home;
    score = read(0x40);
  } else if (home && phase === PHASE.sail) left--;
}
const movie = writeM64({
  system: "n64",
  by: "poll",
  length: buttons.length,
  tracks: [{ device: "analog", buttons: Uint32Array.from(buttons), sticks: Int16Array.from(sticks) }],
  events: [],
  start: { kind: "power-on" },
  rom: { name: "SKERRY" },
  region: "ntsc",
  authors: ["Instep's bot"],
});
// What of the header is the ROM's and the emulator's: frames, sum, country, plugin, and what to play it with.
const header = Buffer.from(movie.buffer, movie.byteOffset);
header.writeUInt32LE(machine.frame, 0x0c);
header.writeUInt32LE(rom.readUInt32BE(0x10), 0xe4);
header.writeUInt16LE(rom[0x3e], 0xe8);
header.write("glide64mk2", 0x122, "latin1");
header.write("hle", 0x1e2, "latin1");
header.write("glide64mk2 at 320x240, fb_read_always=1", 0x300, "latin1");
writeFileSync(here("skerry.m64"), movie);
console.log(`${machine.frame} frames, ${buttons.length} polls, ${home ? "home" : "lost"} with ${score} points`);
machine.close();
