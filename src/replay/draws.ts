import type { RngSpec } from "../watch/restores.ts";
import { Rng } from "../watch/rng.ts";
import type { Entry, Tape } from "../watch/tape.ts";
import type { Replay } from "./replay.ts";
import type { Notes, Parting } from "./restorer.ts";

/** Draws beyond which two states are taken to have nothing to do with each other: of few states, some are near by chance. */
const FAR = { u8: 8, u16: 512, u32: 10_000, u64: 10_000 } as const;
/** In a frame no game draws more. */
const MOST_A_FRAME = 4096;

/**
 * Draws by which an RNG's state is ahead of the recorded one; below 0: behind it. Undefined where the algorithm is not
 * known, or no number of draws within {@link FAR} leads from one to the other: it was seeded or written otherwise.
 */
export function drawsAhead(spec: RngSpec | undefined, expected: Uint8Array, actual: Uint8Array): number | undefined {
  if (!spec?.algorithm) return undefined;
  const rng = new Rng(spec, spec.endian ?? "little");
  const far = FAR[spec.type];
  const ahead = rng.calls(expected, 0, actual, 0, far);
  const behind = rng.calls(actual, 0, expected, 0, ahead < 0 ? far : ahead);
  if (behind > 0 && (ahead < 0 || behind < ahead)) return -behind;
  return ahead < 0 ? undefined : ahead;
}

/** The draws of one RNG in the step that led to a frame; undefined where no count leads from one state to the next. */
export interface DrawsAt {
  readonly frame: number;
  readonly recorded: number | undefined;
  readonly played: number | undefined;
}

/** What one RNG drew from frame to frame, when it was recorded and when it was played, at one of its moments. */
export interface DrawTimeline {
  readonly rng: string;
  readonly moment: string;
  /** In order of frames: from one time that the moment came first in a frame to the next. */
  readonly rows: readonly DrawsAt[];
}

/** A timeline for each RNG of the recording whose algorithm is known, as far as the notes say what the playback held. */
export function drawTimelines({ tapes, profile, frames }: Replay, notes: Notes): DrawTimeline[] {
  const whole = notes.parted === notes.partings.length;
  const end = whole ? frames : (notes.partings.at(-1)?.frame ?? 1) - 1;
  return (profile?.rng ?? []).flatMap((spec) => {
    if (!spec.algorithm) return [];
    const tape = tapes.find(({ moment }) => moment.name !== "start" && moment.entries.some(isOf(spec)));
    const entry = tape?.moment.entries.find(isOf(spec));
    if (!tape || !entry) return [];
    return [{ rng: spec.name, moment: tape.moment.name, rows: timeline(tape, entry, spec, notes, end) }];
  });
}

const isOf = (spec: RngSpec) => (entry: Entry) => entry.kind === "rng" && entry.name === spec.name;

function timeline(tape: Tape, { offset }: Entry, spec: RngSpec, notes: Notes, end: number): DrawsAt[] {
  const rng = new Rng(spec, spec.endian ?? "little");
  const own = notes.partings.filter((parting) => parting.entry === spec.name);
  const lost = new Set(notes.miscounts.filter((m) => m.moment === tape.moment.name && !m.actual).map((m) => m.frame));
  const rows: DrawsAt[] = [];
  let before = -1;
  let next = 0;
  // Draws too many that the playback's state holds.
  let carried: number | undefined = 0;
  for (let frame = 1; frame <= end; frame++) {
    const at = tape.at(frame, 0);
    if (at < 0) continue;
    let more: number | undefined = 0;
    let here: Parting | undefined;
    while (next < own.length && !isAfter(own[next]!, frame, tape.moment.name)) {
      here = own[next++]!;
      const ahead = drawsAhead(spec, here.expected, here.actual);
      more = plus(more, plus(ahead, negative(carried)));
      carried = here.restored ? 0 : ahead;
    }
    const equalHere = !(here?.frame === frame && here.moment === tape.moment.name && here.n === 0);
    if (equalHere && carried !== 0) {
      more = plus(more, negative(carried));
      carried = 0;
    }
    if (before >= 0) {
      const draws = rng.calls(tape.bytes, before, tape.bytes, at + offset, MOST_A_FRAME);
      const recorded = draws < 0 ? undefined : draws;
      rows.push({ frame, recorded, played: lost.has(frame) ? undefined : plus(recorded, more) });
    }
    before = at + offset;
  }
  return rows;
}

/** It was found after the moment came first in that frame. */
const isAfter = (parting: Parting, frame: number, moment: string): boolean =>
  parting.frame > frame ||
  (parting.frame === frame &&
    (parting.moment === moment ? parting.n > 0 : moment === "frame" && parting.moment !== "start"));

const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
const negative = (a: number | undefined): number | undefined => (a === undefined ? undefined : -a);
