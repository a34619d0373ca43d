import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { describeMovie } from "../../src/movie/describe.ts";
import { writerOf } from "../../src/movie/formats/all.ts";
import { tar } from "../../src/movie/formats/tar.ts";
import type { Movie, System, Track } from "../../src/movie/movie.ts";
import { Problem } from "../../src/problem.ts";
import { lossesBetween } from "../../src/replay/losses.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { mutation, onlyProblems } from "./mutate.ts";

const write = (movie: Movie, extension: string): Uint8Array => writerOf(extension)!(movie);
const buttons = (movie: Movie): number[][] => movie.tracks.map((track) => [...track.buttons]);
const same = (movie: Movie, extension: string, bytes: Uint8Array): void =>
  expect(Buffer.from(write(movie, extension)).equals(bytes)).toBe(true);

/** Bytes of parts: numbers, texts, little-endian words [value, size]. */
function bytes(...parts: (number | string | Uint8Array | readonly [number, 2 | 4 | 8])[]): Uint8Array {
  const out: number[] = [];
  for (const part of parts) {
    if (typeof part === "number") out.push(part);
    else if (typeof part === "string") out.push(...strToU8(part, true));
    else if (part instanceof Uint8Array) out.push(...part);
    else for (let i = 0; i < part[1]; i++) out.push(i < 4 ? (part[0] >>> (8 * i)) & 255 : 0);
  }
  return Uint8Array.from(out);
}

/** `size` bytes with parts at their offsets. */
function header(size: number, parts: Readonly<Record<number, Uint8Array>>): Uint8Array {
  const out = new Uint8Array(size);
  for (const [at, part] of Object.entries(parts)) out.set(part, Number(at));
  return out;
}

describe(".vbm", () => {
  const head = (system: number, ports: number, frames: number) =>
    header(0x100, {
      0: bytes("VBM\x1a", [1, 4], [1e9, 4], [frames, 4], [77, 4], 0, ports, system, 0x70),
      36: bytes("POCKET"),
      60: bytes([0x100, 4]),
      64: bytes("Ada"),
    });
  it("reads pads, resets, tilt and what the header says, and writes it again", () => {
    const file = bytes(head(1, 1, 4), [0x0209, 2], [0x0810, 2], [0x1000, 2], [0x0400, 2], [0xffff, 2]);
    const movie = readMovie("a.vbm", file);
    expect(buttons(movie)).toEqual([[BUTTON.A | BUTTON.Start | BUTTON.L, BUTTON.Right, 0, 0]]);
    expect(movie.events).toEqual([
      { at: 1, kind: "reset" },
      { at: 3, kind: "reset", data: "old timing" },
    ]);
    expect(movie).toMatchObject({
      system: "gba",
      rerecords: 77,
      authors: ["Ada"],
      rom: { name: "POCKET" },
      rtc: 1e9,
      start: { kind: "power-on" },
    });
    expect(movie.extra!.other).toEqual([
      [
        [2, 0x1000],
        [3, 0],
      ],
    ]);
    same(movie, "vbm", file);
  });
  it("reads four pads of a Super Game Boy", () => {
    expect(buttons(readMovie("a.vbm", bytes(head(4, 15, 1), [1, 2], [2, 2], [4, 2], [8, 2])))).toEqual([
      [BUTTON.A],
      [BUTTON.B],
      [BUTTON.Select],
      [BUTTON.Start],
    ]);
  });
});

describe(".gmv", () => {
  const head = (pads: string, flags: number) =>
    header(0x40, { 0: bytes("Gens Movie TESTA", [5, 4], pads, flags), 24: bytes("by Ada") });
  it("takes a bit that is 0 for a pressed button, and X, Y, Z, Mode from the third byte", () => {
    const file = bytes(head("63", 0x80), 0xfe, 0x7f, 0xff, 0xff, 0xff, 0xf6, 0xff, 0xff, 0x0f);
    const movie = readMovie("a.gmv", file);
    expect(buttons(movie)).toEqual([
      [BUTTON.Up, BUTTON.L | BUTTON.Select, 0],
      [BUTTON.Start, 0, 0],
    ]);
    expect(movie).toMatchObject({ system: "genesis", region: "pal", rerecords: 5 });
    same(movie, "gmv", file);
  });
  it("reads a third player", () => {
    const file = bytes(head("66", 0x20), 0xff, 0xff, 0xef);
    expect(buttons(readMovie("a.gmv", file))).toEqual([[0], [0], [BUTTON.Y]]);
    same(readMovie("a.gmv", file), "gmv", file);
  });
});

