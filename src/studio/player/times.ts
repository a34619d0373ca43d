import type { Ratio } from "../../machine/machine.ts";

/** "1:02.35" of a frame; hours where there are some. */
export function timeOf(frame: number, { num, den }: Ratio, parts = true): string {
  const all = (frame * den) / num;
  const whole = Math.floor(all);
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => `${n}`.padStart(2, "0");
  const hundredths = parts ? `.${two(Math.floor((all - whole) * 100))}` : "";
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds)}${hundredths}`;
}

/** 12,345. */
export const counted = (n: number): string => n.toLocaleString("en");
