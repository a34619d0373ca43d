import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type InputSource, NO_PAD, type PadState } from "../src/machine/input.ts";
import { jsnes } from "../src/machine/jsnes/index.ts";
import { regionOf, SHOW_NOTHING } from "../src/machine/machine.ts";
import type { Movie } from "../src/movie/movie.ts";
import { writeIsr } from "../src/replay/isr.ts";
import { makeBot, RULES, type Rules } from "./gleam/bot.ts";

/** The polls of the title that each movie waits, which seed its game, and the RAM that it is recorded with. */
const TAKES: Readonly<Record<Rules, { readonly patience: number; readonly ram: string }>> = {
  classic: { patience: 64, ram: "jsnes" },
  garbage: { patience: 104, ram: "00" },
  clock: { patience: 64, ram: "jsnes" },
  history: { patience: 64, ram: "jsnes" },
};
/** Frames of the end screen, and the most that a game may take. */
const CODA = 300;
const LONGEST = 15_000;

/** Records games/gleam/RULES.isr for each of the rules named, or for all. */
export async function makeMovies(names: readonly string[]): Promise<void> {
  for (const rules of RULES) {
    if (names.length && !names.includes(rules)) continue;
    const { movie, boot, said } = await record(rules, TAKES[rules].patience);
    writeFileSync(fileURLToPath(new URL(`./gleam/${rules}.isr`, import.meta.url)), writeIsr(movie, { boot }));
    console.log(`${rules}: ${said}`);
  }
}

/** One game, played by the bot from power-on until some seconds into its end screen. */
async function record(rules: Rules, patience: number) {
  const bytes = readFileSync(fileURLToPath(new URL("./gleam/gleam.nes", import.meta.url)));
  const machine = await jsnes.open({ content: { name: "gleam.nes", bytes }, settings: { ram: TAKES[rules].ram } });
  const ram = regionOf(machine, "ram")!;
  const bot = makeBot({ rules, players: 2, patience });
  const buttons = [new Uint32Array(LONGEST), new Uint32Array(LONGEST)] as const;
  const lag = new Uint8Array(LONGEST);
  const pads: [PadState, PadState] = [NO_PAD, NO_PAD];
  const input: InputSource = { poll: (port) => pads[port as 0 | 1] };
  let length = 0;
  for (let left = CODA; left > 0 && length < LONGEST; length++) {
    const pressed = bot(ram.bytes);
    for (const port of [0, 1] as const) {
      buttons[port][length] = pressed[port];
      pads[port] = { ...NO_PAD, buttons: pressed[port] };
    }
    machine.step(input, SHOW_NOTHING);
    lag[length] = machine.polls === 0 ? 1 : 0;
    // State 3 is the end screen (games/gleam/README.md); RAM says anything until the game has cleared it.
    if (length > 60 && ram.bytes[0x32] === 3) left--;
  }
  const { boot } = machine;
  const [won, score1, score2] = [ram.bytes[0x38] === 1, word(ram.bytes, 0x318), word(ram.bytes, 0x31a)];
  machine.close();
  const movie: Movie = {
    system: "nes",
    by: "frame",
    length,
    tracks: buttons.map((track) => ({ device: "pad", buttons: track.slice(0, length) })),
    events: [],
    lag: lag.slice(0, length),
    start: { kind: "power-on" },
    rom: { name: "gleam.nes", sha256: boot.content.sha256 },
    region: "ntsc",
    authors: ["Instep's bot"],
    emulator: `${boot.core.name} ${boot.core.version}`,
  };
  const late = movie.lag!.reduce((sum, n) => sum + n, 0);
  return {
    movie,
    boot,
    said: `${length} frames, ${late} of them late, ${won ? "won" : "lost"}, ${score1}0 to ${score2}0 points`,
  };
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}