describe(".smv", () => {
  it("reads pads from the second sample on, a reset, the author, and writes it again", () => {
    const meta = Uint8Array.from([..."Ada"].flatMap((letter) => [letter.charCodeAt(0), 0]));
    const file = bytes(
      header(0x40, { 0: bytes("SMV\x1a", [4, 4], [9, 4], [3, 4], [3, 4], 1, 1, 0, 1, [0x46, 4], [0x46, 4], [4, 4], 1, 0) }),
      meta, [0, 2], [0x8010, 2], [0xffff, 2], [0x0105, 2],
    ); // biome-ignore format: bytes
    const movie = readMovie("a.smv", file);
    expect(buttons(movie)).toEqual([[BUTTON.B | BUTTON.R, 0, BUTTON.Right]]);
    expect(movie).toMatchObject({
      system: "snes",
      authors: ["Ada"],
      rerecords: 3,
      events: [{ at: 1, kind: "reset" }],
      start: { kind: "power-on" },
    });
    same(movie, "smv", file);
  });
});

describe(".dtm", () => {
  it("has a sample for each poll, sticks, triggers and events, and writes it again", () => {
    const head = header(0x100, {
      0: bytes("DTM\x1aGTSE01", 0, 5, 0, [2, 8], [4, 8], [0, 8]),
      45: bytes([12, 4]),
      129: bytes([1e9, 8]),
      237: bytes([486_000_000, 8]),
    });
    const file = bytes(
      head,
      [0x4003, 2],
      1,
      2,
      0,
      255,
      128,
      129,
      [0x4000, 2],
      0,
      0,
      128,
      128,
      128,
      128,
      [0x6400, 2],
      255,
      0,
      128,
      128,
      128,
      128,
      [0x5800, 2],
      0,
      0,
      127,
      1,
      2,
      3,
    );
    const movie = readMovie("a.dtm", file);
    expect(movie).toMatchObject({
      system: "gc",
      by: "poll",
      length: 2,
      rerecords: 12,
      rtc: 1e9,
      rom: { name: "GTSE01" },
    });
    expect(buttons(movie)).toEqual([
      [BUTTON.Start | BUTTON.A, BUTTON.L2],
      [0, 0],
      [0, BUTTON.R2],
    ]);
    expect([...movie.tracks[0]!.sticks!.slice(0, 4)]).toEqual([-32768, -32512, 0, -256]);
    expect(movie.events).toEqual([
      { at: 1, kind: "reset" },
      { at: 1, kind: "disk-insert" },
    ]);
    same(movie, "dtm", file);
  });
  it("keeps the reports of Wii Remotes as they are", () => {
    const file = bytes(header(0x100, { 0: bytes("DTM\x1aRSBE01", 1, 0x10) }), 3, 1, 2, 3);
    expect(readMovie("a.dtm", file)).toMatchObject({ system: "wii", length: 0, tracks: [] });
    same(readMovie("a.dtm", file), "dtm", file);
  });
});

describe(".dsm", () => {
  const HEAD =
    "version 1\nemuVersion 90600\nrerecordCount 7\nromFilename a.nds\nromChecksum 135737F6\nrtcStart 2009-01-01T00:00:00Z\ncomment author Ada\n";
  const LOG =
    "|0|R..........E.255 191 1|\n|1|....TS.......000 000 0|\n|4|............G007 008 0|\n|0|.............000 000 0|\n|6|.............000 000 0|\n";
  it("reads pads, stylus, microphone, lid and clock, and writes it again", () => {
    const movie = readMovie("a.dsm", strToU8(HEAD + LOG));
    expect(buttons(movie)).toEqual([
      [BUTTON.Right | BUTTON.R, BUTTON.Select | BUTTON.Start | BUTTON.Mic, BUTTON.Lid, BUTTON.Lid, 0],
    ]);
    expect([...movie.tracks[0]!.touch!.slice(0, 4)]).toEqual([255, 191, -1, -1]);
    expect(movie).toMatchObject({
      system: "nds",
      rerecords: 7,
      rtc: 1230768000,
      rom: { name: "a.nds", crc32: "135737f6" },
      authors: ["Ada"],
      emulator: "DeSmuME 0.9.6",
      events: [{ at: 4, kind: "reset" }],
    });
    same(movie, "dsm", strToU8(HEAD + LOG));
    same(
      readMovie("a.dsm", strToU8((HEAD + LOG).replaceAll("\n", "\r\n"))),
      "dsm",
      strToU8((HEAD + LOG).replaceAll("\n", "\r\n")),
    );
  });
  it("reads the binary form", () => {
    const rows = [
      [0, 0x1002, 255, 191, 1],
      [1, 0x0180, 0, 0, 0],
    ].flatMap(([c, pad, x, y, touch]) => [c!, pad! & 255, pad! >> 8, x!, y!, touch!]);
    const movie = readMovie("a.dsm", bytes(`${HEAD}binary 1\n|`, Uint8Array.from(rows)));
    expect(buttons(movie)).toEqual([[BUTTON.Right | BUTTON.R, BUTTON.Select | BUTTON.Start | BUTTON.Mic]]);
  });
});

