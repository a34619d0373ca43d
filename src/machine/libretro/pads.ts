import { BUTTON, type InputSource, NO_INPUT, NO_PAD, type PadState } from "../input.ts";
import { DEVICE, JOYPAD_MASK } from "./abi.ts";

const PORTS = 8;
const ANALOG = { LEFT: 0, RIGHT: 1, BUTTON: 2 };
const POINTER = { X: 0, Y: 1, PRESSED: 2, COUNT: 3 };
const FULL = 0x7fff;

/** How a touch comes to lie on its pixel: position on the whole picture, -0x7fff to 0x7fff, as RETRO_DEVICE_POINTER has it. */
export interface TouchMap {
  x(touchX: number): number;
  y(touchY: number): number;
}

/** A pad's state, kept apart from the source's object, which it may use again. */
interface Held {
  buttons: number;
  lx: number;
  ly: number;
  rx: number;
  ry: number;
  touchX: number;
  touchY: number;
  /** The poll that it was latched at. */
  at: number;
}

/**
 * The devices on the ports. A core polls, then asks for each button: the source is asked at the first button of a port
 * after a poll, and what it says holds until the next one. With `oncePerFrame`, later polls of a frame change nothing.
 */
export class Pads {
  /** Times that the source was asked for port 0 in this step. */
  polls = 0;
  /** What an input source threw; it cannot cross the core. */
  error: unknown;
  readonly #held: Held[] = Array.from({ length: PORTS }, () => ({ ...NO_PAD, at: -1 }));
  readonly #buttons: number;
  readonly #oncePerFrame: boolean;
  readonly #touch: TouchMap | undefined;
  #source: InputSource = NO_INPUT;
  #poll = 0;
  #polled = false;

  /** `buttons`: those that reach the core. */
  constructor(oncePerFrame: boolean, buttons: number, touch?: TouchMap) {
    this.#buttons = buttons;
    this.#oncePerFrame = oncePerFrame;
    this.#touch = touch;
  }

  begin(source: InputSource, frame: number): void {
    this.#source = source;
    this.polls = 0;
    this.error = undefined;
    this.#polled = false;
    source.beginFrame?.(frame);
  }

  readonly poll = (): void => {
    if (this.#oncePerFrame && this.#polled) return;
    this.#polled = true;
    this.#poll++;
  };

  readonly state = (port: number, device: number, index: number, id: number): number => {
    if (port >= PORTS) return 0;
    const pad = this.#held[port]!;
    if (pad.at !== this.#poll) this.#latch(pad, port);
    switch (device & 0xff) {
      case DEVICE.JOYPAD:
        return id === JOYPAD_MASK ? (pad.buttons << 16) >> 16 : id < 16 ? (pad.buttons >> id) & 1 : 0;
      case DEVICE.ANALOG:
        return analog(pad, index, id);
      case DEVICE.POINTER:
        return index === 0 ? this.#pointer(pad, id) : 0;
      default:
        return 0;
    }
  };

  #latch(held: Held, port: number): void {
    held.at = this.#poll;
    if (port === 0) this.polls++;
    let pad: PadState = NO_PAD;
    try {
      pad = this.#source.poll(port);
    } catch (error) {
      this.error ??= error;
    }
    held.buttons = pad.buttons & this.#buttons;
    held.lx = pad.lx;
    held.ly = pad.ly;
    held.rx = pad.rx;
    held.ry = pad.ry;
    held.touchX = pad.touchX;
    held.touchY = pad.touchY;
  }

  #pointer(pad: Held, id: number): number {
    const touched = this.#touch !== undefined && pad.touchX >= 0 && pad.touchY >= 0;
    if (id === POINTER.PRESSED || id === POINTER.COUNT) return touched ? 1 : 0;
    if (!touched) return 0;
    return id === POINTER.X ? this.#touch.x(pad.touchX) : id === POINTER.Y ? this.#touch.y(pad.touchY) : 0;
  }
}

/** Sticks; on a console with C buttons in place of a second stick, those push it all the way. */
function analog(pad: Held, index: number, id: number): number {
  if (index === ANALOG.LEFT) return id === 0 ? pad.lx : pad.ly;
  if (index === ANALOG.RIGHT) {
    if (id === 0) return pad.rx || axis(pad.buttons, BUTTON.CLeft, BUTTON.CRight);
    return pad.ry || axis(pad.buttons, BUTTON.CUp, BUTTON.CDown);
  }
  return index === ANALOG.BUTTON && id < 16 && (pad.buttons >> id) & 1 ? FULL : 0;
}

function axis(buttons: number, negative: number, positive: number): number {
  return (buttons & positive ? FULL : 0) - (buttons & negative ? FULL : 0);
}
