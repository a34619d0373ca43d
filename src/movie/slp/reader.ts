import { Problem } from "../../problem.ts";
import { EARLY, EARLY_ITEM, EARLY_ITEM_BYTES, EARLY_POST_BYTES, EVENT, LAYOUT, type Layout } from "./fields.ts";
import { ItemRanges } from "./items.ts";
import { RawReader } from "./raw.ts";
import { readEnd, readStart, type SlpEnd, type SlpPlayer, type SlpStart, START_BYTES } from "./start.ts";
import { Table } from "./table.ts";
import type { Json } from "./ubjson.ts";

/** The first frame of games; the timer starts at frame 0. Some modes for one player count from elsewhere. */
const FIRST_FRAME = -123;

/** One character over all frames. Nana is a track of her own: `follower`. */
export interface SlpTrack {
  /** 1 to 4; 5 and 6 are enemies in games for one player. */
  readonly port: number;
  readonly follower: boolean;
  readonly pre: Table;
  readonly post: Table;
}

/** Something in the file that should not be so; reading went on. */
export interface Fault {
  readonly byte: number;
  readonly what: string;
}

/** Where an event of the stage is. */
interface StageMark {
  readonly frame: number;
  readonly offset: number;
}

/** Frames that a file may leave out in all: more is not a gap but a wrong number. */
const MOST_MISSING = 3600;
const MOST_FAULTS = 100;
const PLAYERS = 6;
/** Bytes that an event must have to be what it says, with its command byte; one that is shorter is left out. */
const LEAST: Readonly<Record<number, number>> = {
  [EVENT.splitter]: 517,
  [EVENT.start]: START_BYTES,
  [EVENT.pre]: 7,
  [EVENT.post]: 8,
  [EVENT.end]: 2,
  [EVENT.frame]: 9,
  [EVENT.item]: 7,
  [EVENT.bookend]: 5,
  [EVENT.platform]: 10,
  [EVENT.whispy]: 6,
  [EVENT.stadium]: 9,
};

/**
 * Reads a Slippi recording (https://github.com/project-slippi/slippi-wiki/blob/master/SPEC.md), whole or while it grows: one pass
 * over its events notes where each is, and {@link Table}s read values from there. A frame that is sent again (rollback) replaces
 * the earlier one. Any bytes can be given: what is wrong becomes a fault or `damage`, and what stands before it is kept.
 */
