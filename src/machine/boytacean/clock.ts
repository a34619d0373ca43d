import type { GameBoy } from "boytacean";

/** Clocks of a line and of a picture at 4,194,304 Hz (Pan Docs "Rendering"). */
const LINE = 456;
const LINES = 154;
/** The picture is complete and vertical blanking begins. */
const BLANK = 144;
/** While the screen is off no picture ends: the frame does, one line later than a picture would. */
const LONGEST = (LINES + 1) * LINE;

/**
 * Runs one frame: to the start of vertical blanking, or for LONGEST clocks when the screen is off (the core's own
 * next_frame waits until the game turns it on again, however long that takes; 613,044 clocks at the start of 2048.gb).
 * `before` is called before each instruction; the run is the same with it.
 */
export function runFrame(gb: GameBoy, before?: () => void): void {
  let begun = false;
  for (let clocks = 0; clocks < LONGEST; ) {
    const line = gb.ppu_ly();
    if (line < BLANK) begun = true;
    else if (begun) return;
    // Lines that surely pass before blanking begins go at once, the last ones instruction by instruction.
    const safe = (BLANK - 2 - line + (line < BLANK ? 0 : LINES)) * LINE;
    const limit = safe > 0 ? Math.min(safe, Math.ceil(LONGEST - clocks)) : 1;
    // A Color at double speed: its CPU's clocks are half as long.
    const speed = gb.multiplier();
    clocks += (before ? watched(gb, limit, before) : Number(gb.clocks_cycles(limit))) / speed;
  }
}

/** What the core's clocks_cycles does, with a look before each instruction. */
function watched(gb: GameBoy, limit: number, before: () => void): number {
  let clocks = 0;
  while (clocks < limit) {
    before();
    clocks += gb.clock();
  }
  return clocks;
}
