import { readFileSync } from "node:fs";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { describeMovie } from "../../src/movie/describe.ts";
import { fromStick, toStick } from "../../src/movie/formats/bk2-columns.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { Problem } from "../../src/problem.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { hasShared, shared } from "../support/data.ts";
import { onlyProblems } from "./mutate.ts";

const bk2 = (header: string, log: string, more: Record<string, string> = {}): Movie =>
  readMovie(
    "a.bk2",
    zipSync({
      "Header.txt": strToU8(header),
      "Input Log.txt": strToU8(log),
      ...Object.fromEntries(Object.entries(more).map(([k, v]) => [k, strToU8(v)])),
    }),
  );
const fm2 = (text: string): Movie => readMovie("a.fm2", strToU8(text));

function read(path: string): Movie | Problem {
  try {
    return readMovie(path.split("/").at(-1)!, readFileSync(shared(path)));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

describe.runIf(hasShared)("real movies", () => {
  it("are told apart by what they start from", () => {
    const fixtures = "movies/tasvideos-fixtures";
    expect((read(`${fixtures}/Bk2SampleFiles/savestate.bk2`) as Movie).start.kind).toBe("state");
    expect((read(`${fixtures}/Fm2SampleFiles/savestate.fm2`) as Movie).start.kind).toBe("state");
    const save = (read(`${fixtures}/Bk2SampleFiles/sram.bk2`) as Movie).start;
    expect(save.kind === "save" && save.data.length).toBe(8192);
  });

  it("hold sticks and touch where their consoles have them", () => {
    const n64 = read("movies/bk2/n64-aerofighters-assault-M6000.bk2") as Movie;
    expect([n64.tracks[0]!.device, n64.tracks[0]!.sticks!.some((value) => value !== 0)]).toEqual(["analog", true]);
    const touch = (read("movies/bk2/ds-emma-at-the-farm-M6865.bk2") as Movie).tracks[0]!.touch!;
    const xs = touch.filter((_, i) => i % 2 === 0);
    const ys = touch.filter((_, i) => i % 2 === 1);
    expect([Math.min(...xs), Math.min(...ys)]).toEqual([-1, -1]);
    expect(xs.some((x) => x > 0) && xs.every((x) => x < 256) && ys.every((y) => y < 192)).toBe(true);
  });
});

describe(".bk2", () => {
  const NES = "LogKey:#Power|Reset|#P1 Up|P1 Down|P1 Left|P1 Right|P1 Start|P1 Select|P1 B|P1 A|";

  it("reads pads, and Power and Reset as events, with Windows line ends and a byte order mark", () => {
    const movie = bk2(
      "\ufeffPlatform NES\r\nSHA1 0123456789ABCDEF0123456789ABCDEF01234567\r\n",
      `\ufeff[Input]\r\n${NES}\r\n|.r|U......A|\r\n|..|....S...|\r\n|P.|........|\r\n[/Input]\r\n`,
    );
    expect([...movie.tracks[0]!.buttons]).toEqual([BUTTON.Up | BUTTON.A, BUTTON.Start, 0]);
    expect(movie.events).toEqual([
      { at: 0, kind: "reset" },
      { at: 2, kind: "power" },
    ]);
    expect(movie.rom.sha1).toBe("0123456789abcdef0123456789abcdef01234567");
  });

  it("takes the system's own order where the log has no LogKey", () => {
    expect(bk2("Platform NES", "|..|.......A|.......A|\n").tracks.map(({ buttons }) => buttons[0])).toEqual([
      BUTTON.A,
      BUTTON.A,
    ]);
    expect(bk2("Platform SNES", "|..|..........l.|............|\n").tracks[0]!.buttons[0]).toBe(BUTTON.L);
    expect(
      bk2(
        "Platform N64",
        `|..|  -80,  127,${".".repeat(18)}|    0,    0,${".".repeat(18)}|\n`,
      ).tracks[0]!.sticks!.slice(0, 2),
    ).toEqual(Int16Array.of(-80 * 256, -127 * 256));
  });

  it("puts letters where their pads have them", () => {
    const genesis = bk2(
      "Platform GEN",
      "LogKey:#Power|Reset|#P1 Up|P1 A|P1 B|P1 C|\n|..|.A..|\n|..|..B.|\n|..|...C|\n",
    );
    expect([...genesis.tracks[0]!.buttons]).toEqual([BUTTON.Y, BUTTON.B, BUTTON.A]);
    const psx = bk2("Platform PSX", "LogKey:#Reset|#P1 △|P1 X|P1 □|P1 ○|\n|.|TXQO|\n");
    expect(psx.tracks[0]!.buttons[0]).toBe(BUTTON.X | BUTTON.B | BUTTON.Y | BUTTON.A);
  });

  it("reads the touch screen, the microphone and the lid of a DS", () => {
    const movie = bk2(
      "Platform NDS",
      "LogKey:#Touch X|Touch Y|A|LidOpen|LidClose|Touch|Microphone|\n|  255,  191,...T.|\n|   12,    0,A.c.M|\n|   12,    0,.....|\n|   12,    0,.o...|\n",
    );
    expect([...movie.tracks[0]!.touch!]).toEqual([255, 191, -1, -1, -1, -1, -1, -1]);
    expect([...movie.tracks[0]!.buttons]).toEqual([0, BUTTON.A | BUTTON.Lid | BUTTON.Mic, BUTTON.Lid, 0]);
  });

  it("keeps columns that pads do not carry, digits of a keyboard among them", () => {
    const movie = bk2("Platform AppleII", "LogKey:#Key 1|Key 2|Key Comma|\n|...|\n|12,|\n|.2.|\n");
    expect(movie.extra!.columns).toEqual({
      "Key 1": [
        [1, 1],
        [2, 0],
      ],
      "Key 2": [[1, 1]],
      "Key Comma": [
        [1, 1],
        [2, 0],
      ],
    });
  });

  it("says that the rows of a sub-frame core are no frames", () => {
    const movie = bk2("Platform NES\nCore SubNESHawk", "LogKey:#Reset Cycle|Power|Reset|#P1 A|\n|    0,..|A|\n");
    expect(movie.extra!.subframes).toBe(true);
    expect(describeMovie(movie).join("\n")).toContain("parts of frames");
  });

  it.each([
    [
      "a row that is too short",
      "Platform NES",
      `${NES}\n|..|........|\n|..|...|\n`,
      /row 2 of its input log does not fit the LogKey at 'P1 Right'; /,
    ],
    [
      "a number without its comma",
      "Platform N64",
      "LogKey:#P1 X Axis|P1 A|\n|    0,.|\n|    0.|\n",
      /row 2 .* 'P1 X Axis'/,
    ],
    [
      "a keyboard of 5000 keys",
      "Platform NES",
      `LogKey:#${Array.from({ length: 5000 }, (_, i) => `k${i}|`).join("")}\n|\n`,
      /5000 columns/,
    ],
  ])("refuses %s and names the place", (_, header, log, message) => {
    expect(() => bk2(header, log)).toThrow(message);
    expect(() => bk2(header, log)).toThrow(Problem);
  });

  it("takes column names that JavaScript knows for what they are", () => {
    const movie = bk2("Platform NES", "LogKey:#constructor|__proto__|toString|P1 valueOf|P1 A|\n|....A|\n|x...A|\n");
    expect([...movie.tracks[0]!.buttons]).toEqual([BUTTON.A, BUTTON.A]);
    expect(movie.events).toEqual([]);
  });

  it("does not unpack an entry that lies about its size or is a bomb", () => {
    const bomb = zipSync({ "Header.txt": strToU8("Platform NES"), "Input Log.txt": strToU8("|..|\n") });
    const view = new DataView(bomb.buffer);
    // The central directory's uncompressed size of the second entry.
    const at = [...bomb.keys()].filter((i) => view.byteLength > i + 4 && view.getUint32(i, true) === 0x02014b50)[1]!;
    view.setUint32(at + 24, 0xf0000000, true);
    expect(() => readMovie("a.bk2", bomb)).toThrow(/larger than/);
    const log = `LogKey:#P1 A|P16 A|\n${"|\n".repeat(2 ** 21 + 1)}`;
    expect(() => bk2("Platform SNES", log)).toThrow(/samples for 16 ports/);
  });
});

describe("stick values of BizHawk", () => {
  it("come back as they were", () => {
    for (let value = -128; value < 128; value++) {
      for (const scale of ["signed", "signed-up"] as const) expect(fromStick(toStick(value, scale), scale)).toBe(value);
      expect(fromStick(toStick(value + 128, "centred"), "centred")).toBe(value + 128);
    }
  });
});

describe(".fm2", () => {
  const HEAD = "version 3\nrerecordCount 7\nfourscore 0\nport0 1\nport1 1\nport2 0\n";

  it("reads pads, commands, comments and the ROM's MD5", () => {
    const movie = fm2(
      `${HEAD}palFlag 1\nromChecksum base64:AAECAwQFBgcICQoLDA0ODw==\ncomment author Ada\ncomment author Bo\nsubtitle 5 hello\n|1|R.......|.......A||\n|6|........|........||\n|16|...U.S..|........||\n`,
    );
    expect(movie.tracks.map(({ buttons }) => [...buttons])).toEqual([
      [BUTTON.Right, 0, BUTTON.Up | BUTTON.Select],
      [BUTTON.A, 0, 0],
    ]);
    expect(movie.events).toEqual([
      { at: 0, kind: "reset" },
      { at: 1, kind: "power" },
      { at: 1, kind: "disk-insert" },
      { at: 2, kind: "coin" },
    ]);
    expect([movie.rom.md5, movie.authors, movie.region, movie.rerecords]).toEqual([
      "000102030405060708090a0b0c0d0e0f",
      ["Ada", "Bo"],
      "pal",
      7,
    ]);
    expect(movie.extra!.subtitles).toEqual(["5 hello"]);
  });

  it("gives the same movie for Windows line ends", () => {
    const text = `${HEAD}|0|R.......|........||\n|0|.L......|........||\n`;
    expect(fm2(text.replaceAll("\n", "\r\n")).tracks).toEqual(fm2(text).tracks);
  });

  it("has four pads with a four score, and keeps a zapper's text", () => {
    expect(
      fm2("version 3\nfourscore 1\nport2 0\n|0|R.......|.L......|..D.....|...U....||\n").tracks.map(
        ({ buttons }) => buttons[0],
      ),
    ).toEqual([BUTTON.Right, BUTTON.Left, BUTTON.Down, BUTTON.Up]);
    const zapper = fm2(
      "version 3\nport0 1\nport1 2\nport2 0\n|0|........|010 020 0 0 0||\n|0|.......A|010 020 0 0 0||\n|0|........|010 020 1 0 5||\n",
    );
    expect([zapper.tracks.length, zapper.extra!.other]).toEqual([
      1,
      {
        port1: [
          [0, "010 020 0 0 0"],
          [2, "010 020 1 0 5"],
        ],
      },
    ]);
  });

  it("reads the binary form", () => {
    const header = strToU8("version 3\nport0 1\nport1 1\nport2 0\nbinary 1\nlength 2\n|");
    const movie = readMovie("a.fm2", Uint8Array.of(...header, 0, 0x81, 0, 2, 0, 0x18));
    expect(movie.tracks.map(({ buttons }) => [...buttons])).toEqual([
      [BUTTON.Right | BUTTON.A, 0],
      [0, BUTTON.Up | BUTTON.Start],
    ]);
    expect(movie.events).toEqual([{ at: 1, kind: "power" }]);
  });

  it.each([
    ["no header", "hello\n", /line 1 is no .fm2 header; /],
    ["another version", "version 2\n", /version 2 of .fm2/],
    ["a pad of 7 characters", `${HEAD}|0|.......|........||\n`, /frame 0: port 0 has 7 characters/],
    ["a row without commands", `${HEAD}|x|........|........||\n`, /frame 0 has no command number/],
    [
      "frames that are not there",
      "version 3\nbinary 1\nlength 999999999\n|abc",
      /the header says 999999999 frames, the file holds 1/,
    ],
  ])("refuses %s and names the place", (_, text, message) => {
    expect(() => fm2(text)).toThrow(message);
    expect(() => fm2(text)).toThrow(Problem);
  });
});

describe("readMovie", () => {
  it("goes by content before name", () => {
    expect(readMovie("wrong.bk2", strToU8("version 3\nport0 1\n|0|........|||\n")).length).toBe(1);
  });
  it("names what it reads when it cannot read a file", () => {
    expect(() => readMovie("run.ctm", Uint8Array.of(0x43, 0x54, 0x4d, 0x1b))).toThrow(
      /run\.ctm is no movie that Instep reads: it is of Citra, .*; it reads \.isr, .*\.bk2/,
    );
  });
  it("gives only Problems for any bytes under any name", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("a.bk2", "a.fm2", "a.isr", "a"),
        fc.constantFrom("", "PK\x03\x04", "version 3\n", "version 3\nbinary 1\n|"),
        (tail, name, head) => {
          onlyProblems(() => readMovie(name, Uint8Array.of(...strToU8(head, true), ...tail)));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("describeMovie", () => {
  it("says system, length in time, start, ROM, authors and rerecords", () => {
    const movie = fm2(
      "version 3\nrerecordCount 12\nemuVersion 22020\nromFilename Game\u001b[31m\nromChecksum base64:AAECAwQFBgcICQoLDA0ODw==\nport0 1\ncomment author Ada\n" +
        "|0|........|||\n".repeat(3606),
    );
    expect(describeMovie(movie)).toEqual([
      "system: nes, ntsc",
      "length: 3606 frames (1:00.00 at 60.0988 fps)",
      "players: 1 (port 0: pad)",
      "start: power-on",
      "rom: Game?[31m",
      "rom md5: 000102030405060708090a0b0c0d0e0f",
      "made on: FCEUX 22020",
      "authors: Ada",
      "rerecords: 12",
    ]);
  });
});
