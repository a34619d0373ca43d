import { type Zippable, zipSync } from "fflate";
import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import { LSMV_PADS, lsmvExtra } from "./lsmv.ts";
import { letters } from "./rows.ts";
import { count, oneLine, textFrom, textOf } from "./text.ts";

const GAME_TYPES: Readonly<Record<string, string>> = { snes: "snes_ntsc", gb: "gdmg", gbc: "ggbc" };
const utf8 = new TextEncoder();

/**
 * Writes an .lsmv; a movie that came from one keeps all its members, and its input comes back as it was. Throws a Problem
 * for what lsnes cannot play.
 */
export function writeLsmv(movie: Movie): Uint8Array {
  const gametype = Object.hasOwn(GAME_TYPES, movie.system) ? GAME_TYPES[movie.system]! : undefined;
  if (gametype === undefined)
    throw new Problem(
      `an .lsmv holds SNES and Game Boy movies, this one is for ${movie.system}; write an .isr instead`,
    );
  if (movie.by !== "frame")
    throw new Problem("an .lsmv holds a row for each frame, this movie a sample for each poll; write an .isr instead");
  const extra = lsmvExtra(movie);
  if (!extra && movie.start.kind !== "power-on")
    throw new Problem(
      "this movie starts from a save or savestate of another emulator, which an .lsmv cannot hold; write an .isr instead",
    );
  const files: Record<string, string | Uint8Array> = extra ? { ...extra.files } : newFiles(movie, gametype);
  if (extra && count(textOf(extra.files.rerecords ?? new Uint8Array()).trim()) !== movie.rerecords)
    files.rerecords = `${movie.rerecords ?? 0}\n`;
  files.input = inputOf(movie, extra);
  if (movie.start.kind === "state") files["savestate.anchor"] = movie.start.data;
  if (movie.start.kind === "save") files["moviesram.srm"] = movie.start.data;
  const zip: Zippable = {};
  for (const [name, data] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
    zip[name] = [typeof data === "string" ? utf8.encode(data) : data, { mtime: "1980-01-01T12:00:00", level: 6 }];
  return zipSync(zip);
}

function newFiles(movie: Movie, gametype: string): Record<string, string> {
  return {
    systemid: "lsnes-rr1\n",
    controlsversion: "0\n",
    coreversion: "bsnes v085 (Compatibility core)\n",
    gametype: `${movie.system === "snes" && movie.region === "pal" ? "snes_pal" : gametype}\n`,
    projectid: `${"0".repeat(40)}\n`,
    rerecords: `${movie.rerecords ?? 0}\n`,
    rrdata: "",
    authors: (movie.authors ?? []).map((author) => `${oneLine(author)}\n`).join(""),
    ...(movie.rom.name !== undefined && { "rom.hint": `${oneLine(movie.rom.name)}\n` }),
    ...(movie.rom.sha256 !== undefined && { "rom.sha256": `${movie.rom.sha256}\n` }),
    ...(movie.system === "snes" &&
      movie.tracks.length > 1 && { port2: movie.tracks.length > 2 ? "multitap\n" : "gamepad\n" }),
    "starttime.second": `${movie.rtc ?? 1_000_000_000}\n`,
    "starttime.subsecond": "0\n",
  };
}

function inputOf(movie: Movie, extra: ReturnType<typeof lsmvExtra>): string {
  const width = movie.system === "snes" ? 12 : 8;
  // Port 1, then one pad or the four of a multitap.
  const players = movie.system !== "snes" ? 1 : movie.tracks.length > 2 ? 5 : Math.max(1, movie.tracks.length);
  const fields = extra?.fields ?? Array.from({ length: players }, () => width);
  const kept = fields.map((_, field) => textFrom(extra?.other[String(field + 1)], ""));
  const resets = new Map(movie.events.filter((event) => event.kind === "reset").map((event) => [event.at, "FR"]));
  const first = textFrom(extra?.other["0"], "F.");
  const subframes = extra?.subframes ?? [];
  const rows: string[] = [];
  const texts = new Map<number, string>();
  let next = 0;
  for (let frame = 0; frame < movie.length; frame++) {
    let row = extra ? first(frame) : (resets.get(frame) ?? "F.");
    let track = 0;
    for (let field = 0; field < fields.length; field++) {
      const size = fields[field]!;
      const pad = size === null ? undefined : LSMV_PADS[size];
      if (!pad) row += `|${kept[field]!(frame)}`;
      else {
        const buttons = movie.tracks[track++]?.buttons[frame] ?? 0;
        const key = buttons * 16 + size!;
        let text = texts.get(key);
        if (text === undefined) {
          text = letters(pad.bits, pad.letters, buttons);
          texts.set(key, text);
        }
        row += `|${text}`;
      }
    }
    rows.push(row);
    while (next < subframes.length && subframes[next]![0] <= frame) rows.push(subframes[next++]![1]);
  }
  return rows.length > 0 ? `${rows.join("\n")}\n` : "";
}
