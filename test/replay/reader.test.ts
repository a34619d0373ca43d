import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Movie } from "../../src/movie/movie.ts";
import { recordedBoot } from "../../src/replay/isr-header.ts";
import { itemOf, OBSERVED } from "../../src/replay/isr-items.ts";
import { IsrWriter } from "../../src/replay/isr-write.ts";
import { stateOf } from "../../src/replay/keyframes.ts";
import { ReplayReader, readReplay } from "../../src/replay/reader.ts";
import type { Replay } from "../../src/replay/replay.ts";
import { checkedProfile } from "../../src/watch/profile.ts";
import { newReadings } from "../../src/watch/readings.ts";
import { Rng } from "../../src/watch/rng.ts";
import { momentsOf, Tape } from "../../src/watch/tape.ts";
import { anyRows, EVERYTHING, type Rows, rowsOf, said } from "./observed.ts";

const RECORDING = { profile: EVERYTHING, boot: { core: { name: "x" } }, hooks: true, patches: { spawns: true } };

function idle(length: number): Movie {
  const track = { device: "pad" as const, buttons: new Uint32Array(length).fill(3) };
  return { system: "nes", by: "frame", length, tracks: [track], events: [], start: { kind: "power-on" }, rom: {} };
}

/** Blocks on end, from frame 0. */
const anyTake = fc.tuple(anyRows(0), fc.array(anyRows(0), { maxLength: 2 })).map(([one, more]) => {
  let first = 0;
  return [one, ...more].map((rows) => {
    const at = first;
    first += rows.readings.count;
    return moved(rows, at);
  });
});

function moved({ readings, tapes }: Rows, first: number): Rows {
  for (const tape of tapes) {
    const times = Array.from({ length: readings.count }, (_, row) => tape.times(readings.first + row));
    const bytes = tape.bytes.slice();
    tape.clear(first);
    for (const n of times) {
      for (let i = 0; i < n; i++) tape.add();
      tape.endFrame();
    }
    tape.bytes.set(bytes.subarray(0, tape.bytes.length));
  }
  return { readings: { ...readings, first }, tapes };
}

const state = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 5000 }, (_, i) => (i % 97 === seed % 97 ? seed : i >> 4));

function write(blocks: readonly Rows[]): Uint8Array[] {
  const movie = idle(200);
  const writer = new IsrWriter(movie, RECORDING);
  const parts = [writer.header];
  for (const { readings, tapes } of blocks) {
    const { first, count } = readings;
    const samples = count - (first === 0 ? 1 : 0);
    const data = Uint8Array.of(1, 2, 3);
    parts.push(writer.happening({ frame: first, event: 0, data }));
    if (samples > 0) parts.push(writer.block(movie, samples));
    parts.push(writer.observed(readings, tapes));
    parts.push(writer.keyframe(first + count - 1, first + count - 1, state(first + count)));
    parts.push(writer.link().bytes);
  }
  parts.push(writer.end());
  return parts;
}

function told(replay: Replay) {
  const { readings, tapes, happenings, keyframes, frames, complete, damage } = replay;
  const rows = { readings: readings.slice(0, readings.length), tapes };
  return {
    ...said(rows, 0, readings.length),
    happenings,
    frames,
    complete,
    damage,
    states: keyframes.map((keyframe) => ({ frame: keyframe.frame, state: [...stateOf(keyframe)] })),
    buttons: [...replay.movie.tracks[0]!.buttons.subarray(0, replay.movie.length)],
  };
}

