import { BUTTON } from "../../machine/input.ts";
import type { Action } from "./keys.ts";
import type { Doings, Model } from "./model.ts";

const RATES = [0.25, 0.5, 1, 2, 4, 8];
/** Seconds that a key goes back or on. */
const JUMP = 5;
const LOUDER = 0.05;

/** Does what a key is for. `repeat`: it is held. */
export function carryOut(action: Action, repeat: boolean, model: Model, frame: number, doings: Doings): void {
  const { opened, rate, loopFrom, loopTo, volume } = model;
  const { num, den } = opened!.fps;
  const jump = Math.round((JUMP * num) / den);
  const acts: Readonly<Record<Exclude<Action, "fast">, () => void>> = {
    play: () => repeat || doings.toggle(),
    back: () => doings.step(-1),
    on: () => doings.step(1),
    rewind: () => doings.seek(frame - jump),
    skip: () => doings.seek(frame + jump),
    slower: () => doings.rate(RATES.findLast((one) => one < (rate || 9)) ?? rate),
    faster: () => doings.rate(RATES.find((one) => one > (rate || 9)) ?? rate),
    start: () => doings.seek(0),
    end: () => doings.seek(opened!.frames),
    from: () => doings.loopBetween(frame, loopTo),
    to: () => doings.loopBetween(loopFrom ?? 0, frame),
    free: () => doings.loopBetween(undefined, undefined),
    louder: () => doings.volume(volume + LOUDER),
    quieter: () => doings.volume(volume - LOUDER),
    mute: () => repeat || doings.toggleSound(),
    full: () => repeat || doings.toggleFull(),
  };
  if (action !== "fast") acts[action]();
}

/** What a gamepad's buttons do to a recording. */
const BY_PAD: readonly (readonly [button: number, action: Action])[] = [
  [BUTTON.A | BUTTON.Start, "play"],
  [BUTTON.Left, "back"],
  [BUTTON.Right, "on"],
  [BUTTON.L, "rewind"],
  [BUTTON.R, "skip"],
  [BUTTON.Up, "faster"],
  [BUTTON.Down, "slower"],
];

/** The action of a button that has just been pressed. */
export const actionOf = (pressed: number): Action | undefined =>
  BY_PAD.find(([button]) => (pressed & button) !== 0)?.[1];