describe(".lsmv", () => {
  const lsmv = (files: Record<string, string>): Uint8Array =>
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
  it("reads pads, resets and rows within a frame, and writes the same input", () => {
    const input =
      "F. 0 0|B..........R|0 0 ..\n.. 0 0|.Y..........|0 0 ..\nFR 0 12|...S........|5 -3 L.\nF. 0 0|............|0 0 ..\n";
    const file = lsmv({
      gametype: "snes_pal\n",
      input,
      rerecords: "9\n",
      authors: "Ada|ada\nBo\n",
      "rom.sha256": `${"ab".repeat(32)}\n`,
      "starttime.second": "5\n",
    });
    const movie = readMovie("a.lsmv", file);
    expect(buttons(movie)).toEqual([[BUTTON.B | BUTTON.R, BUTTON.Start, 0]]);
    expect(movie).toMatchObject({
      system: "snes",
      region: "pal",
      length: 3,
      rerecords: 9,
      authors: ["ada", "Bo"],
      rtc: 5,
      events: [{ at: 1, kind: "reset", data: "0 12" }],
    });
    expect(movie.rom.sha256).toBe("ab".repeat(32));
    expect(movie.extra!.subframes).toEqual([[0, ".. 0 0|.Y..........|0 0 .."]]);
    expect(describeMovie(movie).join("\n")).toContain("change the input within a frame");
    expect(readMovie("b.lsmv", write(movie, "lsmv"))).toEqual(movie);
  });
  it("starts from its anchor or its save RAM, not from where somebody went on", () => {
    const start = (name: string) =>
      readMovie("a.lsmv", lsmv({ gametype: "snes_ntsc\n", input: "F.|............\n", [name]: "abc" })).start.kind;
    expect(["savestate.anchor", "moviesram.srm", "savestate"].map(start)).toEqual(["state", "save", "power-on"]);
  });
});

describe(".ltm", () => {
  it("reads controllers and keeps the rest of each row", () => {
    const inputs = "|K61|C132767:-32768:0:0:5:0:A..........u...|\n|K|\n|\n|K|F1R|T30:1|\n";
    const config =
      "[General]\nframe_count=4\nrerecord_count=3\ngame_name=game\nauthors=Ada\nmd5=AD898DA0E5EB375947C57EDE38D5A3EA\nlibtas_major_version=1\nlibtas_minor_version=4\nlibtas_patch_version=8\n";
    const file = tar([
      { name: "inputs", data: strToU8(inputs) },
      { name: "config.ini", data: strToU8(config) },
    ]);
    const movie = readMovie("a.ltm", file);
    expect(buttons(movie)).toEqual([[BUTTON.B | BUTTON.Up, 0, 0, 0]]);
    expect([...movie.tracks[0]!.sticks!.slice(0, 4)]).toEqual([32767, -32768, 0, 0]);
    expect(movie).toMatchObject({
      rerecords: 3,
      authors: ["Ada"],
      emulator: "libTAS 1.4.8",
      rom: { name: "game", md5: "ad898da0e5eb375947c57ede38d5a3ea" },
    });
    expect(movie.events).toEqual([{ at: 3, kind: "power" }]);
    same(movie, "ltm", file);
  });
});

