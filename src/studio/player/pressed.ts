import { BUTTON } from "../../machine/input.ts";

// What fingers and gamepads press, as bits of BUTTON.

/** Buttons of a gamepad, by their numbers in its standard layout (W3C Gamepad, "Standard Gamepad"). */
const GAMEPAD = ["B", "A", "Y", "X", "L", "R", "L2", "R2", "Select", "Start", "L3", "R3", "Up", "Down", "Left", "Right"]
  .map((name) => BUTTON[name as keyof typeof BUTTON]); // biome-ignore format: a list of words
/** How far a stick counts as a direction, and how far from the middle a finger on the cross, as a share of its size. */
const TILTED = 0.5;
const OFF_CENTRE = 0.14;

/** None in a page without https, or in a frame that may not ask. */
export function gamepads(): Gamepad[] {
  try {
    return navigator.getGamepads().filter((gamepad) => gamepad !== null);
  } catch {
    return [];
  }
}

export function heldOn({ buttons, axes }: Gamepad): number {
  let held = directions(axes[0] ?? 0, axes[1] ?? 0, TILTED);
  for (const [i, { pressed }] of buttons.entries()) if (pressed) held |= GAMEPAD[i] ?? 0;
  return held;
}

/** What a finger presses on an element that holds a cross and buttons that name theirs (`data-button`): fingers slide. */
export function under(touch: HTMLElement, { clientX, clientY }: PointerEvent): number {
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

function directions(x: number, y: number, least: number): number {
  return (
    (x < -least ? BUTTON.Left : x > least ? BUTTON.Right : 0) | (y < -least ? BUTTON.Up : y > least ? BUTTON.Down : 0)
  );
}
