import { type GameBoy, PpuMode } from "boytacean";

/** Clocks of a line and of a picture at 4,194,304 Hz (Pan Docs "Rendering"). */
const LINE = 456;
const LINES = 154;
/** Vertical blanking. */
const BLANK = 144;
/** Frames end where line 145 begins: in line 144 the core holds its interrupt back in a flag that states do not have. */
const END = BLANK + 1;
/** While the screen is off no picture ends: the frame does, about one line later than a picture would. */
const LONGEST = (LINES + 1) * LINE;

/** Whether the console stands where a picture is complete: the next one draws every point of the screen anew. */
export const pictureIsComplete = (gb: GameBoy): boolean => gb.ppu_ly() >= END;

/**
 * Runs one frame: until a picture is complete, or for LONGEST clocks when the screen is off (the core's own next_frame
 * waits until the game turns it on again, however long that takes: 613,044 clocks at the start of 2048.gb). `before` is
 * called before each instruction; the run is the same with it. Returns whether there is a new picture.
 */
export function runFrame(gb: GameBoy, before?: () => void): boolean {
  let begun = false;
  for (let clocks = 0; clocks < LONGEST || (clocks < LONGEST + 2 * LINE && !isAtRest(gb)); ) {
    const line = gb.ppu_ly();
    if (line < END) begun = true;
    else if (begun) return true;
    // Lines that surely pass before the picture ends go at once, the last ones instruction by instruction.
    const safe = Math.min((END - 2 - line + (line < END ? 0 : LINES)) * LINE, Math.ceil(LONGEST - clocks));
    // A Color at double speed: its CPU's clocks are half as long.
    const speed = gb.multiplier();
    const limit = Math.max(safe, 1);
    clocks += (before ? watched(gb, limit, before) : Number(gb.clocks_cycles(limit))) / speed;
  }
  return begun && pictureIsComplete(gb);
}

/** Not in the middle of a line's drawing, nor in line 144: states lack how far these are. */
const isAtRest = (gb: GameBoy): boolean => gb.ppu_mode() !== PpuMode.VramRead && gb.ppu_ly() !== BLANK;

/** What the core's clocks_cycles does, with a look before each instruction. */
function watched(gb: GameBoy, limit: number, before: () => void): number {
  let clocks = 0;
  while (clocks < limit) {
    before();
    clocks += gb.clock();
  }
  return clocks;
}