describe(".r08", () => {
  it("has two bytes for each poll", () => {
    const movie = readMovie("a.r08", Uint8Array.of(0x81, 0, 0x10, 0x40));
    expect([movie.by, ...buttons(movie)]).toEqual(["poll", [BUTTON.A | BUTTON.Right, BUTTON.Start], [0, BUTTON.B]]);
    same(movie, "r08", Uint8Array.of(0x81, 0, 0x10, 0x40));
  });
  it("is written of a movie by frame only where its lag frames are known, and leaves them out", () => {
    const movie: Movie = { ...readMovie("a.r08", Uint8Array.of(0x81, 0, 0x10, 0x40)), by: "frame" };
    expect(() => write(movie, "r08")).toThrow(/does not say which frames polled/);
    expect([...write({ ...movie, lag: Uint8Array.of(1, 0) }, "r08")]).toEqual([0x10, 0x40]);
  });
});

describe(".replay", () => {
  const event = (port: number, device: number, index: number, id: number, value: number) =>
    bytes(port, device, index, 0, [id, 2], [value & 0xffff, 2]);
  const frame = (
    back: number | undefined,
    events: Uint8Array[],
    end: Uint8Array = bytes("f"),
    keys: Uint8Array[] = [],
  ) =>
    bytes(
      ...(back === undefined ? [] : [[back, 4] as const]),
      keys.length,
      ...keys,
      [events.length, 2],
      ...events,
      end,
    );
  const one = frame(undefined, [
    event(0, 1, 0, 8, 1),
    event(0, 1, 0, 0, 0),
    event(1, 5, 0, 1, -300),
    event(0, 2, 0, 0, 7),
  ]);
  it("of version 1 has a state, pads, sticks, lag and what else the core asked", () => {
    const key = bytes(1, 0, [0, 2], [97, 4], [97, 4]);
    const file = bytes(
      "2VSB",
      [1, 4],
      [0x41b3c49d, 4],
      [3, 4],
      [5, 8],
      "abc",
      one,
      frame(undefined, []),
      frame(undefined, [event(0, 1, 0, 256, 0x101)], bytes("c", [2, 8], "xy"), [key]),
    );
    const movie = readMovie("a.replay", file);
    expect(buttons(movie)).toEqual([
      [BUTTON.A, 0, BUTTON.A | BUTTON.B],
      [0, 0, 0],
    ]);
    expect([...movie.tracks[1]!.sticks!.slice(0, 2), ...movie.lag!]).toEqual([0, -300, 0, 1, 0]);
    expect(movie).toMatchObject({
      by: "frame",
      rom: { crc32: "41b3c49d" },
      start: { kind: "state", data: strToU8("abc") },
    });
    expect(movie.extra!.answers).toEqual({ "0 2 0 0": [[0, 7]] });
    same(movie, "replay", file);
  });
  it.each([36, 40])("of version 2 has a header of %i bytes, and goes back from frame to frame", (size) => {
    const state = bytes(0, 0, [2, 4], [2, 4], [2, 4], "hi");
    const first = bytes([0, 4], one);
    const file = bytes(
      header(size, { 0: bytes("2VSB", [2, 4], [0, 4], [state.length, 4], [5, 8], [2, 4]) }),
      state,
      first,
      frame(first.length, [], bytes("C", 0, 0, [1, 4], [1, 4], [1, 4], 9)),
    );
    const movie = readMovie("a.replay", file);
    expect([movie.length, buttons(movie)[0], movie.start]).toEqual([
      2,
      [BUTTON.A, 0],
      { kind: "state", data: strToU8("hi") },
    ]);
    same(movie, "replay", file);
  });
  it("plays up to where it was cut off", () => {
    const file = bytes("2VSB", [1, 4], [0, 4], [0, 4], [5, 8], one, one);
    expect(readMovie("a.replay", file.subarray(0, file.length - 3))).toMatchObject({
      length: 1,
      start: { kind: "power-on" },
    });
  });
  it("of the time before version 1 is refused with its reason", () => {
    expect(() => readMovie("a.bsv", bytes("BSV1", [0, 4], [0, 4], [0, 4], [0, 4], [0, 4]))).toThrow(
      /a\.bsv: .* do not say what the core asked; record it again/,
    );
  });
  it("gives a movie or a Problem whatever was done to it", () => {
    const file = bytes(
      "2VSB",
      [1, 4],
      [0, 4],
      [3, 4],
      [5, 8],
      "abc",
      one,
      one,
      frame(undefined, [], bytes("c", [2, 8], "xy")),
    );
    fc.assert(
      fc.property(mutation(file.length), (mutate) => void onlyProblems(() => readMovie("a.replay", mutate(file)))),
      { numRuns: 300 },
    );
  });
});

