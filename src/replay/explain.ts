import type { Readings } from "../watch/readings.ts";
import { bootCauses, type Candidate, entryCause, eventCause, stateCause, unknownCause } from "./causes.ts";
import { lagCause } from "./lag-cause.ts";
import type { Replay } from "./replay.ts";
import { entrySigns, type Played } from "./signs.ts";

/** What makes a playback part, by its short name; docs/desyncs.md describes each. */
export type CauseClass =
  | "boot"
  | "garbage memory"
  | "rng"
  | "pads"
  | "loading time"
  | "event"
  | "lag"
  | "bad state"
  | "core"
  | "unknown";

/** The draws of an RNG that a playback made too many, or, below 0, too few, since it last was as recorded. */
export interface DrawsOff {
  readonly rng: string;
  /** Found out at this moment, in the step that led to this frame. */
  readonly moment: string;
  readonly frame: number;
  readonly difference: number;
}

/** A reason for which a playback parted, and what speaks for it. */
export interface Cause {
  readonly class: CauseClass;
  /** In a few words: `rng: 2 draws of "seed" too many before "logic"`. */
  readonly what: string;
  /** "certain": it was seen to differ, and all that followed depends on it. "likely": it was seen to differ first. */
  readonly likely: "certain" | "likely" | "possible";
  /** The first frame with a sign of it. */
  readonly frame: number;
  readonly evidence: readonly string[];
  readonly draws?: DrawsOff;
  /** What cures it, in a sentence. */
  readonly advice: string;
}

/** Why a playback parted: its likeliest cause, and others that fit, likeliest first. */
export interface Explanation extends Cause {
  /** The first frame whose readings differ: it may come long after the cause. Undefined when none does. */
  readonly visible: number | undefined;
  readonly others: readonly Cause[];
}

const RANK = { certain: 0, likely: 1, possible: 2 } as const;

/**
 * Explains why a playback parted from its recording, from what differed first: captures, counts of moments, events,
 * polls, readings. `readings` are those of the playback as far as they are known, the frames around the first difference at
 * least. Undefined when nothing differed.
 */
export function explain(replay: Replay, played: Played, readings: Readings | undefined): Explanation | undefined {
  const { first, notes } = played;
  const visible = first?.frame;
  const signs = notes ? entrySigns(replay, notes, visible) : [];
  const found = [
    ...signs.map((sign) => entryCause(sign, played)),
    lagCause(replay, played, readings),
    eventCause(replay, played, readings),
    stateCause(replay, played),
    ...(first ? bootCauses(played) : []),
  ].filter((cause) => cause !== undefined);
  const causes = visible === undefined ? found : found.map((cause) => judged(cause, visible));
  if (first && causes.every(({ likely }) => likely === "possible")) causes.push(unknownCause(replay, played));
  if (causes.length === 0) return undefined;
  const alone = !causes.some(({ likely }) => likely !== "possible");
  const [best, ...others] = firstOfClass(alone ? causes.map(promoted) : causes);
  return { ...plain(best!), visible, others: others.map(plain) };
}

/** What was found only after the readings differed is more likely an effect than the cause. */
function judged(cause: Candidate, visible: number): Candidate {
  if (cause.likely !== "likely" || cause.when <= visible) return cause;
  const late = `it shows only after frame ${visible}, where the readings differ already`;
  return { ...cause, likely: "possible", evidence: [...cause.evidence, late] };
}

/** Where nothing was seen to differ before the readings did, a boot that differs is the likely cause. */
function promoted(cause: Candidate): Candidate {
  return cause.class === "unknown" || cause.when > 0 ? cause : { ...cause, likely: "likely" };
}

/** In order, and of each class only the first: what follows it is its effect. */
function firstOfClass(causes: readonly Candidate[]): Candidate[] {
  const order = causes.toSorted((a, b) => RANK[a.likely] - RANK[b.likely] || a.when - b.when);
  return order.filter((cause, i) => order.findIndex((other) => other.class === cause.class) === i);
}

function plain({ when: _when, ...cause }: Candidate): Cause {
  return cause;
}
