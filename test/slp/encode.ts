import { viewOf } from "../../src/movie/slp/compare.ts";
import { EVENT, FIELD_BYTES, type Field } from "../../src/movie/slp/fields.ts";
import type { Slp } from "../../src/movie/slp/reader.ts";
import { readField, type Table } from "../../src/movie/slp/table.ts";

/** All events of a file with their places, in its order; `frame` where they say one. */
export function eventsOf(bytes: Uint8Array): { bytes: Uint8Array; at: number; frame: number | undefined }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const sizes = new Map([[EVENT.payloads as number, 1 + bytes[16]!]]);
  for (let at = 17; at < 16 + bytes[16]!; at += 3) sizes.set(bytes[at]!, 1 + view.getUint16(at + 1));
  const end = 15 + view.getUint32(11);
  const events = [];
  for (let at = 15; at < end; at += sizes.get(bytes[at]!)!) {
    const command = bytes[at]!;
    const framed = [EVENT.pre, EVENT.post, EVENT.frame, EVENT.item, EVENT.bookend].some((c) => c === command);
    const event = bytes.subarray(at, at + sizes.get(command)!);
    events.push({ bytes: event, at, frame: framed ? view.getInt32(at + 1) : undefined });
  }
  return events;
}

/** A file of these events; `rest` is what stood behind the events. */
export function fileOf(events: readonly { bytes: Uint8Array }[], rest: Uint8Array): Uint8Array {
  const length = events.reduce((sum, event) => sum + event.bytes.length, 0);
  const out = new Uint8Array(15 + length + rest.length);
  out.set([
    ...Buffer.from("{U\x03raw[$U#l", "latin1"),
    length >>> 24,
    (length >> 16) & 255,
    (length >> 8) & 255,
    length & 255,
  ]);
  let at = 15;
  for (const event of events) {
    out.set(event.bytes, at);
    at += event.bytes.length;
  }
  out.set(rest, at);
  return out;
}

export const restOf = (bytes: Uint8Array): Uint8Array =>
  bytes.slice(15 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(11));

/**
 * Writes a recording again from what was read of it: every event of its frames, and every item, from their fields. What comes
 * once (sizes, start, Gecko codes, stage, end, metadata) is copied, and so are frames that a rollback sent again.
 */
export function encode(slp: Slp): Uint8Array {
  const { bytes } = slp;
  const [source, out] = [viewOf(bytes), bytes.slice()];
  const target = viewOf(out);
  const kept = new Set(slp.resent);
  for (const { at, bytes: event, frame } of eventsOf(bytes))
    if (frame !== undefined && !kept.has(frame)) out.fill(0, at, at + event.length);
  const put = (table: Table | undefined, command: number, row: number, frame: number, rest: number[]): void => {
    const at = table?.offset(row) ?? 0;
    if (!table || at === 0) return;
    out[at] = command;
    target.setInt32(at + 1, frame);
    out.set(rest, at + 5);
    for (const field of table.fields) write(target, field, at, readField(source, field, at));
  };
  for (let row = 0; row < slp.rows; row++) {
    const frame = slp.first + row;
    put(slp.frames, EVENT.frame, row, frame, []);
    for (const { port, follower, pre, post } of slp.tracks) {
      const player = [port - 1, follower ? 1 : 0];
      put(pre, EVENT.pre, row, frame, player);
      put(post, EVENT.post, row, frame, player);
    }
    const { first, count } = slp.itemsOf(row);
    for (let i = 0; i < count; i++) put(slp.items, EVENT.item, first + i, frame, []);
    put(slp.bookends, EVENT.bookend, row, frame, []);
  }
  return out;
}

function write(view: DataView, { type, at }: Field, event: number, value: number): void {
  if (type === "f32") view.setFloat32(event + at, value);
  else if (FIELD_BYTES[type] === 4) view.setUint32(event + at, value);
  else if (FIELD_BYTES[type] === 2) view.setUint16(event + at, value);
  else view.setUint8(event + at, value);
}
