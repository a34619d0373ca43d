import { mkdirSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { encodePng } from "../../src/dump/png.node.ts";
import { BUTTON } from "../../src/machine/input.ts";
import type { LinkMachine } from "../../src/machine/link/machine.node.ts";
import { SHOW_NOTHING } from "../../src/machine/machine.ts";
import { hasShared, shared } from "../support/data.ts";
import { Hands, hasLink, openLink } from "./link-open.ts";

/** Pictures of the runs, to be looked at. */
const pictures = fileURLToPath(new URL("../../.cache/pictures/", import.meta.url));
function keepPicture(name: string, machine: LinkMachine): void {
  mkdirSync(pictures, { recursive: true });
  const file = `${pictures}${name}.png`;
  writeFileSync(file, encodePng(machine.video));
  console.log(`picture: ${relative("", file)}`);
}

/** Plays a script: buttons that a port holds from one frame up to another; the last frame is drawn. */
function play(machine: LinkMachine, script: readonly [number, number, number, number][], frames: number): void {
  const hands = new Hands();
  while (machine.frame < frames) {
    hands.held.fill(0);
    for (const [from, to, port, buttons] of script)
      if (machine.frame >= from && machine.frame < to) hands.held[port]! |= buttons;
    machine.step(hands, machine.frame < frames - 1 ? SHOW_NOTHING : undefined);
  }
}

/** Pixels of a box, dark or light, as a key. */
function box({ video }: LinkMachine, left: number, top: number, width: number, height: number): string {
  let bits = "";
  for (let y = top; y < top + height; y++)
    for (let x = left; x < left + width; x++) bits += video.pixels[y * video.pitch + x * 4 + 1]! > 100 ? "#" : ".";
  return bits;
}
const BLANK = ".".repeat(64);

describe.runIf(hasShared && hasLink)("real programs on a cable", () => {
  test("LinkUniversal finds its peers with 2 to 4 consoles, and each screen says so", async () => {
    const said: { players: string[]; me: string[] }[] = [];
    for (const count of [2, 3, 4]) {
      const consoles = String(count);
      const machine = await openLink(shared("gba/link/LinkUniversal_fullmb.gba"), { consoles, show: "all" });
      play(
        machine,
        [0, 1, 2, 3].map((port) => [60, 66, port, BUTTON.Start]),
        400,
      );
      keepPicture(`link-universal-${count}`, machine);
      const columns = count === 4 ? 2 : count;
      const screens = Array.from({ length: count }, (_, i) => (column: number, row: number): string => {
        return box(machine, (i % columns) * 240 + column * 8, Math.floor(i / columns) * 160 + row * 8, 8, 8);
      });
      // At the top right "P0/4-R1-S0-E1", then "! connected (4 players)" and "<-P1: 999 (frame 70)" or, from P1, "-> 999".
      const me = screens.map((read) => read(18, 0));
      expect(me[0]).toBe(screens[0]!(26, 0)); // the 0 of S0
      expect(me[1]).toBe(screens[1]!(23, 0)); // the 1 of R1
      expect(new Set(me).size).toBe(count);
      const players = screens.map((read) => read(20, 0));
      expect(new Set(players).size).toBe(1);
      expect(players[0]).not.toBe(BLANK);
      for (const read of screens) expect(read(13, 16)).toBe(players[0]);
      const nine = screens[1]!(3, 17);
      expect(nine).not.toBe(BLANK);
      for (const [i, read] of screens.entries())
        expect([5, 6, 7].map((column) => read(i === 1 ? column - 2 : column + 1, 17))).toEqual([nine, nine, nine]);
      expect(machine.transfers(0)).toBeGreaterThan(1000);
      said.push({ players, me });
      machine.close();
    }
    // "2 players" has the digit of P2, "3 players" that of P3.
    expect(said[0]!.players[0]).toBe(said[2]!.me[2]);
    expect(said[1]!.players[0]).toBe(said[2]!.me[3]);
  }, 30_000);

  test("Petris on two consoles plays a match against itself: one tops out, and the other is told that it won", async () => {
    const machine = await openLink(shared("gb/petris.gbc"), { show: "all" });
    const { A, Start, Up, Down } = BUTTON;
    const both = (from: number, buttons: number): [number, number, number, number][] => [
      [from, from + 6, 0, buttons],
      [from, from + 6, 1, buttons],
    ];
    const drops = Array.from({ length: 60 }, (_, i): [number, number, number, number] => {
      return [1000 + i * 40, 1038 + i * 40, 1, Down];
    });
    const script = [
      ...both(420, Start),
      ...both(520, Down), // to "2 player vs."
      [560, 566, 0, A],
      [620, 626, 1, A], // joins, and gets the seed of the random numbers
      ...both(680, Up),
      [740, 746, 0, Start],
      [760, 766, 1, Start],
      ...drops,
    ] as [number, number, number, number][];
    const banner = (console: number, from: number, to: number): string =>
      box(machine, console * 160 + from, 48, to - from, 7);
    play(machine, script, 1100);
    keepPicture("petris-begins", machine);
    expect(machine.transfers(0)).toBeGreaterThan(10);
    const before = machine.transfers(1);
    const empty = banner(0, 64, 144);
    play(machine, script, 3000);
    keepPicture("petris-ends", machine);
    // "YOU  WON!" and "YOU  LOST": the loser told the winner in one byte.
    expect(machine.transfers(1)).toBe(before + 1);
    expect(banner(0, 64, 144)).not.toBe(empty);
    expect(banner(0, 64, 94)).toBe(banner(1, 64, 94));
    expect(banner(0, 94, 144)).not.toBe(banner(1, 94, 144));
    machine.close();
  }, 30_000);
});
