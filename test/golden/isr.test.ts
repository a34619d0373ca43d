import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readIsr, writeIsr } from "../../src/replay/isr.ts";
import { stateOf } from "../../src/replay/keyframes.ts";
import { checkProof } from "../../src/replay/proof.ts";
import { readReplay } from "../../src/replay/reader.ts";
import { EVERYTHING } from "../replay/observed.ts";
import { GOLDEN_V1 } from "./isr-v1.ts";
import * as full from "./isr-v1-full.ts";

const whole = readFileSync(new URL("v1-full.isr", import.meta.url));
const file = readFileSync(new URL("v1-small.isr", import.meta.url));

describe("the .isr of format version 1", () => {
  it("reads, as it always will", () => {
    const { movie, complete, recording } = readIsr("v1-small.isr", file);
    expect(movie).toStrictEqual(GOLDEN_V1);
    expect([complete, recording]).toEqual([true, { flags: [], players: ["Ada", "Bjørn"] }]);
  });

  it("is written with the same bytes", () => {
    expect(Buffer.from(writeIsr(GOLDEN_V1, { flags: [], players: ["Ada", "Bjørn"] })).equals(file)).toBe(true);
  });

  it("reads with all that it observes", () => {
    const replay = readReplay("v1-full.isr", whole);
    expect(replay).toMatchObject({ frames: full.FRAMES, complete: true, damage: undefined });
    expect(replay.profile).toStrictEqual(EVERYTHING);
    expect(replay.recording).toMatchObject({ hooks: true, patches: { spawns: true } });
    expect(replay.movie.events).toEqual([
      { at: 1, kind: "reset" },
      { at: 61, kind: "reset" },
    ]);
    expect(replay.happenings.map(({ frame, data }) => [frame, ...data])).toEqual([
      [2, 0, 2, 3],
      [62, 60, 2, 3],
    ]);
    const width = EVERYTHING.probes.length;
    const { values, prints, polls } = replay.readings.slice(0, full.FRAMES + 1);
    for (let frame = 0; frame <= full.FRAMES; frame++) {
      for (let p = 0; p < width; p++) expect(values[frame * width + p]).toBe(full.reading(frame, p));
      expect([prints[frame], polls[frame]]).toEqual([full.print(frame), frame % 3]);
      if (frame < full.FRAMES) expect(replay.movie.tracks[1]!.buttons[frame]).toBe(full.buttons(frame));
      for (const tape of replay.tapes) {
        expect(tape.times(frame)).toBe(full.times(tape.moment.name, frame));
        for (let n = 0; n < tape.times(frame); n++)
          for (let i = 0; i < tape.moment.size; i++)
            expect(tape.bytes[tape.at(frame, n) + i]).toBe(full.captured(frame, n, i));
      }
    }
    expect(replay.keyframes.map(({ frame, verified }) => [frame, verified])).toEqual([
      [59, true],
      [99, undefined],
    ]);
    for (const keyframe of replay.keyframes) expect(stateOf(keyframe)).toStrictEqual(full.state(keyframe.frame));
  });

  it("proves who signed it", () => {
    expect(checkProof("v1-full.isr", whole)).toEqual({
      links: 2,
      linkedTo: 99,
      broken: undefined,
      players: [{ name: "Ada", port: 0, key: Buffer.from(full.KEY).toString("hex"), signedTo: 99, valid: true }],
    });
  });

  it("is written with the same bytes, all that it observes included", () => {
    expect(Buffer.from(full.writeFull()).equals(whole)).toBe(true);
  });
});
