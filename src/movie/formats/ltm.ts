import * as v from "valibot";
import { BUTTON } from "../../machine/input.ts";
import type { Movie, MovieEvent, Track } from "../movie.ts";
import { extraOf, TEXTS } from "./extra.ts";
import { countRows, Rows } from "./rows.ts";
import { untar } from "./tar.ts";
import { checkSize, count, fault, keepText, textOf } from "./text.ts";

const { A, B, X, Y, L, R, L3, R3, Select, Start, Up, Down, Left, Right } = BUTTON;
/** A controller's letters "ABXYbgs()[]udlr": SDL's A is the lower button, which is our B. The guide button is none of ours. */
export const LTM_PAD = [B, A, Y, X, Select, 0, Start, L3, R3, L, R, Up, Down, Left, Right];
export const LTM_LETTERS = "ABXYbgs()[]udlr";
const AXES = 6;

const EXTRA = v.object({
  format: v.literal("ltm"),
  /** The archive's other files in its order; the input's place is where its data is null. */
  files: v.array(v.object({ name: v.string(), data: v.nullable(v.instance(Uint8Array<ArrayBufferLike>)) })),
  /** Rows where they change; a controller in them is "C1", then what its track does not hold: both triggers, and g. */
  rows: TEXTS,
  /** Rows at reading: config.ini may count them otherwise. */
  length: v.number(),
  /** Rows of version 1.3.5 and before have no letters before their fields. */
  old: v.exactOptional(v.literal(true)),
});

export const ltmExtra = (movie: Movie): v.InferOutput<typeof EXTRA> | undefined => extraOf(EXTRA, movie);

/**
 * Reads libTAS' .ltm (tasvideos.org/EmulatorResources/LibTAS/LTMFormat): a .tar.gz of config.ini, inputs and what its
 * editor keeps. Controllers become tracks; keyboard, mouse, flags, rates and times of a frame are kept as text.
 * Throws a Problem for bytes that are none.
 */
export function readLtm(file: string, bytes: Uint8Array): Movie {
  const entries = untar(file, bytes);
  const input = entries.find(({ name }) => name === "inputs")?.data;
  const config = entries.find(({ name }) => name === "config.ini")?.data;
  if (!input || !config)
    throw fault(file, `it has no ${input ? "config.ini" : "inputs"}`, "give a movie that libTAS wrote");
  const values = general(textOf(config));
  const controllers = Math.min(4, count(values.get("nb_controllers")) ?? 4);
  const length = countRows(input, 0);
  checkSize(file, length, 4 * 3);
  const log = readLog(new Rows(file, input), length, controllers, values.get("mouse_support") === "true");
  const authors = values.get("authors");
  const rerecords = count(values.get("rerecord_count"));
  const md5 = values.get("md5")?.toLowerCase() ?? "";
  const version = ["major", "minor", "patch"].map((part) => values.get(`libtas_${part}_version`));
  const name = values.get("game_name");
  const rtc = count(values.get("initial_time_sec"));
  const extra: v.InferOutput<typeof EXTRA> = {
    format: "ltm",
    files: entries.map(({ name, data }) => ({ name, data: name === "inputs" ? null : data })),
    rows: log.rows,
    length,
    ...(log.old && { old: true as const }),
  };
  return {
    system: "unknown",
    by: "frame",
    length,
    tracks: log.tracks,
    events: log.events,
    start: { kind: "power-on" },
    rom: { ...(name && { name }), ...(/^[0-9a-f]{32}$/.test(md5) && { md5 }) },
    ...(rerecords !== undefined && { rerecords }),
    ...(authors && { authors: [authors] }),
    emulator: version[0] === undefined ? "libTAS" : `libTAS ${version.join(".")}`,
    syncSettings: Object.fromEntries(values),
    ...(rtc !== undefined && { rtc }),
    extra,
  };
}

/** Keys and values of [General], and of sections after it as "section.key". */
function general(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const head = /^\[(.*)\]$/.exec(line.trim());
    if (head) section = head[1] === "General" ? "" : `${head[1]}.`;
    const at = line.indexOf("=");
    if (!head && at > 0) values.set(section + line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return values;
}

function readLog(rows: Rows, length: number, controllers: number, mouse: boolean) {
  const tracks: Track[] = [];
  const events: MovieEvent[] = [];
  const kept: Record<string, [number, string][]> = {};
  let old = false;
  for (let frame = 0; frame < length && rows.next(true); frame++) {
    if (rows.bytes[rows.start] !== 0x7c) {
      frame--;
      continue;
    }
    if (rows.same && frame > 0) {
      for (const { buttons, sticks } of tracks) {
        buttons[frame] = buttons[frame - 1]!;
        sticks!.copyWithin(frame * 4, frame * 4 - 4, frame * 4);
      }
      continue;
    }
    const parts = rows
      .text(rows.start + 1, rows.end)
      .replace(/\|$/, "")
      .split("|");
    if (frame === 0) old = parts.length > 1 && parts.every((part) => !/^[KMCFTD]/.test(part));
    parts.forEach((part, i) => {
      const number = old ? i - (mouse ? 2 : 1) : part[0] === "C" ? part.charCodeAt(1) - 0x31 : -1;
      if (number >= 0 && number < (old ? controllers : 4)) {
        const rest = putController(tracks, number, length, frame, old ? part : part.slice(2));
        if (rest !== undefined) parts[i] = `C${number + 1}${rest}`;
      }
      if (!old && part[0] === "F" && part.includes("R")) events.push({ at: frame, kind: "power" });
    });
    keepText(kept, "rows", frame, parts.join("|"), "");
  }
  return { tracks, events, rows: kept.rows ?? [], old };
}

/** Puts "0:0:0:0:0:0:..............." into a track; what the track does not hold comes back, and nothing for other texts. */
function putController(
  tracks: Track[],
  number: number,
  length: number,
  frame: number,
  text: string,
): string | undefined {
  const values = text.split(":");
  const axes = values.slice(0, AXES).map(Number);
  const letters = values[AXES] ?? "";
  if (values.length !== AXES + 1 || letters.length !== LTM_PAD.length || !axes.every((axis) => Math.abs(axis) <= 32768))
    return undefined;
  while (tracks.length <= number)
    tracks.push({ device: "analog", buttons: new Uint32Array(length), sticks: new Int16Array(length * 4) });
  const { buttons, sticks } = tracks[number]!;
  for (let i = 0; i < LTM_PAD.length; i++) if (letters[i] !== ".") buttons[frame]! |= LTM_PAD[i]!;
  for (let axis = 0; axis < 4; axis++) sticks![frame * 4 + axis] = Math.min(32767, axes[axis]!);
  const guide = letters[5] === "." ? "" : "g";
  return axes[4] || axes[5] || guide ? `:${axes[4]}:${axes[5]}${guide && `:${guide}`}` : "";
}
