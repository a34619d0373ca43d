import { type Zippable, zipSync } from "fflate";
import { canonicalJson } from "../../machine/boot.ts";
import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie, System } from "../movie.ts";
import { type Bk2Extra, bk2Extra, parsed } from "./bk2.ts";
import { columnsOf, defaultLogKey, fromStick, type Meaning, meaningOf, own } from "./bk2-columns.ts";

const PLATFORMS: Readonly<Partial<Record<System, string>>> = {
  nes: "NES", snes: "SNES", gb: "GB", gbc: "GB", gba: "GBA", nds: "NDS", n64: "N64", genesis: "GEN", psx: "PSX",
}; // biome-ignore format: a table

/** Rows times columns that a .bk2 is written with: its input log must be readable again. */
const MOST_CELLS = 2 ** 27;

/** BizHawk takes any character but '.' for a pressed button; these are the ones that it writes. */
const LETTERS: Readonly<Record<string, string>> = {
  Power: "P", Reset: "r", Up: "U", Down: "D", Left: "L", Right: "R", Start: "S", Select: "s", L: "l", R: "r", Mode: "M",
  "DPad U": "U", "DPad D": "D", "DPad L": "L", "DPad R": "R", "C Up": "u", "C Down": "d", "C Left": "l", "C Right": "r",
  "D-Pad Up": "U", "D-Pad Down": "D", "D-Pad Left": "L", "D-Pad Right": "R", "△": "T", "□": "Q", "○": "O", Touch: "T",
  L1: "l", R1: "r", L2: "L", R2: "R", "Left Stick, Button": "<", "Right Stick, Button": ">", Microphone: "M", LidOpen: "o", LidClose: "c",
}; // biome-ignore format: a table

/** Numbers at rest in the LogKeys that are made here. */
const NEUTRAL: Readonly<Record<string, number>> = {
  "Mic Volume": 100,
  "Tilt X": 0,
  "Tilt Y": 0,
  "Tilt Z": 0,
  "Light Sensor": 0,
  "GBA Light Sensor": 0,
  "Disk Index": 0,
};

/**
 * Writes BizHawk's .bk2; equal movies give equal bytes. A movie that came from one keeps its header, columns and sync
 * settings. Throws a Problem for a movie by poll and for systems whose pads it does not know.
 */
export function writeBk2(movie: Movie): Uint8Array {
  if (movie.by !== "frame")
    throw new Problem(
      "a .bk2 holds a row for each frame, this movie has a sample for each poll; write an .isr instead",
    );
  const extra = bk2Extra(movie);
  const logKey = extra?.logKey ?? defaultLogKey(movie.system, Math.max(1, movie.tracks.length));
  if (logKey === undefined)
    throw new Problem(`writing a .bk2 for ${movie.system} is not known here; write an .isr instead`);
  const header = extra?.header ?? newHeader(movie);
  const files: Record<string, string | Uint8Array> = {
    "Header.txt": header.map(([key, value]) => `${key} ${value}\r\n`).join(""),
    "Comments.txt": `${extra?.comments ?? ""}\r\n`,
    "Subtitles.txt": `${extra?.subtitles ?? ""}\r\n`,
    ...(extra && movie.syncSettings !== undefined && { "SyncSettings.json": `${syncText(movie, extra)}\r\n` }),
    "Input Log.txt": `[Input]\r\nLogKey:${logKey}\r\n${rowsOf(movie, logKey, extra)}[/Input]\r\n`,
    ...(movie.start.kind === "save" && { "MovieSaveRam.bin": movie.start.data }),
    ...(movie.start.kind === "state" && extra && { "Core.bin": movie.start.data }),
  };
  const zip: Zippable = {};
  const utf8 = new TextEncoder();
  // A fixed date: nothing but the movie goes into the bytes.
  for (const [name, data] of Object.entries(files))
    zip[name] = [typeof data === "string" ? utf8.encode(data) : data, { mtime: "1980-01-01T12:00:00", level: 9 }];
  return zipSync(zip);
}

/** The file's own text, unless the settings were changed since. */
function syncText(movie: Movie, { syncText: text = "" }: Bk2Extra): string {
  return canonicalJson(parsed(text)) === canonicalJson(movie.syncSettings) ? text : JSON.stringify(movie.syncSettings);
}

