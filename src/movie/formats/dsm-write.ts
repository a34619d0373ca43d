import { sha256 } from "@noble/hashes/sha2.js";
import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import { changesFrom, samplesWith } from "./bits.ts";
import { DSM_COMMAND, DSM_LETTERS, DSM_PAD, dsmExtra } from "./dsm.ts";
import { letters } from "./rows.ts";
import { oneLine, toBase64, toHex } from "./text.ts";

/** Writes a .dsm as text; a movie that came from a text .dsm gives its bytes again. Throws a Problem for what DeSmuME cannot play. */
export function writeDsm(movie: Movie): Uint8Array {
  if (movie.system !== "nds")
    throw new Problem(`a .dsm holds DS movies only, this one is for ${movie.system}; write an .isr instead`);
  if (movie.by !== "frame")
    throw new Problem("a .dsm holds a row for each frame, this movie a sample for each poll; write an .isr instead");
  const extra = dsmExtra(movie);
  if (!extra && movie.start.kind === "state")
    throw new Problem("this movie starts from a savestate that DeSmuME cannot load; write an .isr instead");
  const track = movie.tracks[0];
  const commands = changesFrom(extra?.commands);
  const rest = changesFrom(extra?.rest);
  const resets = samplesWith(movie.events, "reset");
  const pads = new Map<number, string>();
  const rows: string[] = [];
  let lid = 0;
  for (let frame = 0; frame < movie.length; frame++) {
    const buttons = track?.buttons[frame] ?? 0;
    const kept = rest(frame);
    const turned = (buttons & BUTTON.Lid) !== lid ? DSM_COMMAND.lid : 0;
    lid = buttons & BUTTON.Lid;
    const command =
      (extra ? commands(frame) : turned | (resets.has(frame) ? DSM_COMMAND.reset : 0)) |
      (buttons & BUTTON.Mic ? DSM_COMMAND.mic : 0);
    let pad = pads.get(buttons);
    if (pad === undefined) {
      pad = letters(DSM_PAD, DSM_LETTERS, buttons);
      pads.set(buttons, pad);
    }
    if (kept & 0x10000) pad = `${pad.slice(0, -1)}G`;
    const touched = (track?.touch?.[frame * 2] ?? -1) >= 0;
    const x = touched ? track!.touch![frame * 2]! : kept & 255;
    const y = touched ? track!.touch![frame * 2 + 1]! : (kept >> 8) & 255;
    rows.push(`|${command}|${pad}${three(x)} ${three(y)} ${touched ? 1 : 0}|`);
  }
  const header = extra ? extra.header.filter((line) => !/^(binary|length) /.test(line)) : newHeader(movie, rows);
  return new TextEncoder().encode([...header, ...rows, ""].join(extra?.newline ?? "\n"));
}

const three = (value: number): string => String(value).padStart(3, "0");

function newHeader(movie: Movie, rows: readonly string[]): string[] {
  // A number that tells movies apart; made of the inputs, it is the same each time.
  const guid = toHex(sha256(new TextEncoder().encode(rows.join("\n"))).subarray(0, 16)).toUpperCase();
  return [
    "version 1",
    "emuVersion 91100",
    `rerecordCount ${movie.rerecords ?? 0}`,
    `romFilename ${oneLine(movie.rom.name ?? "unknown")}`,
    ...(movie.rom.crc32 ? [`romChecksum ${movie.rom.crc32.toUpperCase()}`] : []),
    `guid ${guid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`,
    "useExtBios 0",
    ...(movie.rtc !== undefined ? [`rtcStart ${new Date(movie.rtc * 1000).toISOString().slice(0, 19)}Z`] : []),
    ...(movie.start.kind === "save" ? [`sram base64:${toBase64(movie.start.data)}`] : []),
    ...(movie.authors ?? []).map((author) => `comment author ${oneLine(author)}`),
  ];
}
