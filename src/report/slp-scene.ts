import type { SlpDiff } from "../movie/slp/diff.ts";
import { characterName } from "../movie/slp/names.ts";
import type { Slp } from "../movie/slp/reader.ts";
import type { Table } from "../movie/slp/table.ts";
import { type StageShape, stageShape } from "./slp-stage.ts";

/** Columns of a character that the picture needs, in their order: after the step, then its pad. */
const POST = ["x", "y", "percent", "stocks", "facing", "shield", "action"] as const;
const PRE = ["stickX", "stickY", "cX", "cY", "trigger", "physicalButtons"] as const;
const TRACK_COLUMNS = POST.length + PRE.length;
const ITEM_COLUMNS = 3;

/** A game from the side: all but the values of its frames, which {@link SlpSide} has. */
export interface SlpScene {
  readonly first: number;
  readonly rows: number;
  /** Columns of each track. */
  readonly columns: number;
  readonly stage: StageShape;
  readonly tracks: readonly { readonly port: number; readonly follower: boolean; readonly name: string }[];
  readonly differing: readonly number[];
  /** Frames at which a stock was lost, with the port. */
  readonly losses: readonly (readonly [frame: number, port: number])[];
}

/** What one recording has in each row of a scene. */
export interface SlpSide {
  /** For each track, all of its columns, row by row. */
  readonly tracks: Float32Array;
  /** Where the items of each row begin, and where the last ones end. */
  readonly itemStarts: Uint32Array;
  /** x, y and type of all items: three columns. */
  readonly items: Float32Array;
  readonly itemRows: number;
  /** Heights of the two platforms that move, by row: two columns. */
  readonly platforms: Float32Array;
}

/** Frames at most that are shown: 40 minutes. */
const MOST_ROWS = 144_000;

/** One recording, or two of one match: what they are shown in, and each one's values. */
export function slpScene(
  a: Slp,
  b: Slp | undefined,
  diff: SlpDiff | undefined,
): { readonly scene: SlpScene; readonly sides: readonly SlpSide[] } {
  const rows = Math.min(MOST_ROWS, Math.max(a.rows, b?.rows ?? 0));
  const sides = [a, ...(b ? [b] : [])];
  const tracks = sides
    .flatMap((slp) => slp.tracks)
    .filter(
      (track, i, all) =>
        all.findIndex(({ port, follower }) => port === track.port && follower === track.follower) === i,
    )
    .sort((x, y) => x.port - y.port || Number(x.follower) - Number(y.follower))
    .map(({ port, follower }) => ({ port, follower, name: nameOf(a, port, follower) }));
  return {
    scene: {
      first: a.first,
      rows,
      columns: TRACK_COLUMNS,
      stage: stageShape(a),
      tracks,
      differing: diff?.frames ?? [],
      losses: lossesOf(a),
    },
    sides: sides.map((slp) => ({
      tracks: trackValues(slp, a.first, rows, tracks),
      ...itemValues(slp, a.first, rows),
      platforms: platformHeights(slp, a.first, rows),
    })),
  };
}

function nameOf(slp: Slp, port: number, follower: boolean): string {
  const player = slp.start.players.find((one) => one.port === port);
  const name = player ? characterName(player.character) : "?";
  return follower ? `${name}, follower` : name;
}

function trackValues(slp: Slp, first: number, rows: number, tracks: SlpScene["tracks"]): Float32Array {
  const out = new Float32Array(tracks.length * TRACK_COLUMNS * rows).fill(Number.NaN);
  const shift = slp.first - first;
  for (const [t, { port, follower }] of tracks.entries()) {
    const track = slp.tracks.find((one) => one.port === port && one.follower === follower);
    if (!track) continue;
    const columns: [Table, string][] = [
      ...POST.map((name): [Table, string] => [track.post, name]),
      ...PRE.map((name): [Table, string] => [track.pre, name]),
    ];
    for (const [c, [table, name]] of columns.entries()) {
      const column = table.column(name) ?? (name === "physicalButtons" ? table.column("buttons") : undefined);
      if (!column) continue;
      const at = (t * TRACK_COLUMNS + c) * rows;
      const low = name === "physicalButtons" ? 0xffff : undefined;
      for (let row = 0; row < column.length; row++) {
        const to = row + shift;
        if (to >= 0 && to < rows && table.has(row)) out[at + to] = low ? column[row]! & low : column[row]!;
      }
    }
  }
  return out;
}

function itemValues(slp: Slp, first: number, rows: number): Pick<SlpSide, "itemStarts" | "items" | "itemRows"> {
  const itemStarts = new Uint32Array(rows + 1);
  const rowsOf: number[] = [];
  for (let row = 0; row < rows; row++) {
    const range = slp.itemsOf(row + first - slp.first);
    for (let i = 0; i < range.count; i++) rowsOf.push(range.first + i);
    itemStarts[row + 1] = rowsOf.length;
  }
  const items = new Float32Array(rowsOf.length * ITEM_COLUMNS);
  for (const [c, name] of ["x", "y", "type"].entries()) {
    const column = slp.items?.column(name);
    for (const [i, row] of rowsOf.entries()) items[c * rowsOf.length + i] = column?.[row] ?? Number.NaN;
  }
  return { itemStarts, items, itemRows: rowsOf.length };
}

/** Left and right: NaN until the recording says. */
function platformHeights(slp: Slp, first: number, rows: number): Float32Array {
  const out = new Float32Array(rows * 2).fill(Number.NaN);
  for (const { frame, kind, a, b } of slp.stageEvents()) {
    const row = frame - first;
    if (kind !== "platform" || row < 0 || row >= rows) continue;
    // It stays there until another event moves it.
    out.fill(b!, (a === 1 ? 0 : rows) + row, (a === 1 ? 0 : rows) + rows);
  }
  return out;
}

function lossesOf(slp: Slp): [number, number][] {
  const losses: [number, number][] = [];
  for (const { port, follower, post } of slp.tracks) {
    const stocks = follower ? undefined : post.column("stocks");
    for (let row = 1; stocks && row < stocks.length; row++)
      if (post.has(row) && post.has(row - 1) && stocks[row]! < stocks[row - 1]!) losses.push([slp.first + row, port]);
  }
  return losses.sort(([x], [y]) => x - y);
}
