import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { link } from "../../src/machine/link/index.node.ts";
import type { LinkMachine } from "../../src/machine/link/machine.node.ts";
import { regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { game, Hands, hasLink } from "./link-open.ts";

let rom: Uint8Array;
let clock: Uint8Array;
const folder = mkdtempSync(join(tmpdir(), "instep-serial-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program of link-serial, with the start of Hedge. */
function compiled(name: string, code: string): Uint8Array {
  const elf = join(folder, `${name}.elf`);
  const source = fileURLToPath(new URL(`link-serial/${name}.c`, import.meta.url));
  const flags = ["-mcpu=arm7tdmi", "-mthumb", "-mthumb-interwork", "-O2", "-ffreestanding", "-nostdlib", "-T"];
  execFileSync("arm-none-eabi-gcc", [...flags, game("hedge/hedge.ld"), "-o", elf, source, game("hedge/start.s")]);
  execFileSync("arm-none-eabi-objcopy", ["-O", "binary", elf, join(folder, `${name}.bin`)]);
  const bytes = new Uint8Array(2048);
  bytes.set(readFileSync(join(folder, `${name}.bin`)));
  bytes.set(Buffer.from(code), 0xac);
  bytes[0xb2] = 0x96;
  return bytes;
}

beforeAll(() => {
  rom = compiled("serial", "ASER");
  clock = compiled("clock", "AXVE"); // a code that mGBA knows as a cartridge with a clock
});

const open = async (settings: Record<string, string>): Promise<LinkMachine> =>
  (await link.open({ content: { name: "serial.gba", bytes: rom }, settings })) as LinkMachine;
/** Words that a console took in, the latest ones. */
function taken(machine: LinkMachine, console: number, count: number): number[] {
  const words = new Uint32Array(regionOf(machine, `${console}.wram`)!.bytes.slice(0, 2048).buffer);
  return Array.from({ length: count }, (_, i) => words[16 + ((words[0]! - count + i) & 255)]!);
}
const consecutive = (words: readonly number[]): boolean => words.every((word, i) => word === words[0]! + i);
function play(machine: LinkMachine, hands: Hands, frames: number): void {
  for (let i = 0; i < frames; i++) machine.step(hands, SHOW_NOTHING);
}

describe.runIf(hasLink)("NORMAL mode", () => {
  test("over a GBC cable two GBAs exchange 32 bits both ways", async () => {
    const machine = await open({ cable: "gbc" });
    const hands = new Hands();
    hands.held[0] = BUTTON.A;
    play(machine, hands, 100);
    const [first, second] = [taken(machine, 1, 50), taken(machine, 2, 50)];
    expect([first[0]! >>> 24, second[0]! >>> 24]).toEqual([0x5a, 0xa5]);
    expect([consecutive(first), consecutive(second)]).toEqual([true, true]);
    expect(machine.transfers(0)).toBeGreaterThan(90);
    machine.close();
  });

  test.each([BUTTON.Select, BUTTON.Select | BUTTON.B, BUTTON.B])(
    "whoever has the clock, at 8 bits and at 2 MHz too (keys %i)",
    async (keys) => {
      const machine = await open({ cable: "gbc" });
      const hands = new Hands();
      hands.held.splice(0, 2, keys, keys | BUTTON.A);
      play(machine, hands, 100);
      for (const console of [1, 2]) {
        const words = taken(machine, console, 50);
        expect(consecutive(words), `console ${console}: ${words.map((w) => w.toString(16)).join(" ")}`).toBe(true);
      }
      expect(machine.transfers(1)).toBeGreaterThan(90);
      machine.close();
    },
  );

  test("over a GBA cable it goes one way: from the first console to the others, which get the one before them", async () => {
    const machine = await open({ consoles: "3" });
    const hands = new Hands();
    hands.held[0] = BUTTON.A;
    play(machine, hands, 100);
    expect(taken(machine, 1, 20)).toEqual(new Array(20).fill(0)); // its SI lies on ground
    const [second, third] = [taken(machine, 2, 50), taken(machine, 3, 50)];
    expect([second[0]! >>> 24, third[0]! >>> 24]).toEqual([0xa5, 0x5a]);
    expect([consecutive(second), consecutive(third)]).toEqual([true, true]);
    machine.close();
  });

  test("alone on the cable, the clock shifts in ones, and the other waits on", async () => {
    const machine = await open({ cable: "gbc" });
    const hands = new Hands();
    hands.held.splice(0, 2, BUTTON.A, BUTTON.Unplug);
    play(machine, hands, 60);
    expect(taken(machine, 1, 20)).toEqual(new Array(20).fill(0xffffffff));
    expect(new Uint32Array(regionOf(machine, "2.wram")!.bytes.slice(0, 4).buffer)[0]).toBe(0);
    machine.close();
  });

  test("a state taken within a transfer goes on the same in another machine", async () => {
    const [live, cold] = [await open({ cable: "gbc" }), await open({ cable: "gbc" })];
    const hands = new Hands();
    hands.held[0] = BUTTON.A;
    play(live, hands, 20);
    let inTransfer = 0;
    for (let round = 0; round < 40; round++) {
      for (let units = 0; units < 280000 && !live.inTransfer; units += 700) live.advance(hands, units);
      if (live.inTransfer) inTransfer++;
      cold.loadState(live.saveState(), live.frame);
      play(live, hands, 3);
      play(cold, hands, 3);
      expect(Buffer.compare(live.saveState(), cold.saveState()), `round ${round}`).toBe(0);
    }
    expect(inTransfer).toBeGreaterThan(20);
    live.close();
    cold.close();
  });
});

describe.runIf(hasLink)("a cartridge's clock", () => {
  const zone = process.env.TZ;
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  test.each(["UTC", "Asia/Kathmandu"])(
    "shows what was set, and runs with the frames, whatever the zone (%s)",
    async (tz) => {
      process.env.TZ = tz;
      const settings = { consoles: "1", host_clock: `unix:${Date.UTC(2021, 10, 23, 12, 58, 58) / 1000}` };
      const machine = (await link.open({ content: { name: "clock.gba", bytes: clock }, settings })) as LinkMachine;
      const hands = new Hands();
      const shown = (): string => Buffer.from(regionOf(machine, "1.wram")!.bytes.slice(0, 7)).toString("hex");
      play(machine, hands, 10);
      expect(shown()).toBe("21112302125858");
      const state = machine.saveState();
      play(machine, hands, 120);
      expect(shown()).toBe("21112302125900");
      machine.loadState(state, 10);
      play(machine, hands, 30);
      expect(shown()).toBe("21112302125858");
      machine.close();
    },
  );
});
