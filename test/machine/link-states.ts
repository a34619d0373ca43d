import { expect } from "vitest";
import { SHOW_NOTHING } from "../../src/machine/machine.ts";
import { botFor, numbers, openLink } from "./link-open.ts";
import { memoryPrint } from "./run.ts";

/** Emulated time of a frame in the shim's units. */
const FRAME = { gb: 140448, gba: 280896 } as const;
const AFTER = 600;

/**
 * Takes states at random moments within frames, every second one in mid-transfer, and loads each into a machine that has
 * run something else: it saves the same bytes again, and after 600 frames too. Equal bytes of machines whose memory lies
 * elsewhere also say that no address is in a state.
 */
export async function tryStates(rom: string, settings: Record<string, string>, rounds: number): Promise<void> {
  const [live, cold] = [await openLink(rom, settings), await openLink(rom, settings)];
  const frame = FRAME[live.boot.system as keyof typeof FRAME];
  const random = numbers(7);
  const [here, there] = [botFor(rom, live), botFor(rom, cold)];
  let inTransfer = 0;
  for (let i = 0; i < 200; i++) live.step(here, SHOW_NOTHING);
  for (let round = 0; round < rounds; round++) {
    live.advance(here, random(frame));
    for (let tries = 0; round % 2 === 1 && !live.inTransfer && tries < 200; tries++) {
      live.step(here, SHOW_NOTHING);
      live.advance(here, random(frame));
    }
    if (live.inTransfer) inTransfer++;
    const state = live.saveState();
    cold.loadState(state, live.frame);
    expect(Buffer.compare(cold.saveState(), state), `saved again, round ${round}`).toBe(0);
    for (let i = 1; i <= AFTER; i++) {
      live.step(here, SHOW_NOTHING);
      cold.step(there, SHOW_NOTHING);
      if (i % 100 === 1 && memoryPrint(live) !== memoryPrint(cold)) expect.fail(`round ${round}: frame ${i} differs`);
    }
    expect(Buffer.compare(cold.saveState(), live.saveState()), `in the end, round ${round}`).toBe(0);
  }
  live.close();
  cold.close();
  expect(inTransfer).toBeGreaterThan(rounds / 3);
}
