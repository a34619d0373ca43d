import type { Boot } from "../machine/boot.ts";
import type { Profile } from "../watch/profile.ts";
import { type Divergence, equalReading, firstDivergence, type Readings, sliceReadings } from "../watch/readings.ts";
import type { ReadingsLog } from "../watch/readings-log.ts";
import type { Entry } from "../watch/tape.ts";
import type { Happening, Replay } from "./replay.ts";
import type { Notes, Parting } from "./restorer.ts";

/** How a recording was played, as far as it explains why it parted; what follow/playback.node.ts returns is one. */
export interface Played {
  /** In what the boot differs from the recording's: [recorded, played]. */
  readonly differences: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** What the core cannot do of the profile, in words. */
  readonly uncovered: readonly string[];
  /** The first frame whose readings differ. */
  readonly first: Divergence | undefined;
  readonly notes: Notes | undefined;
  readonly polling: "exact" | "frame";
  /** Frames at which a state was loaded. */
  readonly repairs: readonly number[];
  readonly boot: Pick<Boot, "core">;
}

export const otherCore = (differences: Played["differences"]): boolean =>
  Object.keys(differences).some((what) => what.startsWith("core."));

/** The first frames that polled otherwise than recorded. */
export interface PollSign {
  readonly frame: number;
  readonly expected: number;
  readonly actual: number;
  /** Frames that did, of those that are known. */
  readonly frames: number;
}

/**
 * Where the playback polled its pads otherwise. Two cores count reads differently, so between them only that a frame
 * polled, or did not, counts; and a core that polls once a frame, whatever the game does, says nothing.
 */
export function pollSign(
  expected: ReadingsLog,
  actual: Readings,
  from: number,
  { polling, differences }: Pick<Played, "polling" | "differences">,
): PollSign | undefined {
  if (polling !== "exact") return undefined;
  const count = Math.min(actual.count, expected.length - actual.first);
  if (count <= 0) return undefined;
  const { polls } = expected.slice(actual.first, count);
  const sameCore = !otherCore(differences);
  if (!sameCore && polls.every((n) => n === polls[polls.length - 1])) return undefined;
  let first: Omit<PollSign, "frames"> | undefined;
  let frames = 0;
  for (let row = Math.max(0, from - actual.first); row < count; row++) {
    const [e, a] = [polls[row]!, actual.polls[row]!];
    if (sameCore ? e === a : e > 0 === a > 0) continue;
    frames++;
    first ??= { frame: actual.first + row, expected: e, actual: a };
  }
  return first && { ...first, frames };
}

/** Frames by which a playback may be found to be off. */
const FARTHEST = 8;
/** Rows that are looked at, and values in them that must be as recorded at another frame and not at their own to be sure. */
const ROWS = 12;
const SURE = 2;

/**
 * Frames by which the playback is ahead of the recording (below 0: behind) at its first difference: what it reads there was
 * recorded that much later. Undefined where no such shift fits. It need not last: from then on the game gets its inputs
 * at other times. One value alone makes it not `sure`.
 */
export function shiftSign(
  profile: Profile,
  expected: ReadingsLog,
  actual: Readings,
  first: number,
): { frames: number; sure: boolean } | undefined {
  if (first < actual.first || first >= actual.first + actual.count) return undefined;
  for (let distance = 1; distance <= FARTHEST; distance++)
    for (const frames of [distance, -distance])
      if (moved(profile, expected, actual, first, frames) >= SURE) return { frames, sure: true };
  const frames = [1, -1].find((shift) => moved(profile, expected, actual, first, shift) > 0);
  return frames === undefined ? undefined : { frames, sure: false };
}

/** Values that are as recorded `shift` frames later and not as at their own frame, in the rows from `first` on in which all are. */
function moved(profile: Profile, expected: ReadingsLog, actual: Readings, first: number, shift: number): number {
  const width = profile.probes.length;
  const end = Math.min(first + ROWS, actual.first + actual.count, expected.length - Math.max(0, shift));
  let count = 0;
  /** One row alone may be anything that did not happen: its values stay as they were. */
  let rows = 0;
  const found = (): number => (rows < 2 ? Math.min(count, SURE - 1) : count);
  for (let frame = first; frame < end && frame + shift >= 0; frame++) {
    const [own, other] = [expected.slice(frame, 1), expected.slice(frame + shift, 1)];
    const at = frame - actual.first;
    let here = 0;
    for (let p = 0; p < width; p++) {
      const value = actual.values[at * width + p]!;
      if (!equalReading(profile.probes[p]!, other.values[p]!, value)) return found();
      if (!equalReading(profile.probes[p]!, own.values[p]!, value)) here++;
    }
    if (other.prints[0] === actual.prints[at] && own.prints[0] !== other.prints[0]) here += SURE;
    else if (width === 0) return found();
    count += here;
    if (here > 0) rows++;
  }
  return found();
}

