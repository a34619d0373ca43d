import { canonicalJson } from "../machine/boot.ts";
import type { Movie, Track } from "../movie/movie.ts";
import type { Fault } from "../replay/run.ts";
import type { TraceSpec } from "./audit-trace.ts";

/** One of two runs: what it is opened with and what is played. */
export interface Side extends Pick<TraceSpec, "rom" | "more" | "profile"> {
  readonly core: string;
  /** All settings of its core, defaults too. */
  readonly settings: Readonly<Record<string, string>>;
  readonly patches: Readonly<Record<string, boolean>>;
  readonly movie: Movie;
  readonly faults: readonly Fault[];
}

/** Something in which two runs differ, and how a run takes it over from the other. */
export interface Difference {
  /** "core", "nestopia_overclock", "patch safe stack", "input at 20 to 23". */
  readonly what: string;
  /** In words: what A has, what B has. */
  readonly a: string;
  readonly b: string;
  readonly take: (run: Side, other: Side) => Side;
}

/** Stretches of differing input that are looked at one by one; with more of them, neighbours are taken together. */
const MOST_STRETCHES = 32;

/** All in which B differs from A, of what comes before so many frames are over. */
export function differencesOf(a: Side, b: Side, frames: number): Difference[] {
  const found: Difference[] = [];
  const add = (what: string, x: string, y: string, take: Difference["take"]): void => {
    if (x !== y) found.push({ what, a: x, b: y, take });
  };
  add("game", a.rom, b.rom, (run, other) => ({ ...run, rom: other.rom }));
  const more = (side: Side): string => canonicalJson(side.more ?? []);
  add("games of linked consoles", more(a), more(b), (run, other) => ({ ...run, more: other.more }));
  // Options belong to their core: another core comes with all of its own.
  add("core", a.core, b.core, (run, other) => ({ ...run, core: other.core, settings: other.settings }));
  if (a.core === b.core)
    for (const key of keysOf(a.settings, b.settings))
      add(key, a.settings[key]!, b.settings[key]!, (run, other) => ({
        ...run,
        settings: { ...run.settings, [key]: other.settings[key]! },
      }));
  for (const name of keysOf(a.patches, b.patches)) {
    const state = (side: Side): string => (side.patches[name] ? "on" : "off");
    add(`patch ${name}`, state(a), state(b), (run, other) => ({
      ...run,
      profile: other.profile ?? run.profile,
      patches: { ...run.patches, [name]: other.patches[name] ?? false },
    }));
  }
  const lags = (side: Side): string => side.faults.map(({ frame }) => frame).join(", ") || "none";
  add("frames too many at", lags(a), lags(b), (run, other) => ({ ...run, faults: other.faults }));
  add("save data", saved(a.movie), saved(b.movie), (run, other) => withMovie(run, { start: other.movie.start }));
  const events = ({ movie }: Side): string =>
    movie.events.map(({ at, kind }) => `${kind} at ${at}`).join(", ") || "none";
  add("resets and the like", events(a), events(b), (run, other) => withMovie(run, { events: other.movie.events }));
  return [...found, ...inputs(a.movie, b.movie, frames)];
}

const withMovie = (run: Side, fields: Partial<Movie>): Side => ({ ...run, movie: { ...run.movie, ...fields } });

const keysOf = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();

function saved({ start }: Movie): string {
  if (start.kind !== "save") return "none";
  return `${start.data.length} bytes (${start.data.reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 0).toString(16)})`;
}

/** Inputs, stretch by stretch; movies of different shape are one difference. */
function inputs(a: Movie, b: Movie, frames: number): Difference[] {
  const shape = ({ by, tracks }: Movie): string =>
    `by ${by}: ${tracks.map((t) => `${t.device}${t.sticks ? " with sticks" : ""}${t.touch ? " with touch" : ""}`).join(", ") || "no pads"}`;
  if (shape(a) !== shape(b)) {
    const take: Difference["take"] = (run, other) =>
      withMovie(run, { by: other.movie.by, length: other.movie.length, tracks: other.movie.tracks });
    return [{ what: "input", a: shape(a), b: shape(b), take }];
  }
  // Nobody knows how many polls those frames take.
  const end = a.by === "frame" ? frames : Number.POSITIVE_INFINITY;
  return stretches(a, b, end).map(({ from, to }) => ({
    what: from === to ? `input at ${from}` : `input at ${from} to ${to}`,
    a: pressed(a, from),
    b: pressed(b, from),
    take: (run, other) => withMovie(run, spliced(run.movie, other.movie, from, to)),
  }));
}

const pressed = ({ tracks }: Movie, at: number): string =>
  tracks.map(({ buttons }) => `0x${(buttons[at] ?? 0).toString(16)}`).join(" ");

function stretches(a: Movie, b: Movie, end: number): { from: number; to: number }[] {
  const length = Math.min(end, Math.max(a.length, b.length));
  const found: { from: number; to: number }[] = [];
  for (let i = 0; i < length; i++) {
    if (a.tracks.every((track, t) => sameSample(track, b.tracks[t]!, i))) continue;
    const last = found.at(-1);
    if (last && last.to === i - 1) last.to = i;
    else found.push({ from: i, to: i });
  }
  while (found.length > MOST_STRETCHES) {
    // The two that are nearest each other are one from here on.
    let nearest = 1;
    for (let i = 1; i < found.length; i++)
      if (found[i]!.from - found[i - 1]!.to < found[nearest]!.from - found[nearest - 1]!.to) nearest = i;
    found[nearest - 1]!.to = found[nearest]!.to;
    found.splice(nearest, 1);
  }
  return found;
}

/** The arrays of a track, how many numbers a sample has in each, and what a pad at rest has there. */
const ARRAYS = [
  ["buttons", 1, 0],
  ["sticks", 4, 0],
  ["touch", 2, -1],
] as const;

function sameSample(a: Track, b: Track, at: number): boolean {
  return ARRAYS.every(([name, width, rest]) => {
    for (let i = at * width; i < (at + 1) * width; i++)
      if ((a[name]?.[i] ?? rest) !== (b[name]?.[i] ?? rest)) return false;
    return true;
  });
}

/** A movie's samples with those of a stretch from another of the same shape. */
function spliced(movie: Movie, other: Movie, from: number, to: number): Pick<Movie, "length" | "tracks"> {
  const length = Math.max(movie.length, to + 1);
  const tracks = movie.tracks.map((track, t) => {
    const from_ = other.tracks[t]!;
    const copy = <A extends Uint32Array | Int16Array>(a: A, b: A, width: number, rest: number): A => {
      const all = new (a.constructor as new (n: number) => A)(length * width).fill(rest) as A;
      all.set(a.subarray(0, all.length));
      for (let i = from * width; i < (to + 1) * width; i++) all[i] = b[i] ?? rest;
      return all;
    };
    return {
      device: track.device,
      buttons: copy(track.buttons, from_.buttons, 1, 0),
      ...(track.sticks && { sticks: copy(track.sticks, from_.sticks!, 4, 0) }),
      ...(track.touch && { touch: copy(track.touch, from_.touch!, 2, -1) }),
    };
  });
  return { length, tracks };
}
