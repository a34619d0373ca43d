import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import type { Movie, MovieEvent, MovieStart, System } from "../movie.ts";
import { pads } from "./bits.ts";
import { extraOf, TEXTS } from "./extra.ts";
import { countRows, Rows } from "./rows.ts";
import { checkSize, count, fault, keepText, textOf } from "./text.ts";
import { unzip } from "./unzip.ts";

const { A, B, X, Y, L, R, Select, Start, Up, Down, Left, Right } = BUTTON;
/** Fields that are pads, by their width. */
export const LSMV_PADS: Readonly<Record<number, { readonly bits: readonly number[]; readonly letters: string }>> = {
  12: { bits: [B, Y, Select, Start, Up, Down, Left, Right, A, X, L, R], letters: "BYsSudlrAXLR" },
  8: { bits: [A, B, Select, Start, Right, Left, Up, Down], letters: "ABsSrlud" },
};
const DOT = 0x2e;
const SPACE = 0x20;

const EXTRA = v.object({
  format: v.literal("lsmv"),
  /** Members of the archive beside the input and what it starts from, by name. */
  files: v.record(v.string(), v.instance(Uint8Array<ArrayBufferLike>)),
  /** Fields of a row after the first: the width of a pad, whose tracks are numbered in order, or null. */
  fields: v.pipe(v.array(v.nullable(v.number())), v.maxLength(16)),
  /** Fields that are no pads (and the first one, but for "F."), where they change: "0", "1" and so on. */
  other: v.record(v.string(), TEXTS),
  /** Rows that change the input within the frame. */
  subframes: v.exactOptional(TEXTS),
});

export const lsmvExtra = (movie: Movie): v.InferOutput<typeof EXTRA> | undefined => extraOf(EXTRA, movie);

/**
 * Reads lsnes' .lsmv: a zip of small texts (tasvideos.org/Lsnes/Movieformat). A row of its input that starts with 'F' is
 * a frame; one that does not changes the input within it, and is kept. Throws a Problem for bytes that are none.
 */
export function readLsmv(file: string, bytes: Uint8Array): Movie {
  const files = Object.fromEntries(unzip(file, bytes, () => true));
  const { input } = files;
  if (!input) throw fault(file, "it has no member 'input'", "give a movie that lsnes wrote");
  const text = (name: string): string => (Object.hasOwn(files, name) ? textOf(files[name]!).trim() : "");
  const log = readLog(file, input);
  const start = startOf(files);
  const gametype = text("gametype");
  const authors = text("authors")
    .split("\n")
    .map((line) => line.split("|").at(-1)!.trim())
    .filter((line) => line !== "");
  const name = text("rom.hint") || text("gamename");
  const sha256 = text("rom.sha256").toLowerCase();
  const rerecords = count(text("rerecords"));
  const rtc = count(text("starttime.second"));
  const settings = Object.keys(files)
    .filter((key) => key.startsWith("setting."))
    .map((key) => [key.slice(8), text(key)]);
  const kept = Object.entries(files).filter(([key]) => key !== "input" && !startNames(files).includes(key));
  const extra: v.InferOutput<typeof EXTRA> = {
    format: "lsmv",
    files: Object.fromEntries(kept),
    fields: log.fields,
    other: log.other,
    ...(log.subframes.length > 0 && { subframes: log.subframes }),
  };
  return {
    system: systemOf(gametype),
    by: "frame",
    length: log.length,
    tracks: log.tracks,
    events: log.events,
    start,
    rom: { ...(name && { name }), ...(/^[0-9a-f]{64}$/.test(sha256) && { sha256 }) },
    region: gametype.endsWith("pal") ? "pal" : "ntsc",
    ...(rerecords !== undefined && { rerecords }),
    ...(authors.length > 0 && { authors }),
    emulator: ["lsnes", text("coreversion") && `(${text("coreversion")})`].filter(Boolean).join(" "),
    ...(settings.length > 0 && { syncSettings: Object.fromEntries(settings) }),
    ...(rtc !== undefined && { rtc }),
    extra,
  };
}

function systemOf(gametype: string): System {
  if (gametype === "gdmg" || gametype.startsWith("sgb")) return "gb";
  if (gametype.startsWith("ggbc")) return "gbc";
  return "snes";
}

/** Members that the movie starts from. A 'savestate' is where somebody went on, not where the movie starts. */
function startNames(files: Readonly<Record<string, Uint8Array>>): string[] {
  if (Object.hasOwn(files, "savestate.anchor")) return ["savestate.anchor"];
  const saves = Object.keys(files).filter((name) => name.startsWith("moviesram.") && files[name]!.length > 0);
  return saves.length === 1 ? saves : [];
}

function startOf(files: Readonly<Record<string, Uint8Array>>): MovieStart {
  const name = startNames(files)[0];
  if (name === undefined) return { kind: "power-on" };
  return { kind: name === "savestate.anchor" ? "state" : "save", data: files[name]! };
}

function readLog(file: string, input: Uint8Array) {
  const rows = new Rows(file, input);
  const lines = countRows(input, 0, true);
  const fields = lines > 0 ? fieldsOf(input) : [];
  const players = fields.filter((width) => width !== null).length;
  checkSize(file, lines, players);
  const tracks = pads(players, lines);
  const events: MovieEvent[] = [];
  const other: Record<string, [number, string][]> = {};
  const subframes: [number, string][] = [];
  let length = 0;
  let subframe = false;
  while (rows.next(true)) {
    if (rows.same && length > 0 && !subframe && input[rows.start + 1] === DOT) {
      for (const { buttons } of tracks) buttons[length] = buttons[length - 1]!;
      length++;
      continue;
    }
    const [mark, reset] = [input[rows.start], input[rows.start + 1]];
    subframe = length > 0 && (mark === DOT || mark === SPACE);
    if (subframe) {
      subframes.push([length - 1, rows.text(rows.start, rows.end)]);
      continue;
    }
    let to = rows.field(rows.start);
    const first = rows.text(rows.start, to);
    if (to - rows.start > 1 && reset !== DOT && reset !== SPACE) {
      const delay = first
        .slice(2)
        .replace(/^[.HR ]*/, "")
        .trim();
      events.push({ at: length, kind: "reset", ...(/[1-9]/.test(delay) && { data: delay }) });
    }
    keepText(other, "0", length, first, "F.");
    let track = 0;
    for (let field = 0; field < fields.length; field++) {
      const at = Math.min(to + 1, rows.end);
      to = rows.field(at);
      const width = fields[field]!;
      if (width === null) keepText(other, String(field + 1), length, rows.text(at, to), "");
      else if (to - at !== width && to > at)
        throw fault(
          file,
          `frame ${length}: field ${field + 1} has ${to - at} characters instead of ${width}`,
          "mend that row of 'input'",
        );
      else if (to > at) tracks[track++]!.buttons[length] = rows.pad(at, LSMV_PADS[width]!.bits);
    }
    length++;
  }
  for (const track of tracks) Object.assign(track, { buttons: track.buttons.slice(0, length) });
  return { length, tracks, events, fields, other, subframes };
}

function fieldsOf(input: Uint8Array): (number | null)[] {
  const newline = input.indexOf(0x0a);
  const first = textOf(input.subarray(0, newline < 0 ? input.length : newline)).replace(/\r$/, "");
  const fields = first.split("|").slice(1, 17);
  return fields.map((field) => (Object.hasOwn(LSMV_PADS, field.length) && /^\S+$/.test(field) ? field.length : null));
}
