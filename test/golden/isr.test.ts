import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readIsr, writeIsr } from "../../src/replay/isr.ts";
import { GOLDEN_V1 } from "./isr-v1.ts";

const file = readFileSync(new URL("v1-small.isr", import.meta.url));

describe("the .isr of format version 1", () => {
  it("reads, as it always will", () => {
    const { movie, complete, recording } = readIsr("v1-small.isr", file);
    expect(movie).toStrictEqual(GOLDEN_V1);
    expect([complete, recording]).toEqual([true, { flags: [], players: ["Ada", "Bjørn"] }]);
  });

  it("is written with the same bytes", () => {
    expect(Buffer.from(writeIsr(GOLDEN_V1, { flags: [], players: ["Ada", "Bjørn"] })).equals(file)).toBe(true);
  });
});
