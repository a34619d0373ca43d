import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { FORMATS, writerOf } from "../../src/movie/formats/all.ts";
import { untar } from "../../src/movie/formats/tar.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { Problem } from "../../src/problem.ts";
import { writeIsr } from "../../src/replay/isr.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { hasShared, shared } from "../support/data.ts";
import { mutation, onlyProblems } from "./mutate.ts";

const folder = shared("movies");
const files = hasShared
  ? readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".json"))
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
      .sort()
  : [];
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(`${folder}/${path}`));
const extensionOf = (path: string): string => path.split(".").at(-1)!;
const movies = new Map<string, Movie>();
function read(path: string): Movie {
  const movie = movies.get(path) ?? readMovie(basename(path), bytesOf(path));
  movies.set(path, movie);
  return movie;
}
const isFixture = (path: string): boolean => path.startsWith("tasvideos-fixtures");

/** What others say of a file and it does not: its own bytes are right. */
const OTHERS_ERR: Readonly<Record<string, string>> = {
  // Byte 14h says that it starts from save RAM, and has it: "CASTLEVANIA1.00".
  "vbm/gba-castlevania-harmony-of-dissonance-M2548.vbm": "save",
  // Byte 0Ch says no savestate; 97h and 98h say two memory cards that are not blank.
  "dtm/gc-digimon-rumble-arena-2-M6077.dtm": "save",
  "dtm/gc-digimon-rumble-arena-2-M6142.dtm": "save",
  "dtm/gc-digimon-rumble-arena-2-M6216.dtm": "save",
  "dtm/gc-sonic-gems-collection-sonic-the-fighters-M5861.dtm": "save",
};

describe.runIf(hasShared)("movies of the real world", () => {
  it("are read, each of them, or a line says why not", () => {
    const totals: Record<string, [read: number, refused: number]> = {};
    for (const path of files) {
      const result = onlyProblems(() => read(path));
      totals[extensionOf(path)] ??= [0, 0];
      totals[extensionOf(path)]![result instanceof Problem ? 1 : 0]++;
      if (result instanceof Problem) expect(result.message).toContain(basename(path));
    }
    console.log(
      `${files.length} files, read and refused: ${Object.entries(totals)
        .map(([name, [good, bad]]) => `.${name} ${good}+${bad}`)
        .join(", ")}`,
    );
    expect(files.length).toBeGreaterThan(190);
    // Files by their authors, not made to be broken: only FBA-rr's is not read.
    const refused = files.filter((path) => !isFixture(path) && onlyProblems(() => read(path)) instanceof Problem);
    expect(refused.filter((path) => !/eddio-(invalid|not_enough|wrong)/.test(path))).toEqual([
      "fbm/arcade-x-men-vs-street-fighter-M5255.fbm",
    ]);
  });

  it("have the frames, rerecords, start and emulator that others took from them", () => {
    const expected: Record<string, { frames: number; rerecords: number; start: string; emulator: string }> = JSON.parse(
      readFileSync(`${folder}/EXPECTED.json`, "utf8"),
    );
    const known = Object.entries(expected).filter(([path]) => !path.endsWith(".fbm"));
    expect(known.length).toBeGreaterThan(60);
    for (const [key, others] of known) {
      const path = key.replace("movies/", "");
      const movie = read(path);
      const { seconds } = (movie.extra ?? {}) as { seconds?: number };
      // Of a movie by poll they count the frames that its time makes at 60 a second.
      const frames = movie.by === "poll" ? Math.ceil(seconds! * 60) : movie.length;
      const start = { "power-on": "power-on", save: "sram", state: "savestate" }[movie.start.kind];
      expect({ path, frames, rerecords: movie.rerecords, start }).toEqual({
        path,
        frames: others.frames,
        rerecords: others.rerecords,
        start: OTHERS_ERR[path] ? "sram" : others.start,
      });
      expect(movie.emulator!.toLowerCase(), path).toContain(others.emulator.toLowerCase().split(/[ -]/)[0]);
    }
  });

  it("come back from writing as they were: bytes, or each entry of an archive", () => {
    const real = files.filter(
      (path) => !isFixture(path) && FORMATS.some(({ extensions }) => extensions.includes(extensionOf(path))),
    );
    const count: Record<string, number> = {};
    for (const path of real) {
      const extension = extensionOf(path);
      const result = onlyProblems(() => read(path));
      if (result instanceof Problem) continue;
      const written = FORMATS.find(({ extensions }) => extensions.includes(extension))!.write(result);
      expect(sameContent(extension, bytesOf(path), written), path).toEqual([]);
      count[extension] = (count[extension] ?? 0) + 1;
    }
    expect(count).toMatchObject({
      bk2: 43,
      dsm: 1,
      dtm: 4,
      fm2: 10,
      gbmv: 1,
      gmv: 3,
      lsmv: 3,
      ltm: 2,
      m64: 7,
      smv: 2,
      vbm: 3,
    });
  });

  it.each(["dsm", "dtm", "gbmv", "gmv", "lsmv", "ltm", "smv", "vbm"])(
    "of kind .%s come through an .isr without loss",
    (kind) => {
      const path = files.find((file) => file.startsWith(`${kind}/`))!;
      const isr = writeIsr(read(path));
      const back = readMovie("a.isr", isr);
      const extension = kind === "gbmv" ? "bk2" : kind;
      expect(sameContent(extension, bytesOf(path), writerOf(extension)!(back))).toEqual([]);
    },
  );
});

