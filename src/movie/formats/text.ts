import { Problem } from "../../problem.ts";

const utf8 = new TextDecoder("utf-8");

/** Text of bytes; a byte order mark is left out, broken UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** Bytes of base64 text, or undefined where it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.trim());
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    return undefined;
  }
}

/** Base64 text of bytes. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Bytes of hexadecimal text, or undefined where it is none. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** A count as formats write it, or undefined where it is missing, negative or no number. */
export function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

/** Text for a line of a header. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}

/** A fault of a file: one line with the file, the place and the mend. */
export function fault(file: string, place: string, mend: string): Problem {
  return new Problem(`${file}: ${place}; ${mend}`);
}

/** Samples times ports that a movie may have: four players for 38 hours at 60 frames a second. */
const MOST = 2 ** 25;

/** Throws a Problem for a movie that no real file holds, before its tracks are allocated. */
export function checkSize(file: string, samples: number, ports: number): void {
  if (samples * Math.max(1, ports) > MOST)
    throw fault(file, `it says that it has ${samples} samples for ${ports} ports`, `at most ${MOST} in all are read`);
}

/** Keeps a text that changes now and then, as [sample, text]; before the first it is `before`. */
export function keepText(
  texts: Record<string, [number, string][]>,
  key: string,
  sample: number,
  text: string,
  before: string,
): void {
  const list = texts[key];
  if (text === (list?.at(-1)?.[1] ?? before)) return;
  if (list) list.push([sample, text]);
  else texts[key] = [[sample, text]];
}

/** Goes through such texts in order. */
export function textFrom(
  list: readonly (readonly [number, string])[] | undefined,
  before: string,
): (sample: number) => string {
  let next = 0;
  let text = before;
  return (sample) => {
    while (list && next < list.length && list[next]![0] <= sample) text = list[next++]![1];
    return text;
  };
}
