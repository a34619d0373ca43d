import { MOST_MARKS } from "./claims.ts";
import { PacketReader, PacketWriter } from "./wire.ts";

/** What a player tells each other player in every frame. It may be lost: each says all that the other has not acknowledged. */
export interface Payload {
  /** A number for the repairs that there were and for who rests, 0 to 255: where it is another, there is nothing to compare. */
  past: number;
  /** The frame that the sender is at. */
  frame: number;
  /** Frames that the sender is ahead of the receiver, as far as it can tell: -120 to 120. */
  ahead: number;
  /** The first frame whose input of the receiver the sender does not have. */
  have: number;
  /** The newest frame that is settled at the sender, and the low 32 bits of its chain of fingerprints there. */
  settled: number;
  chain: number;
  /** Marks of the frames before that one: at most {@link MOST_MARKS}. */
  marks: Uint8Array;
  /** The sender's inputs: `count` frames from `first` on, `width` bytes each, one after another. */
  first: number;
  count: number;
  inputs: Uint8Array;
}

/** Most frames of input in a payload. */
export const MOST_FRAMES = 100;
const ROOM = 900;

/**
 * Codes payloads. Inputs are runs of frames that are alike: the run's length and a bit for each byte that differs from the
 * frame before, in one number, then those bytes.
 */
export class PayloadCodec {
  readonly #width: number;
  readonly #packet = new PacketWriter(ROOM + 64);
  readonly #read: Payload;

  constructor(width: number) {
    this.#width = width;
    const inputs = new Uint8Array(MOST_FRAMES * width);
    const marks = new Uint8Array(0);
    this.#read = { past: 0, frame: 0, ahead: 0, have: 0, settled: 0, chain: 0, marks, first: 0, count: 0, inputs };
  }

  /** Writes as many of the frames as fit. */
  write(payload: Payload): Uint8Array {
    const { past, frame, ahead, have, settled, chain, marks, first, count } = payload;
    const packet = this.#packet.clear();
    packet
      .u8(past)
      .integer(frame)
      .u8(Math.max(-120, Math.min(120, Math.round(ahead))) + 128);
    packet
      .integer(zigzag(frame - have))
      .integer(zigzag(frame - settled))
      .u32(chain)
      .integer(marks.length)
      .raw(marks)
      .integer(zigzag(frame - first));
    for (let at = 0; at < Math.min(count, MOST_FRAMES) && packet.length < ROOM; ) {
      const run = this.#run(payload.inputs, at, count);
      packet.integer(run * 2 ** this.#width + this.#changed(payload.inputs, at));
      for (let i = 0; i < this.#width; i++)
        if (this.#differs(payload.inputs, at, i)) packet.u8(payload.inputs[at * this.#width + i]!);
      at += run;
    }
    return packet.take();
  }

  /** The payload of these bytes, valid until the next call; undefined where they make none. */
  read(bytes: Uint8Array): Payload | undefined {
    const packet = new PacketReader(bytes);
    const into = this.#read;
    into.past = packet.u8();
    into.frame = packet.integer();
    into.ahead = packet.u8() - 128;
    into.have = into.frame - unzigzag(packet.integer());
    into.settled = into.frame - unzigzag(packet.integer());
    into.chain = packet.u32();
    const marks = packet.integer();
    if (marks > MOST_MARKS) return undefined;
    into.marks = packet.raw(marks);
    into.first = into.frame - unzigzag(packet.integer());
    into.count = 0;
    const width = this.#width;
    while (packet.left > 0) {
      const head = packet.integer();
      const run = Math.floor(head / 2 ** width);
      const changed = head % 2 ** width;
      if (run < 1 || run > MOST_FRAMES - into.count) return undefined;
      const at = into.count * width;
      for (let i = 0; i < width; i++) {
        const before = into.count > 0 ? into.inputs[at - width + i]! : 0;
        into.inputs[at + i] = (changed >> i) & 1 ? packet.u8() : before;
      }
      for (let frame = 1; frame < run; frame++) into.inputs.copyWithin(at + frame * width, at, at + width);
      into.count += run;
    }
    const sane = into.have >= 0 && into.settled >= 0 && into.first >= 0 && Number.isSafeInteger(into.frame);
    return packet.ok && sane ? into : undefined;
  }

  #run(inputs: Uint8Array, at: number, count: number): number {
    const width = this.#width;
    let run = 1;
    while (at + run < Math.min(count, MOST_FRAMES)) {
      for (let i = 0; i < width; i++) if (inputs[(at + run) * width + i] !== inputs[at * width + i]) return run;
      run++;
    }
    return run;
  }

  #changed(inputs: Uint8Array, at: number): number {
    let bits = 0;
    for (let i = 0; i < this.#width; i++) if (this.#differs(inputs, at, i)) bits |= 1 << i;
    return bits;
  }

  #differs(inputs: Uint8Array, at: number, i: number): boolean {
    const here = at * this.#width + i;
    return inputs[here] !== (at > 0 ? inputs[here - this.#width] : 0);
  }
}

const zigzag = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);
const unzigzag = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);