function newHeader(movie: Movie): [string, string][] {
  const hash = movie.rom.sha1 ?? movie.rom.md5 ?? movie.rom.crc32;
  const oneLine = (text: string): string => text.replace(/[\r\n]+/g, " ");
  return [
    ["MovieVersion", "BizHawk v2.0.0"],
    ["Author", oneLine(movie.authors?.join(", ") ?? "default user")],
    ["Platform", PLATFORMS[movie.system] ?? ""],
    ["GameName", oneLine(movie.rom.name ?? "unknown")],
    ...(hash ? [["SHA1", hash.toUpperCase()] as [string, string]] : []),
    ...(movie.system === "gbc" ? [["IsCGBMode", "1"] as [string, string]] : []),
    ...(movie.region === "pal" ? [["PAL", "1"] as [string, string]] : []),
    ...(movie.start.kind === "save" ? [["StartsFromSaveRam", "True"] as [string, string]] : []),
    ["rerecordCount", String(movie.rerecords ?? 0)],
  ];
}

interface Cell {
  readonly name: string;
  readonly meaning: Meaning;
  readonly axis: boolean;
  readonly letter: string;
  /** Changes that are still to come, the next one last. */
  readonly changes: (readonly [number, number])[];
  readonly kept: boolean;
  value: number;
}

function rowsOf(movie: Movie, logKey: string, extra: Bk2Extra | undefined): string {
  const pressed = new Set(movie.events.map((event) => `${event.at} ${event.kind} ${event.data ?? ""}`));
  const groups = columnsOf(logKey).map((names) => names.map((name): Cell => {
    const meaning = meaningOf(name, movie.system);
    const base = name.replace(/^P\d+ /, "");
    const changes = extra && own(extra.columns, name);
    const axis = extra ? extra.axes.includes(name) : meaning.kind === "stick" || meaning.kind === "touch" || Object.hasOwn(NEUTRAL, name);
    const value = extra ? 0 : (own(NEUTRAL, name) ?? 0);
    const letter = own(extra?.letters ?? {}, name) ?? own(LETTERS, base) ?? base[0]!;
    return { name, meaning, axis, letter, kept: extra !== undefined, changes: [...(changes ?? [])].reverse(), value };
  })); // biome-ignore format: one map in another
  const columns = groups.reduce((sum, group) => sum + group.length, 0);
  if (columns * movie.length > MOST_CELLS)
    throw new Problem(
      `a .bk2 of ${movie.length} rows with ${columns} columns is larger than any reader takes; write an .isr instead`,
    );
  const tail = `${"|".repeat(extra?.emptyGroups ?? 0)}\r\n`;
  const rows: string[] = [];
  for (let frame = 0; frame < movie.length; frame++) {
    let row = "|";
    for (const group of groups) {
      for (const cell of group) {
        if (cell.changes.at(-1)?.[0] === frame) cell.value = cell.changes.pop()![1];
        const value = cellValue(movie, frame, cell, pressed);
        row += cell.axis ? `${String(value).padStart(5)},` : value ? cell.letter : ".";
      }
      row += "|";
    }
    rows.push(row + tail);
  }
  return rows.join("");
}

function cellValue(movie: Movie, frame: number, cell: Cell, pressed: ReadonlySet<string>): number {
  const { meaning } = cell;
  const track = "port" in meaning ? movie.tracks[meaning.port] : undefined;
  switch (meaning.kind) {
    case "button":
      return track && track.buttons[frame]! & meaning.bit ? 1 : 0;
    case "stick":
      return fromStick(track?.sticks?.[frame * 4 + meaning.index] ?? 0, meaning.scale);
    case "touch": {
      const at = track?.touch?.[frame * 2 + meaning.index] ?? -1;
      return at >= 0 ? at : cell.value;
    }
    case "touching":
      return track?.touch && track.touch[frame * 2]! >= 0 ? 1 : 0;
    case "event":
      return cell.kept ? cell.value : Number(pressed.has(`${frame} ${meaning.event} ${meaning.data ?? ""}`));
    case "lid":
      return cell.kept ? cell.value : Number(lidMoves(movie, frame, meaning.closes));
    default:
      return cell.value;
  }
}

function lidMoves(movie: Movie, frame: number, closes: boolean): boolean {
  const buttons = movie.tracks[0]?.buttons;
  const is = ((buttons?.[frame] ?? 0) & BUTTON.Lid) !== 0;
  const was = frame > 0 && ((buttons?.[frame - 1] ?? 0) & BUTTON.Lid) !== 0;
  return is !== was && is === closes;
}
