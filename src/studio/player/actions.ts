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
