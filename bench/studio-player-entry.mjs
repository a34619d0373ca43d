// What bench/studio-player.mjs measures in a page by itself: a rollback as a session makes it.
import { NO_PAD } from "../src/machine/input.ts";
import { jsnes } from "../src/machine/jsnes/index.ts";
import { SHOW_ALL, SHOW_NOTHING } from "../src/machine/machine.ts";

/** Milliseconds of each of `rounds` rollbacks: load a state, step and keep `back` frames again, the last one drawn. */
globalThis.rollbacks = async (name, bytes, back, rounds) => {
  const machine = await jsnes.open({ content: { name, bytes } });
  const pad = { ...NO_PAD };
  const input = { poll: () => pad };
  const states = Array.from({ length: back + 1 }, () => new Uint8Array(machine.stateSize));
  for (let frame = 0; frame < 300; frame++) machine.step(input, SHOW_NOTHING);
  machine.saveState(states[0]);
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    machine.loadState(states[0], 300);
    for (let frame = 1; frame <= back; frame++) {
      pad.buttons = (round * 31 + frame) & 0xff;
      machine.step(input, frame === back ? SHOW_ALL : SHOW_NOTHING);
      machine.saveState(states[frame]);
    }
    times.push(performance.now() - started);
  }
  machine.close();
  return times;
};
