import type { SlpDiff } from "./diff.ts";
import { ACTION, STAGE } from "./names.ts";
import type { Slp } from "./reader.ts";
import { nameOf, sayDifference } from "./say.ts";

/** Why two recordings are likely to part; classes and rows are those of docs/desyncs.md. */
export interface SlpCause {
  readonly class:
    | "boot"
    | "event"
    | "pads"
    | "lag"
    | "loading time"
    | "garbage memory"
    | "rng"
    | "bad state"
    | "file"
    | "unknown";
  /** Rows of the table there that tell of it. */
  readonly rows: readonly number[];
  readonly what: string;
  readonly likely: "likely" | "possible";
  readonly evidence: readonly string[];
}

type Told = Omit<SlpDiff, "cause">;
type Rule = (a: Slp, b: Slp, diff: Told) => SlpCause | undefined;

/** The first rule that fits; the more exact ones come first. */
const RULES: readonly Rule[] = [
  missingFrame,
  ports,
  shift,
  oneFrame,
  patches,
  spawnPlaces,
  stage,
  roll,
  pads,
  rolledBack,
  seeds,
  items,
  stocks,
  dash,
];

/** Undefined when nothing differs. */
export function slpCause(a: Slp, b: Slp, diff: Told): SlpCause | undefined {
  if (diff.same) return undefined;
  for (const rule of RULES) {
    const cause = rule(a, b, diff);
    if (cause) return cause;
  }
  const [first] = diff.first;
  const evidence = first ? [`${sayDifference(first)}; seeds and pads were the same before`] : [];
  return {
    class: "unknown",
    rows: [],
    what: "values part, and nothing in the recordings says why",
    likely: "possible",
    evidence,
  };
}

const likely = (kind: SlpCause["class"], rows: number[], what: string, ...evidence: string[]): SlpCause => ({
  class: kind,
  rows,
  what,
  likely: "likely",
  evidence,
});

function missingFrame(a: Slp, b: Slp, { first }: Told): SlpCause | undefined {
  const [one] = first;
  if (one?.where !== "frame") return undefined;
  const lacks = one.actual === undefined ? b : a;
  const beyond = one.frame > lacks.last;
  const what = beyond
    ? `the game of ${lacks.file} is over before this frame`
    : `${lacks.file} does not hold this frame`;
  return likely(
    beyond ? "unknown" : "file",
    [],
    what,
    beyond ? "both games have an end" : "frames before and after it are there: instep slp verify tells of all gaps",
  );
}

function ports(_a: Slp, _b: Slp, { ports, first, settings }: Told): SlpCause | undefined {
  if (!ports) return undefined;
  const said = ports.map(([from, to]) => `who is on port ${from} is on port ${to} in the other`).join("; ");
  return likely(
    "boot",
    [1],
    "ports have changed places",
    said,
    `${first.length} values differ by it, ${settings.length} settings`,
  );
}

function shift(_a: Slp, _b: Slp, { shift }: Told): SlpCause | undefined {
  if (shift === undefined) return undefined;
  const frames = `${Math.abs(shift)} frame${Math.abs(shift) === 1 ? "" : "s"}`;
  return likely(
    "lag",
    [15],
    `the second one runs ${frames} ${shift > 0 ? "late" : "early"}`,
    `it reads as the first one does ${frames} ${shift > 0 ? "earlier" : "later"}`,
  );
}

/** A game carries a difference on; a single value that is as before in the next frame was changed in the file. */
function oneFrame(_a: Slp, b: Slp, { differing, first, lastDiffering, to }: Told): SlpCause | undefined {
  if (differing !== 1 || first.length !== 1 || lastDiffering === to) return undefined;
  return likely(
    "file",
    [],
    "one value was changed in the file, not by a game",
    `${b.file} is equal in every other frame, also in the next one`,
  );
}

function patches(_a: Slp, _b: Slp, { settings }: Told): SlpCause | undefined {
  const fix = settings.filter(({ field }) => /dashback|shieldDrop|pal|frozenStadium/.test(field));
  const said = settings.map(({ field, expected, actual }) => `${field} was ${expected}, and is ${actual}`);
  if (fix.length > 0)
    return likely(
      "boot",
      /dashback|shieldDrop/.test(fix[0]!.field) ? [1, 3] : [1],
      "a patch is on in one of them only",
      ...said,
    );
  return settings.length > 0 ? likely("boot", [1], "the games were set up differently", ...said) : undefined;
}

function spawnPlaces(a: Slp, _b: Slp, { first }: Told): SlpCause | undefined {
  const place = first.find(({ frame, field }) => frame === a.first && (field === "x" || field === "y"));
  return (
    place &&
    likely(
      "boot",
      [1],
      "players start in other places: neutral spawns are on in one of them only",
      sayDifference(place),
    )
  );
}