const { A, B, X, Y, L, R, Select, Start, Up, Down, Left, Right } = BUTTON;
interface Kept {
  readonly extension: string;
  readonly system: System;
  readonly by: Movie["by"];
  readonly pads: number;
  /** Buttons of its console. */
  readonly bits: number;
  readonly sticks?: true;
}
const KEPT: readonly Kept[] = [
  { extension: "vbm", system: "gba", by: "frame", pads: 1, bits: A | B | L | R | Select | Start | Up | Down | Left | Right },
  { extension: "gmv", system: "genesis", by: "frame", pads: 2, bits: A | B | X | Y | L | R | Select | Start | Up | Down | Left | Right },
  { extension: "smv", system: "snes", by: "frame", pads: 2, bits: A | B | X | Y | L | R | Select | Start | Up | Down | Left | Right },
  { extension: "lsmv", system: "snes", by: "frame", pads: 2, bits: A | B | X | Y | L | R | Select | Start | Up | Down | Left | Right },
  { extension: "bk2", system: "snes", by: "frame", pads: 2, bits: A | B | X | Y | L | R | Select | Start | Up | Down | Left | Right },
  { extension: "fm2", system: "nes", by: "frame", pads: 2, bits: A | B | Select | Start | Up | Down | Left | Right },
  { extension: "r08", system: "nes", by: "poll", pads: 2, bits: A | B | Select | Start | Up | Down | Left | Right },
  { extension: "dtm", system: "gc", by: "poll", pads: 2, bits: A | B | X | Y | R | BUTTON.L2 | BUTTON.R2 | Start | Up | Down | Left | Right, sticks: true },
  { extension: "ltm", system: "unknown", by: "frame", pads: 2, bits: A | B | X | Y | L | R | BUTTON.L3 | BUTTON.R3 | Select | Start | Up | Down | Left | Right, sticks: true },
  { extension: "replay", system: "unknown", by: "frame", pads: 4, bits: 0xffff },
]; // biome-ignore format: a table

describe("a movie of another emulator", () => {
  it.each(KEPT)(
    "written as .$extension keeps every button of its console",
    ({ extension, system, by, pads, bits, sticks }) => {
      const samples = fc.array(
        fc.integer({ min: 0, max: 0xffff }).map((value) => value & bits),
        { minLength: 1, maxLength: 30 },
      );
      fc.assert(
        fc.property(samples, fc.integer({ min: 1, max: 255 }), (held, stick) => {
          const length = held.length;
          const tracks = Array.from(
            { length: pads },
            (_, port): Track => ({
              device: sticks ? "analog" : "pad",
              buttons: Uint32Array.from(held, (value, i) => (i % pads === port ? value : 0)),
              ...(sticks && {
                sticks: Int16Array.from({ length: length * 4 }, (_, i) => (i % 3 ? 0 : (stick - 128) * 256)),
              }),
            }),
          );
          const movie: Movie = { system, by, length, tracks, events: [], start: { kind: "power-on" }, rom: {} };
          const back = readMovie(`a.${extension}`, write(movie, extension));
          expect(lossesBetween(movie, back)).toEqual([]);
          // And its own emulator's file, read and written, is the same file.
          expect(write(back, extension)).toEqual(write(movie, extension));
        }),
        { numRuns: 25 },
      );
    },
  );

  it.each([
    ["vbm", "snes", "holds Game Boy movies"],
    ["gmv", "nes", "holds Genesis movies"],
    ["smv", "nes", "holds SNES movies"],
    ["dtm", "nes", "holds GameCube"],
    ["dsm", "nes", "holds DS movies"],
    ["lsmv", "nes", "holds SNES and Game Boy"],
    ["fm2", "snes", "holds NES movies"],
    ["r08", "snes", "holds NES movies"],
  ] as const)("is not written as .%s when its console is the wrong one", (extension, system, words) => {
    const movie: Movie = {
      system,
      by: "frame",
      length: 0,
      tracks: [],
      events: [],
      start: { kind: "power-on" },
      rom: {},
    };
    expect(() => write(movie, extension)).toThrow(words);
    expect(() => write(movie, extension)).toThrow(Problem);
  });
});