export class SlpReader {
  readonly file: string;
  readonly #raw = new RawReader({
    sizes: (sizes) => this.#begin(sizes),
    event: (command, at, size) => this.#event(command, at, size, this.#raw.source.view),
  });
  #sizes: Uint32Array = new Uint32Array(256);
  #layout: Layout = LAYOUT;
  #frame = 0;
  #open = false;
  /** No frame up to this one is sent again. */
  #final = Number.NEGATIVE_INFINITY;
  #missing = 0;
  #itemRows = 0;
  readonly #ranges = new ItemRanges();
  readonly #tracks: (SlpTrack | undefined)[] = [];
  readonly #stage: StageMark[] = [];
  readonly #gecko: { offset: number; size: number }[] = [];

  start: SlpStart | undefined;
  end: SlpEnd | undefined;
  /** The first frame's number, which is row 0 of all tables of frames. */
  first = FIRST_FRAME;
  /** Frames from the first to the last one that has begun. */
  rows = 0;
  /** From 2.2 on. */
  frames: Table | undefined;
  /** From 3.0 on. */
  bookends: Table | undefined;
  items: Table | undefined;
  /** Frames that were sent again, in the order of the file. */
  readonly resent: number[] = [];
  readonly faults: Fault[] = [];
  /** Events of kinds that are not known here, by command byte. */
  readonly unknown = new Map<number, number>();

  constructor(file: string) {
    this.file = file;
  }

  /** All bytes until now; offsets of tables are places in them. */
  get bytes(): Uint8Array {
    return this.#raw.source.bytes.subarray(0, this.#raw.length);
  }

  get metadata(): { [key: string]: Json } | undefined {
    return this.#raw.metadata;
  }

  /** Why nothing can be read from some place on. */
  get damage(): string | undefined {
    return this.#raw.damage;
  }

  get tracks(): SlpTrack[] {
    return this.#tracks.filter((track) => track !== undefined);
  }

  /** Whether the file is as its writer leaves it: its length is stated, or its end found, and all of that is there. */
  get complete(): boolean {
    return this.damage === undefined && this.#raw.done;
  }

  /** Bytes of an event at the file's end that is not all there. */
  get rest(): number {
    return this.#raw.done ? 0 : this.#raw.length - this.#raw.at;
  }

  /** Whether all events have been read. */
  get ended(): boolean {
    return this.#raw.done;
  }

  /** The last frame that has begun. */
  get last(): number {
    return this.first + this.rows - 1;
  }

  /** Last frame that no rollback changes any more. */
  get confirmed(): number {
    const { last } = this;
    if (this.end) return last;
    // Without bookends a frame is there when the next one begins.
    if (!this.bookends) return this.complete ? last : Math.max(this.first - 1, last - 1);
    return Math.max(this.first - 1, Math.min(last, this.#final));
  }

  /** Rows of the item table of a frame. */
  itemsOf(row: number): { first: number; count: number } {
    return this.#ranges.of(row);
  }

  /** What the stage did: platforms, wind, transformations. */
  *stageEvents(): Generator<{ frame: number; kind: "platform" | "whispy" | "stadium"; a: number; b?: number }> {
    const { view } = this.#raw.source;
    for (const { frame, offset } of this.#stage) {
      const command = view.getUint8(offset);
      if (command === EVENT.platform)
        yield { frame, kind: "platform", a: view.getUint8(offset + 5), b: view.getFloat32(offset + 6) };
      else if (command === EVENT.whispy) yield { frame, kind: "whispy", a: view.getUint8(offset + 5) };
      else yield { frame, kind: "stadium", a: view.getUint16(offset + 5), b: view.getUint16(offset + 7) };
    }
  }

  /** The list of Gecko codes that were on, as it is in the game's memory; empty where the version has none. */
  geckoCodes(): Uint8Array {
    const out = new Uint8Array(this.#gecko.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const { offset, size } of this.#gecko) {
      out.set(this.bytes.subarray(offset, offset + size), at);
      at += size;
    }
    return out;
  }

  /** More of the file. The first bytes are kept, not copied; they must not change afterwards. */
  append(chunk: Uint8Array): void {
    this.#raw.append(chunk);
  }

  /** No more bytes come. Throws a Problem when it is not a Slippi file, or holds no game. */
  finish(): this & { start: SlpStart } {
    if (!this.start) {
      const empty = this.#raw.at === 0 ? "is too short for a Slippi file" : "ends before the game starts";
      throw new Problem(`${this.file}: ${this.damage ?? empty}; record it again`);
    }
    this.#raw.finish();
    return this as this & { start: SlpStart };
  }

  #fault(byte: number, what: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push({ byte, what });
  }

  /** The sizes of events are known: they say which fields there are. */
  #begin(sizes: Uint32Array): void {
    this.#sizes = sizes;
    if (this.#sizes[EVENT.pre] === 0 && this.#sizes[EVENT.post] === 1 + EARLY_POST_BYTES) this.#layout = EARLY;
    const { frame, bookend, item } = this.#layout;
    const made = (command: number, fields: Layout["frame"]): Table | undefined => {
      const size = this.#sizes[command]!;
      return size >= LEAST[command]! ? new Table(this.#raw.source, fields, size) : undefined;
    };
    this.frames = made(EVENT.frame, frame);
    this.bookends = made(EVENT.bookend, bookend);
    this.items = made(EVENT.item, this.#sizes[EVENT.item] === 1 + EARLY_ITEM_BYTES ? EARLY_ITEM : item);
  }

  #event(command: number, at: number, size: number, view: DataView): void {
    if (size < (LEAST[command] ?? 1)) {
      if (!this.unknown.has(command))
        this.#fault(at, `events 0x${command.toString(16)} have ${size} bytes, too few to read`);
      this.unknown.set(command, (this.unknown.get(command) ?? 0) + 1);
      return;
    }
    switch (command) {
      case EVENT.pre:
      case EVENT.post:
        this.#player(command, at, view);
        break;
      case EVENT.frame:
        this.#frameStart(at, view);
        break;
      case EVENT.item: {
        const row = this.#rowIn(at, view);
        if (row < 0) break;
        this.#ranges.add(row, this.#itemRows);
        this.items!.put(this.#itemRows++, at);
        break;
      }
      case EVENT.bookend: {
        const row = this.#rowIn(at, view);
        this.#open = false;
        if (row < 0) break;
        this.bookends!.put(row, at);
        this.#final = Math.max(this.#final, this.bookends!.value("finalized", row) ?? this.#frame);
        break;
      }
      case EVENT.platform:
      case EVENT.whispy:
      case EVENT.stadium:
        if (this.#rowIn(at, view) >= 0) this.#stage.push({ frame: view.getInt32(at + 1), offset: at });
        break;
      case EVENT.start:
        if (this.start) this.#fault(at, "a second game start");
        else this.start = readStart(this.#raw.source.bytes.subarray(at, at + size));
        break;
      case EVENT.end:
        if (this.end) this.#fault(at, "a second game end");
        this.end = readEnd(this.#raw.source.bytes.subarray(at, at + size));
        break;
      case EVENT.splitter:
        this.#gecko.push({ offset: at + 1, size: Math.min(512, view.getUint16(at + 0x201)) });
        break;
      default:
        this.unknown.set(command, (this.unknown.get(command) ?? 0) + 1);
    }
  }

  /** The row of the frame that an event names; -1 where no such frame can be. */
  #row(at: number, view: DataView): number {
    const frame = view.getInt32(at + 1);
    if (this.rows === 0) this.first = frame;
    const row = frame - this.first;
    const skipped = row - this.rows;
    if (row < 0 || skipped > MOST_MISSING - this.#missing) {
      this.#fault(at, `frame ${frame} cannot be after frame ${this.last}`);
      return -1;
    }
    if (skipped > 0) this.#missing += skipped;
    if (skipped >= 0) this.rows = row + 1;
    return row;
  }

  /** The same for an event inside of a frame. */
  #rowIn(at: number, view: DataView): number {
    const frame = view.getInt32(at + 1);
    if (this.frames && (frame !== this.#frame || !this.#open))
      this.#fault(
        at,
        `an event of frame ${frame} ${this.#open ? `within frame ${this.#frame}` : "outside of a frame"}`,
      );
    return this.#row(at, view);
  }

  #frameStart(at: number, view: DataView): void {
    if (this.#open && this.bookends) this.#fault(at, `frame ${this.#frame} has no end`);
    const row = this.#row(at, view);
    if (row < 0) return;
    this.#frame = this.first + row;
    this.#open = true;
    if (this.frames!.has(row)) {
      if (this.#frame <= this.#final) this.#fault(at, `frame ${this.#frame} is sent again, and it was final`);
      this.resent.push(this.#frame);
      this.#ranges.clear(row);
      while (this.#stage.length > 0 && this.#stage.at(-1)!.frame >= this.#frame) this.#stage.pop();
    }
    this.frames!.put(row, at);
  }

  #player(command: number, at: number, view: DataView): void {
    const { player } = this.#layout;
    const index = view.getUint8(at + player);
    const row = this.#rowIn(at, view);
    if (row < 0) return;
    if (index >= PLAYERS) {
      this.#fault(at, `player ${index + 1}, and a game has ${PLAYERS} at most`);
      return;
    }
    const slot = index * 2 + (view.getUint8(at + player + 1) !== 0 ? 1 : 0);
    this.#tracks[slot] ??= this.#newTrack(slot);
    const track = this.#tracks[slot];
    if (this.#layout === EARLY) track.pre.put(row, at);
    else if (command === EVENT.pre) {
      if (!this.frames && track.pre.has(row) && this.#tracks.find(Boolean) === track)
        this.resent.push(this.first + row);
      track.pre.put(row, at);
      return;
    }
    track.post.put(row, at);
    if (row === 0 && slot % 2 === 0) this.#mendCharacter(index + 1, track.post.value("character", 0)!);
  }

  #newTrack(slot: number): SlpTrack {
    const table = (fields: Layout["pre"], command: number): Table =>
      new Table(this.#raw.source, fields, this.#sizes[this.#layout === EARLY ? EVENT.post : command]!);
    const { pre, post } = this.#layout;
    return {
      port: (slot >> 1) + 1,
      follower: slot % 2 === 1,
      pre: table(pre, EVENT.pre),
      post: table(post, EVENT.post),
    };
  }

  /** Before 1.6 the game start said Zelda for both of her shapes, or the other one; the first frame knows (internal ids). */
  #mendCharacter(port: number, internal: number): void {
    const [major, minor] = this.start?.version.split(".").map(Number) ?? [];
    const character = { 7: 0x13, 19: 0x12 }[internal];
    if (character === undefined || major === undefined || major > 1 || (major === 1 && minor! >= 6)) return;
    const players = this.start!.players.map((p): SlpPlayer => (p.port === port ? { ...p, character } : p));
    this.start = { ...this.start!, players };
  }
}

/** A whole file; throws a Problem when it is not a Slippi file, or holds no game. See {@link SlpReader}. */
export function readSlp(file: string, bytes: Uint8Array): Slp {
  const reader = new SlpReader(file);
  reader.append(bytes);
  return reader.finish();
}

/** A recording that has at least begun. */
export type Slp = SlpReader & { start: SlpStart };
