import type { Field } from "./fields.ts";
import { ItemRanges } from "./items.ts";
import type { Slp, SlpTrack } from "./reader.ts";
import type { Column, Table } from "./table.ts";

/** Rows that share one value where they are all alike: larger blocks are rarely so, smaller ones take more room to find. */
const BLOCK = 64;

/** A column in which blocks of rows that are all alike are one value. */
class PackedColumn {
  /** Where each block's values begin, and where the last ones end. */
  readonly #starts: Uint32Array;
  readonly #values: Column;
  readonly #length: number;

  constructor(column: Column) {
    const { length } = column;
    this.#length = length;
    this.#starts = new Uint32Array(Math.ceil(length / BLOCK) + 1);
    const bits = bitsOf(column);
    let size = 0;
    for (let block = 0, from = 0; from < length; block++, from += BLOCK) {
      const to = Math.min(length, from + BLOCK);
      size += alike(bits, from, to) ? 1 : to - from;
      this.#starts[block + 1] = size;
    }
    this.#values = column.slice(0, size);
    for (let block = 0; block + 1 < this.#starts.length; block++) {
      const [at, end] = [this.#starts[block]!, this.#starts[block + 1]!];
      this.#values.set(column.subarray(block * BLOCK, block * BLOCK + end - at), at);
    }
  }

  value(row: number): number {
    const block = Math.floor(row / BLOCK);
    const at = this.#starts[block]!;
    return this.#values[this.#starts[block + 1]! - at === 1 ? at : at + (row % BLOCK)]!;
  }

  column(): Column {
    const out = new (this.#values.constructor as new (length: number) => Column)(this.#length);
    for (let block = 0; block + 1 < this.#starts.length; block++) {
      const [at, end] = [this.#starts[block]!, this.#starts[block + 1]!];
      if (end - at === 1) out.fill(this.#values[at]!, block * BLOCK, (block + 1) * BLOCK);
      else out.set(this.#values.subarray(at, end), block * BLOCK);
    }
    return out;
  }
}

/** Values by their bits: so -0 is not 0, and NaN is itself. */
function bitsOf({ buffer, BYTES_PER_ELEMENT: width }: Column): Uint8Array | Uint16Array | Uint32Array {
  return width === 4 ? new Uint32Array(buffer) : width === 2 ? new Uint16Array(buffer) : new Uint8Array(buffer);
}

function alike(bits: ArrayLike<number>, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (bits[i] !== bits[from]) return false;
  return true;
}

/** What a {@link Table} says, without the file. */
export class PackedTable {
  readonly fields: readonly Field[];
  readonly length: number;
  readonly #columns: ReadonlyMap<string, PackedColumn>;
  /** 1 for each row that has an event; undefined where all have. */
  readonly #there: PackedColumn | undefined;

  constructor(table: Table) {
    const { fields, length } = table;
    this.fields = fields;
    this.length = length;
    const there = Uint8Array.from({ length }, (_, row) => (table.has(row) ? 1 : 0));
    if (there.includes(0)) this.#there = new PackedColumn(there);
    this.#columns = new Map(fields.map(({ name }) => [name, new PackedColumn(table.column(name)!)]));
  }

  has(row: number): boolean {
    return row >= 0 && row < this.length && this.#there?.value(row) !== 0;
  }

  /** One value; undefined when the version has no such field, or the row no event. */
  value(name: string, row: number): number | undefined {
    return this.has(row) ? this.#columns.get(name)?.value(row) : undefined;
  }

  /** A field over all rows; undefined when the version has none. Rows without an event are NaN, or 0 for whole numbers. */
  column(name: string): Column | undefined {
    return this.#columns.get(name)?.column();
  }
}

interface PackedTrack extends Pick<SlpTrack, "port" | "follower"> {
  readonly pre: PackedTable;
  readonly post: PackedTable;
}

/** All values of a recording and nothing of its file: for whoever holds many of them. */
export interface PackedSlp extends Pick<Slp, "file" | "start" | "end" | "metadata" | "first" | "rows" | "resent"> {
  readonly frames: PackedTable | undefined;
  readonly bookends: PackedTable | undefined;
  readonly items: PackedTable | undefined;
  readonly tracks: readonly PackedTrack[];
  /** Rows of the item table of a frame. */
  itemsOf(row: number): { first: number; count: number };
}

/** Copies every value of every frame and item, packed; what was given need not be kept. */
export function packSlp(slp: Slp): PackedSlp {
  const { file, start, end, metadata, first, rows, resent } = slp;
  const table = (one: Table | undefined): PackedTable | undefined => one && new PackedTable(one);
  const ranges = new ItemRanges();
  for (let row = 0; row < rows; row++) {
    const { first: item, count } = slp.itemsOf(row);
    for (let i = 0; i < count; i++) ranges.add(row, item + i);
  }
  return {
    file,
    start,
    end,
    metadata,
    first,
    rows,
    resent,
    frames: table(slp.frames),
    bookends: table(slp.bookends),
    items: table(slp.items),
    tracks: slp.tracks.map(({ port, follower, pre, post }) => ({
      port,
      follower,
      pre: new PackedTable(pre),
      post: new PackedTable(post),
    })),
    itemsOf: (row) => ranges.of(row),
  };
}
