import type { SlpDifference } from "./compare.ts";

/** Such as "port 2: y after the frame's step". */
export function nameOf({ where, port, follower, field, spawn }: SlpDifference): string {
  if (where === "frame") return "the frame itself";
  if (where === "start") return `${field} at the frame's start`;
  if (where === "stage") return "what the stage does";
  if (where === "item") return field === "count" ? "the number of items" : `item ${spawn ?? "?"}'s ${field}`;
  const who = `port ${port}${follower ? "'s follower" : ""}`;
  return `${who}: ${field} ${where === "pre" ? "before" : "after"} the frame's step`;
}

export function sayDifference(difference: SlpDifference): string {
  const say = (value: number | string | undefined): string =>
    value === undefined ? "not there" : Object.is(value, -0) ? "-0" : String(value);
  return `${nameOf(difference)} is ${say(difference.actual)}, expected ${say(difference.expected)}`;
}
