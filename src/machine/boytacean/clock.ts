import type { GameBoy } from "boytacean";

/** Clocks of a line and of a picture at 4,194,304 Hz (Pan Docs "Rendering"). */
const LINE = 456;
const LINES = 154;
const FRAME = LINE * LINES;
/** While the screen is off no picture ends: a frame does, a line later than the next picture would at the latest. */
const LONGEST = FRAME + LINE;
const FIRST_BLANK_LINE = 144;

/**
 * Runs one frame: to the end of the picture, or for LONGEST clocks when the screen is off (the core's own next_frame
 * would wait for the game to turn it on again, for as long as that takes). `before` is called before each instruction.
 */
export function runFrame(gb: GameBoy, before?: () => void): void {
  const picture = gb.ppu_frame();
  let clocks = 0;
  while (clocks < LONGEST && gb.ppu_frame() === picture) {
    // Lines that surely pass before the picture ends; the last ones go instruction by instruction.
    const line = gb.ppu_ly();
    const safe = (FIRST_BLANK_LINE - 2 - line + (line >= FIRST_BLANK_LINE ? LINES : 0)) * LINE;
    const speed = gb.multiplier();
    if (before || safe <= 0) {
      before?.();
      clocks += gb.clock() / speed;
    } else clocks += Number(gb.clocks_cycles(Math.min(safe, LONGEST - clocks))) / speed;
  }
}
