import { FIELD_BYTES, type Field } from "./fields.ts";

/** The bytes that tables read; they are replaced by longer ones while a file grows. */
export interface Source {
  bytes: Uint8Array;
  view: DataView;
}

export type Column = Float32Array | Uint8Array | Int8Array | Uint16Array | Uint32Array | Int32Array;

const ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
};

/**
 * Events of one kind, one for each row. It holds where each is in the file; values are read when they are asked for, one
 * by one or a column at a time.
 */
export class Table {
  /** The fields that this file's version has. */
  readonly fields: readonly Field[];
  /** Bytes of each event, with its command byte. */
  readonly size: number;
  readonly #source: Source;
  #offsets = new Uint32Array(256);
  /** Rows up to the last event. */
  length = 0;

  constructor(source: Source, fields: readonly Field[], size: number) {
    this.#source = source;
    this.size = size;
    this.fields = fields.filter(({ at, type }) => at + FIELD_BYTES[type] <= size);
  }

  /** The event of a row begins at that byte; an earlier one of this row is forgotten. */
  put(row: number, offset: number): void {
    if (row >= this.#offsets.length) {
      const wider = new Uint32Array(Math.max(row + 1, this.#offsets.length * 2));
      wider.set(this.#offsets.subarray(0, this.length));
      this.#offsets = wider;
    }
    this.#offsets[row] = offset;
    if (row >= this.length) this.length = row + 1;
  }

  has(row: number): boolean {
    return this.offset(row) > 0;
  }

  /** Where the row's event begins in the file; 0 when there is none. */
  offset(row: number): number {
    return row < this.length ? this.#offsets[row]! : 0;
  }

  field(name: string): Field | undefined {
    return this.fields.find((field) => field.name === name);
  }

  /** One value; undefined when the version has no such field, or the row no event. */
  value(name: string, row: number): number | undefined {
    const field = this.field(name);
    const offset = this.offset(row);
    return field && offset > 0 ? readField(this.#source.view, field, offset) : undefined;
  }

  /** A field over all rows; undefined when the version has none. Rows without an event are NaN, or 0 for whole numbers. */
  column(name: string): Column | undefined {
    const field = this.field(name);
    if (!field) return undefined;
    const { length } = this;
    const offsets = this.#offsets;
    const { view, bytes } = this.#source;
    const { at, type } = field;
    const out = new ARRAYS[type](length);
    // A loop for each type: one that asked for the type in each row would be 3 times slower.
    if (type === "f32") {
      for (let i = 0; i < length; i++) out[i] = offsets[i] === 0 ? Number.NaN : view.getFloat32(offsets[i]! + at);
    } else if (type === "u8" || type === "i8") {
      for (let i = 0; i < length; i++) if (offsets[i] !== 0) out[i] = bytes[offsets[i]! + at]!;
    } else if (type === "u16") {
      for (let i = 0; i < length; i++) if (offsets[i] !== 0) out[i] = view.getUint16(offsets[i]! + at);
    } else {
      for (let i = 0; i < length; i++) if (offsets[i] !== 0) out[i] = view.getInt32(offsets[i]! + at);
    }
    return out;
  }

  /** All fields of a row by name; undefined when it has no event. */
  row(row: number): Record<string, number> | undefined {
    const offset = this.offset(row);
    if (offset === 0) return undefined;
    const { view } = this.#source;
    return Object.fromEntries(this.fields.map((field) => [field.name, readField(view, field, offset)]));
  }
}

/** A field of the event at `offset`. */
export function readField(view: DataView, { type, at }: Field, offset: number): number {
  switch (type) {
    case "u8":
      return view.getUint8(offset + at);
    case "i8":
      return view.getInt8(offset + at);
    case "u16":
      return view.getUint16(offset + at);
    case "u32":
      return view.getUint32(offset + at);
    case "i32":
      return view.getInt32(offset + at);
    case "f32":
      return view.getFloat32(offset + at);
  }
}
