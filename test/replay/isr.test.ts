import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Movie } from "../../src/movie/movie.ts";
import { Problem } from "../../src/problem.ts";
import { IsrWriter, isIsr, readIsr, writeIsr } from "../../src/replay/isr.ts";
import { CborWriter } from "../../src/replay/isr-cbor.ts";
import { itemOf, SAMPLES } from "../../src/replay/isr-items.ts";
import { anyMovie } from "../movie/movies.ts";

function idle(length: number): Movie {
  return {
    system: "nes",
    by: "frame",
    length,
    tracks: [{ device: "pad", buttons: new Uint32Array(length) }],
    events: [],
    start: { kind: "power-on" },
    rom: {},
  };
}

/** The first samples of a movie, with the events among them. */
function head(movie: Movie, length: number): Movie {
  return {
    ...movie,
    length,
    events: movie.events.filter((event) => event.at < length),
    tracks: movie.tracks.map((track) => ({
      ...track,
      buttons: track.buttons.slice(0, length),
      ...(track.sticks && { sticks: track.sticks.slice(0, length * 4) }),
      ...(track.touch && { touch: track.touch.slice(0, length * 2) }),
    })),
    ...(movie.lag && { lag: movie.lag.slice(0, length) }),
  };
}

describe(".isr", () => {
  it("gives back every movie exactly, and equal movies are equal bytes", () => {
    fc.assert(
      fc.property(anyMovie, (movie) => {
        const bytes = writeIsr(movie);
        expect(isIsr(bytes)).toBe(true);
        const file = readIsr("a.isr", bytes);
        // Node's own comparison: it is quick with typed arrays.
        if (!isDeepStrictEqual(file.movie, movie)) expect(file.movie).toStrictEqual(movie);
        expect([file.complete, file.read, file.damage]).toEqual([true, bytes.length, undefined]);
        expect(writeIsr(file.movie)).toEqual(bytes);
      }),
      { numRuns: 150 },
    );
  });

  it("cut off at any byte after its header plays what was before the cut", () => {
    fc.assert(
      fc.property(anyMovie, fc.nat(), (movie, where) => {
        const bytes = writeIsr(movie);
        const header = new IsrWriter(movie).header.length;
        const cut = where % bytes.length;
        if (cut < header) {
          expect(() => readIsr("a.isr", bytes.subarray(0, cut))).toThrow(Problem);
          return;
        }
        const file = readIsr("a.isr", bytes.subarray(0, cut));
        expect(file.complete).toBe(false);
        expect(file.damage).toBeUndefined();
        expect(file.movie).toStrictEqual(head(movie, file.movie.length));
        // No more than one block is lost.
        const whole = readIsr("a.isr", bytes.subarray(0, file.read));
        expect(whole.movie.length).toBe(file.movie.length);
        expect([0, movie.length].includes(file.movie.length) || file.movie.length % 600 === 0).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("with flipped, lost or added bytes gives an intact beginning or a Problem", () => {
    const movies = fc.sample(anyMovie, { numRuns: 12, seed: 5 });
    fc.assert(
      fc.property(
        fc.constantFrom(...movies),
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 6 }),
        fc.nat(6),
        (movie, where, put, lost) => {
          const bytes = writeIsr(movie);
          const at = where % bytes.length;
          const header = new IsrWriter(movie).header.length;
          const hurt = Uint8Array.of(...bytes.subarray(0, at), ...put, ...bytes.subarray(at + lost));
          try {
            const file = readIsr("a.isr", hurt);
            // A block's own check finds every fault in it; the header has none, for a reader may mend it by hand.
            if (at >= header) expect(file.movie.tracks).toStrictEqual(head(movie, file.movie.length).tracks);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            expect((error as Problem).message).not.toContain("\n");
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it("plays while it is still being written", () => {
    const movie = idle(1500);
    movie.tracks[0]!.buttons.fill(256, 100, 1300);
    const writer = new IsrWriter(movie);
    let file = Buffer.from(writer.header);
    expect(readIsr("live.isr", file).movie.length).toBe(0);
    for (const count of [600, 1, 599, 300]) {
      const before = readIsr("live.isr", file);
      file = Buffer.concat([file, writer.block(movie, count)]);
      const now = readIsr("live.isr", file);
      expect(now.movie).toStrictEqual(head(movie, before.movie.length + count));
      expect([now.complete, now.read]).toEqual([false, file.length]);
    }
    expect(readIsr("live.isr", Buffer.concat([file, writer.end()]))).toMatchObject({
      complete: true,
      movie: { length: 1500 },
    });
  });

  it("passes over items that it does not know, and over a tail of zeros that a power cut left", () => {
    const movie = idle(700);
    const writer = new IsrWriter(movie);
    const unknown = new CborWriter()
      .value([9, { later: "format" }])
      .value("text")
      .take();
    const file = Buffer.concat([
      writer.header,
      writer.block(movie, 600),
      unknown,
      writer.block(movie, 100),
      new Uint8Array(50),
    ]);
    expect(readIsr("a.isr", file).movie).toStrictEqual(movie);
  });

  it("keeps what a recording says besides its movie, and refuses features it does not know", () => {
    const recording = { boot: { core: { name: "x" } }, players: ["Ada", "Bo"] };
    expect(readIsr("a.isr", writeIsr(idle(3), recording)).recording).toEqual(recording);
    expect(() => readIsr("new.isr", writeIsr(idle(3), { flags: ["quantum-pads"] }))).toThrow(
      /new\.isr: it needs the feature 'quantum-pads'/,
    );
  });

  it.each([
    ["a text of 4 GB", [0x7a, 0xff, 0xff, 0xff, 0xff]],
    ["a list of 2^53 items", [0x9b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["a map of 2^32 entries", [0xba, 0xff, 0xff, 0xff, 0xff]],
    ["lists in lists in lists", Array<number>(5000).fill(0x81)],
    ["an indefinite length", [0x9f, 0xff]],
    ["a number of 64 bits", [0x1b, 255, 255, 255, 255, 255, 255, 255, 255]],
    ["no UTF-8", [0x61, 0xff]],
  ])("stops at %s without allocating it", (_, hostile) => {
    const movie = idle(600);
    const writer = new IsrWriter(movie);
    const good = Buffer.concat([writer.header, writer.block(movie, 600)]);
    const file = readIsr("a.isr", Buffer.concat([good, Uint8Array.from(hostile)]));
    expect([file.movie.length, file.read, file.complete]).toEqual([600, good.length, false]);
    const inHeader = Buffer.concat([writer.header.subarray(0, 9), Uint8Array.from(hostile)]);
    expect(() => readIsr("a.isr", inHeader)).toThrow(/^a\.isr: its header is (not whole|wrong)/);
  });

  it("refuses a movie that says it is longer than any real one", () => {
    const tracks = Array.from({ length: 16 }, () => ({ device: "pad" as const, buttons: new Uint32Array() }));
    const blocks: Uint8Array[] = [new IsrWriter({ ...idle(0), tracks }).header];
    // Runs of 600 samples at rest, 16 times.
    const streams = Uint8Array.from({ length: 48 }, (_, i) => [0xd8, 0x04, 0][i % 3]!);
    for (let block = 0; block < 3500; block++) blocks.push(itemOf([SAMPLES, block * 600, 600, streams]));
    expect(readIsr("a.isr", Buffer.concat(blocks.slice(0, 3))).movie.length).toBe(1200);
    expect(() => readIsr("a.isr", Buffer.concat(blocks))).toThrow(/2097600 samples for 16 ports/);
  });
});
