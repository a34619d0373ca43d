import type { Ratio } from "../machine/machine.ts";
import type { Movie, System } from "./movie.ts";

const GAME_BOY: Ratio = { num: 262144, den: 4389 };
const NTSC: Ratio = { num: 60000, den: 1001 };

/** Frames a second of the consoles, NTSC and PAL: clock over clocks a frame. */
const RATES: Readonly<Partial<Record<System, readonly [ntsc: Ratio, pal?: Ratio]>>> = {
  nes: [{ num: 39375000, den: 655171 }, { num: 53203425, den: 1063920 }],
  snes: [{ num: 39375000, den: 655171 }, { num: 21281370, den: 425568 }],
  gb: [GAME_BOY],
  gbc: [GAME_BOY],
  gba: [GAME_BOY],
  nds: [{ num: 33513982, den: 560190 }],
  n64: [{ num: 60, den: 1 }, { num: 50, den: 1 }],
  genesis: [{ num: 53693175, den: 896040 }, { num: 53203424, den: 1070460 }],
  psx: [NTSC, { num: 50, den: 1 }],
  gc: [NTSC, { num: 50, den: 1 }],
  wii: [NTSC, { num: 50, den: 1 }],
}; // biome-ignore format: a table

/** The nominal frame rate of a movie's console, or undefined where the system does not say it. */
export function nominalRate(movie: Pick<Movie, "system" | "region">): Ratio | undefined {
  const rates = RATES[movie.system];
  return movie.region === "pal" ? (rates?.[1] ?? rates?.[0]) : rates?.[0];
}

/** A few lines of facts for people, each "name: value". */
export function describeMovie(movie: Movie): string[] {
  const lines = [`system: ${movie.system}${movie.region ? `, ${movie.region}` : ""}`, `length: ${lengthOf(movie)}`];
  const devices = movie.tracks.map((track, port) => `port ${port}: ${track.device}`);
  lines.push(`players: ${movie.tracks.length}${devices.length > 0 ? ` (${devices.join(", ")})` : ""}`);
  lines.push(`start: ${startOf(movie)}`);
  const { name, ...hashes } = movie.rom;
  if (name) lines.push(`rom: ${printable(name)}`);
  for (const [hash, value] of Object.entries(hashes)) lines.push(`rom ${hash}: ${printable(value)}`);
  if (movie.emulator) lines.push(`made on: ${printable(movie.emulator)}`);
  if (movie.authors) lines.push(`authors: ${movie.authors.map(printable).join(", ")}`);
  if (movie.rerecords !== undefined) lines.push(`rerecords: ${movie.rerecords}`);
  if (movie.events.length > 0) lines.push(`events: ${eventsOf(movie)}`);
  if (movie.lag) lines.push(`lag frames: ${movie.lag.reduce((sum, lag) => sum + lag, 0)}`);
  if (movie.extra?.subframes) lines.push("note: its rows are parts of frames, so other cores cannot play it by frame");
  const within =
    movie.extra?.format === "lsmv" && Array.isArray(movie.extra.subframes) ? movie.extra.subframes.length : 0;
  if (within > 0) lines.push(`note: ${within} of its rows change the input within a frame, which is left out here`);
  return lines;
}

function lengthOf(movie: Movie): string {
  if (movie.by === "poll") {
    // Formats by poll count frames beside it.
    const { frames } = movie.extra ?? {};
    return `${movie.length} polls${typeof frames === "number" ? ` in ${frames} frames` : ""}`;
  }
  const rate = nominalRate(movie);
  const note = rate
    ? ` (${clock((movie.length * rate.den) / rate.num)} at ${(rate.num / rate.den).toFixed(4)} fps)`
    : "";
  return `${movie.length} frames${note}`;
}

/** Seconds as 1:02:03.45, to the nearest hundredth. */
function clock(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const minutes = Math.floor(hundredths / 6000);
  const rest = `${two((hundredths % 6000) / 100)}.${two(hundredths % 100)}`;
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

function startOf(movie: Movie): string {
  if (movie.start.kind === "power-on") return "power-on";
  const size = movie.start.data.length > 0 ? `${movie.start.data.length} bytes` : "not in the file";
  return movie.start.kind === "save"
    ? `save RAM (${size})`
    : `a savestate of its own emulator (${size}), which no other core can load`;
}

function eventsOf(movie: Movie): string {
  const counts = new Map<string, number>();
  for (const { kind } of movie.events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, times]) => `${kind} ${times}x`).join(", ");
}

/** Text of a file for a terminal: no control characters, not endless. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?").slice(0, 200);
}
