import type { MemoryRegion } from "../machine/machine.ts";
import type { Run } from "../replay/run.ts";
import type { Profile, Range } from "../watch/profile.ts";
import { piecesOf } from "../watch/watcher.ts";

// A graphics plugin may write the picture that it drew back into the console's memory, where each resolution leaves other
// bytes. They are found from identical states, and are no desync as long as the game does not read them.

/** A state of a frame, with the movie's sample there. */
export interface Moment {
  readonly state: Uint8Array;
  readonly frame: number;
  readonly sample?: number | undefined;
}

/** What a run makes of a reference's state. */
export interface Trial {
  /** Where its memory differs from the reference's some frames later. */
  readonly written: readonly Range[];
  /** Where it goes on otherwise when only those bytes are put into the reference's memory: empty when nobody reads them. */
  readonly moved: readonly Range[];
}

/** Equal bytes between two that differ that are taken for the same picture. */
const GAP = 4096;
/** Ranges begin and end at multiples of this. */
const BLOCK = 256;

/**
 * Plays from the reference's state `before` to the frame of `after` and compares with the reference there, in what the
 * profile's fingerprint covers. Then plays `frames` from `after` twice: as it is, and with those bytes put in. The run is
 * left somewhere else. Its machine's memory has to be live.
 */
export function tryReadback(run: Run, profile: Profile, before: Moment, after: Moment, frames: number): Trial {
  const pieces = profile.fingerprint ? piecesOf(profile.fingerprint, run.machine.memory) : [];
  const live = (): Uint8Array[] => pieces.map(({ region, from, to }) => region.bytes.subarray(from, to));
  const memory = (): Uint8Array[] => live().map((bytes) => bytes.slice());
  const load = ({ state, frame, sample }: Moment): void => run.load(state, frame, sample);

  load(before);
  run.play(after.frame - before.frame);
  const own = memory();
  load(after);
  const theirs = memory();
  const written = pieces.map((_, i) => differing(own[i]!, theirs[i]!));
  const ranges = (all: readonly Stretch[][]): Range[] =>
    all.flatMap((stretches, i) => stretches.map((stretch) => rangeOf(pieces[i]!, stretch)));
  if (written.every((stretches) => stretches.length === 0)) return { written: [], moved: [] };

  run.play(frames);
  const undisturbed = memory();
  load(after);
  for (const [i, bytes] of live().entries()) {
    for (const { from, to } of written[i]!) bytes.set(own[i]!.subarray(from, to), from);
  }
  run.play(frames);
  const moved = live().map((bytes, i) => {
    // What was put in may still be there.
    for (const { from, to } of written[i]!) undisturbed[i]!.set(bytes.subarray(from, to), from);
    return differing(bytes, undisturbed[i]!);
  });
  return { written: ranges(written), moved: ranges(moved) };
}

/** Ranges as few as there can be: those that overlap or touch become one. */
export function joinRanges(ranges: readonly Range[]): Range[] {
  const joined: { region: string; from: number; length: number }[] = [];
  for (const { region, from = 0, length = 0 } of ranges.toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))) {
    const last = joined.findLast((range) => range.region === region);
    if (last && from <= last.from + last.length) last.length = Math.max(last.length, from + length - last.from);
    else joined.push({ region, from, length });
  }
  return joined;
}

/** Whether each range is within one of `areas`, as {@link joinRanges} makes them. */
export function contain(areas: readonly Range[], ranges: readonly Range[]): boolean {
  const end = ({ from = 0, length = 0 }: Range): number => from + length;
  const holds = (area: Range, range: Range): boolean =>
    area.region === range.region && (area.from ?? 0) <= (range.from ?? 0) && end(range) <= end(area);
  return ranges.every((range) => areas.some((area) => holds(area, range)));
}

/** The profile with these ranges left out of its fingerprint. */
export function withMasks(profile: Profile, masks: readonly Range[]): Profile {
  const { fingerprint } = profile;
  if (!fingerprint || masks.length === 0) return profile;
  return { ...profile, fingerprint: { ...fingerprint, mask: [...fingerprint.mask, ...masks] } };
}

/** Watches all of the regions that the profile's fingerprint is of. */
export function wholeRegions({ fingerprint, ...profile }: Profile): Profile {
  const names = new Set(fingerprint?.regions.map(({ region }) => region));
  return { ...profile, fingerprint: fingerprint && { regions: [...names].map((region) => ({ region })), mask: [] } };
}

/** "rdram 0x80200000 to 0x802257ff": what people are told. */
export function describeRanges(ranges: readonly Range[]): string {
  const words = ranges.map(({ region, from = 0, length = 1 }) => `${region} ${hex(from)} to ${hex(from + length - 1)}`);
  return words.length > 4 ? `${words.slice(0, 4).join(", ")} and ${words.length - 4} more places` : words.join(", ");
}

const hex = (address: number): string => `0x${address.toString(16).padStart(4, "0")}`;

interface Stretch {
  from: number;
  to: number;
}

function differing(a: Uint8Array, b: Uint8Array): Stretch[] {
  const found: Stretch[] = [];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const last = found.at(-1);
    const from = i - (i % BLOCK);
    const to = Math.min(from + BLOCK, a.length);
    if (last && from - last.to <= GAP) last.to = to;
    else found.push({ from, to });
    i = to - 1;
  }
  return found;
}

function rangeOf({ region, from }: { region: MemoryRegion; from: number }, stretch: Stretch): Range {
  return { region: region.name, from: region.base + from + stretch.from, length: stretch.to - stretch.from };
}
