import { describe, expect, test } from "vitest";
import { diffSlp, type SlpDiff } from "../../src/movie/slp/diff.ts";
import { EVENT } from "../../src/movie/slp/fields.ts";
import { readSlp, type Slp } from "../../src/movie/slp/reader.ts";
import type { Table } from "../../src/movie/slp/table.ts";
import { Problem } from "../../src/problem.ts";
import { hasShared } from "../support/data.ts";
import { eventsOf, fileOf, restOf } from "./encode.ts";
import { bytesOf } from "./files.ts";

const ONLINE = "slippi-js/consistencyTest/NessVFox-Absorb.slp";
const LONG = "py-slippi/history/v3.14.0.slp";
const CONSOLE = "peppi/short_game_tbh10.slp";
const ITEMS = "slippi-js/history/itemExport.slp";
const OLD = "slippi-js/test.slp";
const DOUBLES = "slippi-js/doubles.slp";
const FOUNTAIN = "peppi/v3.18.slp";
const ALL = [ONLINE, CONSOLE, ITEMS, OLD, DOUBLES, FOUNTAIN];

/** Two recordings of one match: the file, and it changed. */
function pair(name: string, change: (bytes: Uint8Array, view: DataView, slp: Slp) => Uint8Array | undefined): SlpDiff {
  const a = readSlp("a.slp", bytesOf(name));
  const bytes = bytesOf(name);
  const changed = change(bytes, new DataView(bytes.buffer), a) ?? bytes;
  return diffSlp(a, readSlp("b.slp", changed));
}

const place = (table: Table, row: number, field: string): number => table.offset(row) + table.field(field)!.at;
const renumbered = (event: { bytes: Uint8Array; frame: number | undefined }, by: number) => {
  const bytes = event.bytes.slice();
  new DataView(bytes.buffer).setInt32(1, event.frame! + by);
  return { ...event, bytes, frame: event.frame! + by };
};

