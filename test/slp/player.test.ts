import { describe, expect, test } from "vitest";
import { openGame } from "../../src/studio/player/slp/game.ts";
import { hasShared } from "../support/data.ts";
import { bytesOf, FILES } from "./files.ts";

const EMPTY = "peppi/corrupt.slp";

describe.runIf(hasShared)("recordings as the player opens them", () => {
  test("files of every kind can be shown, with its stocks on the seek bar", () => {
    let losses = 0;
    for (const name of FILES.filter((name, i) => i % 3 === 0 || name === EMPTY)) {
      if (name === EMPTY) {
        expect(() => openGame({ name, bytes: bytesOf(name) }, undefined)).toThrow(`${name}: it holds no frame`);
        continue;
      }
      const { opened, scene, sides, parted } = openGame({ name, bytes: bytesOf(name) }, undefined);
      expect(opened.frames, name).toBe(scene.rows - 1);
      expect(sides[0]!.tracks.length, name).toBe(scene.tracks.length * scene.columns * scene.rows);
      expect(parted).toBeUndefined();
      losses += opened.marks.filter(({ text }) => text.endsWith("loses a stock")).length;
    }
    expect(losses).toBeGreaterThan(30);
  });

  test("a damaged file is told of, and so are settings of another recording that are not its own", () => {
    const [name, bytes] = ["a.slp", bytesOf("peppi/v3.18.slp")];
    const cut = openGame({ name, bytes: bytes.slice(0, 200_000) }, undefined).opened;
    expect(cut.remarks.join()).toContain("It is damaged: cut at byte 200000");
    expect(cut.marks.at(-1)).toEqual({ frame: cut.frames, kind: "end", text: "The file is damaged here" });
    const other = bytes.slice();
    other[15 + 1 + bytes[16]! + 0x1a1]! ^= 1; // PAL
    const { opened, parted } = openGame({ name, bytes }, { name: "b.slp", bytes: other });
    expect([opened.remarks.slice(1), parted]).toEqual([
      [
        "All 941 frames are those of b.slp.",
        "Settings: pal is true there, false here.",
        "Why: a patch is on in one of them only (likely).",
      ],
      undefined,
    ]);
  });
});
