import { readdirSync, readFileSync } from "node:fs";
import { strToU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { writeBk2 } from "../../src/movie/formats/bk2-write.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { Problem } from "../../src/problem.ts";
import { convertMovie } from "../../src/replay/convert.ts";
import { readIsr, writeIsr } from "../../src/replay/isr.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { hasShared, shared } from "../support/data.ts";

const MOVIE: Movie = {
  system: "n64",
  by: "frame",
  length: 3,
  tracks: [
    {
      device: "analog",
      buttons: Uint32Array.of(BUTTON.A, BUTTON.L2 | BUTTON.CUp, 0),
      sticks: Int16Array.of(-32768, 32767, 0, 0, 256, -256, 0, 0, 0, 0, 0, 0),
    },
  ],
  events: [{ at: 1, kind: "reset" }],
  start: { kind: "power-on" },
  rom: { name: "Game", sha1: "01".repeat(20) },
  region: "pal",
  rerecords: 5,
  authors: ["Ada"],
};

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes).replaceAll("\r\n", "\n").trim();

describe.runIf(hasShared)("converting real movies", () => {
  it("to .isr loses nothing, and .fm2 files come back byte for byte", () => {
    for (const name of readdirSync(shared("movies/fm2"))) {
      const original = readFileSync(shared(`movies/fm2/${name}`));
      const isr = convertMovie(name, original, "a.isr");
      expect([name, isr.losses]).toEqual([name, []]);
      expect([name, Buffer.from(convertMovie("a.isr", isr.bytes, name).bytes).equals(original)]).toEqual([name, true]);
    }
  });

  it.each([
    "homebrew-cybercoaster-M6779.bk2",
    "gocha-Ganbare_Goemon_3_-_1_Player_Any%_No_OoB.bk2",
    "gba-another-world-M6421.bk2",
    "gbc-pok-mon-pinball-M6441.bk2",
    "psx-digimon-rumble-arena-M6550.bk2",
    "3ds-mighty-gunvolt-M6605.bk2",
  ])("brings %s through .isr and back with the same header and input log", (name) => {
    const original = readFileSync(shared(`movies/bk2/${name}`));
    const isr = convertMovie(name, original, "a.isr");
    const back = convertMovie("a.isr", isr.bytes, "b.bk2");
    expect([...isr.losses, ...back.losses]).toEqual([]);
    const [before, after] = [unzipSync(original), unzipSync(back.bytes)];
    for (const entry of ["Header.txt", "Input Log.txt", "SyncSettings.json"])
      expect(text(after[entry]) === text(before[entry]), entry).toBe(true);
  });

  it("from .bk2 to .fm2 keeps every button and names what is lost", () => {
    const original = readFileSync(shared("movies/bk2/homebrew-cybercoaster-M6779.bk2"));
    const { bytes, losses } = convertMovie("a.bk2", original, "a.fm2");
    const [before, after] = [readMovie("a.bk2", original), readMovie("a.fm2", bytes)];
    expect(after.tracks[0]).toEqual(before.tracks[0]);
    expect(losses.join("\n")).toMatch(/rom sha1: b90e0ce4[\s\S]*sync settings/);
    expect(losses.join("\n")).not.toMatch(/port|events|length/);
  });
});

describe("convertMovie", () => {
  it("writes a .bk2 for a movie that never was one", () => {
    const { bytes, losses } = convertMovie("a.isr", writeIsr(MOVIE), "a.bk2");
    expect(losses).toEqual([]);
    expect(text(unzipSync(bytes)["Input Log.txt"]).split("\n").slice(2)).toEqual([
      "|..| -128, -128,...........A......|",
      "|r.|    1,    1,.........Z..u.....|",
      "|..|    0,    0,..................|",
      "[/Input]",
    ]);
    expect(bytes).toEqual(writeBk2(MOVIE));
  });

  it("names buttons, sticks, lag and a start that the new format cannot hold", () => {
    const nes: Movie = {
      ...MOVIE,
      system: "nes",
      lag: Uint8Array.of(0, 1, 0),
      start: { kind: "save", data: Uint8Array.of(1) },
    };
    const { losses } = convertMovie("a.isr", writeIsr(nes), "a.fm2");
    expect(losses).toEqual([
      `rom sha1: ${"01".repeat(20)}`,
      "start: save RAM became power-on",
      "port 0: L2, CUp in 1 samples",
      "port 0: sticks",
      "lag: which frames did not poll",
    ]);
  });

  it.each([
    ["a movie by poll as .bk2", { ...MOVIE, by: "poll" as const }, "a.bk2", /a sample for each poll/],
    ["an N64 movie as .fm2", MOVIE, "a.fm2", /NES movies only/],
    ["a GameCube movie as .bk2", { ...MOVIE, system: "gc" as const }, "a.bk2", /for gc is not known here/],
    ["any movie as .avi", MOVIE, "a.avi", /Instep writes \.isr, .*\.bk2, .*\.fm2/],
  ])("refuses %s", (_, movie, name, message) => {
    expect(() => convertMovie("a.isr", writeIsr(movie), name)).toThrow(message);
    expect(() => convertMovie("a.isr", writeIsr(movie), name)).toThrow(Problem);
  });

  it("does not trust what an .isr says that a .bk2 or an .fm2 said", () => {
    for (const extra of [
      { format: "bk2" },
      { format: "bk2", header: 5, logKey: "#x|", columns: null, letters: {}, axes: [], emptyGroups: 0 },
      { format: "fm2", fields: "no" },
    ]) {
      for (const name of ["a.bk2", "a.fm2"]) {
        const isr = writeIsr({ ...MOVIE, system: "nes", extra });
        expect(readMovie(name, convertMovie("a.isr", isr, name).bytes).length).toBe(3);
      }
    }
    expect(readIsr("a.isr", writeIsr({ ...MOVIE, extra: { constructor: 1 } })).movie.extra).toEqual({ constructor: 1 });
  });

  it("gives a Problem for bytes that are no movie", () => {
    expect(() => convertMovie("a.bin", strToU8("hello"), "a.isr")).toThrow(Problem);
  });
});
