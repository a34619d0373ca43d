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

  it("forgets what no later seek needs, and nothing that one does", () => {
    const history = new History({ budget: 1e6, interval: 10 });
    for (let frame = 0; frame <= 100; frame += 10) history.keep(frame, new Uint8Array(1));
    history.forgetBefore(55);
    expect(history.nearest(55)?.frame).toBe(50);
    expect(history.nearest(49)).toBeUndefined();
    expect(history.bytes).toBe(6);
  });
});
