import { FIELD_BYTES, type Field } from "./fields.ts";
import type { Slp, SlpTrack } from "./reader.ts";
import { readField, type Table } from "./table.ts";

/** One value that two recordings do not have alike. */
export interface SlpDifference {
  readonly frame: number;
  /** "frame": it is in one of them only; "start", "pre" and "post": the events of a frame; items; the stage. */
  readonly where: "frame" | "start" | "pre" | "item" | "stage" | "post";
  readonly port?: number;
  readonly follower?: boolean;
  /** Item: its number by spawning. */
  readonly spawn?: number;
  readonly field: string;
  /** Undefined: not there. */
  readonly expected: number | string | undefined;
  readonly actual: number | string | undefined;
}

/** First byte of an event that may differ between equal ones of two frames: behind command and frame number. */
const BEHIND_FRAME = 5;

/** Whether `count` bytes are the same at both places. */
export function sameBytes(a: Uint8Array, atA: number, b: Uint8Array, atB: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}

/** Compares two recordings frame by frame, bit by bit. Fields that one of the versions does not have are left out. */
export class Comparison {
  readonly a: Slp;
  readonly b: Slp;
  readonly #tracks: readonly (readonly [SlpTrack | undefined, SlpTrack | undefined])[];
  readonly #bytes: readonly [Uint8Array, Uint8Array];
  readonly #views: readonly [DataView, DataView];
  readonly #stage: readonly [Map<number, string>, Map<number, string>];

  constructor(a: Slp, b: Slp) {
    this.a = a;
    this.b = b;
    const slots = new Map<string, [SlpTrack | undefined, SlpTrack | undefined]>();
    for (const [side, slp] of [a, b].entries()) {
      for (const track of slp.tracks) {
        const key = `${track.port}${track.follower}`;
        const pair = slots.get(key) ?? [undefined, undefined];
        pair[side] = track;
        slots.set(key, pair);
      }
    }
    this.#tracks = [...slots].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, pair]) => pair);
    this.#bytes = [a.bytes, b.bytes];
    this.#views = [viewOf(a.bytes), viewOf(b.bytes)];
    this.#stage = [stageOf(a), stageOf(b)];
  }

