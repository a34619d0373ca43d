import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffSlp } from "../../src/movie/slp/diff.ts";
import { readSlp, type Slp } from "../../src/movie/slp/reader.ts";
import { summarize } from "../../src/movie/slp/summary.ts";
import { readUbjson } from "../../src/movie/slp/ubjson.ts";
import { verifySlp } from "../../src/movie/slp/verify.ts";
import { Problem } from "../../src/problem.ts";
import { writeSlpReport } from "../../src/report/slp-report.ts";
import { hasShared } from "../support/data.ts";
import { bytesOf } from "./files.ts";

/** Reads, and does with it what commands do. Only a Problem may come out of it. */
function use(bytes: Uint8Array, original: Slp): Slp | undefined {
  try {
    const slp = readSlp("fuzz.slp", bytes);
    verifySlp(slp);
    summarize(slp);
    for (const { pre, post } of slp.tracks)
      for (const table of [pre, post]) for (const { name } of table.fields) table.column(name);
    comparable(original, slp);
    return slp;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.message).toContain("fuzz.slp: ");
    expect(error.message).not.toContain("\n");
    return undefined;
  }
}

/** Changed settings may make another match of it. */
function comparable(original: Slp, slp: Slp): void {
  try {
    diffSlp(original, slp);
  } catch (error) {
    expect((error as Error).message).toContain("are of two matches");
  }
}

describe.runIf(hasShared)("hostile bytes", () => {
  const parts = 1_000_000;
  const edits = fc.array(fc.tuple(fc.nat(parts - 1), fc.nat(255)), { minLength: 1, maxLength: 40 });

  test.each(["slippi-js/pal.slp", "slippi-js/unranked_game2.slp"])(
    "a real file with bytes changed, or cut: %s",
    (name) => {
      const bytes = bytesOf(name);
      const original = readSlp(name, bytes);
      let read = 0;
      fc.assert(
        fc.property(edits, fc.nat(parts - 1), fc.boolean(), (changes, cut, early) => {
          const copy = bytes.slice(0, Math.ceil(bytes.length * Math.min(1, (cut / parts) * 2)));
          // Half of the runs change the head, where sizes and settings are; the first bytes stay, or it would be no file at all.
          const reach = (early ? Math.min(1024, copy.length) : copy.length) - 17;
          for (const [at, value] of changes) if (reach > 0) copy[17 + Math.floor((at / parts) * reach)] = value;
          const slp = use(copy, original);
          if (!slp) return;
          read++;
          // Rows are bounded by what is there, plus the frames that may be missing.
          expect(slp.rows).toBeLessThanOrEqual(copy.length / 5 + 3600);
          expect(slp.faults.length).toBeLessThanOrEqual(100);
        }),
        { numRuns: 200 },
      );
      expect(read).toBeGreaterThan(50);
    },
  );

  test("frame numbers that run away take no memory", () => {
    const bytes = bytesOf("slippi-js/pal.slp");
    const slp = readSlp("pal", bytes);
    const view = new DataView(bytes.buffer);
    for (let row = 10; row < slp.rows; row++)
      for (const { pre, post } of slp.tracks)
        for (const table of [pre, post]) view.setInt32(table.offset(row) + 1, 0x7fffffff - row);
    const wild = readSlp("fuzz.slp", bytes);
    expect(wild.rows).toBe(10);
    expect(wild.faults[0]!.what).toBe("frame 2147483637 cannot be after frame -114");
    expect(verifySlp(wild).holds).toBe(false);
    // One that begins long before all others: nothing goes through the frames between.
    const early = bytesOf("slippi-js/pal.slp");
    new DataView(early.buffer).setInt32(slp.tracks[0]!.pre.offset(0) + 1, -0x7fffffff);
    const begun = readSlp("early.slp", early);
    expect(() => diffSlp(slp, begun)).toThrow(/their first frames are -123 and -2147483647/);
    expect(writeSlpReport({ a: begun, command: "" })).toContain("Not sound.");
  });

  test("a report of a damaged file is still a page", () => {
    const bytes = bytesOf("slippi-js/unranked_game2.slp");
    for (let i = 60_000; i < bytes.length - 400; i += 37) bytes[i] = i & 255;
    const page = writeSlpReport({ a: readSlp("<b>wild</b>.slp", bytes), command: "</script><script>alert(1)" });
    expect(page).toContain("Not sound.");
    expect(page).not.toContain("<b>wild");
    expect(page).not.toContain("<script>alert");
  });

  test("bytes of nobody, and empty ones", () => {
    const original = readSlp("pal", bytesOf("slippi-js/pal.slp"));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (tail, head) => {
        const start = head ? [...Buffer.from("{U\x03raw[$U#l\0\0\0\0\x35", "latin1")] : [];
        use(Uint8Array.from([...start, ...tail]), original);
      }),
      { numRuns: 300 },
    );
    expect(() => readSlp("empty.slp", new Uint8Array(0))).toThrow(
      "empty.slp: is too short for a Slippi file; record it again",
    );
    expect(() => readSlp("text.slp", Buffer.from("hello, world, this is not it"))).toThrow(
      "text.slp: is not a Slippi file; record it again",
    );
  });

  test("metadata that nests without end, or says that it is longer than the file", () => {
    expect(() => readUbjson(Buffer.from("[".repeat(100_000)), 0)).toThrow(RangeError);
    expect(() => readUbjson(Buffer.from("SL\x7f\xff\xff\xff\xff\xff\xff\xff", "latin1"), 0)).toThrow(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readUbjson(bytes, 0);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
