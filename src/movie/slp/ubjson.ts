/** A value of a Slippi file's metadata. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Deeper than any metadata; hostile bytes nest without end. */
const DEEPEST = 32;
const TEXT = new TextDecoder();
const NUMBERS: Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]> = {
  i: [1, (view, at) => view.getInt8(at)],
  U: [1, (view, at) => view.getUint8(at)],
  I: [2, (view, at) => view.getInt16(at)],
  l: [4, (view, at) => view.getInt32(at)],
  L: [8, (view, at) => Number(view.getBigInt64(at))],
  d: [4, (view, at) => view.getFloat32(at)],
  D: [8, (view, at) => view.getFloat64(at)],
};

/**
 * Reads the UBJSON value at `start` (draft 12, https://ubjson.org; containers without a type or count, as Slippi's metadata is
 * written). Throws a RangeError where the bytes are not that, or end too early.
 */
export function readUbjson(bytes: Uint8Array, start: number): { value: Json; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;

  const number = (type: string): number => {
    const kind = NUMBERS[type];
    if (!kind) throw new RangeError(`no number at byte ${at - 1}`);
    at += kind[0];
    return kind[1](view, at - kind[0]);
  };
  const marker = (): string => String.fromCharCode(view.getUint8(at++));
  const text = (): string => {
    const length = number(marker());
    if (length < 0 || at + length > bytes.length) throw new RangeError(`a text at byte ${at} is longer than the file`);
    at += length;
    return TEXT.decode(bytes.subarray(at - length, at));
  };
  const value = (type: string, depth: number): Json => {
    if (depth > DEEPEST) throw new RangeError(`nested too deep at byte ${at}`);
    switch (type) {
      case "Z":
        return null;
      case "T":
      case "F":
        return type === "T";
      case "S":
        return text();
      case "C":
        return marker();
      case "[": {
        const list: Json[] = [];
        for (let next = marker(); next !== "]"; next = marker()) list.push(value(next, depth + 1));
        return list;
      }
      case "{": {
        const members: [string, Json][] = [];
        while (view.getUint8(at) !== 0x7d) {
          const key = text();
          members.push([key, value(marker(), depth + 1)]);
        }
        at++;
        return Object.fromEntries(members);
      }
      default:
        return number(type);
    }
  };
  return { value: value(marker(), 0), end: at };
}
