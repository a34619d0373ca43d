import { BUTTON } from "../../machine/input.ts";
import type { Keys } from "../player/keys.ts";

/** Buttons of a gamepad, by their numbers in its standard layout (W3C Gamepad, "Standard Gamepad"). */
const GAMEPAD: readonly number[] = [
  BUTTON.B,
  BUTTON.A,
  BUTTON.Y,
  BUTTON.X,
  BUTTON.L,
  BUTTON.R,
  BUTTON.L2,
  BUTTON.R2,
  BUTTON.Select,
  BUTTON.Start,
  BUTTON.L3,
  BUTTON.R3,
  BUTTON.Up,
  BUTTON.Down,
  BUTTON.Left,
  BUTTON.Right,
];
/** How far a stick counts as a direction, and how far from the middle a finger on the cross, as a share of its size. */
const TILTED = 0.5;
const OFF_CENTRE = 0.14;

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
    let buttons = this.#keys | gamepads();
    for (const pressed of this.#fingers.values()) buttons |= pressed;
    return buttons;
  }
}

/** What a finger presses there: fingers slide from button to button, and over the cross. */
function under(touch: HTMLElement, { clientX, clientY }: PointerEvent): number {
  for (const part of touch.querySelectorAll<HTMLElement>("[data-button]")) {
    const { left, top, width, height } = part.getBoundingClientRect();
    const x = (clientX - left) / width - 0.5;
    const y = (clientY - top) / height - 0.5;
    if (Math.abs(x) > 0.5 || Math.abs(y) > 0.5) continue;
    const name = part.dataset.button!;
    return name === "cross" ? directions(x, y, OFF_CENTRE) : BUTTON[name as keyof typeof BUTTON];
  }
  return 0;
}

function gamepads(): number {
  let held = 0;
  // A page without https has none.
  for (const gamepad of navigator.getGamepads?.() ?? []) {
    if (!gamepad) continue;
    for (const [i, { pressed }] of gamepad.buttons.entries()) if (pressed) held |= GAMEPAD[i] ?? 0;
    held |= directions(gamepad.axes[0] ?? 0, gamepad.axes[1] ?? 0, TILTED);
  }
  return held;
}

function directions(x: number, y: number, least: number): number {
  return (
    (x < -least ? BUTTON.Left : x > least ? BUTTON.Right : 0) | (y < -least ? BUTTON.Up : y > least ? BUTTON.Down : 0)
  );
}
