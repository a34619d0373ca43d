import { BUTTON } from "../machine/input.ts";
import type { MakeBot } from "../replay/bot.ts";
import { randomBot } from "../replay/bot.ts";

/** Frames in which menus are gone through, and in which one button is pressed and let go. */
const MENUS = 900;
const PRESS = 24;

/** Goes through a game's menus with Start and A, then presses at random, without pausing the game: argument as of "random". */
export const startingBot: MakeBot = (seen) => {
  const random = randomBot(seen);
  const shy = ~(BUTTON.Start | BUTTON.Select);
  return (frame) => {
    const pressed = random(frame).map((pad) => (typeof pad === "number" ? pad & shy : pad));
    if (frame > MENUS && frame % 600 >= 2 * PRESS) return pressed;
    const press = Math.floor(frame / PRESS);
    const down = frame % PRESS < 6;
    const now = !down ? 0 : press % 2 ? BUTTON.A : press % 4 ? BUTTON.Start : BUTTON.B;
    return pressed.map((pad, port) => (frame > MENUS || press % 3 === 2 ? pad : port === 0 ? now : 0));
  };
};
