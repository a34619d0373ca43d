import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { libretroCore } from "../../src/machine/cores.node.ts";
import type { PadState } from "../../src/machine/input.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { writeIsr } from "../../src/replay/isr.ts";
import { makeBot, PHASE, WORLD } from "./bot.ts";

/** Frames of the title, of the end screen, and the most that a flight may take. */
const PATIENCE = 150;
const CODA = 300;
const LONGEST = 8000;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Records games/ringway/ringway.isr: the bot flies the course once, from power-on until some seconds into the end screen. */
export async function record(): Promise<void> {
  const core = await libretroCore("desmume");
  const machine = await core.open({ content: { name: "ringway.nds", bytes: readFileSync(here("ringway.nds")) } });
  const main = regionOf(machine, "main")!;
  const bot = makeBot(PATIENCE);
  const buttons = new Uint32Array(LONGEST);
  const touch = new Int16Array(LONGEST * 2);
  let pad: PadState;
  const input = { poll: (): PadState => pad };
  let length = 0;
  const read = (at: number): number =>
    new DataView(main.bytes.buffer, main.bytes.byteOffset + WORLD).getInt32(at, true);
  for (let left = CODA; left > 0 && length < LONGEST; length++) {
    pad = bot(main.bytes);
    buttons[length] = pad.buttons;
    touch.set([pad.touchX, pad.touchY], length * 2);
    machine.step(input, SHOW_NOTHING);
    if (read(0x14) >= PHASE.finished) left--;
  }
  const { boot } = machine;
  const movie: Movie = {
    system: "nds",
    by: "frame",
    length,
    tracks: [{ device: "touch", buttons: buttons.slice(0, length), touch: touch.slice(0, length * 2) }],
    events: [],
    start: { kind: "power-on" },
    rom: { name: "ringway.nds", sha256: boot.content.sha256 },
    authors: ["Instep's bot"],
    emulator: `${boot.core.name} ${boot.core.version}`,
  };
  writeFileSync(here("ringway.isr"), writeIsr(movie, { boot }));
  const end = read(0x14) === PHASE.finished ? "finished" : "lost";
  console.log(
    `${length} frames, ${end}: ${read(0x38)} points, ${read(0x40)} rings (${read(0x48)} missed), ${read(0x50)} rocks shot, ${read(0x4c)} crashes, ${read(0x54)} late frames, ${read(0x58)} sparks`,
  );
  machine.close();
}
