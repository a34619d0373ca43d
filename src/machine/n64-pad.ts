import { BUTTON, type PadState } from "./input.ts";

/** A Nintendo 64 pad's buttons as it sends them, least significant bit first. Z is L2. */
export const N64_BUTTONS = [
  BUTTON.Right,
  BUTTON.Left,
  BUTTON.Down,
  BUTTON.Up,
  BUTTON.Start,
  BUTTON.L2,
  BUTTON.B,
  BUTTON.A,
  BUTTON.CRight,
  BUTTON.CLeft,
  BUTTON.CDown,
  BUTTON.CUp,
  BUTTON.R,
  BUTTON.L,
] as const;

/** What a pad answers, as Mupen64Plus and .m64 files have it: buttons, then the stick from -128 to 127, up positive. */
export function n64Keys({ buttons, lx, ly }: Pick<PadState, "buttons" | "lx" | "ly">): number {
  let keys = 0;
  for (let i = 0; i < N64_BUTTONS.length; i++) if (buttons & N64_BUTTONS[i]!) keys |= 1 << i;
  const x = Math.min(127, Math.round(lx / 256));
  const y = Math.min(127, -Math.round(ly / 256));
  return (keys | ((x & 0xff) << 16) | ((y & 0xff) << 24)) >>> 0;
}
