import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSlp } from "../../src/movie/slp/reader.ts";
import { bytesOf, pathOf } from "../slp/files.ts";
import { instep, scratch } from "../support/cli.ts";
import { hasShared } from "../support/data.ts";

const GAME = "peppi/v3.18.slp";

describe.runIf(hasShared)("instep slp", () => {
  const folder = scratch();

  test("inspect prints the game, its settings and players, a frame, seeds with their draws", () => {
    const { code, out } = instep("slp", "inspect", pathOf(GAME), "--frame", "0", "--rng");
    expect(code).toBe(0);
    expect(out).toContain("Slippi 3.18.0, Fountain of Dreams, 941 frames (15.7 s), -123 to 817");
    expect(out).toContain("PAL off, frozen Stadium off, English");
    expect(out).toContain("port 2: Captain Falcon, CPU level 7, controller fix UCF");
    expect(out).toMatch(/^port 1 after: character 18, action 14, x -41\.25/m);
    expect(out).toContain("end: no contest, left by port 1");
    expect(out).toContain(
      "frame -122: frame start 0xb5ccf13a (+65), port 1 0x22813315 (+1), port 2 0x22813315 (+0)\nframe -121:",
    );
  });

  test("inspect prints all of it as JSON", () => {
    const json = JSON.parse(
      instep("slp", "inspect", pathOf("peppi/ics2.slp"), "--json", "--items", "--frame", "351").out,
    );
    expect(json).toMatchObject({
      version: "3.12.0",
      online: true,
      rollbackFrames: 11,
      end: "game",
      gameEnd: { method: 2 },
    });
    expect(json.itemList.length).toBe(json.items);
    expect(Object.keys(json.frame)).toContain("port 1's follower after");
  });

  test("a frame that is not there, no Slippi file, and another match are one line each", () => {
    const lines = [
      [["slp", "inspect", pathOf(GAME), "--frame", "9999"], "has no frame 9999; choose one from -123 to 817"],
      [["slp", "verify", join(folder, "text.slp")], "is not a Slippi file; record it again"],
      [["slp", "diff", pathOf(GAME), pathOf("peppi/game.slp")], "are of two matches"],
    ] as const;
    writeFileSync(join(folder, "text.slp"), "this is not one, though it is long enough");
    for (const [args, said] of lines) {
      const { code, err } = instep(...args);
      expect(code).toBe(2);
      expect(err).toContain(said);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
  });

  test("verify holds for whole files, and for one that its writer left; not for a cut one", () => {
    const good = instep("slp", "verify", pathOf(GAME), pathOf("slippi-js/incomplete.slp"));
    expect(good.code).toBe(0);
    expect(good.out).toContain("random numbers: 2822 seeds checked, the game's own");
    expect(good.out).toContain("unfinished: 7780 frames");
    const cut = join(folder, "cut.slp");
    writeFileSync(cut, bytesOf(GAME).subarray(0, 200_000));
    const bad = instep("slp", "verify", cut);
    expect(bad.code).toBe(1);
    expect(bad.out).toContain("NOT verified");
  });

  test("diff tells where two recordings part, and writes a report", () => {
    const other = join(folder, "other.slp");
    const slp = readSlp(GAME, bytesOf(GAME));
    const bytes = bytesOf(GAME);
    const view = new DataView(bytes.buffer);
    for (let row = 400; row < slp.rows; row++) {
      const at = slp.tracks[0]!.post.offset(row) + 0x0a;
      view.setFloat32(at, view.getFloat32(at) + 1);
    }
    writeFileSync(other, bytes);
    const page = join(folder, "diff.html");
    const parted = instep("slp", "diff", pathOf(GAME), other, "--report", page);
    expect(parted.code).toBe(1);
    expect(parted.out).toMatch(/first difference: frame 277: port 1: x after the frame's step is/);
    expect(parted.out).toContain("order: values first");
    expect(parted.out).toContain("541 of 941 frames differ, the last one is 817: other.slp is out of step at the end");
    expect(readFileSync(page, "utf8")).toContain("They part at frame 277");
    const json = JSON.parse(instep("slp", "diff", pathOf(GAME), other, "--json").out);
    expect(json).toMatchObject({ same: false, differing: 541, firstValue: { frame: 277, port: 1, field: "x" } });
  });
});
