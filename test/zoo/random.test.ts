import { expect, test } from "vitest";
import { BUTTON } from "../../src/machine/input.ts";
import { type Outcome, play, profileOf, record, type Take } from "./zoo.ts";

const [seed] = profileOf().rng;

/** Recorded where no dust draws, played where dust draws three times, with the seed put back at these moments. */
async function dusty(take: Take, at: readonly string[], repair: "none" | "rng" = "rng"): Promise<Outcome> {
  // What else memory of another fill does is another exhibit.
  const profile = profileOf({ rng: [{ ...seed, at }], restore: [] });
  const file = await record({ ...take, profile, settings: { ram: "00" } });
  return play(file, { settings: { ram: "ff" }, repair });
}

const dust: Take = { exhibit: "dust" };
const STAGE = { frame: 27, probe: "dust: stage" };
const TURNIP = { frame: 11, probe: "dust: turnip" };

test("dust that draws more puts all later draws off, which is told in draws", async () => {
  const { parts, explanation } = await dusty(dust, ["pri0", "pri3"], "none");
  expect(parts).toEqual(TURNIP);
  expect(explanation).toMatchObject({ class: "rng", draws: { rng: "seed", moment: "pri0", difference: 3 } });
  expect(await dusty(dust, ["pri0", "pri3"])).toMatchObject({ differing: [] });
});

test("restored where the pads are read, the seed is wrong for a stage that is drawn before", async () => {
  expect(await dusty(dust, ["pri3"])).toMatchObject({ parts: STAGE });
  expect(await dusty(dust, ["pri0", "pri3"])).toMatchObject({ differing: [] });
});

test.each([["frame"], ["pri0"]])(
  "restored at %s and again at pri3, it is right all through the frame",
  async (moment) => {
    // Alone, it is wrong for what is drawn after dust in mid-frame.
    expect(await dusty(dust, [moment])).toMatchObject({ parts: TURNIP });
    const { differing, played } = await dusty(dust, [moment, "pri3"]);
    expect(differing).toEqual([]);
    // It is off in each frame all the same, twice, and put back in time.
    expect(played.notes!.parted).toBeGreaterThan(100);
  },
);

test("an air roll, drawn at pri1, is restored in time at pri0 and not at pri3", async () => {
  const pads = { 10: BUTTON.A, 20: BUTTON.A, 30: BUTTON.A, 40: BUTTON.A };
  const roll: Take = { exhibit: "roll", pads };
  expect(await dusty(roll, ["pri3"])).toMatchObject({ parts: { probe: "roll: rolling" } });
  expect(await dusty(roll, ["pri0", "pri3"])).toMatchObject({ differing: [] });
});

test("the item in a box, drawn at pri2, is restored in time at pri0 and not at pri3", async () => {
  const box: Take = { exhibit: "roll", pads: { 30: BUTTON.B, 50: BUTTON.B } };
  expect(await dusty(box, ["pri3"])).toMatchObject({ parts: { frame: 32, probe: "roll: item" } });
  expect(await dusty(box, ["pri0", "pri3"])).toMatchObject({ differing: [] });
});
