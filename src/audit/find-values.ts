import type { Probe } from "../watch/profile.ts";
import type { Place, Trace } from "./find-trace.ts";

/** A value in memory with the type that its course says. */
export interface Value {
  readonly name: string;
  readonly region: string;
  readonly address: number;
  readonly type: Probe["type"];
  readonly endian: "little" | "big";
  /** It moves in small steps, as positions do: the difference of two runs says how far apart they are. */
  readonly smooth: boolean;
  /** Between its smallest and its largest value. */
  readonly spread: number;
  /** It goes on by one and the same amount whenever it changes. */
  readonly counts: boolean;
  /** Most of its moves are no multiples of 16: it has digits after the point, if it is fixed-point. */
  readonly fine: boolean;
  /** It is always an address in one of the regions, or null. */
  readonly points: boolean;
  /** Where in a row of the trace its bytes are. */
  readonly at: number;
  readonly swap: number;
}

export const SIZE = { u8: 1, s8: 1, u16: 2, s16: 2, u32: 4, s32: 4, f32: 4, f64: 8 } as const;
const word = new DataView(new ArrayBuffer(8));

/** The value in one row. */
export function readValue(
  { at, type, endian, swap }: Pick<Value, "at" | "type" | "endian" | "swap">,
  run: Trace,
  row: number,
): number {
  const size = SIZE[type];
  const start = row * run.stride;
  for (let i = 0; i < size; i++) word.setUint8(i, run.bytes[start + ((at + i) ^ swap)]!);
  const little = endian === "little";
  switch (type) {
    case "u8":
      return word.getUint8(0);
    case "s8":
      return word.getInt8(0);
    case "u16":
      return word.getUint16(0, little);
    case "s16":
      return word.getInt16(0, little);
    case "u32":
      return word.getUint32(0, little);
    case "s32":
      return word.getInt32(0, little);
    case "f32":
      return word.getFloat32(0, little);
    case "f64":
      return word.getFloat64(0, little);
  }
}

/** All values of a trace: each byte is of one of them. Bytes that never change are of none. */
export function* valuesIn(regions: readonly Place[], run: Trace): Generator<Value> {
  for (const { region, from, to, at } of run.spans) {
    const place = regions[region]!;
    const wide = place.size > 0x10000;
    for (let i = 0; i < to - from; ) {
      const types = wide && (from + i) % 4 === 0 ? wideTypes : narrowTypes;
      const found = types(place, run, at + i, to - from - i);
      if (!found) {
        i++;
        continue;
      }
      const { type, endian } = found;
      const value = { type, endian, at: at + i, swap: place.swap };
      const course = courseOf(value, run);
      const address = place.base + from + i;
      if (course) {
        const points = wide && SIZE[type] === 4 && pointer(regions, value, run);
        const name = `${place.name} ${address.toString(16)}`;
        yield { ...value, ...course, points, region: place.name, address, name };
      }
      i += SIZE[type];
    }
  }
}

type Typed = { type: Probe["type"]; endian: "little" | "big" } | undefined;

/** A word of a CPU of 32 bits: a float, an integer, or else its halves or bytes on their own. */
function wideTypes({ endian, swap }: Place, run: Trace, at: number, room: number): Typed {
  if (room < 4 || still(run, at, 4)) return undefined;
  const as = (type: Probe["type"]) => ({ type, endian, at, swap });
  let floats = 0;
  let small = 0;
  let total = 0;
  for (let row = 1; row < run.rows; row += 7) {
    const x = Math.abs(readValue(as("f32"), run, row));
    const n = readValue(as("s32"), run, row);
    total++;
    if (n !== 0 && x > 1e-7 && x < 1e7) floats++;
    if (n === 0 || (n & 0x7fffffff) === 0) total--;
    if (Math.abs(n) < 1 << 24) small++;
  }
  if (total > 3 && floats > total * 0.97 && small < total * 0.5) return { type: "f32", endian };
  return { type: small > 0 ? "s32" : "u32", endian };
}

/** A byte; two where one carries into the other. */
function narrowTypes(place: Place, run: Trace, at: number, room: number): Typed {
  if (room >= 2 && !place.swap) {
    if (carries(run, at, at + 1)) return { type: "u16", endian: "little" };
    if (carries(run, at + 1, at)) return { type: "u16", endian: "big" };
  }
  return still(run, at, 1) ? undefined : { type: "u8", endian: place.endian };
}

/** When the high byte goes on by one, the low one has nearly always wrapped. */
function carries({ bytes, rows, stride }: Trace, low: number, high: number): boolean {
  let steps = 0;
  let wraps = 0;
  let changes = 0;
  for (let row = 2; row < rows; row++) {
    const [l0, l1] = [bytes[(row - 1) * stride + low]!, bytes[row * stride + low]!];
    const [h0, h1] = [bytes[(row - 1) * stride + high]!, bytes[row * stride + high]!];
    if (l0 !== l1) changes++;
    const up = ((h1 - h0) & 255) === 1;
    const down = ((h0 - h1) & 255) === 1;
    if (!up && !down) continue;
    steps++;
    if (up ? l1 < l0 : l1 > l0) wraps++;
  }
  return steps >= 4 && wraps > steps * 0.8 && changes > steps * 2;
}

function still({ bytes, rows, stride }: Trace, at: number, size: number): boolean {
  for (let row = 2; row < rows; row++)
    for (let i = at; i < at + size; i++) if (bytes[row * stride + i] !== bytes[(row - 1) * stride + i]) return false;
  return true;
}

/** MIPS has the same memory at two addresses, cached and not (KSEG0 and KSEG1). */
const MIPS = { from: 0x80000000, alias: 0x20000000 };

function pointer(regions: readonly Place[], { at, endian, swap }: Pick<Value, "at" | "endian" | "swap">, run: Trace) {
  const inside = (address: number): boolean =>
    regions.some(({ base, size }) => {
      const offset = address - base;
      const aliased = base >= MIPS.from && offset >= MIPS.alias ? offset - MIPS.alias : offset;
      return aliased >= 0 && aliased < size;
    });
  const seen = new Set<number>();
  for (let row = 1; row < run.rows; row++) seen.add(readValue({ at, type: "u32", endian, swap }, run, row));
  seen.delete(0);
  return seen.size > 0 && [...seen].every((address) => address % 2 === 0 && inside(address));
}

/** Undefined for what never changes. */
function courseOf(value: Pick<Value, "at" | "type" | "endian" | "swap">, run: Trace) {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const moves: number[] = [];
  let last = readValue(value, run, 1);
  for (let row = 2; row < run.rows; row++) {
    const now = readValue(value, run, row);
    if (now !== last) moves.push(now - last);
    least = Math.min(least, now);
    most = Math.max(most, now);
    last = now;
  }
  if (moves.length === 0) return undefined;
  const spread = most - least;
  const sizes = moves.map(Math.abs).sort((a, b) => a - b);
  const smooth = moves.length > 20 && SIZE[value.type] > 1 && sizes[Math.floor(sizes.length * 0.9)]! < spread / 8;
  const most1 = moves[moves.length >> 1]!;
  const same = moves.filter((m) => m === most1).length;
  const fine = moves.filter((m) => m % 16 !== 0).length > moves.length * 0.6;
  return { smooth, spread, counts: moves.length > 20 && same > moves.length * 0.95, fine };
}