function stage(a: Slp, _b: Slp, { first }: Told): SlpCause | undefined {
  const event = first.find(({ where }) => where === "stage");
  if (!event) return undefined;
  const seed = first.find(({ field }) => field === "seed");
  if (a.start.stage === STAGE.stadium && !seed)
    return likely(
      "loading time",
      [5],
      "the stage changes sooner or later: what it loads came at another time",
      sayDifference(event),
    );
  return likely(
    "rng",
    [9],
    "the stage does something else, which it draws",
    sayDifference(event),
    ...(seed ? [sayDifference(seed)] : []),
  );
}

function roll(_a: Slp, _b: Slp, { first }: Told): SlpCause | undefined {
  const action = first.find(
    ({ where, field, expected, actual }) =>
      where === "post" && field === "action" && [expected, actual].includes(ACTION.damageFlyRoll),
  );
  const other = action && Number(action.expected === ACTION.damageFlyRoll ? action.actual : action.expected);
  if (other === undefined || other < ACTION.damageFlyLow || other > ACTION.damageFlyHigh) return undefined;
  return likely("rng", [11], "who is hit tumbles in one of them only, which is drawn at pri1", sayDifference(action!));
}

function pads(_a: Slp, _b: Slp, { first }: Told): SlpCause | undefined {
  const raw = first.find(({ where, field }) => where === "pre" && /^raw/.test(field));
  const read = first.find(
    ({ where, field }) => where === "pre" && /^(stick|c[XY]|trigger|buttons|physical)/.test(field),
  );
  if (read)
    return likely(
      "pads",
      [3, 4],
      "the game was given other inputs",
      sayDifference(read),
      ...(raw ? [sayDifference(raw)] : ["the raw pad is the same, or not recorded"]),
    );
  return (
    raw &&
    likely(
      "pads",
      [3, 4],
      "the raw pads differ, which UCF looks at; what the game made of them is the same",
      sayDifference(raw),
    )
  );
}

/** A state that was loaded for a rollback just before. */
function rolledBack(a: Slp, b: Slp, { first }: Told): SlpCause | undefined {
  const at = first[0]?.frame;
  if (at === undefined) return undefined;
  for (const slp of [a, b]) {
    const near = slp.resent.find((frame) => frame === at || frame === at - 1);
    if (near !== undefined)
      return {
        ...likely(
          "bad state",
          [17],
          "a rollback brought back a state that was not whole",
          `${slp.file} rolled back to frame ${near}, and parts at frame ${at}`,
        ),
        likely: "possible",
      };
  }
  return undefined;
}

function seeds(_a: Slp, _b: Slp, { first, firstSeed, firstValue }: Told): SlpCause | undefined {
  if (!firstSeed || firstSeed.frame !== first[0]?.frame) return undefined;
  const { draws } = firstSeed;
  const counted =
    draws === undefined
      ? "no number of draws leads from one to the other"
      : `${Math.abs(draws)} draw${Math.abs(draws) === 1 ? "" : "s"} too ${draws < 0 ? "few" : "many"}`;
  const shows = firstValue
    ? `it shows from frame ${firstValue.frame} on: ${sayDifference(firstValue)}`
    : "it shows in nothing that is recorded";
  const within = firstSeed.where === "start" ? "since the frame before" : "between the frame's start and its pads";
  const item = firstValue?.where === "item";
  return likely(
    "rng",
    firstSeed.where === "start" ? (item ? [8, 12] : [8]) : item ? [10, 12] : [9, 11],
    "draws are not in step",
    `${nameOf(firstSeed)}: ${counted}, drawn ${within}`,
    shows,
  );
}

function items(a: Slp, _b: Slp, { first }: Told): SlpCause | undefined {
  const item = first.find(({ where }) => where === "item");
  if (!item) return undefined;
  const none = a.itemsOf(item.frame - a.first - 1).count === 0;
  if (a.start.stage === STAGE.yoshis && none)
    return {
      ...likely("garbage memory", [6], "another flock comes, though seeds are the same", sayDifference(item)),
      likely: "possible",
    };
  return {
    ...likely("rng", [10, 12], "another item, drawn in the middle of the frame", sayDifference(item)),
    likely: "possible",
  };
}

function stocks(a: Slp, _b: Slp, { first }: Told): SlpCause | undefined {
  const stock = first.find(({ where, field }) => where === "post" && (field === "stocks" || field === "event"));
  if (!stock || !a.start.teams) return undefined;
  return likely("event", [2], "a stock was stolen in one of them only, which no input says", sayDifference(stock));
}

function dash(_a: Slp, _b: Slp, { first }: Told): SlpCause | undefined {
  const action = first.find(({ where, field }) => where === "post" && field === "action");
  const turns: unknown[] = [ACTION.turn, ACTION.dash];
  if (!action || !turns.includes(action.expected) || !turns.includes(action.actual)) return undefined;
  return likely(
    "pads",
    [3, 13],
    "a dash in one of them is a turn in the other, with the same inputs: the history of raw pads, or a stack that was written over",
    sayDifference(action),
  );
}
