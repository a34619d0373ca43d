import { expect, test } from "vitest";
import { link } from "../../src/machine/link/index.node.ts";
import type { LinkMachine } from "../../src/machine/link/machine.node.ts";
import { Hands, hasLink, numbers } from "./link-open.ts";

const MAPPERS = [0x00, 0x01, 0x03, 0x05, 0x06, 0x0f, 0x10, 0x13, 0x19, 0x1b];

/** A program of random bytes with a header that is taken: it soon runs where no program should. */
function noise(system: "gb" | "gba", random: (below: number) => number, round: number): Uint8Array {
  const bytes = Uint8Array.from({ length: system === "gb" ? 0x8000 : 0x1000 }, () => random(256));
  if (system === "gba") {
    bytes[0x03] = 0xea;
    bytes[0xb2] = 0x96;
    if (round % 2 === 0) bytes.set([0x2e, 0, 0, 0xea]);
    return bytes;
  }
  bytes[0x143] = round & 1 ? 0x80 : 0;
  bytes[0x147] = MAPPERS[round % MAPPERS.length]!;
  bytes[0x148] = 0;
  bytes[0x149] = round % 6;
  bytes[0x14d] = bytes.subarray(0x134, 0x14d).reduce((sum, byte) => sum - byte - 1, 0);
  return bytes;
}

test.runIf(hasLink).each(["gb", "gba"] as const)(
  "programs of noise (%s) end nothing, and their states too load cold and go on the same",
  async (system) => {
    const random = numbers(system === "gb" ? 5 : 6);
    const hands = new Hands();
    for (let round = 0; round < 12; round++) {
      const content = { name: `noise.${system}`, bytes: noise(system, random, round) };
      const [live, cold] = (await Promise.all([link.open({ content }), link.open({ content })])) as LinkMachine[];
      for (let n = 0; n < 3; n++) {
        for (let i = 0; i < 6; i++) {
          hands.held[i & 1] = random(0x1000);
          live!.step(hands);
        }
        live!.advance(hands, random(140000));
        const state = live!.saveState();
        cold!.loadState(state, live!.frame);
        expect(Buffer.compare(cold!.saveState(), state), `saved again: round ${round}, ${n}`).toBe(0);
        for (let i = 0; i < 12; i++) {
          live!.step(hands);
          cold!.step(hands);
        }
        expect(Buffer.compare(cold!.saveState(), live!.saveState()), `12 frames on: round ${round}, ${n}`).toBe(0);
      }
      live!.close();
      cold!.close();
    }
  },
  30_000,
);
