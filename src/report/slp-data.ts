import { zlibSync } from "fflate";
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

/** What the page's script plays. */
export interface SlpViewData {
  readonly first: number;
  readonly rows: number;
  /** Columns of each track. */
  readonly columns: number;
  readonly stage: StageShape;
  readonly tracks: readonly { readonly port: number; readonly follower: boolean; readonly name: string }[];
  /** One recording, or two: the second one's bits are those in which it differs from the first. */
  readonly sides: readonly SlpSide[];
  readonly differing: readonly number[];
  /** Frames at which a stock was lost, with the port. */
  readonly losses: readonly (readonly [frame: number, port: number])[];
}

export interface SlpSide {
  /** For each track, all of its columns, row by row; packed. */
  readonly tracks: string;
  /** Items of each row. */
  readonly itemCounts: string;
  /** x, y and type of all items: three columns. */
  readonly items: string;
  readonly itemRows: number;
  /** Heights of the two platforms that move, by row: two columns. */
  readonly platforms: string;
}

/** Frames at most that a page holds: 40 minutes. */
const MOST_ROWS = 144_000;

/** Packs one recording, or two of one match, for the page. */
export function slpViewData(a: Slp, b: Slp | undefined, diff: SlpDiff | undefined): SlpViewData {
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
  let expected: Float32Array | undefined;
  const packedSides = sides.map((slp): SlpSide => {
    const values = trackValues(slp, a.first, rows, tracks);
    const bits = new Uint32Array(values.slice().buffer);
    if (expected) {
      const before = new Uint32Array(expected.buffer);
      for (let i = 0; i < bits.length; i++) bits[i]! ^= before[i]!;
    }
    expected ??= values;
    return {
      tracks: packed(new Float32Array(bits.buffer)),
      ...itemValues(slp, a.first, rows),
      platforms: packed(platformHeights(slp, a.first, rows)),
    };
  });
  return {
    first: a.first,
    rows,
    columns: TRACK_COLUMNS,
    stage: stageShape(a),
    tracks,
    sides: packedSides,
    differing: diff?.frames ?? [],
    losses: lossesOf(a),
  };
}

function nameOf(slp: Slp, port: number, follower: boolean): string {
  const player = slp.start.players.find((one) => one.port === port);
  const name = player ? characterName(player.character) : "?";
  return follower ? `${name}, follower` : name;
}

function trackValues(slp: Slp, first: number, rows: number, tracks: SlpViewData["tracks"]): Float32Array {
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

function itemValues(slp: Slp, first: number, rows: number): Pick<SlpSide, "itemCounts" | "items" | "itemRows"> {
  const counts = new Float32Array(rows);
  const rowsOf: number[] = [];
  for (let row = 0; row < rows; row++) {
    const range = slp.itemsOf(row + first - slp.first);
    counts[row] = range.count;
    for (let i = 0; i < range.count; i++) rowsOf.push(range.first + i);
  }
  const items = new Float32Array(rowsOf.length * ITEM_COLUMNS);
  for (const [c, name] of ["x", "y", "type"].entries()) {
    const column = slp.items?.column(name);
    for (const [i, row] of rowsOf.entries()) items[c * rowsOf.length + i] = column?.[row] ?? Number.NaN;
  }
  return { itemCounts: packed(counts), items: packed(items), itemRows: rowsOf.length };
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

/** Base64 of a zlib stream of the floats by byte planes. */
function packed(floats: Float32Array): string {
  const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  const planes = new Uint8Array(bytes.length);
  const count = floats.length;
  for (let i = 0; i < count; i++) for (let b = 0; b < 4; b++) planes[b * count + i] = bytes[i * 4 + b]!;
  return Buffer.from(zlibSync(planes, { level: 6 })).toString("base64");
}
