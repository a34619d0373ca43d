import { diffSlp, type SlpDiff } from "../../../movie/slp/diff.ts";
import { stageName } from "../../../movie/slp/names.ts";
import { readSlp, type Slp } from "../../../movie/slp/reader.ts";
import { sayDifference } from "../../../movie/slp/say.ts";
import { summarize } from "../../../movie/slp/summary.ts";
import { Problem } from "../../../problem.ts";
import { type SlpScene, type SlpSide, slpScene } from "../../../report/slp-scene.ts";
import type { GameFile, Mark, Opened } from "../source.ts";
import { ASPECT } from "./picture.ts";

/** A Slippi recording to be shown, or two of one match. Frames of the player are rows: its frame 0 is the recording's first one. */
export interface SlpGame {
  readonly opened: Opened;
  readonly scene: SlpScene;
  readonly sides: readonly SlpSide[];
  /** Where the second recording parts from the first. */
  readonly parted: { readonly frame: number; readonly line: string } | undefined;
}

/** The most marks of one kind. */
const MOST_MARKS = 300;

/** Throws a Problem for what is no Slippi recording, and for two that are not of one match. */
export function openGame(file: GameFile, against: GameFile | undefined): SlpGame {
  const a = readSlp(file.name, file.bytes);
  const b = against && readSlp(against.name, against.bytes);
  if (a.rows === 0) throw new Problem(`${file.name}: it holds no frame`);
  const diff = b && diffSlp(a, b);
  const { scene, sides } = slpScene(a, b, diff);
  const first = diff?.first[0];
  const opened: Opened = {
    kind: "replay",
    game: file.name,
    system: stageName(a.start.stage),
    core: `Slippi ${a.start.version}`,
    players: summarize(a).players.map(({ character, name }) => (name ? `${name} (${character})` : character)),
    frames: scene.rows - 1,
    fps: { num: 60, den: 1 },
    aspect: ASPECT,
    drawn: true,
    compares: false,
    remarks: [`Frame 0 is Slippi's frame ${a.first}.`, ...troubleOf(a), ...(diff ? comparedWith(against!, diff) : [])],
    marks: marksOf(a, scene, against?.name),
  };
  const parted = first && { frame: first.frame - a.first, line: `Slippi's ${first.frame}: ${sayDifference(first)}` };
  return { opened, scene, sides, parted };
}

function troubleOf(slp: Slp): string[] {
  if (slp.damage !== undefined) return [`It is damaged: ${slp.damage}. What comes before plays.`];
  return slp.complete ? [] : ["It was cut off, or is still being written: what is there plays."];
}

function comparedWith({ name }: GameFile, { compared, differing, settings, cause }: SlpDiff): string[] {
  const others = settings.map(({ field, expected, actual }) => `${field} is ${actual} there, ${expected} here`);
  return [
    differing === 0 ? `All ${compared} frames are those of ${name}.` : `${differing} of ${compared} frames differ.`,
    ...(others.length > 0 ? [`Settings: ${others.join("; ")}.`] : []),
    ...(cause ? [`Why: ${cause.what} (${cause.likely}).`] : []),
  ];
}

/** Each stretch that differs, lost stocks, and where a damaged file ends. */
function marksOf({ damage }: Slp, { first, rows, differing, losses }: SlpScene, other: string | undefined): Mark[] {
  const begins = differing.filter((frame, i) => differing[i - 1] !== frame - 1);
  return [
    ...begins
      .slice(0, MOST_MARKS)
      .map((frame): Mark => ({ frame: frame - first, kind: "desync", text: `Not as in ${other}` })),
    ...losses
      .slice(0, MOST_MARKS)
      .map(([frame, port]): Mark => ({ frame: frame - first, kind: "event", text: `Port ${port} loses a stock` })),
    ...(damage === undefined ? [] : [{ frame: rows - 1, kind: "end" as const, text: "The file is damaged here" }]),
  ];
}
