import { BUTTON } from "../../machine/input.ts";
import type { Keys } from "../player/keys.ts";
import { gamepads, heldOn, under } from "../player/pressed.ts";

/** What a player holds: on the keyboard while `stage` has the focus, on a gamepad, and under the fingers. */
export class Pad {
  #keys = 0;
  /** What each finger presses. */
  readonly #fingers = new Map<number, number>();

  /** `touch`: holds a cross and buttons that name theirs (`data-button`). */
  constructor(stage: HTMLElement, touch: HTMLElement, keys: Keys) {
    const key = (event: KeyboardEvent, down: boolean): void => {
      const button = keys.button(event.key.toLowerCase());
      if (button === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      if (down) this.#keys |= BUTTON[button];
      else this.#keys &= ~BUTTON[button];
      event.preventDefault();
    };
    stage.addEventListener("keydown", (event) => key(event, true));
    stage.addEventListener("keyup", (event) => key(event, false));
    stage.addEventListener("blur", () => (this.#keys = 0));
    const finger = (event: PointerEvent): void => {
      if (event.buttons === 0) this.#fingers.delete(event.pointerId);
      else this.#fingers.set(event.pointerId, under(touch, event));
      event.preventDefault();
    };
    for (const type of ["pointerdown", "pointermove", "pointerup"] as const) touch.addEventListener(type, finger);
    touch.addEventListener("pointercancel", ({ pointerId }) => this.#fingers.delete(pointerId));
    touch.addEventListener("pointerdown", ({ pointerId }) => touch.setPointerCapture(pointerId));
    touch.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** Bits of BUTTON that are held now. */
  get buttons(): number {
    let buttons = this.#keys;
    for (const gamepad of gamepads()) buttons |= heldOn(gamepad);
    for (const pressed of this.#fingers.values()) buttons |= pressed;
    return buttons;
  }
}
