import { BUTTON } from "../../machine/input.ts";
import type { Keys } from "./keys.ts";
import { gamepads, heldOn, under } from "./pressed.ts";
import type { Touched } from "./source.ts";

const PORTS = 2;

/** What is held on the pads of a game that is played here: keys and fingers are pad 1, gamepads are 1 and 2. */
export class Pads {
  /** Takes what is held by port, what of the first port was not held before, and what is touched. */
  onChange: (buttons: readonly number[], pressed: number, touched: Touched) => void = () => {};
  readonly #keys: Keys;
  #held = 0;
  readonly #fingers = new Map<number, number>();
  /** Pressed by the page's own doing. */
  readonly #pressed: number[] = [0, 0];
  #now: readonly number[] = [0, 0];
  #touched: Touched;
  #told: Touched;
  #watches = false;
  #frame = 0;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** True where the key is one of the pad's. */
  key(key: string, down: boolean): boolean {
    const button = this.#keys.button(key);
    if (button === undefined) return false;
    if (down) this.#held |= BUTTON[button];
    else this.#held &= ~BUTTON[button];
    this.#update();
    return true;
  }

  /** A finger on an element that holds a cross and buttons that name theirs (`data-button`). */
  readonly finger = (event: PointerEvent): void => {
    const touch = event.currentTarget as HTMLElement;
    if (event.type === "pointerdown") touch.setPointerCapture(event.pointerId);
    if (event.buttons === 0 || event.type === "pointercancel") this.#fingers.delete(event.pointerId);
    else this.#fingers.set(event.pointerId, under(touch, event));
    event.preventDefault();
    this.#update();
  };

  /** A pointer on the picture, whose lower half is a touch screen: what it is over, also where it was drawn off that. */
  touch(event: PointerEvent, picture: Element, { width, height }: { width: number; height: number }): void {
    const box = picture.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * 2 * height) - height;
    const within = x >= 0 && x < width && y >= 0 && y < height;
    if (event.type === "pointerdown" ? !within : !this.#touched) return;
    const up = event.buttons === 0 || event.type === "pointercancel";
    this.#touched = up ? undefined : [clamped(x, width), clamped(y, height)];
    if (event.type === "pointerdown") (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#update();
  }

  press(port: number, buttons: number): void {
    if (port >= 0 && port < PORTS) this.#pressed[port] = buttons;
    this.#update();
  }

  /** Nothing is held by keys or fingers any more: the focus is elsewhere. */
  release(): void {
    this.#held = 0;
    this.#fingers.clear();
    this.#touched = undefined;
    this.#update();
  }

  /** Looks at gamepads with each picture, or does not. */
  watch(on: boolean): void {
    if (on === this.#watches) return;
    this.#watches = on;
    cancelAnimationFrame(this.#frame);
    if (!on) return;
    const look = (): void => {
      this.#frame = requestAnimationFrame(look);
      this.#update();
    };
    look();
  }

  #update(): void {
    const buttons = this.#pressed.slice();
    buttons[0]! |= this.#held;
    for (const pressed of this.#fingers.values()) buttons[0]! |= pressed;
    for (const [port, gamepad] of gamepads().slice(0, PORTS).entries()) buttons[port]! |= heldOn(gamepad);
    const touched = this.#touched;
    if (`${touched}` === `${this.#told}` && buttons.every((held, port) => held === this.#now[port])) return;
    const pressed = buttons[0]! & ~this.#now[0]!;
    this.#now = buttons;
    this.#told = touched;
    this.onChange(buttons, pressed, touched);
  }
}

const clamped = (at: number, length: number): number => Math.max(0, Math.min(length - 1, at));