function sameContent(extension: string, a: Uint8Array, b: Uint8Array): string[] {
  const archive = (bytes: Uint8Array): Record<string, Uint8Array> => {
    if (["bk2", "gbmv", "lsmv"].includes(extension)) return unzipSync(bytes);
    return extension === "ltm"
      ? Object.fromEntries(untar("a", bytes).map(({ name, data }) => [name, data]))
      : { bytes };
  };
  const [before, after] = [archive(a), archive(b)];
  return Object.keys({ ...before, ...after }).filter(
    (name) => !before[name] || !after[name] || Buffer.compare(before[name], after[name]) !== 0,
  );
}

describe.runIf(hasShared)("damaged movies", () => {
  // One of each kind, small or cut to be quick; archives are damaged inside and outside.
  const victims = [
    "bk2/n64-mortal-kombat-4-M4692.bk2", "bk2/zxs-cloak-of-darkness-the-quill-M5984.bk2", "tasvideos-fixtures/Bk2SampleFiles/sram.bk2",
    "dsm/ds-castlevania-dawn-of-sorrow-M2274.dsm", "dtm/gc-sonic-gems-collection-sonic-the-fighters-M5861.dtm",
    "fm2/vlb-emkr37vz.fm2", "gmv/genesis-robocop-3-M2703.gmv", "lsmv/snes-justice-league-task-force-M3188.lsmv",
    "ltm/arcade-time-travelers-M100007.ltm", "smv/snes-demons-crest-M3098.smv", "vbm/gba-castlevania-harmony-of-dissonance-M2548.vbm",
    "tasvideos-fixtures/LtmSampleFiles/2frames.ltm", "tasvideos-fixtures/LsmvSampleFiles/2frameswithsub.lsmv",
  ]; // biome-ignore format: a list

  it.each(victims)("%s gives a movie or a Problem, soon and without much memory", (path) => {
    const whole = bytesOf(path).subarray(0, 20_000);
    fc.assert(
      fc.property(mutation(whole.length), (mutate) => {
        const bytes = mutate(whole);
        const result = onlyProblems(() => readMovie(basename(path), bytes));
        if (result instanceof Problem) return;
        expect(sizeOf(result)).toBeLessThan(1000 * bytes.length + 2 ** 20);
      }),
      { numRuns: 60 },
    );
  });
});

/** Bytes of a movie's samples. */
function sizeOf(movie: Movie): number {
  return movie.tracks.reduce(
    (sum, { buttons, sticks, touch }) =>
      sum + buttons.byteLength + (sticks?.byteLength ?? 0) + (touch?.byteLength ?? 0),
    0,
  );
}