describe("a recording", () => {
  it("gives back all that was observed, however its bytes come", () => {
    fc.assert(
      fc.property(anyTake, fc.array(fc.nat(), { maxLength: 12 }), (blocks, cuts) => {
        const bytes = Buffer.concat(write(blocks));
        const replay = readReplay("a.isr", bytes);
        const rows = blocks.reduce((sum, { readings }) => sum + readings.count, 0);
        expect(replay).toMatchObject({ frames: rows - 1, complete: true, damage: undefined });
        expect(replay.profile).toStrictEqual(EVERYTHING);
        const whole = told(replay);
        const parts = blocks.map((rows) => said(rows));
        expect(whole.values).toStrictEqual(parts.flatMap((part) => part.values));
        expect(whole.prints).toStrictEqual(parts.flatMap((part) => part.prints));
        expect(whole.polls).toStrictEqual(parts.flatMap((part) => part.polls));
        expect(whole.tapes).toStrictEqual(whole.tapes.map((_, t) => parts.flatMap((part) => part.tapes[t]!)));
        expect(whole.happenings).toHaveLength(blocks.length);
        for (const { frame, state: bytes } of whole.states) expect(bytes).toStrictEqual([...state(frame + 1)]);

        const reader = new ReplayReader("a.isr");
        const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
        for (let i = 1; i < places.length; i++) reader.push(bytes.subarray(places[i - 1], places[i]));
        expect(told(reader.finish())).toStrictEqual(whole);
        expect(reader.read).toBe(bytes.length);
      }),
      { numRuns: 60 },
    );
  });

  it("that was cut off anywhere holds every whole item before the cut", () => {
    const blocks = fc.sample(anyTake, { numRuns: 1, seed: 11 })[0]!;
    const parts = write(blocks);
    const bytes = Buffer.concat(parts);
    const header = parts[0]!.length;
    for (let cut = header; cut < bytes.length; cut++) {
      const reader = new ReplayReader("a.isr");
      reader.push(bytes.subarray(0, cut));
      const replay = reader.finish();
      expect(replay.damage).toBeUndefined();
      expect(replay.complete).toBe(false);
      let whole = 0;
      for (const part of parts)
        if (whole + part.length <= cut) whole += part.length;
        else break;
      // Index and end are one part and two items.
      expect(reader.read).toBeGreaterThanOrEqual(whole);
      expect(reader.read).toBeLessThanOrEqual(cut);
    }
  });

  it("takes few bytes for what rests or moves steadily, and for draws, which it counts", () => {
    const profile = checkedProfile("draws", {
      ...EVERYTHING,
      rng: EVERYTHING.rng.filter(({ algorithm }) => algorithm).map((rng) => ({ ...rng, at: ["frame"] })),
      restore: [],
      events: [],
    });
    const readings = newReadings(profile, 0, 50);
    for (let row = 0; row < 50; row++) {
      readings.prints[row] = BigInt(row);
      for (const [p, { scale }] of profile.probes.entries())
        readings.values[row * profile.probes.length + p] = (p % 2 ? 7 : 3 * row) * scale;
    }
    const [moment] = momentsOf(profile);
    const tape = new Tape(moment!, 0);
    tape.endFrame();
    for (let row = 1; row < 50; row++) {
      const to = tape.add();
      for (const { offset, length, rng } of moment!.entries) {
        if (row === 1) tape.bytes.fill(0x5a, to + offset, to + offset + length);
        else new Rng(rng!, "little").advance(tape.bytes, to - moment!.size + offset, row % 7, tape.bytes, to + offset);
      }
      tape.endFrame();
    }
    const movie = idle(49);
    const writer = new IsrWriter(movie, { profile });
    const observed = writer.observed(readings, [tape]);
    // 400 bytes are fingerprints; four RNGs take a byte or two a frame each, where their states take 15.
    expect(observed.length).toBeLessThan(400 + 550);
    const replay = readReplay("a.isr", Buffer.concat([writer.header, observed]));
    expect(said({ readings: replay.readings.slice(0, 50), tapes: replay.tapes }, 0, 50)).toStrictEqual(
      said({ readings, tapes: [tape] }),
    );
  });

  it("whose moments come thousands of times in a block is read back, and takes bytes for each of them", () => {
    const rows = rowsOf(
      0,
      50,
      EVERYTHING.probes.map(() => Array<number>(50).fill(0)),
      Array<number>(50).fill(0),
      9,
      120,
    );
    const replay = readReplay("busy.isr", Buffer.concat(write([rows])));
    expect(said({ readings: replay.readings.slice(0, 50), tapes: replay.tapes }, 0, 50)).toStrictEqual(said(rows));
    expect(replay.tapes.some((tape) => tape.captures > 2048)).toBe(true);
  });

  it("stops at an item that does not fit, and says where", () => {
    const rows = rowsOf(
      0,
      5,
      EVERYTHING.probes.map(() => [1, 2, 3, 4, 5]),
      [1, 1, 1, 1, 1],
      3,
      1,
    );
    const [header, happening, samples, observed] = write([rows]);
    const start = Buffer.concat([header!, happening!, samples!]);
    const gap = itemOf([OBSERVED, 7, 1, new Uint8Array(0), new Uint8Array(8)]);
    const replay = readReplay("a.isr", Buffer.concat([start, gap, observed!]));
    expect(replay.damage).toBe(`the block of readings at byte ${start.length} does not fit what comes before it`);
    expect(replay.readings.length).toBe(0);
  });

  it("whose boot is none is one without", () => {
    for (const boot of [5, {}, [], { core: { name: 7 } }, null]) {
      const { recording } = readReplay("a.isr", new IsrWriter(idle(1), { boot }).header);
      expect([recording.boot, recordedBoot(recording)]).toEqual([boot, undefined]);
    }
  });

  it("refuses a profile that makes no sense in one line", () => {
    const movie = idle(1);
    const bad = new IsrWriter(movie, { profile: { game: "x", probes: "many" } }).header;
    expect(() => readReplay("bad.isr", bad)).toThrow(/^bad\.isr: its profile: probes: [^\n]*$/);
  });
});
