import { Problem } from "../../problem.ts";
import { alignment } from "./alignment.ts";
import { type SlpCause, slpCause } from "./cause.ts";
import { Comparison, type SlpDifference } from "./compare.ts";
import { drawsAhead } from "./lcg.ts";
import type { Slp } from "./reader.ts";
import { type SettingDifference, settingDifferences } from "./settings.ts";

/** Where two recordings of one match part. `expected` is the first one's. */
export interface SlpDiff {
  /** They hold the same, as far as both are known. */
  readonly same: boolean;
  /** Frames that were compared: those that both hold, and that no rollback changes any more. */
  readonly from: number;
  readonly to: number;
  readonly compared: number;
  /** Frames of them in which anything differs, and the last one. */
  readonly differing: number;
  readonly lastDiffering: number | undefined;
  /** Settings of the game that differ. */
  readonly settings: readonly SettingDifference[];
  /** What else differs, and says nothing about the game. */
  readonly notes: readonly string[];
  /** All that differs in the first frame that does, in the order of the game's frame. */
  readonly first: readonly SlpDifference[];
  readonly firstSeed: (SlpDifference & { readonly draws: number | undefined }) | undefined;
  readonly firstValue: SlpDifference | undefined;
  /** What parted first. */
  readonly order: "rng first" | "values first" | "same frame" | undefined;
  /** Ports that changed places from the first difference on: those of B, in the order of A's. */
  readonly ports: readonly (readonly [a: number, b: number])[] | undefined;
  /** B plays what A does so many frames later (earlier when negative), from the first difference on. */
  readonly shift: number | undefined;
  readonly cause: SlpCause | undefined;
  /** Frames that differ, for plots. */
  readonly frames: readonly number[];
}

/** Compares two recordings of one match. Throws a Problem when they are of two matches. */
export function diffSlp(a: Slp, b: Slp): SlpDiff {
  refuseOthers(a, b);
  const { settings, notes } = settingDifferences(a, b);
  const comparison = new Comparison(a, b);
  const from = Math.min(a.first, b.first);
  const to = lastShared(a, b, notes);
  const frames: number[] = [];
  let first: SlpDifference[] = [];
  let firstSeed: SlpDifference | undefined;
  let firstValue: SlpDifference | undefined;
  for (let frame = from; frame <= to; frame++) {
    if (comparison.same(frame)) continue;
    frames.push(frame);
    if (firstSeed && firstValue) continue;
    const found = comparison.differences(frame);
    if (first.length === 0) first = found;
    firstSeed ??= found.find(({ field }) => field === "seed");
    firstValue ??= found.find(({ field }) => field !== "seed");
  }
  const at = frames[0];
  const { ports, shift } = at === undefined ? {} : alignment(a, b, at);
  const told = {
    same: frames.length === 0 && settings.length === 0,
    from,
    to,
    compared: Math.max(0, to - from + 1),
    differing: frames.length,
    lastDiffering: frames.at(-1),
    settings,
    notes,
    first,
    firstSeed: firstSeed && { ...firstSeed, draws: drawsAhead(Number(firstSeed.expected), Number(firstSeed.actual)) },
    firstValue,
    order: orderOf(firstSeed, firstValue),
    ports,
    shift,
    frames,
  };
  return { ...told, cause: slpCause(a, b, told) };
}

function orderOf(seed: SlpDifference | undefined, value: SlpDifference | undefined): SlpDiff["order"] {
  if (!seed && !value) return undefined;
  if (seed && value && seed.frame === value.frame) return "same frame";
  return seed && seed.frame < (value?.frame ?? Number.POSITIVE_INFINITY) ? "rng first" : "values first";
}

/** The last frame that can be compared; where one of them ends sooner is noted, or counts when its game had ended. */
function lastShared(a: Slp, b: Slp, notes: string[]): number {
  const [lastA, lastB] = [a.confirmed, b.confirmed];
  if (lastA === lastB) return lastA;
  const [short, long] = lastA < lastB ? [a, b] : [b, a];
  // Both games are over by their own account: then the longer one has frames that the other one should have.
  const noContest = 7;
  if (a.end && b.end && a.end.method !== noContest && b.end.method !== noContest) return long.confirmed;
  notes.push(
    `${short.file} ends at frame ${short.confirmed}, ${long.file} at ${long.confirmed}: compared up to the earlier one`,
  );
  return short.confirmed;
}

/** Frames that one recording may begin before the other. */
const MOST_EARLIER = 600;

function refuseOthers(a: Slp, b: Slp): void {
  const [one, other] = [a.start, b.start];
  const matchOf = ({ session, game, tiebreak }: typeof one): string => `${session} game ${game}.${tiebreak}`;
  const who = ({ players }: typeof one): string =>
    players
      .map(({ character }) => character)
      .sort()
      .join();
  const why =
    one.session && other.session && matchOf(one) !== matchOf(other)
      ? `${matchOf(one)}, ${matchOf(other)}`
      : one.seed !== other.seed && (one.stage !== other.stage || who(one) !== who(other))
        ? "other seeds, and other stages or characters"
        : Math.abs(a.first - b.first) > MOST_EARLIER
          ? `their first frames are ${a.first} and ${b.first}`
          : undefined;
  if (why) throw new Problem(`${a.file} and ${b.file}: are of two matches (${why}); give two recordings of one`);
}
