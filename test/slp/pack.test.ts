import { describe, expect, test } from "vitest";
import { packSlp } from "../../src/movie/slp/pack.ts";
import { readSlp } from "../../src/movie/slp/reader.ts";
import { hasShared } from "../support/data.ts";
import { bytesOf, FILES } from "./files.ts";

describe.runIf(hasShared)("a recording packed", () => {
  test("says of every frame and item of every file what the file says, to the bit", () => {
    let columns = 0;
    for (const name of FILES) {
      const slp = readSlp(name, bytesOf(name));
      const packed = packSlp(slp);
      const tables = [
        [slp.frames, packed.frames],
        [slp.bookends, packed.bookends],
        [slp.items, packed.items],
        ...slp.tracks.flatMap(({ pre, post }, i) => [
          [pre, packed.tracks[i]!.pre] as const,
          [post, packed.tracks[i]!.post] as const,
        ]),
      ] as const;
      for (const [table, other] of tables) {
        expect(other?.length, name).toBe(table?.length);
        if (!table || !other) continue;
        const rows = [-1, 0, 63, 64, table.length - 1, table.length];
        expect(rows.map((row) => other.has(row))).toEqual(rows.map((row) => table.has(row)));
        for (const { name: field } of table.fields) {
          const [before, after] = [table.column(field)!, other.column(field)!];
          let same = after.constructor === before.constructor;
          same &&= Buffer.compare(Buffer.from(after.buffer), Buffer.from(before.buffer)) === 0;
          for (const row of rows) same &&= Object.is(other.value(field, row), table.value(field, row));
          if (!same) throw new Error(`${name}: ${field} is another one when packed`);
          columns++;
        }
      }
      for (let row = 0; row < slp.rows; row += 97)
        if (slp.itemsOf(row).count > 0) expect(packed.itemsOf(row)).toEqual(slp.itemsOf(row));
    }
    expect(columns).toBeGreaterThan(5000);
  });
});
