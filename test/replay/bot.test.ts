import { expect, it } from "vitest";
import type { Machine } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { BotInput, type MakeBot } from "../../src/replay/bot.ts";

const asked = (make: MakeBot) => {
  const input = new BotInput(make, { memory: [] } as unknown as Machine);
  input.beginFrame(7);
  return [input.poll(0), input.poll(1)];
};

it("a bot's numbers are buttons, and what it leaves out is at rest", () => {
  expect(asked(() => () => [3, { lx: 5 }])).toMatchObject([
    { buttons: 3, lx: 0 },
    { buttons: 0, lx: 5 },
  ]);
});

it("a bot that fails, or presses something that is none, is told with its frame and its line", () => {
  const failing = (make: MakeBot): string => {
    try {
      asked(make);
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
      return (error as Problem).message;
    }
    return "";
  };
  const thrower = (what: unknown) => () => () => {
    throw what;
  };
  expect(failing(thrower(new Error("lost\nits way")))).toMatch(
    /^the bot failed before frame 7: lost \(bot\.test\.ts:\d+:\d+\)$/,
  );
  expect(failing(thrower("gone"))).toContain("before frame 7: gone");
  for (const said of ["right", undefined, [null], ["A"]])
    expect(failing(() => () => said as never)).toMatch(/something else than a list of numbers or pads before frame 7/);
});
