import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readM64, writeM64 } from "../../src/movie/formats/m64.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { settingsOf } from "../../src/movie/sync-settings.ts";
import { Problem } from "../../src/problem.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { hasShared, shared } from "../support/data.ts";

const folder = "movies/m64";
const load = (name: string): Uint8Array => new Uint8Array(readFileSync(shared(`${folder}/${name}`)));

describe.runIf(hasShared)("real .m64 files", () => {
  const good = hasShared
    ? readdirSync(shared(folder)).filter((name) => !/signature|not_enough|version/.test(name))
    : [];

  test.each(good)("%s comes back byte for byte", (name) => {
    const bytes = load(name);
    expect(Buffer.compare(writeM64(readM64(name, bytes)), bytes)).toBe(0);
  });

  test("the longest one says what others counted", () => {
    const movie = readM64("a.m64", load("eddio-120_star_tas_(2012).m64"));
    expect(movie).toMatchObject({
      system: "n64",
      by: "poll",
      length: 140467,
      rerecords: 2136942,
      region: "ntsc",
      rom: { name: "SUPER MARIO 64" },
      start: { kind: "power-on" },
      extra: { frames: 290491 },
      syncSettings: { pad1: "bare", pad2: "none" },
    });
    expect(movie.authors![0]).toMatch(/^MKDasher, Nahoc/);
    // It opens by pressing Start, and goes all the way with the stick.
    const { buttons, sticks } = movie.tracks[0]!;
    expect(buttons.some((held) => held === 8)).toBe(true);
    expect(sticks!.reduce((most, value) => Math.max(most, value), 0)).toBe(32767);
  });

  test("two pads take turns, and what lies behind the counted samples is kept apart", () => {
    const movie = readM64("b.m64", load("eddio-bitfs_noreds2.m64"));
    expect([movie.tracks.length, movie.length, movie.start.kind]).toEqual([2, 600, "state"]);
    expect((movie.extra!.tail as Uint8Array).length).toBe((1667 - 1200) * 4);
  });

  test.each([
    ["eddio-invalid_signature.m64", /no .m64 header/],
    ["eddio-invalid_signature_2.m64", /no .m64 header/],
    ["eddio-not_enough_data.m64", /no .m64 header/],
    ["eddio-wrong_version.m64", /version 4/],
  ])("%s is refused in a line that says why", (name, why) => {
    expect(() => readM64(name, load(name))).toThrow(Problem);
    expect(() => readM64(name, load(name))).toThrow(why);
  });
});

/** An .m64 with these pads plugged in and these samples. */
function m64(pads: number, samples: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(0x400 + samples.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x36, 0x34, 0x1a, 3]);
  view.setUint32(0x18, samples.length >> 2, true);
  view.setUint32(0x20, pads, true);
  bytes.set(samples, 0x400);
  return bytes;
}

test.runIf(hasShared)("a .bk2 of this console says what is in the ports, and how much memory there is", () => {
  const name = "movies/bk2/n64-mortal-kombat-4-M4692.bk2";
  const movie = readMovie(name, readFileSync(shared(name)));
  const empty = { pad2: "none", pad3: "none", pad4: "none" };
  expect(settingsOf(movie)).toEqual({ pad1: "bare", ...empty, disable_extra_mem: "1" });
});

describe("an .m64", () => {
  test("of any samples comes back byte for byte", () => {
    const property = fc.property(
      fc.integer({ min: 0, max: 15 }),
      fc.uint8Array({ maxLength: 400 }),
      (pads, samples) => {
        const bytes = m64(pads, samples);
        expect(writeM64(readM64("any.m64", bytes))).toEqual(bytes);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  test("gives a movie or a Problem, whatever its bytes", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 1200 }), fc.nat(5), (noise, kept) => {
      const bytes = m64(1, new Uint8Array(200));
      bytes.set(noise.subarray(0, bytes.length - kept), kept);
      try {
        readM64("noise.m64", bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("has the reset button as a sample that no pad can give", () => {
    const movie = readM64("reset.m64", m64(1, Uint8Array.from([0, 0, 0, 0, 0x00, 0xc0, 0, 0, 0x80, 0, 10, 246])));
    expect(movie.events).toEqual([{ at: 1, kind: "reset" }]);
    expect([...movie.tracks[0]!.sticks!.subarray(8, 10)]).toEqual([10 * 256, 10 * 256]);
    const { extra: _gone, ...bare } = movie;
    const again = readM64("again.m64", writeM64(bare));
    expect([again.events, again.tracks]).toEqual([movie.events, movie.tracks]);
  });

  test("of another console's movie, or of one by frame, is refused", () => {
    const movie = readM64("a.m64", m64(1, new Uint8Array(8)));
    const other = (change: Partial<Movie>) => () => writeM64({ ...movie, ...change });
    expect(other({ system: "nes" })).toThrow(/Nintendo 64/);
    expect(other({ by: "frame" })).toThrow(/each poll/);
  });
});
