import type { Ratio } from "../machine.ts";

/**
 * Rates of real consoles, which cores give as doubles: master clock over clocks in a frame. NES and SNES, NTSC and PAL;
 * Game Boy and GBA; DS; PlayStation is left to the fraction that its core means.
 */
const KNOWN: readonly Ratio[] = [
  { num: 39375000, den: 655171 },
  { num: 322445, den: 6448 },
  { num: 262144, den: 4389 },
  { num: 33513982, den: 560190 },
];
const TOLERANCE = 1e-9;
const DENOMINATOR_MAX = 10_000_000;

/** The exact rate that a double stands for: a console's own, else the simplest fraction within 1e-9. */
export function ratioOf(rate: number): Ratio {
  const near = ({ num, den }: Ratio): boolean => Math.abs(num / den / rate - 1) < TOLERANCE;
  const known = KNOWN.find(near);
  if (known) return known;
  // Continued fraction: each convergent is the best one for its size.
  let [num, den, lastNum, lastDen] = [Math.floor(rate), 1, 1, 0];
  for (let rest = rate - num; !near({ num, den }) && rest > 0; ) {
    const whole = Math.floor(1 / rest);
    rest = 1 / rest - whole;
    if (whole * den + lastDen > DENOMINATOR_MAX) break;
    [num, lastNum] = [whole * num + lastNum, num];
    [den, lastDen] = [whole * den + lastDen, den];
  }
  return { num, den };
}
