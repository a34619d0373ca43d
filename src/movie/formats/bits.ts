import type { PadState } from "../../machine/input.ts";
import type { MovieEvent, Track } from "../movie.ts";

/** What the bits of a format's pad are, bit 0 first; 0 where no button of ours is meant. */
export type PadBits = readonly number[];

/** Buttons for each value of a pad of at most 16 bits: one look-up a sample. */
export function buttonTable(bits: PadBits): Uint32Array {
  const table = new Uint32Array(2 ** bits.length);
  for (let bit = 0; bit < bits.length; bit++) {
    const half = 2 ** bit;
    for (let value = 0; value < half; value++) table[half + value] = table[value]! | bits[bit]!;
  }
  return table;
}

/** The format's value of held buttons. */
export function bitsOf(bits: PadBits, buttons: PadState["buttons"]): number {
  let value = 0;
  for (let bit = 0; bit < bits.length; bit++) if (buttons & bits[bit]!) value |= 1 << bit;
  return value;
}

/** What pads do not carry, as [sample, value] where it changes; it is 0 before the first. */
export type Changes = [number, number][];

export function keepChange(changes: Changes, sample: number, value: number): void {
  if (value !== (changes.at(-1)?.[1] ?? 0)) changes.push([sample, value]);
}

/** Goes through changes in order. */
export function changesFrom(changes: readonly (readonly [number, number])[] | undefined): (sample: number) => number {
  let next = 0;
  let value = 0;
  return (sample) => {
    while (changes && next < changes.length && changes[next]![0] <= sample) value = changes[next++]![1];
    return value;
  };
}

export function pads(count: number, length: number): Track[] {
  return Array.from({ length: count }, () => ({ device: "pad", buttons: new Uint32Array(length) }));
}

/** Samples that have an event of this kind and data. */
export function samplesWith(events: readonly MovieEvent[], kind: MovieEvent["kind"], data?: string): Set<number> {
  return new Set(events.filter((event) => event.kind === kind && event.data === data).map((event) => event.at));
}

/** A text that ends at its first NUL or after `size` bytes, Latin-1. */
export function textAt(bytes: Uint8Array, at: number, size: number): string {
  let text = "";
  for (let i = at; i < Math.min(at + size, bytes.length) && bytes[i] !== 0; i++) text += String.fromCharCode(bytes[i]!);
  return text.trim();
}

/** Writes a text into a field, padded with NULs; it is cut so that one NUL remains. */
export function putText(bytes: Uint8Array, at: number, size: number, text: string): void {
  bytes.fill(0, at, at + size);
  for (let i = 0; i < Math.min(text.length, size - 1); i++) bytes[at + i] = text.charCodeAt(i) & 0xff;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function startsWith(bytes: Uint8Array, signature: string): boolean {
  for (let i = 0; i < signature.length; i++) if (bytes[i] !== signature.charCodeAt(i)) return false;
  return true;
}
