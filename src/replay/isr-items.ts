import { CborWriter } from "./isr-cbor.ts";

/** First element of an item's list; docs/format.md says what follows. */
export const SAMPLES = 1;
export const EVENT = 2;
export const OBSERVED = 3;
export const KEYFRAME = 5;
export const HAPPENING = 8;
export const SIGNATURE = 10;
export const VERDICT = 11;
export const LINK = 12;
export const INDEX = 14;
export const END = 15;

/** Most rows of a block of samples or of what was observed: ten seconds at 60 frames a second. */
export const BLOCK = 600;

/** An item: a list that ends with the CRC-32 of its bytes before it. */
export function itemOf(content: readonly unknown[]): Uint8Array {
  const writer = new CborWriter().head(4, content.length + 1);
  for (const value of content) writer.value(value);
  return writer.value(crc32(writer.take())).take();
}

/** The content of the item at bytes[start..end) without its type and its check; undefined where the check fails. */
export function contentOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  item: readonly unknown[],
): unknown[] | undefined {
  const check = item.at(-1);
  if (item.length < 2 || !isCount(check)) return undefined;
  const size = check < 24 ? 1 : check < 0x100 ? 2 : check < 0x10000 ? 3 : 5;
  return crc32(bytes.subarray(start, end - size)) === check ? item.slice(1, -1) : undefined;
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** What a player signs of the file: a link of its chain, and as which player. */
export function signedMessage(link: Uint8Array, player: number): Uint8Array {
  return Uint8Array.of(...new TextEncoder().encode("Instep .isr link"), ...link, player);
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as in zip and PNG (ISO-HDLC). */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) value = (value >>> 8) ^ table[(value ^ bytes[i]!) & 0xff]!;
  return ~value >>> 0;
}
