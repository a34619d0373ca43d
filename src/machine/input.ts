/**
 * Buttons of a pad as bits, in RetroPad order (libretro.h RETRO_DEVICE_ID_JOYPAD_*), which every console maps onto.
 * Bits 16 and up are buttons that RetroPad lacks.
 */
export const BUTTON = {
  B: 1 << 0,
  Y: 1 << 1,
  Select: 1 << 2,
  Start: 1 << 3,
  Up: 1 << 4,
  Down: 1 << 5,
  Left: 1 << 6,
  Right: 1 << 7,
  A: 1 << 8,
  X: 1 << 9,
  L: 1 << 10,
  R: 1 << 11,
  L2: 1 << 12,
  R2: 1 << 13,
  L3: 1 << 14,
  R3: 1 << 15,
  CUp: 1 << 16,
  CDown: 1 << 17,
  CLeft: 1 << 18,
  CRight: 1 << 19,
  /** The lid of a folding handheld is closed. */
  Lid: 1 << 20,
  /** Somebody blows into the microphone. */
  Mic: 1 << 21,
  /** The link cable is pulled out of this console while it is held. */
  Unplug: 1 << 22,
} as const;

/** What one port's device says when it is polled. Sticks run from -32768 to 32767, right and down positive. */
export interface PadState {
  /** Bits of {@link BUTTON}. */
  readonly buttons: number;
  readonly lx: number;
  readonly ly: number;
  readonly rx: number;
  readonly ry: number;
  /** Touch position in pixels of the console's touch screen, or -1, -1 when it is not touched. */
  readonly touchX: number;
  readonly touchY: number;
}

export const NO_PAD: PadState = Object.freeze({ buttons: 0, lx: 0, ly: 0, rx: 0, ry: 0, touchX: -1, touchY: -1 });

/**
 * Where a machine gets its inputs. `poll` is called at each poll of a port (a console may poll no time in a frame, or
 * many), so movies by frame and movies by poll both fit. The returned object may be reused by the next call.
 */
export interface InputSource {
  /** Called once before each step: the frame that the step starts from. */
  beginFrame?(frame: number): void;
  poll(port: number): PadState;
}

export const NO_INPUT: InputSource = Object.freeze({ poll: () => NO_PAD });
