import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_PAD } from "../../src/machine/input.ts";
import { type Movie, MovieInput } from "../../src/movie/movie.ts";
import { anyMovie } from "./movies.ts";

function movie(by: Movie["by"], length: number, ports = 2): Movie {
  const tracks = Array.from({ length: ports }, (_, port) => ({
    device: "pad" as const,
    buttons: Uint32Array.from({ length }, (_, i) => i * 10 + port + 1),
  }));
  return { system: "nes", by, length, tracks, events: [], start: { kind: "power-on" }, rom: {} };
}

/** Plays one frame with so many polls of port 0; what they gave. */
function play(input: MovieInput, frame: number, polls: number): number[] {
  input.beginFrame(frame);
  return Array.from({ length: polls }, () => input.poll(0).buttons);
}

describe("a movie by frame", () => {
  it("gives each frame its own sample, in any order, however often it is polled", () => {
    fc.assert(
      fc.property(anyMovie, fc.array(fc.nat(50), { maxLength: 20 }), (any, frames) => {
        const input = new MovieInput({ ...any, by: "frame" });
        for (const frame of frames) {
          input.beginFrame(frame);
          for (let port = 0; port < any.tracks.length; port++) {
            const { buttons, sticks, touch } = any.tracks[port]!;
            input.poll(port);
            const expected = { ...NO_PAD, buttons: buttons[frame] };
            if (sticks)
              Object.assign(expected, {
                lx: sticks[frame * 4],
                ly: sticks[frame * 4 + 1],
                rx: sticks[frame * 4 + 2],
                ry: sticks[frame * 4 + 3],
              });
            if (touch) Object.assign(expected, { touchX: touch[frame * 2], touchY: touch[frame * 2 + 1] });
            expect(input.poll(port)).toEqual(frame < any.length ? expected : NO_PAD);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is at rest past its end and on ports that it has no track for", () => {
    const input = new MovieInput(movie("frame", 3));
    expect(play(input, 3, 1)).toEqual([0]);
    input.beginFrame(0);
    expect(input.poll(2)).toBe(NO_PAD);
  });

  it("reuses one pad for each port", () => {
    const input = new MovieInput(movie("frame", 3));
    input.beginFrame(0);
    const pad = input.poll(0);
    input.beginFrame(1);
    expect(input.poll(0)).toBe(pad);
    expect(input.poll(1)).not.toBe(pad);
  });
});

describe("a movie by poll", () => {
  it("gives one sample a poll, none in a lag frame, and the same again after going back", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 1, maxLength: 30 }), fc.nat(), (polls, back) => {
        const input = new MovieInput(movie("poll", 40));
        const first = polls.map((count, frame) => play(input, frame, count));
        expect(first.flat()).toEqual(first.flat().map((_, i) => (i < 40 ? i * 10 + 1 : 0)));
        const from = back % polls.length;
        expect(polls.slice(from).map((count, i) => play(input, from + i, count))).toEqual(first.slice(from));
      }),
    );
  });

  it("goes on at the frame where it stopped after frames before it were played again", () => {
    const input = new MovieInput(movie("poll", 40));
    for (let frame = 0; frame < 10; frame++) play(input, frame, 2);
    for (let frame = 5; frame < 8; frame++) play(input, frame, 2);
    expect(play(input, 10, 1)).toEqual([201]);
  });

  it("gives another port the sample that port 0 had", () => {
    const input = new MovieInput(movie("poll", 40));
    for (let frame = 0; frame < 3; frame++) {
      input.beginFrame(frame);
      for (let poll = 0; poll < 2; poll++) expect(input.poll(1 - 1).buttons + 1).toBe(input.poll(1).buttons);
    }
  });

  it("starts in the middle only where it is told the sample", () => {
    const input = new MovieInput(movie("poll", 40));
    expect(() => input.beginFrame(7)).toThrow(RangeError);
    input.seek(7, 12);
    expect(play(input, 7, 2)).toEqual([121, 131]);
    expect(play(input, 8, 1)).toEqual([141]);
    expect(input.sampleAt(9)).toBe(15);
  });

  it("has each event once, at the first frame that starts at its sample or after it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(25), { maxLength: 6 }),
        (polls, samples) => {
          const events = samples.sort((a, b) => a - b).map((at) => ({ at, kind: "reset" as const }));
          const input = new MovieInput({ ...movie("poll", 40), events });
          const seen: number[] = [];
          let sample = 0;
          polls.forEach((count, frame) => {
            for (const { at } of input.eventsAt(frame)) {
              expect(at).toBeLessThanOrEqual(sample);
              seen.push(at);
            }
            play(input, frame, count);
            sample += count;
          });
          const lastStart = sample - polls.at(-1)!;
          expect(seen).toEqual(samples.filter((at) => at <= lastStart));
        },
      ),
    );
  });
});
