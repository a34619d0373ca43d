import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import type { ReadStream, WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { Gamepad } from "../../src/cli/terminal/gamepad.ts";
import { parseKeys, TerminalKeys } from "../../src/cli/terminal/keys.ts";
import { TerminalScreen } from "../../src/cli/terminal/screen.ts";
import { BUTTON } from "../../src/machine/input.ts";

describe("the keyboard of a terminal", () => {
  it("is read as the kitty protocol has it, with keys let go, and as terminals always had it", () => {
    expect(parseKeys("\x1b[120;1:1u\x1b[120;1:3u")).toEqual([
      { key: "x", event: 1 },
      { key: "x", event: 3 },
    ]);
    expect(parseKeys("\x1b[1;1:3A\x1b[B\x1bOC")).toEqual([{ key: "up", event: 3 }, { key: "down" }, { key: "right" }]);
    expect(parseKeys("xZ\r\x7f\x03")).toEqual(["x", "z", "enter", "backspace", "ctrl+c"].map((key) => ({ key })));
    expect(parseKeys("\x1b[99;5u\x1b[13u\x1b")).toEqual([
      { key: "ctrl+c", event: 1 },
      { key: "enter", event: 1 },
      { key: "escape" },
    ]);
  });

  it("presses a pad's buttons for as long as they are held, and for a moment where nobody says how long", async () => {
    const input = Object.assign(new EventEmitter(), { setRawMode() {}, pause() {} }) as unknown as ReadStream;
    const keys = new TerminalKeys(input, { write: () => true } as unknown as WriteStream);
    const others: string[] = [];
    keys.onKey = (key) => others.push(key);
    input.emit("data", Buffer.from("\x1b[120;1:1u\x1b[1;1:1C"));
    expect(keys.buttons).toBe(BUTTON.A | BUTTON.Right);
    input.emit("data", Buffer.from("\x1b[120;1:3u"));
    expect(keys.buttons).toBe(BUTTON.Right);
    input.emit("data", Buffer.from("\x1b[1;1:3Czp"));
    expect(keys.buttons).toBe(BUTTON.B);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(keys.buttons).toBe(0);
    expect(others).toEqual(["p"]);
    keys.close();
  });
});

it("a gamepad's events are its buttons, sticks and cross", () => {
  const pad = new Gamepad();
  const event = (type: number, number: number, value: number): void =>
    pad.take(Uint8Array.of(0, 0, 0, 0, value & 255, (value >> 8) & 255, type, number), 0);
  event(1, 1, 1);
  event(2, 0, -32767);
  event(0x82, 7, 32767);
  expect(pad.buttons & (BUTTON.A | BUTTON.Left | BUTTON.Down)).toBe(BUTTON.A | BUTTON.Left | BUTTON.Down);
  event(1, 1, 0);
  event(2, 0, 100);
  expect(pad.buttons & (BUTTON.A | BUTTON.Left)).toBe(0);
  pad.close();
});

it("a picture fills the terminal, two pixels a cell, and only what changes is sent again", () => {
  const sent: string[] = [];
  const out = Object.assign(new EventEmitter(), {
    columns: 4,
    rows: 3,
    writableNeedDrain: false,
    write: (text: string) => sent.push(text),
  }) as unknown as WriteStream;
  const screen = new TerminalScreen(out);
  const pixels = new Uint8Array(4 * 4 * 4);
  for (let i = 0; i < 16; i++) pixels.set([i, 2 * i, 3 * i, 0], i * 4);
  const video = { width: 4, height: 4, pitch: 16, aspect: 0, pixels };
  screen.show(video, "frame 1");
  expect(sent.at(-1)!.match(/▀/g)).toHaveLength(8);
  // Top left: pixels 0 and 4, as red;green;blue.
  expect(sent.at(-1)).toContain("\x1b[1;1H\x1b[38;2;0;0;0m\x1b[48;2;12;8;4m▀");
  expect(sent.at(-1)).toContain("\x1b[3;1H\x1b[2Kframe 1".slice(0, 6));
  const until = performance.now() + 60;
  while (performance.now() < until);
  pixels.set([9, 9, 9, 0], 5 * 4);
  screen.show(video, "frame 1");
  expect(sent.at(-1)!.match(/▀/g)).toHaveLength(1);
  screen.close();
  expect(sent.at(-1)).toContain("\x1b[?1049l");
});
