import type { Ratio } from "../machine.ts";

/**
 * Frame rates of real consoles and of cores, which give them as doubles, some of them rounded to floats: master clock over
 * clocks in a frame. NES and SNES, NTSC; bsnes with its whole-Hz clock; NES, PAL; Game Boy and GBA; DS.
 */
const KNOWN: readonly Ratio[] = [
  { num: 39375000, den: 655171 },
  { num: 10738636, den: 178683 },
  { num: 322445, den: 6448 },
  { num: 262144, den: 4389 },
  { num: 33513982, den: 560190 },
];
/** Half a float's last digit. */
const ROUNDING = 6e-8;
const TOLERANCE = 1e-9;
const DENOMINATOR_MAX = 10_000_000;

/** The exact rate that a double stands for: a console's own if one is as near as a float, else the simplest fraction within 1e-9. */
export function ratioOf(rate: number): Ratio {
  const error = ({ num, den }: Ratio): number => Math.abs(num / den / rate - 1);
  const [known] = KNOWN.filter((ratio) => error(ratio) < ROUNDING).sort((a, b) => error(a) - error(b));
  if (known) return known;
  // Continued fraction: each convergent is the best one for its size.
  let [num, den, lastNum, lastDen] = [Math.floor(rate), 1, 1, 0];
  for (let rest = rate - num; error({ num, den }) >= TOLERANCE && rest > 0; ) {
    const whole = Math.floor(1 / rest);
    rest = 1 / rest - whole;
    if (whole * den + lastDen > DENOMINATOR_MAX) break;
    [num, lastNum] = [whole * num + lastNum, num];
    [den, lastDen] = [whole * den + lastDen, den];
  }
  return { num, den };
}
