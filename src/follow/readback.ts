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

/** Bytes that a run has in its memory where the reference has others. */
export interface Patch {
  readonly range: Range;
  readonly bytes: Uint8Array;
}

/** Equal bytes between two that differ that are taken for the same picture. */
const GAP = 4096;
/** Ranges begin and end at multiples of this. */
const BLOCK = 256;

/**
 * Plays from the reference's state `before` to the frame of `after`: what is in memory there that is not in `after`, of what the
 * profile's fingerprint covers. The run is left at `after`. Its machine's memory has to be live.
 */
export function drawnFrom(run: Run, profile: Profile, before: Moment, after: Moment): Patch[] {
  load(run, before);
  run.play(after.frame - before.frame);
  const pieces = watched(run, profile);
  const own = copyOf(pieces);
  load(run, after);
  return pieces.flatMap((piece, i) =>
    differing(own[i]!, bytesOf(piece)).map((stretch) => ({
      range: rangeOf(piece, stretch),
      bytes: own[i]!.slice(stretch.from, stretch.to),
    })),
  );
}

/**
 * Plays some frames from the reference's state twice, as it is and with these bytes put into memory: where else memory
 * differs then. Empty when nobody reads them. The run is left somewhere else.
 */
export function movedBy(run: Run, profile: Profile, from: Moment, patches: readonly Patch[], frames: number): Range[] {
  load(run, from);
  run.play(frames);
  const pieces = watched(run, profile);
  const undisturbed = copyOf(pieces);
  load(run, from);
  for (const { range, bytes } of patches) {
    const region = run.machine.memory.find(({ name }) => name === range.region)!;
    region.bytes.set(bytes, (range.from ?? region.base) - region.base);
  }
  run.play(frames);
  const areas = joinRanges(patches.map(({ range }) => range));
  return pieces
    .flatMap((piece, i) => differing(bytesOf(piece), undisturbed[i]!).map((stretch) => rangeOf(piece, stretch)))
    .filter((range) => !contain(areas, [range]));
}

/** Ranges as few as there can be: those that overlap, touch or are no further apart than `gap` become one. */
export function joinRanges(ranges: readonly Range[], gap = 0): Range[] {
  const joined: { region: string; from: number; length: number }[] = [];
  for (const { region, from = 0, length = 0 } of ranges.toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))) {
    const last = joined.findLast((range) => range.region === region);
    if (last && from <= last.from + last.length + gap) last.length = Math.max(last.length, from + length - last.from);
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

type Piece = ReturnType<typeof piecesOf>[number];

const watched = ({ machine }: Run, { fingerprint }: Profile): Piece[] =>
  fingerprint ? piecesOf(fingerprint, machine.memory) : [];
const bytesOf = ({ region, from, to }: Piece): Uint8Array => region.bytes.subarray(from, to);
const copyOf = (pieces: readonly Piece[]): Uint8Array[] => pieces.map((piece) => bytesOf(piece).slice());
const load = (run: Run, { state, frame, sample }: Moment): void => run.load(state, frame, sample);

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

function rangeOf({ region, from }: Piece, stretch: Stretch): Range {
  return { region: region.name, from: region.base + from + stretch.from, length: stretch.to - stretch.from };
}
