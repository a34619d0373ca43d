import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import {
  bitsOf,
  buttonTable,
  type Changes,
  changesFrom,
  keepChange,
  pads,
  putText,
  startsWith,
  textAt,
  viewOf,
} from "./bits.ts";
import { extraOf, HEADED, kept } from "./extra.ts";
import { checkSize, fault } from "./text.ts";

const { Up, Down, Left, Right, A, B, X, Y, L, R, Start, Select } = BUTTON;
// A, B, C are where libretro's cores have them; see bk2-columns.ts.
const PAD = [Up, Down, Left, Right, Y, B, A, Start];
const MORE = [L, X, R, Select];
const BUTTONS = buttonTable(PAD);
const MORE_BUTTONS = buttonTable(MORE);
const HEADER = 0x40;
const FLAG = { pal: 0x80, state: 0x40, three: 0x20 };

const EXTRA = v.object({ format: v.literal("gmv"), ...HEADED, comment: v.exactOptional(v.string()) });

/**
 * Reads Gens' .gmv (tasvideos.org/EmulatorResources/Gens/GMV): 64 bytes of header and three bytes a frame, where a
 * pressed button is 0: players 1 and 2, and player 3 or the X, Y, Z, Mode of both. Throws a Problem for bytes that are none.
 */
export function readGmv(file: string, bytes: Uint8Array): Movie {
  if (!startsWith(bytes, "Gens Movie TEST") || bytes.length < HEADER)
    throw fault(file, "it has no .gmv header", "give a movie that Gens wrote");
  const version = String.fromCharCode(bytes[0x0f]!);
  const flags = version >= "A" ? bytes[0x16]! : 0;
  const three = (flags & FLAG.three) !== 0;
  const length = Math.floor((bytes.length - HEADER) / 3);
  checkSize(file, length, 3);
  const tracks = pads(three ? 3 : 2, length);
  const [one, two] = [tracks[0]!.buttons, tracks[1]!.buttons];
  // Bits of X, Y, Z, Mode that stand for nothing: a pad of three buttons has none.
  const six = three ? 0 : (bytes[0x14] === 0x36 ? 0x0f : 0) | (bytes[0x15] === 0x36 ? 0xf0 : 0);
  const rest: Changes = [];
  for (let frame = 0, at = HEADER; frame < length; frame++, at += 3) {
    const third = ~bytes[at + 2]! & 0xff;
    one[frame] = BUTTONS[~bytes[at]! & 0xff]! | MORE_BUTTONS[third & six & 15]!;
    two[frame] = BUTTONS[~bytes[at + 1]! & 0xff]! | MORE_BUTTONS[(third & six) >> 4]!;
    if (three) tracks[2]!.buttons[frame] = BUTTONS[third]!;
    else keepChange(rest, frame, third & ~six);
  }
  const comment = textAt(bytes, 0x18, 40);
  const extra: v.InferOutput<typeof EXTRA> = {
    format: "gmv",
    header: bytes.slice(0, HEADER),
    tail: bytes.slice(HEADER + length * 3),
    ...kept([rest]),
    ...(comment && { comment }),
  };
  return {
    system: "genesis",
    by: "frame",
    length,
    tracks,
    events: [],
    // The state is in a file of its own.
    start: flags & FLAG.state ? { kind: "state", data: new Uint8Array() } : { kind: "power-on" },
    rom: {},
    region: flags & FLAG.pal ? "pal" : "ntsc",
    rerecords: viewOf(bytes).getUint32(0x10, true),
    emulator: `Gens (movie version ${version})`,
    extra,
  };
}

/** Writes a .gmv; a movie that came from one gives its bytes again. Throws a Problem for what Gens cannot play. */
export function writeGmv(movie: Movie): Uint8Array {
  if (movie.system !== "genesis")
    throw new Problem(`a .gmv holds Genesis movies only, this one is for ${movie.system}; write an .isr instead`);
  if (movie.by !== "frame")
    throw new Problem("a .gmv holds a sample for each frame, this movie one for each poll; write an .isr instead");
  const extra = extraOf(EXTRA, movie);
  if (!extra && movie.start.kind === "state")
    throw new Problem("this movie starts from a savestate that Gens cannot load; write an .isr instead");
  const header = extra?.header.slice() ?? newHeader(movie);
  viewOf(header).setUint32(0x10, movie.rerecords ?? 0, true);
  const three = (header[0x16]! & FLAG.three) !== 0;
  const tail = extra?.tail ?? new Uint8Array();
  const bytes = new Uint8Array(HEADER + movie.length * 3 + tail.length);
  bytes.set(header);
  bytes.set(tail, bytes.length - tail.length);
  const rest = changesFrom(extra?.other?.[0]);
  const held = (port: number, frame: number): number => movie.tracks[port]?.buttons[frame] ?? 0;
  for (let frame = 0, at = HEADER; frame < movie.length; frame++, at += 3) {
    bytes[at] = ~bitsOf(PAD, held(0, frame));
    bytes[at + 1] = ~bitsOf(PAD, held(1, frame));
    const six =
      (header[0x14] === 0x36 ? bitsOf(MORE, held(0, frame)) : 0) |
      (header[0x15] === 0x36 ? bitsOf(MORE, held(1, frame)) << 4 : 0);
    bytes[at + 2] = ~(three ? bitsOf(PAD, held(2, frame)) : six | rest(frame));
  }
  return bytes;
}

function newHeader(movie: Movie): Uint8Array {
  const header = new Uint8Array(HEADER);
  for (const [at, character] of [..."Gens Movie TESTA"].entries()) header[at] = character.charCodeAt(0);
  const six = (port: number): boolean =>
    movie.tracks[port]?.buttons.some((buttons) => buttons & (X | L | R | Select)) ?? false;
  header[0x14] = six(0) ? 0x36 : 0x33;
  header[0x15] = six(1) ? 0x36 : 0x33;
  header[0x16] = (movie.region === "pal" ? FLAG.pal : 0) | (movie.tracks.length > 2 ? FLAG.three : 0);
  putText(header, 0x18, 40, movie.authors?.join(", ") ?? "");
  return header;
}
