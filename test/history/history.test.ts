import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { History } from "../../src/history/history.ts";

describe("history", () => {
  it("stays within its budget, keeps frame 0 and even gaps, and always has a keyframe near enough", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 2000 }),
        (states, interval, frames) => {
          const history = new History({ budget: states * 100, interval });
          for (let frame = 0; frame <= frames; frame++)
            if (history.wants(frame)) history.keep(frame, new Uint8Array(100));
          expect(history.bytes).toBeLessThanOrEqual(states * 100);
          for (const frame of [0, frames >> 1, frames]) {
            const near = history.nearest(frame)!;
            expect(near.frame).toBeLessThanOrEqual(frame);
            expect(frame - near.frame).toBeLessThan(history.interval);
          }
        },
      ),
    );
  });

  it("gives every state back as it was, packed or not, while gaps double and old ones are forgotten", () => {
    const stateAt = (frame: number): Uint8Array => {
      const state = new Uint8Array(1000 + (frame % 7 === 0 ? 13 : 0));
      for (let i = 0; i < 100; i++) state[(i * i * 31 + frame * (i % 3)) % state.length] = frame * 7 + i;
      return state;
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 24_500, max: 80_000 }),
        fc.array(fc.nat(4000), { maxLength: 5 }),
        (interval, start, budget, forget) => {
          const history = new History({ budget, interval });
          const last = 3000;
          for (let frame = start; frame <= last; frame++) {
            if (frame === start || history.wants(frame)) history.keep(frame, stateAt(frame));
            if (forget.includes(frame)) history.forgetBefore(frame - 100);
            if (frame % 50 === 0) history.pack();
          }
          expect(history.bytes).toBeLessThanOrEqual(budget);
          const near = new Set(Array.from({ length: 200 }, (_, i) => history.nearest(start + i * 15)));
          for (const keyframe of near)
            if (keyframe) expect(Buffer.compare(keyframe.state, stateAt(keyframe.frame))).toBe(0);
          expect(history.nearest(last)).toBeDefined();
        },
      ),
      // The example is one that once went over its budget.
      { numRuns: 30, examples: [[7, 7, 52_676, []]] },
    );
  });

  it("never gives a keyframe out again that ran on otherwise", () => {
    const history = new History({ budget: 1e6, interval: 10 });
    for (let frame = 0; frame <= 100; frame += 10) history.keep(frame, Uint8Array.of(frame));
    history.reject(50);
    expect(history.nearest(59)?.frame).toBe(40);
    history.forgetBefore(55);
    expect(history.nearest(59)?.frame).toBe(40);
    expect(history.nearest(60)?.frame).toBe(60);
  });

  it("holds many more keyframes of a game's states than their plain bytes would allow", () => {
    const state = Uint8Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
    const history = new History({ budget: 5e6, interval: 10 });
    for (let frame = 0; frame <= 10_000; frame += 10) {
      state[(frame * 7919) % state.length]! ^= 0x55;
      history.keep(frame, state.slice());
    }
    expect(history.interval).toBe(10);
    expect(history.bytes).toBeLessThan(5e6);
  });

  it("stores differences still, after its gaps have doubled many times", () => {
    const state = Uint8Array.from({ length: 20_000 }, (_, i) => Math.imul(i * i, 0x9e3779b1) >>> 24);
    const history = new History({ budget: 1e6, interval: 1 });
    for (let frame = 0; frame <= 200_000; frame++) {
      state[frame % state.length]! ^= 0x55;
      if (history.wants(frame)) history.keep(frame, state.slice());
    }
    expect(history.interval).toBeGreaterThan(64);
    expect(history.bytes).toBeLessThan(1e6);
    // 50 whole states would fill the budget.
    expect(history.length).toBeGreaterThan(150);
    expect(Buffer.compare(history.nearest(200_000)!.state, history.nearest(199_999)!.state)).toBe(0);
  });

  it("forgets what no later seek needs, and nothing that one does", () => {
    const history = new History({ budget: 1e6, interval: 10 });
    for (let frame = 0; frame <= 100; frame += 10) history.keep(frame, new Uint8Array(1));
    history.forgetBefore(55);
    expect(history.nearest(55)?.frame).toBe(50);
    expect(history.nearest(49)).toBeUndefined();
    expect(history.bytes).toBe(6);
  });
});
