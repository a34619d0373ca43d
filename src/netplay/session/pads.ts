import type { PadState } from "../../machine/input.ts";

/** What a player's device says: it decides how many bytes its input takes. */
export type Device = "pad" | "analog" | "touch";

/** First byte of an input: events, which happen before the frame. Every player's count. */
export const RESET = 1;
export const POWER = 2;

/** Bytes of a player's input in a frame: events, 24 buttons, then sticks or touch. */
export const inputWidth = (device: Device): number => 4 + { pad: 0, analog: 8, touch: 4 }[device];

/** Writes a pad and the events that its player asks for. */
export function writePad(pad: PadState, events: number, device: Device, into: Uint8Array, at = 0): void {
  const { buttons } = pad;
  into[at] = events;
  into[at + 1] = buttons;
  into[at + 2] = buttons >> 8;
  into[at + 3] = buttons >> 16;
  if (device === "pad") return;
  const values = device === "analog" ? [pad.lx, pad.ly, pad.rx, pad.ry] : [pad.touchX + 1, pad.touchY + 1];
  for (const [i, value] of values.entries()) {
    into[at + 4 + 2 * i] = value;
    into[at + 5 + 2 * i] = value >> 8;
  }
}

/** Reads into `pad` what {@link writePad} wrote. An input of zeros is a pad at rest. */
export function readPad(
  bytes: Uint8Array,
  at: number,
  device: Device,
  pad: { -readonly [K in keyof PadState]: PadState[K] },
): void {
  pad.buttons = bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16);
  if (device === "analog") {
    pad.lx = short(bytes, at + 4);
    pad.ly = short(bytes, at + 6);
    pad.rx = short(bytes, at + 8);
    pad.ry = short(bytes, at + 10);
  } else if (device === "touch") {
    pad.touchX = short(bytes, at + 4) - 1;
    pad.touchY = short(bytes, at + 6) - 1;
  }
}

const short = (bytes: Uint8Array, at: number): number => ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
