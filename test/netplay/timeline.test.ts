import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PayloadCodec } from "../../src/netplay/session/payload.ts";
import { type Request, Timeline } from "../../src/netplay/session/timeline.ts";

const WIDTH = 3;

/** A machine that is nothing but its history: each step folds its inputs into one number. */
class Folder {
  frame = 0;
  sum = 0;
  readonly saved: { frame: number; sum: number }[] = [];
  /** The number after each frame, as it stands now. */
  readonly sums: number[] = [0];
  steps = 0;

  run(requests: readonly Request[]): void {
    for (const { kind, frame, slot, inputs, again } of requests) {
      if (kind === "load") ({ frame: this.frame, sum: this.sum } = this.saved[slot]!);
      expect(frame).toBe(this.frame);
      if (kind === "save") this.saved[slot] = { frame, sum: this.sum };
      if (kind !== "step") continue;
      expect(again).toBe(frame < this.sums.length - 1);
      this.sum = fold(this.sum, inputs);
      this.sums[++this.frame] = this.sum;
      this.steps++;
    }
  }
}

const fold = (sum: number, inputs: Uint8Array): number =>
  inputs.reduce((all, byte) => (Math.imul(all, 31) + byte) | 0, (sum + 7) | 0);

const inputOf = (player: number, frame: number): Uint8Array =>
  Uint8Array.of(frame % 97 === 13 && player === 1 ? 1 : 0, (frame >> (player + 2)) & 0xff, player);

function straight(players: number, frames: number, quiet: number, away?: { player: number; from: number; to: number }) {
  const sums = [0];
  for (let frame = 0; frame < frames; frame++) {
    const all = new Uint8Array(players * WIDTH);
    for (let player = 0; player < players; player++) {
      const gone = away?.player === player && frame >= away.from && frame < away.to;
      if (frame >= quiet && !gone) all.set(inputOf(player, frame), player * WIDTH);
    }
    sums.push(fold(sums.at(-1)!, all));
  }
  return sums;
}

describe("a timeline", () => {
  it("ends where a straight run ends, whatever came late and in which order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 8 }),
        fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 6 }), fc.boolean()), { minLength: 50, maxLength: 300 }),
        (players, window, quiet, script) => {
          const timeline = new Timeline({ players, width: WIDTH, window, quiet });
          const machine = new Folder();
          const next = Array<number>(players).fill(quiet);
          for (const [who, count, go] of script) {
            const player = who % players;
            for (let i = 0; i < count; i++)
              if (timeline.put(player, next[player]!, inputOf(player, next[player]!))) next[player]!++;
            machine.run(timeline.advance(go));
            expect(timeline.frame).toBe(machine.frame);
            expect(timeline.frame - timeline.confirmed).toBeLessThanOrEqual(window);
          }
          for (let player = 0; player < players; player++)
            for (; next[player]! <= machine.frame; next[player]!++)
              expect(timeline.put(player, next[player]!, inputOf(player, next[player]!))).toBe(true);
          machine.run(timeline.advance(false));
          expect(machine.sums).toEqual(straight(players, machine.frame, quiet));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("never steps a frame twice in lockstep, and saves nothing", () => {
    const timeline = new Timeline({ players: 2, width: WIDTH, window: 0 });
    const kinds = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const player = i % 2;
      timeline.put(player, i >> 1, inputOf(player, i >> 1));
      for (const { kind, again } of timeline.advance(true)) kinds.add(`${kind} ${again}`);
    }
    expect(timeline.frame).toBe(250);
    expect([...kinds]).toEqual(["step false"]);
  });

  it("goes back only for a guess that was wrong, and saves only before guesses", () => {
    const timeline = new Timeline({ players: 2, width: WIDTH, window: 8 });
    const machine = new Folder();
    const same = Uint8Array.of(0, 5, 5);
    let saves = 0;
    for (let frame = 0; frame < 300; frame++) {
      timeline.put(0, frame, same);
      if (frame >= 4) timeline.put(1, frame - 4, frame - 4 === 150 ? Uint8Array.of(0, 6, 6) : same);
      const requests = timeline.advance(true);
      saves += requests.filter(({ kind }) => kind === "save").length;
      machine.run(requests);
    }
    // Wrong at the very first frames (at rest was guessed), at 150, and at 151 where it is over.
    expect(timeline.rollbacks).toBe(3);
    expect(machine.steps - 300).toBe(timeline.again);
    expect(timeline.again).toBeLessThanOrEqual(15);
    expect(saves).toBeGreaterThan(290);
    for (let frame = 296; frame < 400; frame++) {
      timeline.put(0, frame + 4, same);
      timeline.put(1, frame, same);
    }
    for (let i = 0; i < 50; i++) expect(timeline.advance(true).map(({ kind }) => kind)).toEqual(["step"]);
  });

  it("lets a player leave and come back at frames that all agree on", () => {
    const away = { player: 1, from: 40, to: 90 };
    const timeline = new Timeline({ players: 2, width: WIDTH, window: 6 });
    const machine = new Folder();
    for (let frame = 0; frame < 140; frame++) {
      timeline.put(0, frame, inputOf(0, frame));
      if (frame < 40 || frame >= 90) timeline.put(1, frame, inputOf(1, frame));
      if (frame === 46) timeline.leave(1, 40);
      if (frame === 80) timeline.back(1, 90);
      machine.run(timeline.advance(true));
    }
    expect(machine.frame).toBe(140);
    expect(machine.sums).toEqual(straight(2, 140, 0, away));
  });

  it.each([
    ["64 hours", 64 * 3600 * 60],
    ["2^32 frames", 2 ** 32 - 100],
  ])("does after %s what it does at the start, and so do the packets", (_, later) => {
    const timelines = [0, later].map((first) => new Timeline({ players: 2, width: WIDTH, window: 5, first, quiet: 2 }));
    const packets = [0, later].map(() => new PayloadCodec(WIDTH));
    for (let frame = 2; frame < 300; frame++) {
      const [now, then] = timelines.map((timeline, i) => {
        const from = i * later;
        timeline.put(0, from + frame, inputOf(0, frame));
        if (frame >= 6) timeline.put(1, from + frame - 4, inputOf(1, frame - 4));
        const done = timeline
          .advance(true)
          .map((one) => ({ ...one, frame: one.frame - from, inputs: [...one.inputs] }));
        const said = { past: 0, frame: timeline.frame, ahead: 1, have: timeline.frame + 3, settled: timeline.settled };
        const inputs = Uint8Array.from([...inputOf(0, frame - 1), ...inputOf(0, frame)]);
        const marks = Uint8Array.of(frame & 0xff, 9);
        const packet = packets[i]!.write({ ...said, chain: 7, marks, first: from + frame - 1, count: 2, inputs });
        expect(packets[i]!.read(packet)).toMatchObject({ ...said, marks, first: from + frame - 1, count: 2 });
        return [done, timeline.settled - from, timeline.again];
      });
      expect(then).toEqual(now);
    }
    expect(timelines[0]!.rollbacks).toBeGreaterThan(10);
  });

  it("refuses inputs that are not the player's next, or from too far ahead", () => {
    const timeline = new Timeline({ players: 1, width: WIDTH, window: 0 });
    expect(timeline.put(0, 1, inputOf(0, 1))).toBe(false);
    for (let frame = 0; frame < 128; frame++) expect(timeline.put(0, frame, inputOf(0, frame))).toBe(true);
    expect(timeline.put(0, 128, inputOf(0, 128))).toBe(false);
    expect(timeline.put(0, 5, inputOf(0, 5))).toBe(false);
  });
});