describe.runIf(hasShared)("made divergences", () => {
  test.each(ALL)("one byte of a position is found: %s", (name) => {
    for (const [row, track, field, table] of [
      [0, 0, "x", "post"],
      [77, 1, "y", "post"],
      [100, 0, "x", "pre"],
    ] as const) {
      let was = 0;
      const diff = pair(name, (bytes, _, slp) => {
        was = slp.tracks[track]![table].value(field, row)!;
        bytes[place(slp.tracks[track]![table], row, field) + 3]! ^= 1;
        return undefined;
      });
      expect(diff.first).toHaveLength(1);
      const [first] = diff.first;
      expect(first).toMatchObject({ frame: row - 123, where: table, field, expected: was });
      expect(Math.abs(Number(first!.actual) - was)).toBeLessThan(1e-4);
      expect(diff).toMatchObject({ same: false, differing: 1, order: "values first", firstSeed: undefined });
      expect(diff.cause).toMatchObject({ class: "file" });
    }
  });

  test.each(ALL)("a seed is found, and by how many draws it is off: %s", (name) => {
    const diff = pair(name, (_, view, slp) => {
      // From here on, 3 draws too many before each pad.
      for (const { pre } of slp.tracks)
        for (let row = 90; row < slp.rows; row++) if (pre.has(row)) draw(view, place(pre, row, "seed"), 3);
      for (let row = 91; row < slp.rows; row++) if (slp.frames) draw(view, place(slp.frames, row, "seed"), 3);
      return undefined;
    });
    expect(diff.firstSeed).toMatchObject({ frame: -33, where: "pre", field: "seed", draws: 3 });
    expect(diff).toMatchObject({ order: "rng first", firstValue: undefined });
    expect(diff.cause).toMatchObject({ class: "rng", rows: [9, 11] });
    expect(diff.cause!.evidence[0]).toContain("3 draws too many");
  });

  test("draws since the frame before are told from draws within a frame", () => {
    const diff = pair(CONSOLE, (_, view, slp) => {
      for (let row = 50; row < slp.rows; row++) {
        draw(view, place(slp.frames!, row, "seed"), 2);
        for (const { pre } of slp.tracks) draw(view, place(pre, row, "seed"), 2);
      }
      view.setFloat32(place(slp.tracks[0]!.post, 60, "x"), 1);
      view.setFloat32(place(slp.tracks[0]!.post, 61, "x"), 1);
      return undefined;
    });
    expect(diff.firstSeed).toMatchObject({ frame: -73, where: "start", draws: 2 });
    expect(diff.firstValue).toMatchObject({ frame: -63, port: 1, field: "x", actual: 1 });
    expect(diff.cause).toMatchObject({ class: "rng", rows: [8] });
  });

  test.each(ALL)("a frame that is missing is found: %s", (name) => {
    const diff = pair(name, (bytes) =>
      fileOf(
        eventsOf(bytes).filter(({ frame }) => frame !== -20),
        restOf(bytes),
      ),
    );
    expect(diff.first).toEqual([{ frame: -20, where: "frame", field: "frame", expected: -20, actual: undefined }]);
    expect(diff).toMatchObject({ differing: 1, cause: { class: "file" } });
  });

  test.each(ALL)("ports that change places are found: %s", (name) => {
    const swap = (bytes: Uint8Array, slp: Slp, from: number): [number, number] => {
      const [one, other] = slp.tracks.filter(({ follower }) => !follower).map(({ port }) => port) as [number, number];
      for (const event of eventsOf(bytes)) {
        if (event.frame === undefined || event.frame < from) continue;
        if (event.bytes[0] !== EVENT.pre && event.bytes[0] !== EVENT.post) continue;
        const port = bytes[event.at + 5]! + 1;
        if (port === one || port === other) bytes[event.at + 5] = (port === one ? other : one) - 1;
      }
      return [one, other];
    };
    let places: [number, number] = [0, 0];
    const late = pair(name, (bytes, _, slp) => {
      places = swap(bytes, slp, -50);
      return undefined;
    });
    const [one, other] = places;
    const moved = [
      [one, other],
      [other, one],
    ];
    expect(late.first[0]).toMatchObject({ frame: -50, where: "pre" });
    expect(late).toMatchObject({ ports: moved, settings: [], cause: { class: "boot" } });

    const whole = pair(name, (bytes, _, slp) => {
      swap(bytes, slp, -123);
      const [x, y] = [one, other].map((port) => 15 + 1 + bytes[16]! + 0x65 + (port - 1) * 0x24) as [number, number];
      const block = bytes.slice(x, x + 0x24);
      bytes.copyWithin(x, y, y + 0x24);
      bytes.set(block, y);
      return undefined;
    });
    expect(whole.ports).toEqual(moved);
    expect(whole.first[0]).toMatchObject({ frame: -123 });
    expect(whole.settings.map(({ field }) => field)).toContain(`port ${one} character`);
    expect(whole.cause).toMatchObject({ class: "boot", what: "ports have changed places" });
  });

  test("a frame too many is told from other values", () => {
    const diff = pair(CONSOLE, (bytes) => {
      const events = eventsOf(bytes).filter(({ bytes: [command] }) => command !== EVENT.end);
      const before = events.filter(({ frame }) => frame === undefined || frame <= -40);
      const after = events.filter(({ frame }) => frame !== undefined && frame >= -40);
      return fileOf([...before, ...after.map((event) => renumbered(event, 1))], restOf(bytes));
    });
    expect(diff.first[0]!.frame).toBe(-39);
    expect(diff).toMatchObject({ shift: 1, cause: { class: "lag", rows: [15] } });
  });

  test("other inputs are told from what comes of them", () => {
    const diff = pair(ONLINE, (bytes, view, slp) => {
      const { pre, post } = slp.tracks[1]!;
      for (let row = 500; row < 520; row++) {
        bytes[place(pre, row, "rawX")]! ^= 0x40;
        view.setFloat32(place(pre, row, "stickX"), -1);
        view.setUint16(place(post, row, "action"), 0x12);
      }
      return undefined;
    });
    expect(diff.first[0]).toMatchObject({ frame: 377, where: "pre", port: 2 });
    expect(diff.cause).toMatchObject({ class: "pads", rows: [3, 4] });
  });

  test("settings that are patches are told of", () => {
    const diff = pair(FOUNTAIN, (bytes) => {
      const start = 15 + 1 + bytes[16]!;
      bytes[start + 0x1a1]! ^= 1; // PAL
      bytes[start + 0x144]! ^= 1; // port 1's dash back
      return undefined;
    });
    expect(diff.settings.map(({ field }) => field)).toEqual(["pal", "port 1 dashback"]);
    expect(diff).toMatchObject({
      same: false,
      differing: 0,
      cause: { class: "boot", what: "a patch is on in one of them only" },
    });
  });

  test("an item that is another one, and what the stage does, are found", () => {
    const item = pair(ITEMS, (_, view, slp) => {
      view.setUint16(place(slp.items!, 0, "type"), 0x63);
      view.setUint16(place(slp.items!, 1, "type"), 0x63);
      return undefined;
    });
    expect(item.first[0]).toMatchObject({ frame: 37, where: "item", field: "type", actual: 0x63 });
    expect(item.cause).toMatchObject({ class: "rng", rows: [10, 12] });
    const stage = pair(FOUNTAIN, (bytes) => {
      const at = eventsOf(bytes).find((event) => event.bytes[0] === EVENT.platform)!.at;
      bytes[at + 5]! ^= 1;
      return undefined;
    });
    expect(stage.first).toEqual([expect.objectContaining({ where: "stage" })]);
  });

  test("frames that a rollback replaced do not count, nor do those that none has confirmed", () => {
    const again = pair(LONG, (bytes) => {
      const events = eventsOf(bytes);
      const guess = events.filter(({ frame }) => frame !== undefined && frame >= 1000 && frame <= 1003);
      const at = events.findIndex(({ frame }) => frame !== undefined && frame >= 1000);
      const wrong = guess.map((event) => {
        const copy = event.bytes.slice();
        if (copy[0] === EVENT.post) copy[0x0d]! ^= 0xff;
        if (copy[0] === EVENT.bookend) new DataView(copy.buffer).setInt32(5, 999);
        return { bytes: copy };
      });
      return fileOf([...events.slice(0, at), ...wrong, ...events.slice(at)], restOf(bytes));
    });
    expect(again).toMatchObject({ same: true, differing: 0 });

    const cut = pair(LONG, (bytes, view, slp) => {
      const last = slp.tracks[0]!.post;
      view.setFloat32(place(last, 2000, "x"), 5);
      // Its writer was killed in frame 1877; frame 1876 was the last final one.
      const short = bytes.slice(0, slp.bookends!.offset(1999) + 9 + 60 + slp.tracks[0]!.pre.size * 2 + last.size * 2);
      short.set([0, 0, 0, 0], 11);
      return short;
    });
    expect(cut).toMatchObject({ same: true, to: 1876, differing: 0 });
    expect(cut.notes[0]).toContain("ends at frame 1876");
  });

  test("recordings of two matches are refused", () => {
    const [a, b] = [readSlp("a.slp", bytesOf(ONLINE)), readSlp("b.slp", bytesOf(CONSOLE))];
    expect(() => diffSlp(a, b)).toThrow(Problem);
    expect(() => diffSlp(a, b)).toThrow(/are of two matches.*give two recordings of one/);
  });
});

function draw(view: DataView, at: number, count: number): void {
  let seed = view.getUint32(at);
  for (let i = 0; i < count; i++) seed = (Math.imul(seed, 214013) + 2531011) >>> 0;
  view.setUint32(at, seed);
}