  /** Whether all that both know of a frame is the same. */
  same(frame: number): boolean {
    const [rowA, rowB] = [frame - this.a.first, frame - this.b.first];
    if (hasFrame(this.a, rowA) !== hasFrame(this.b, rowB)) return false;
    if (!this.#sameEvent(this.a.frames, rowA, this.b.frames, rowB, 9)) return false;
    for (const [one, other] of this.#tracks) {
      if (!this.#sameEvent(one?.pre, rowA, other?.pre, rowB)) return false;
      if (!this.#sameEvent(one?.post, rowA, other?.post, rowB)) return false;
    }
    const [itemsA, itemsB] = [this.a.itemsOf(rowA), this.b.itemsOf(rowB)];
    if (this.a.items && this.b.items) {
      if (itemsA.count !== itemsB.count) return false;
      for (let i = 0; i < itemsA.count; i++)
        if (!this.#sameEvent(this.a.items, itemsA.first + i, this.b.items, itemsB.first + i)) return false;
    }
    return this.#stage[0].get(frame) === this.#stage[1].get(frame);
  }

  /** What differs in a frame, in the order in which the game wrote it. */
  differences(frame: number): SlpDifference[] {
    const { a, b } = this;
    const [rowA, rowB] = [frame - a.first, frame - b.first];
    const [there, here] = [hasFrame(a, rowA), hasFrame(b, rowB)];
    if (there !== here)
      return [
        {
          frame,
          where: "frame",
          field: "frame",
          expected: there ? frame : undefined,
          actual: here ? frame : undefined,
        },
      ];
    const out: SlpDifference[] = [];
    const add = (
      base: Omit<SlpDifference, "field" | "expected" | "actual">,
      one: Table | undefined,
      i: number,
      other: Table | undefined,
      k: number,
    ): void => {
      const [atA, atB] = [one?.offset(i) ?? 0, other?.offset(k) ?? 0];
      if (atA === 0 && atB === 0) return;
      if (atA === 0 || atB === 0) {
        out.push({ ...base, field: "event", expected: atA ? "there" : undefined, actual: atB ? "there" : undefined });
        return;
      }
      let told = false;
      for (const field of commonFields(one!, other!, base.where)) {
        const bytes = FIELD_BYTES[field.type];
        if (sameBytes(this.#bytes[0], atA + field.at, this.#bytes[1], atB + field.at, bytes)) continue;
        const [expected, actual] = [readField(this.#views[0], field, atA), readField(this.#views[1], field, atB)];
        out.push({ ...base, field: field.name, expected, actual });
        told = true;
      }
      const size = Math.min(one!.size, other!.size);
      if (told || base.where === "start") return;
      // Bytes whose meaning nobody has written down.
      for (let at = BEHIND_FRAME; at < size; at++) {
        const [expected, actual] = [this.#bytes[0][atA + at], this.#bytes[1][atB + at]];
        if (expected !== actual) out.push({ ...base, field: `byte 0x${at.toString(16)}`, expected, actual });
      }
    };
    if (a.frames && b.frames) add({ frame, where: "start" }, a.frames, rowA, b.frames, rowB);
    const events = (where: "pre" | "post"): void => {
      for (const [one, other] of this.#tracks) {
        const { port, follower } = (one ?? other)!;
        add({ frame, where, port, ...(follower && { follower }) }, one?.[where], rowA, other?.[where], rowB);
      }
    };
    events("pre");
    this.#items(frame, rowA, rowB, out, add);
    const [stageA, stageB] = [this.#stage[0].get(frame), this.#stage[1].get(frame)];
    if (stageA !== stageB) out.push({ frame, where: "stage", field: "event", expected: stageA, actual: stageB });
    events("post");
    return out;
  }

  #items(
    frame: number,
    rowA: number,
    rowB: number,
    out: SlpDifference[],
    add: (base: { frame: number; where: "item"; spawn?: number }, a: Table, i: number, b: Table, k: number) => void,
  ): void {
    const { items } = this.a;
    if (!items || !this.b.items) return;
    const [one, other] = [this.a.itemsOf(rowA), this.b.itemsOf(rowB)];
    if (one.count !== other.count)
      out.push({ frame, where: "item", field: "count", expected: one.count, actual: other.count });
    for (let i = 0; i < Math.min(one.count, other.count); i++) {
      const spawn = items.value("spawn", one.first + i);
      add(
        { frame, where: "item", ...(spawn !== undefined && { spawn }) },
        items,
        one.first + i,
        this.b.items,
        other.first + i,
      );
    }
  }

  #sameEvent(one: Table | undefined, i: number, other: Table | undefined, k: number, end = 1e9): boolean {
    const [atA, atB] = [one?.offset(i) ?? 0, other?.offset(k) ?? 0];
    if (atA === 0 || atB === 0) return atA === atB || (end < 1e9 && (!one || !other));
    const size = Math.min(one!.size, other!.size, end) - BEHIND_FRAME;
    return sameBytes(this.#bytes[0], atA + BEHIND_FRAME, this.#bytes[1], atB + BEHIND_FRAME, size);
  }
}

/** Fields that both versions have, and that tell of the game: how often a recorder's pause counter counted is its own. */
const commonFields = (one: Table, other: Table, where: string): Field[] =>
  one.fields.filter(({ name }) => other.field(name) && !(where === "start" && name === "sceneFrame"));

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export const hasFrame = ({ frames, tracks }: Slp, row: number): boolean =>
  row >= 0 && (frames?.has(row) === true || tracks.some(({ pre, post }) => pre.has(row) || post.has(row)));

/** What the stage did in each frame, as text. */
function stageOf(slp: Slp): Map<number, string> {
  const events = new Map<number, string>();
  for (const { frame, kind, a, b } of slp.stageEvents()) {
    const text = `${kind} ${a}${b === undefined ? "" : ` ${b}`}`;
    const before = events.get(frame);
    events.set(frame, before ? `${before}, ${text}` : text);
  }
  return events;
}
