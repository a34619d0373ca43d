import { canonicalJson } from "../machine/boot.ts";
import { BUTTON } from "../machine/input.ts";
import type { Movie, Track } from "../movie/movie.ts";

/** What a movie had and another one, made of it, has not: a line for each, in words for people. */
export function lossesBetween(before: Movie, after: Movie): string[] {
  const losses: string[] = [];
  for (const field of ["system", "region", "rerecords", "emulator", "rtc"] as const) {
    const [old, now] = [before[field], after[field]];
    if (old !== undefined && old !== now) losses.push(`${field}: ${old}${now === undefined ? "" : ` became ${now}`}`);
  }
  if (before.length !== after.length || before.by !== after.by)
    losses.push(`length: ${before.length} by ${before.by} became ${after.length} by ${after.by}`);
  for (const [hash, value] of Object.entries(before.rom)) {
    if (after.rom[hash as keyof Movie["rom"]] !== value) losses.push(`rom ${hash}: ${value}`);
  }
  if (before.authors && canonicalJson(before.authors) !== canonicalJson(after.authors ?? []))
    losses.push(`authors: ${before.authors.join(", ")}`);
  if (!sameStart(before.start, after.start))
    losses.push(`start: ${before.start.kind === "save" ? "save RAM" : "a savestate"} became ${after.start.kind}`);
  losses.push(...before.tracks.flatMap((track, port) => trackLosses(track, after.tracks[port], port, before.length)));
  const events = (movie: Movie): string[] =>
    movie.events.map((event) => `${event.kind}${event.data === undefined ? "" : ` (${event.data})`} at ${event.at}`);
  const kept = new Set(events(after));
  const lost = events(before).filter((event) => !kept.has(event));
  if (lost.length > 0)
    losses.push(`events: ${lost.slice(0, 3).join(", ")}${lost.length > 3 ? ` and ${lost.length - 3} more` : ""}`);
  if (before.lag && !after.lag) losses.push("lag: which frames did not poll");
  if (before.syncSettings !== undefined && canonicalJson(before.syncSettings) !== canonicalJson(after.syncSettings))
    losses.push("sync settings");
  return [...losses, ...extraLosses(before.extra ?? {}, after.extra ?? {})];
}

function sameStart(a: Movie["start"], b: Movie["start"]): boolean {
  if (a.kind === "power-on" || b.kind === "power-on") return a.kind === b.kind;
  return a.kind === b.kind && sameValues(a.data, b.data);
}

function trackLosses(track: Track, kept: Track | undefined, port: number, length: number): string[] {
  const losses: string[] = [];
  let bits = 0;
  let frames = 0;
  for (let at = 0; at < length; at++) {
    const gone = track.buttons[at]! & ~(kept?.buttons[at] ?? 0);
    bits |= gone;
    if (gone) frames++;
  }
  const names = Object.entries(BUTTON)
    .filter(([, bit]) => bits & bit)
    .map(([name]) => name);
  if (frames > 0) losses.push(`port ${port}: ${names.join(", ")} in ${frames} samples`);
  if (track.sticks && !sameValues(track.sticks, kept?.sticks ?? rest(track.sticks, 0)))
    losses.push(`port ${port}: sticks`);
  if (track.touch && !sameValues(track.touch, kept?.touch ?? rest(track.touch, -1))) losses.push(`port ${port}: touch`);
  return losses;
}

function rest(values: Int16Array, value: number): Int16Array {
  return new Int16Array(values.length).fill(value);
}

function sameValues(a: Int16Array | Uint8Array, b: Int16Array | Uint8Array): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

function extraLosses(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const lost = Object.keys(before).filter(
    (key) => isSomething(before[key]) && canonicalJson(before[key]) !== canonicalJson(after[key]),
  );
  if (lost.length === 0) return [];
  const columns =
    lost.includes("columns") && isSomething(before.columns)
      ? ` (columns ${Object.keys(before.columns as object)
          .slice(0, 8)
          .join(", ")})`
      : "";
  const format = typeof before.format === "string" ? `a .${before.format}` : "its format";
  return [`what only ${format} says: ${lost.filter((key) => key !== "format").join(", ") || "its format"}${columns}`];
}

function isSomething(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== 0 && value !== "";
}
