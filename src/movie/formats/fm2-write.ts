import { sha256 } from "@noble/hashes/sha2.js";
import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import { type Fm2Extra, fm2Extra } from "./fm2.ts";
import { FM2_COMMANDS, FM2_PAD } from "./fm2-log.ts";
import { fromHex, oneLine, toBase64, toHex } from "./text.ts";

const LETTERS = "RLDUTSBA";

/**
 * Writes FCEUX's .fm2 as text. A movie that came from a text .fm2 gives that file's bytes again. Throws a Problem for a
 * movie that is not by frame, or not of a NES; what else is lost is for the caller to compare.
 */
export function writeFm2(movie: Movie): Uint8Array {
  if (movie.system !== "nes")
    throw new Problem(`an .fm2 holds NES movies only, this one is for ${movie.system}; write an .isr instead`);
  if (movie.by !== "frame")
    throw new Problem(
      "an .fm2 holds a row for each frame, this movie has a sample for each poll; write an .isr instead",
    );
  const extra = fm2Extra(movie);
  const players = Math.min(4, movie.tracks.length);
  const fields = extra?.fields ?? [
    0,
    players > 1 ? 1 : null,
    ...(players > 2 ? [2, players > 3 ? 3 : null] : []),
    null,
  ];
  const rows = rowsOf(movie, fields, extra?.other ?? {});
  const newline = extra?.newline ?? "\n";
  const header = extra
    ? extra.header.filter((line) => !/^(binary|length) /.test(line) || !isBinary(extra))
    : newHeader(movie, fields, rows);
  return new TextEncoder().encode([...header, ...rows, ""].join(newline));
}

function isBinary(extra: Fm2Extra): boolean {
  return extra.header.some((line) => /^binary 1\s*$/.test(line));
}

function rowsOf(movie: Movie, fields: readonly (number | null)[], other: NonNullable<Fm2Extra["other"]>): string[] {
  const commands = new Map<number, number>();
  for (const { at, kind, data } of movie.events) {
    const said = kind === "other" ? Number(/^commands (\d+)$/.exec(data ?? "")?.[1] ?? 0) : 0;
    const bit =
      FM2_COMMANDS.find((command) => command.kind === kind && ("data" in command ? command.data : undefined) === data)
        ?.bit ?? said;
    commands.set(at, (commands.get(at) ?? 0) | bit);
  }
  const pads = new Map<number, string>();
  const texts = fields.map(() => "");
  const changes = fields.map((_, field) => [...(other[`port${field}`] ?? [])].reverse());
  const rows: string[] = [];
  for (let frame = 0; frame < movie.length; frame++) {
    let row = `|${commands.get(frame) ?? 0}|`;
    for (let field = 0; field < fields.length; field++) {
      const track = fields[field] ?? null;
      if (track === null) {
        if (changes[field]!.at(-1)?.[0] === frame) texts[field] = changes[field]!.pop()![1];
        row += `${texts[field]}|`;
        continue;
      }
      const buttons = movie.tracks[track]?.buttons[frame] ?? 0;
      let text = pads.get(buttons);
      if (text === undefined) {
        text = FM2_PAD.map((bit, i) => (buttons & bit ? LETTERS[i] : ".")).join("");
        pads.set(buttons, text);
      }
      row += `${text}|`;
    }
    rows.push(row);
  }
  return rows;
}

function newHeader(movie: Movie, fields: readonly (number | null)[], rows: readonly string[]): string[] {
  const md5 = movie.rom.md5 && fromHex(movie.rom.md5);
  // FCEUX wants a number that tells movies apart; made of the inputs, it is the same each time.
  const guid = toHex(sha256(new TextEncoder().encode(rows.join("\n"))).subarray(0, 16)).toUpperCase();
  const disk = movie.events.some((event) => event.kind.startsWith("disk"));
  return [
    "version 3",
    "emuVersion 22020",
    `rerecordCount ${movie.rerecords ?? 0}`,
    `palFlag ${movie.region === "pal" ? 1 : 0}`,
    `romFilename ${oneLine(movie.rom.name ?? "unknown")}`,
    `romChecksum base64:${toBase64(md5 || new Uint8Array(16))}`,
    `guid ${guid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`,
    `fourscore ${fields.length > 3 ? 1 : 0}`,
    "microphone 0",
    "port0 1",
    `port1 ${fields[1] === null ? 0 : 1}`,
    "port2 0",
    `FDS ${disk ? 1 : 0}`,
    "NewPPU 0",
    ...(movie.authors ?? []).map((author) => `comment author ${oneLine(author)}`),
  ];
}