/**
 * A core ended the frame at another instruction than the core that recorded it: what the game was about to write then
 * differs, and the game itself need not. `busy`: the frame is, or starts, a lag frame, so that the game was in the middle
 * of its work; `passes`: some frames later all reads as recorded again.
 */
export function cutSign(
  { profile, readings: expected }: Replay,
  actual: Readings,
  { first, polling, differences }: Played,
): { busy: boolean; passes: boolean } | undefined {
  if (!profile || !first || first.frame < Math.max(1, actual.first) || !otherCore(differences)) return undefined;
  // The game is at work where a frame ends without another poll in it or in the next.
  const until = Math.min(first.frame + 2, expected.length, actual.first + actual.count);
  const { polls } = expected.slice(first.frame, until - first.frame);
  const here = polling === "exact" ? actual.polls.subarray(first.frame - actual.first, until - actual.first) : polls;
  const busy = polls.includes(0) || here.includes(0);
  const count = Math.min(ROWS, actual.first + actual.count - first.frame, expected.length - first.frame);
  const rows = Array.from({ length: count }, (_, i) => first.frame + i);
  const passes = rows.some((f) => !firstDivergence(profile, expected.slice(f, 1), sliceReadings(actual, f, 1)));
  return busy || passes ? { busy, passes } : undefined;
}

export function whenOf({ frame, moment }: { frame: number; moment: string }): number {
  return moment === "start" || moment === "frame" ? frame - 1 : frame - 0.5;
}

/** A parting with the entry of the profile that it is of. */
export interface EntrySign {
  readonly parting: Parting;
  readonly entry: Entry;
}

/**
 * The parting of each entry that says most, in the order in which they were found: the first one, or, where that was put
 * back and the readings differ even so, the last one before they did. Before the profile's first frame a game has not set
 * up its memory, so that only what nobody initialises says something.
 */
export function entrySigns({ profile, tapes }: Replay, notes: Notes, visible: number | undefined): EntrySign[] {
  const entries = new Map(tapes.flatMap(({ moment }) => moment.entries.map((entry) => [entry.name, entry])));
  const from = profile?.from ?? 0;
  const signs = [...entries.values()].flatMap((entry): EntrySign[] => {
    const own = notes.partings.filter((p) => p.entry === entry.name && (entry.kind === "garbage" || p.frame > from));
    const first = own.find((parting) => !parting.restored) ?? own[0];
    if (!first) return [];
    if (!first.restored || visible === undefined) return [{ parting: first, entry }];
    return [{ parting: own.findLast((parting) => whenOf(parting) <= visible) ?? first, entry }];
  });
  return signs.sort((a, b) => notes.partings.indexOf(a.parting) - notes.partings.indexOf(b.parting));
}

/** An event that came in one of the two and not in the other. */
export interface EventSign extends Omit<Happening, "data"> {
  readonly name: string;
  readonly recorded: boolean;
}

/** Events that notes keep: of what came after as many, nothing is known. */
const KEPT = 1000;

/** The first event that the playback had and the recording had not, or the other way round, in the frames that were played. */
export function eventSign(
  { profile, happenings, recording }: Replay,
  { notes, uncovered }: Played,
  readings: Readings | undefined,
): EventSign | undefined {
  const unseen = uncovered.some((what) => what.includes("no hooks"));
  if (!profile || !notes || !readings || !recording.hooks || unseen) return undefined;
  const last = notes.seen.length < KEPT ? readings.first + readings.count - 1 : notes.seen.at(-1)!.frame;
  const known = ({ frame }: Happening): boolean => frame >= readings.first && frame < last;
  const keyed = (events: readonly Happening[]) =>
    new Map(events.filter(known).map((event) => [`${event.frame} ${event.event}`, event]));
  const [recorded, seen] = [keyed(happenings), keyed(notes.seen)];
  const odd = [
    ...[...recorded].filter(([key]) => !seen.has(key)).map(([, event]) => ({ ...event, recorded: true })),
    ...[...seen].filter(([key]) => !recorded.has(key)).map(([, event]) => ({ ...event, recorded: false })),
  ];
  const [first] = odd.sort((a, b) => a.frame - b.frame);
  return first && { ...first, name: profile.events[first.event]?.name ?? "?" };
}
