import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { MAX_DATAGRAM, type PeerId } from "./transport.ts";

// What a relay and the members of its rooms say to each other over a WebSocket (docs/relay.md). Text frames hold a message:
// a list of JSON that starts with its name. Binary frames hold a datagram: 2 bytes, big-endian, with the number that the
// relay gave to the other member (for whom it is, then from whom it comes), then its bytes.

/** Version of all this. `hello` starts alike in all versions, and `refused` is the same, so that each side can say what is wrong. */
export const RELAY_PROTOCOL = 1;
/** Most bytes of a frame in either direction. */
export const LONGEST_FRAME = 16384;
/** Bytes before a datagram, and most bytes of a frame with one. */
export const HEAD = 2;
export const LONGEST_RELAYED = HEAD + MAX_DATAGRAM;
/** Most characters of what one member signals to another. */
const LONGEST_SIGNAL = 7000;
/** Milliseconds between two of the relay's signs of life; who answers none for that long is gone, and the relay too. */
export const ALIVE_EVERY = 10_000;
export const GONE_AFTER = 25_000;
/** Milliseconds for which the relay keeps the place of somebody whose connection broke. */
export const KEPT = 60_000;

/** Capital letters and digits that are not taken for each other. */
export const CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
export const CODE_LENGTH = 6;
const CODE = new RegExp(`^[${CODE_LETTERS}]{${CODE_LENGTH}}$`);

const number = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff));
const code = v.pipe(v.string(), v.regex(CODE));
const secret = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
/** It is shown as it is: nothing but printable ASCII. */
const sentence = v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,200}$/));
const signal = v.pipe(v.string(), v.maxLength(LONGEST_SIGNAL));

const TO_RELAY = {
  /** Version, the sender's secret, the room's code (null: a new room), and whether the sender was in it before. */
  hello: [v.literal(RELAY_PROTOCOL), secret, v.nullable(code), v.boolean()],
  /** For that member. */
  signal: [number, signal],
  /** A sign of life: how many others the sender reaches directly. */
  alive: [number],
} as const;

const FROM_RELAY = {
  /** The room's code, and the others: number and id. */
  welcome: [code, v.pipe(v.array(v.strictTuple([number, id])), v.maxLength(256))],
  /** Somebody came, or came back. */
  peer: [number, id],
  /** Somebody's connection broke; they may come back. */
  away: [number],
  /** Somebody left of their own will. */
  gone: [number],
  signal: [number, signal],
  alive: [],
  /** The end, and why: you may not come in. */
  refused: [sentence],
  /** The end, and why; whether it is worth to come back. */
  bye: [sentence, v.boolean()],
} as const;

type Schemas = Readonly<Record<string, readonly v.GenericSchema[]>>;
type Outputs<T extends readonly v.GenericSchema[]> = { -readonly [I in keyof T]: v.InferOutput<T[I]> };
type Messages<T extends Schemas> = { [K in keyof T & string]: [K, ...Outputs<T[K]>] }[keyof T & string];
export type ToRelay = Messages<typeof TO_RELAY>;
export type FromRelay = Messages<typeof FROM_RELAY>;

function reader<T extends Schemas>(messages: T): (text: string) => Messages<T> | undefined {
  const schemas = new Map<unknown, v.GenericSchema>(
    Object.entries(messages).map(([name, rest]) => [name, v.strictTuple([v.literal(name), ...rest] as never)]),
  );
  return (text) => {
    const value = parse(text);
    const schema = Array.isArray(value) ? schemas.get(value[0]) : undefined;
    return schema && v.is(schema, value) ? (value as Messages<T>) : undefined;
  };
}

/** The message of a text frame; undefined where it is none that is known. */
export const readToRelay = reader(TO_RELAY);
export const readFromRelay = reader(FROM_RELAY);

/** The version that a first frame speaks; undefined where it is no hello. */
export function versionOf(text: string): number | undefined {
  const value = parse(text);
  return Array.isArray(value) && value[0] === "hello" && typeof value[1] === "number" ? value[1] : undefined;
}

function parse(text: string): unknown {
  if (text.length > LONGEST_FRAME) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member's id is made of its secret: only who has that can come back as the same, also to a relay that began anew. */
export const peerIdOf = (secret: string): PeerId => bytesToHex(sha256(new TextEncoder().encode(secret))).slice(0, 16);

export const newSecret = (): string => bytesToHex(crypto.getRandomValues(new Uint8Array(16)));

/** A room's code as people type it; undefined where it is none. */
export function readCode(text: string): string | undefined {
  const plain = text.replace(/[\s-]/g, "").toUpperCase();
  return CODE.test(plain) ? plain : undefined;
}
