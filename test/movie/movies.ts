import fc from "fast-check";
import { BUTTON } from "../../src/machine/input.ts";
import type { Movie, MovieEvent, Track } from "../../src/movie/movie.ts";

const BITS = Object.values(BUTTON).reduce((all, bit) => all | bit, 0);
const text = fc.string({ maxLength: 12, unit: "grapheme" });
const optional = <T>(key: string, arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined }).map((value) => (value === undefined ? {} : { [key]: value }));

function track(length: number): fc.Arbitrary<Track> {
  const samples = (width: number) =>
    fc
      .array(fc.integer({ min: -32768, max: 32767 }), { minLength: length * width, maxLength: length * width })
      .map((list) => Int16Array.from(list));
  // Buttons stay for a while, as thumbs do.
  const buttons = fc
    .array(fc.integer({ min: 0, max: BITS }), { minLength: 1, maxLength: 9 })
    .map((held) => Uint32Array.from({ length }, (_, i) => (held[Math.floor(i / 5) % held.length]! & BITS) >>> 0));
  return fc.oneof(
    buttons.map((held): Track => ({ device: "pad", buttons: held })),
    fc.tuple(buttons, samples(4)).map(([held, sticks]): Track => ({ device: "analog", buttons: held, sticks })),
    fc.tuple(buttons, samples(2)).map(([held, touch]): Track => ({ device: "touch", buttons: held, touch })),
  );
}

function event(length: number): fc.Arbitrary<MovieEvent> {
  return fc
    .tuple(
      fc.integer({ min: 0, max: length + 2 }),
      fc.constantFrom("reset", "power", "disk-insert", "disk-select", "coin", "other"),
      optional("data", text),
    )
    .map(([at, kind, data]) => ({ at, kind: kind as MovieEvent["kind"], ...data }));
}

const start: fc.Arbitrary<Movie["start"]> = fc.oneof(
  fc.constant({ kind: "power-on" as const }),
  fc.record(
    { kind: fc.constantFrom("save" as const, "state" as const), data: fc.uint8Array({ maxLength: 40 }) },
    { noNullPrototype: true },
  ),
);

/** Any movie at all, some longer than a block of an .isr. */
export const anyMovie: fc.Arbitrary<Movie> = fc
  .oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(599, 600, 601, 1300))
  .chain((length) =>
    fc
      .tuple(
        fc.record(
          {
            system: fc.constantFrom("nes", "snes", "n64", "nds", "unknown"),
            by: fc.constantFrom("frame", "poll"),
            start,
            rom: optional("name", text),
          },
          { noNullPrototype: true },
        ),
        fc.array(track(length), { maxLength: 3 }),
        fc.array(event(length), { maxLength: 5 }).map((events) => events.sort((a, b) => a.at - b.at)),
        optional(
          "lag",
          fc
            .array(fc.integer({ min: 0, max: 1 }), { minLength: length, maxLength: length })
            .map((list) => Uint8Array.from(list)),
        ),
        optional("rerecords", fc.nat()),
        optional("authors", fc.array(text, { maxLength: 3 })),
        optional("rtc", fc.double({ noNaN: true })),
        optional("syncSettings", fc.jsonValue()),
        optional(
          "extra",
          fc.dictionary(text, fc.oneof(fc.jsonValue(), fc.uint8Array({ maxLength: 9 })), { noNullPrototype: true }),
        ),
      )
      .map(([said, tracks, events, ...more]) => Object.assign({ ...said, length, tracks, events }, ...more) as Movie),
  );
