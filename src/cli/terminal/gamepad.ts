import { closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { BUTTON } from "../../machine/input.ts";

/** Linux gives each gamepad as a file of events of 8 bytes: time (4), value (s16), type, number (linux/joystick.h). */
const DEVICES = ["/dev/input/js0", "/dev/input/js1"];
const EVENT = 8;
const IS_BUTTON = 1;
const IS_AXIS = 2;
/** Buttons and axes in the order of the xpad driver, which most pads follow: south, east, west, north, ... */
const BUTTONS = [BUTTON.B, BUTTON.A, BUTTON.Y, BUTTON.X, BUTTON.L, BUTTON.R, BUTTON.Select, BUTTON.Start];
const AXES: Readonly<Record<number, readonly [number, number]>> = {
  0: [BUTTON.Left, BUTTON.Right],
  1: [BUTTON.Up, BUTTON.Down],
  6: [BUTTON.Left, BUTTON.Right],
  7: [BUTTON.Up, BUTTON.Down],
};
const THRESHOLD = 16_384;

/** The first gamepad of a Linux machine; elsewhere, and without one, it presses nothing. */
export class Gamepad {
  readonly name: string | undefined;
  #fd: number | undefined;
  readonly #bytes = new Uint8Array(EVENT * 64);
  readonly #pressed = new Map<string, number>();

  constructor() {
    this.name = DEVICES.find(existsSync);
    try {
      if (this.name) this.#fd = openSync(this.name, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      this.name = undefined;
    }
  }

  /** Bits of BUTTON that are pressed now. */
  get buttons(): number {
    for (let read = this.#read(); read > 0; read = this.#read())
      for (let at = 0; at + EVENT <= read; at += EVENT) this.take(this.#bytes, at);
    let buttons = 0;
    for (const pressed of this.#pressed.values()) buttons |= pressed;
    return buttons;
  }

  /** Takes an event. */
  take(bytes: Uint8Array, at: number): void {
    const value = ((bytes[at + 4]! | (bytes[at + 5]! << 8)) << 16) >> 16;
    const number = bytes[at + 7]!;
    // Bit 7: what it was when the file was opened.
    const type = bytes[at + 6]! & 0x7f;
    if (type === IS_BUTTON) this.#pressed.set(`b${number}`, value ? (BUTTONS[number] ?? 0) : 0);
    else if (type === IS_AXIS) {
      const [less, more] = AXES[number] ?? [0, 0];
      this.#pressed.set(`a${number}`, value < -THRESHOLD ? less : value > THRESHOLD ? more : 0);
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #read(): number {
    if (this.#fd === undefined) return 0;
    try {
      return readSync(this.#fd, this.#bytes);
    } catch (error) {
      // Nothing to read; or it was pulled out.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") this.close();
      return 0;
    }
  }
}
