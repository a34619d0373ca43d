// Numbers and times in words for people.

/** Seconds as 1:02:03 or 4:05. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const grouping = new Intl.NumberFormat("en-GB");
export const count = (n: number): string => grouping.format(n);

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ["kB", "MB", "GB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(n) / 3) - 1);
  const value = n / 1000 ** (at + 1);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** The hour of today, the day of this year, else both with the year. */
export function when(time: number, now = Date.now()): string {
  const date = new Date(time);
  if (date.toDateString() === new Date(now).toDateString()) return hour.format(date);
  const year = date.getFullYear();
  return year === new Date(now).getFullYear() ? day.format(date) : `${day.format(date)} ${year}`;
}

/** A file's name without its extension. */
export const stem = (name: string): string => name.replace(/\.[^.]+$/, "");

export { systemName } from "../player/words.ts";
