import { BUTTON } from "../input.ts";

/** Buttons in the order of mGBA's keys. */
const KEYS = [
  BUTTON.A,
  BUTTON.B,
  BUTTON.Select,
  BUTTON.Start,
  BUTTON.Right,
  BUTTON.Left,
  BUTTON.Up,
  BUTTON.Down,
  BUTTON.R,
  BUTTON.L,
];
const UNPLUGGED = 0x80000000;

/** Keys of a console as the shim takes them. */
export function keysOf(buttons: number): number {
  let keys = buttons & BUTTON.Unplug ? UNPLUGGED : 0;
  for (let i = 0; i < KEYS.length; i++) if (buttons & KEYS[i]!) keys |= 1 << i;
  return keys >>> 0;
}
