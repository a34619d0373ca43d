import { EVENT } from "./fields.ts";
import type { Source } from "./table.ts";
import { type Json, readUbjson } from "./ubjson.ts";

const HEADER = [0x7b, 0x55, 3, 0x72, 0x61, 0x77, 0x5b, 0x24, 0x55, 0x23, 0x6c]; // {U3raw[$U#l
const HEADER_BYTES = 15;
const METADATA = [0x55, 8, 0x6d, 0x65, 0x74, 0x61, 0x64, 0x61, 0x74, 0x61]; // U8metadata

/** Whether these bytes begin a Slippi file. */
export const isSlp = (bytes: Uint8Array): boolean => HEADER.every((byte, i) => bytes[i] === byte);

/** Told of what comes: once of the sizes of events, then of each event and where it is in {@link RawReader.source}. */
export interface RawListener {
  sizes(sizes: Uint32Array): void;
  event(command: number, at: number, size: number): void;
}

/**
 * A Slippi file as its container has it: the length of the game's events, the events, the metadata. It may come in pieces, and
 * may be the events alone, as they are sent over a network.
 */
export class RawReader {
  readonly source: Source = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)) };
  /** Bytes until now. */
  length = 0;
  /** Where the first event is that has not been told of. */
  at = 0;
  /** Where the events end; Infinity while nobody has said so. */
  end = Number.POSITIVE_INFINITY;
  /** All events have been told of. */
  done = false;
  /** There is no container: only events. */
  bare = false;
  metadata: { [key: string]: Json } | undefined;
  /** Why nothing can be read from some place on. */
  damage: string | undefined;
  /** Bytes of each event with its command byte; 0 for those that the file does not name. */
  readonly #sizes = new Uint32Array(256);
  readonly #listener: RawListener;

  constructor(listener: RawListener) {
    this.#listener = listener;
  }

  append(chunk: Uint8Array): void {
    const { source } = this;
    const length = this.length + chunk.length;
    if (this.length === 0) source.bytes = chunk;
    else {
      if (length > source.bytes.length) {
        const wider = new Uint8Array(Math.max(length, this.length * 2));
        wider.set(source.bytes.subarray(0, this.length));
        source.bytes = wider;
      }
      source.bytes.set(chunk, this.length);
    }
    this.length = length;
    source.view = new DataView(source.bytes.buffer, source.bytes.byteOffset, length);
    if (this.damage === undefined && (this.at > 0 || this.#readHead())) this.#readEvents();
    if (this.done && !this.bare && !this.metadata) this.#readMetadata();
  }

  /** No more bytes come. */
  finish(): void {
    if (this.bare && this.at === this.length) this.done = true;
    if (this.damage !== undefined || this.bare || !Number.isFinite(this.end)) return;
    if (!this.done) this.damage = `cut at byte ${this.length}: ${this.end - this.length} bytes of the game are missing`;
    else if (!this.metadata && this.length > this.end + 1)
      this.damage = `its metadata cannot be read, at byte ${this.end}`;
  }

  /** What is before the events. False: more bytes are needed, or they are not a Slippi file's. */
  #readHead(): boolean {
    const { bytes, view } = this.source;
    if (this.length === 0) return false;
    this.bare = bytes[0] === EVENT.payloads;
    const head = this.bare ? 0 : HEADER_BYTES;
    if (!this.bare && HEADER.some((byte, i) => i < this.length && bytes[i] !== byte)) {
      this.damage = "is not a Slippi file";
      return false;
    }
    if (this.length < head + 2) return false;
    const table = head + 2;
    const count = (bytes[head + 1]! - 1) / 3;
    if (bytes[head] !== EVENT.payloads || !Number.isInteger(count)) {
      this.damage = `has no table of event sizes at byte ${head}`;
      return false;
    }
    if (this.length < table + count * 3) return false;
    for (let i = 0; i < count; i++) this.#sizes[bytes[table + i * 3]!] = 1 + view.getUint16(table + i * 3 + 1);
    const stated = this.bare ? 0 : view.getUint32(HEADER_BYTES - 4);
    if (stated > 0) this.end = HEADER_BYTES + stated;
    this.at = table + count * 3;
    this.#listener.sizes(this.#sizes);
    return true;
  }

  #readEvents(): void {
    const { bytes } = this.source;
    const sizes = this.#sizes;
    const listener = this.#listener;
    const end = Math.min(this.length, this.end);
    let { at } = this;
    while (at < end) {
      const command = bytes[at]!;
      const size = sizes[command]!;
      if (size === 0) {
        this.#stop(at, command);
        break;
      }
      if (at + size > end) {
        if (end === this.end) this.damage = `the last event, at byte ${at}, is longer than the game`;
        break;
      }
      listener.event(command, at, size);
      at += size;
    }
    this.at = at;
    if (at === this.end) this.done = true;
  }

  /** An event that the table of sizes does not name: the metadata of a file whose length is not stated, or damage. */
  #stop(at: number, command: number): void {
    const { bytes } = this.source;
    const there = METADATA.every((byte, i) => at + i >= this.length || bytes[at + i] === byte);
    if (!there || Number.isFinite(this.end)) this.damage = `unknown event 0x${command.toString(16)} at byte ${at}`;
    else if (at + METADATA.length <= this.length) this.end = at;
  }

  #readMetadata(): void {
    const { bytes } = this.source;
    if (METADATA.some((byte, i) => this.end + i < this.length && bytes[this.end + i] !== byte)) return;
    try {
      const { value } = readUbjson(bytes.subarray(0, this.length), this.end + METADATA.length);
      if (value !== null && typeof value === "object" && !Array.isArray(value)) this.metadata = value;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // not all of it is there, or it is damaged: finish() says so
    }
  }
}
