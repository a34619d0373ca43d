import { BUTTON, type InputSource, NO_INPUT, type PadState } from "../input.ts";
import type { Controller, Mapper, Nes } from "./internals.ts";

/** In the order of the controller's shift register (nesdev "Standard controller"). */
const BUTTONS = [BUTTON.A, BUTTON.B, BUTTON.Select, BUTTON.Start, BUTTON.Up, BUTTON.Down, BUTTON.Left, BUTTON.Right];

/**
 * Asks for the pads when the console does: as OUT0 falls from 1 to 0 (a write to $4016 that ends the strobe) both shift
 * registers keep what is pressed. A game that reads while OUT0 is still 1 sees its A button live: that is a poll too.
 */
export class Pads {
  source: InputSource = NO_INPUT;
  /** Polls of port 0 since it was last set to 0. */
  polls = 0;
  /** OUT0, part of the console's state: jsnes' own field becomes an accessor over it. */
  readonly line = { out0: 0 };
  readonly #controllers: readonly Controller[];

  constructor(nes: Nes) {
    this.#controllers = [nes.controllers[1], nes.controllers[2]];
    const mapper = nes.mmap;
    this.line.out0 = mapper.joypadOutputBit0;
    Object.defineProperty(mapper, "joypadOutputBit0", {
      get: () => this.line.out0,
      set: (bit: number) => {
        const falls = this.line.out0 === 1 && bit === 0;
        this.line.out0 = bit;
        if (falls) for (let port = 0; port < 2; port++) this.#poll(port);
      },
    });
    this.#pollWhileStrobed(mapper, "joy1Read", 0);
    this.#pollWhileStrobed(mapper, "joy2Read", 1);
  }

  #pollWhileStrobed(mapper: Mapper, read: "joy1Read" | "joy2Read", port: number): void {
    const original = mapper[read];
    mapper[read] = () => {
      mapper._syncJoypadOutput();
      if (this.line.out0 === 1) this.#poll(port);
      return original.call(mapper);
    };
  }

  #poll(port: number): void {
    if (port === 0) this.polls++;
    const pad: PadState = this.source.poll(port);
    const { state } = this.#controllers[port]!;
    for (let i = 0; i < 8; i++) state[i] = pad.buttons & BUTTONS[i]! ? 0x41 : 0x40;
  }
}
