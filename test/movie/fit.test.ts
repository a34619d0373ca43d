import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fitMovie } from "../../src/cli/movie-fit.ts";
import { loadMovie } from "../../src/cli/options.ts";
import { adviceFor } from "../../src/movie/advice.ts";
import type { Movie } from "../../src/movie/movie.ts";
import { shift } from "../../src/movie/shift.ts";
import { convertMovie } from "../../src/replay/convert.ts";
import { readMovie } from "../../src/replay/movies.ts";
import { hasShared, shared } from "../support/data.ts";

const NAME = "homebrew-cybercoaster-M6779.bk2";
const read = (name: string): Movie => readMovie(name.split("/").at(-1)!, readFileSync(shared(`movies/${name}`)));

describe.runIf(hasShared)("the frame to begin a movie at", () => {
  it("is found by its changes that come in lag frames, and is left alone where it is right", async () => {
    const movie = read(`bk2/${NAME}`);
    const spec = { rom: shared("nes/cybercoaster.nes"), core: "jsnes", settings: {} };
    const best = async (by: number) => (await fitMovie(shift(movie, by), spec, { offsets: 1, frames: 120 })).best;
    expect(await best(0)).toBe(0);
    expect(await best(-1)).toBe(1);
  }, 60_000);

  it("is not guessed on a core that does not tell lag frames", async () => {
    const spec = { rom: shared("nes/cybercoaster.nes"), core: "nestopia", settings: {} };
    const fit = await fitMovie(read(`bk2/${NAME}`), spec, { offsets: 3, frames: 60 });
    expect([fit.core, fit.best, fit.tries]).toEqual(["nestopia", undefined, []]);
  });

  it("is what convert --offset writes", () => {
    const bytes = new Uint8Array(readFileSync(shared(`movies/bk2/${NAME}`)));
    const later = readMovie("a.fm2", convertMovie(NAME, bytes, "a.fm2", 5).bytes);
    const sooner = readMovie("a.fm2", convertMovie(NAME, bytes, "a.fm2", -5).bytes);
    const { buttons } = read(`bk2/${NAME}`).tracks[0]!;
    expect([later.length, sooner.length]).toEqual([13032, 13022]);
    expect([...later.tracks[0]!.buttons.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect(Buffer.from(later.tracks[0]!.buttons.slice(5).buffer).equals(Buffer.from(buttons.slice().buffer))).toBe(
      true,
    );
    expect([...sooner.tracks[0]!.buttons.subarray(0, 300)]).toEqual([...buttons.subarray(5, 305)]);
  });
});

describe.runIf(hasShared)("what is said of sync", () => {
  it.each([
    ["bk2/homebrew-cybercoaster-M6779.bk2", "nestopia", "open", "another emulator"],
    ["bk2/gb-fortified-zone-M3484.bk2", "gambatte", "likely", "same family"],
    ["bk2/gba-another-world-M6421.bk2", "mgba", "likely", "same family"],
    ["bk2/psx-digimon-rumble-arena-M6550.bk2", "beetle-psx", "likely", "needs the BIOS"],
    ["bk2/ds-emma-at-the-farm-M6865.bk2", "desmume", "open", "MelonDS"],
    ["dsm/ds-castlevania-dawn-of-sorrow-M2274.dsm", "desmume", "likely", "same family"],
    ["lsmv/snes-justice-league-task-force-M3188.lsmv", "bsnes", "likely", "same family"],
    ["smv/snes-demons-crest-M3098.smv", "bsnes", "open", "another emulator"],
    ["dtm/gc-digimon-rumble-arena-2-M6077.dtm", undefined, "impossible", "no core here plays gc"],
    ["tasvideos-fixtures/Bk2SampleFiles/savestate.bk2", undefined, "impossible", "savestate"],
  ] as const)("%s: %s, %s", (name, core, sync, words) => {
    const advice = adviceFor(read(name));
    expect(advice.sync).toBe(sync);
    if (core) expect(advice.core).toBe(core);
    expect(advice.why.join("; ")).toContain(words);
  });

  it("knows the core and settings of what was recorded here", async () => {
    const { movie, boot } = await loadMovie(fileURLToPath(new URL("../../games/gleam/garbage.isr", import.meta.url)));
    expect(adviceFor(movie, boot)).toMatchObject({ core: "jsnes", settings: { ram: "00" }, sync: "likely" });
  });

  it("takes rows that are parts of frames, and devices without a track, for a bad sign", () => {
    const plain = read(`bk2/${NAME}`);
    expect(adviceFor({ ...plain, extra: { ...plain.extra, subframes: true } }).sync).toBe("unlikely");
    expect(
      adviceFor({ ...plain, extra: { format: "fm2", other: { port1: [[0, "010 020 1 0 0"]] } } }).why.join(),
    ).toContain("port1");
    expect(adviceFor({ ...plain, region: "pal" }).settings).toEqual({ nestopia_favored_system: "pal" });
  });
});
