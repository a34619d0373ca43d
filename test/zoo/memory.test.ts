import { expect, test } from "vitest";
import { expectCure, play, record } from "./zoo.ts";

test.each([
  ["00", "ff"],
  ["ff", "00"],
])(
  "the first flock is rolled again where memory that nobody wrote says so (memory of %s, then of %s)",
  async (recorded, played) => {
    const take = { exhibit: "flock", settings: { ram: recorded } } as const;
    const cure = { cure: "last flock", parts: { frame: 40, probe: "flock: birds" } };
    const naive = await expectCure(take, { settings: { ram: played } }, cure);
    expect(naive.explanation).toMatchObject({ class: "garbage memory" });
  },
);

test("with the patch that clears the stage's memory, what it held is all one", async () => {
  const patches = { "clear stage": true };
  const elsewhere = { settings: { ram: "ff" }, repair: "none" } as const;
  const old = await record({ exhibit: "flock", settings: { ram: "00" } });
  expect(await play(old, elsewhere)).toMatchObject({ parts: { frame: 40 } });
  const file = await record({ exhibit: "flock", settings: { ram: "00" }, patches });
  expect(await play(file, elsewhere)).toMatchObject({ differing: [] });
  expect(await play(file, { settings: { ram: "random:7" }, repair: "none" })).toMatchObject({ differing: [] });
});
