import { type Zippable, zipSync } from "fflate";
import { canonicalJson } from "../../machine/boot.ts";
import { BUTTON } from "../../machine/input.ts";
import { Problem } from "../../problem.ts";
import type { Movie, System } from "../movie.ts";
import { changesFrom } from "./bits.ts";
import { type Bk2Extra, bk2Extra, parsed } from "./bk2.ts";
import { columnsOf, defaultLogKey, fromStick, type Meaning, meaningOf, own } from "./bk2-columns.ts";
import { oneLine, textOf } from "./text.ts";

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
  const files: Record<string, string | Uint8Array> = { ...filesOf(movie, extra) };
  const head = extra?.head ?? `[Input]\r\nLogKey:${logKey}\r\n`;
  files["Input Log.txt"] = head + rowsOf(movie, logKey, extra) + (extra?.tail ?? "[/Input]\r\n");
  if (movie.start.kind === "save") files["MovieSaveRam.bin"] = movie.start.data;
  if (movie.start.kind === "state" && extra && movie.start.data.length > 0) files["Core.bin"] = movie.start.data;
  const zip: Zippable = {};
  // A fixed date: nothing but the movie goes into the bytes.
  for (const [name, data] of Object.entries(files))
    zip[name] = [typeof data === "string" ? utf8.encode(data) : data, { mtime: "1980-01-01T12:00:00", level: 6 }];
  return zipSync(zip);
}

const utf8 = new TextEncoder();

/** All but the input log and what the movie starts from: as its file had them, but for what was changed since. */
function filesOf(movie: Movie, extra: Bk2Extra | undefined): Record<string, string | Uint8Array> {
  const changed = extra !== undefined && canonicalJson(parsed(syncTextOf(extra))) !== canonicalJson(movie.syncSettings);
  if (extra?.files) {
    const files: Record<string, string | Uint8Array> = Object.fromEntries(extra.files);
    if (changed) files["SyncSettings.json"] = `${JSON.stringify(movie.syncSettings ?? {})}\r\n`;
    return files;
  }
  const header = extra?.header ?? newHeader(movie);
  const syncText = changed ? JSON.stringify(movie.syncSettings) : extra && syncTextOf(extra);
  return {
    "Header.txt": header.map(([key, value]) => `${key} ${value}\r\n`).join(""),
    "Comments.txt": `${extra?.comments ?? ""}\r\n`,
    "Subtitles.txt": `${extra?.subtitles ?? ""}\r\n`,
    ...(syncText && movie.syncSettings !== undefined && { "SyncSettings.json": `${syncText}\r\n` }),
  };
}

/** SyncSettings.json as its file had it; recordings of before have the text itself. */
function syncTextOf(extra: Bk2Extra): string {
  const file = extra.files?.find(([name]) => /^syncsettings(\.|$)/i.test(name))?.[1];
  return extra.syncText ?? (file ? textOf(file).trim() : "");
}

function newHeader(movie: Movie): [string, string][] {
  const hash = movie.rom.sha1 ?? movie.rom.md5 ?? movie.rom.crc32;
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
  /** Buttons that push this stick to its end: while one is pressed the stick's own value is kept. */
  pushes: readonly Cell[];
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
    return { name, meaning, axis, letter, kept: extra !== undefined, changes: [...(changes ?? [])].reverse(), pushes: [], value };
  })); // biome-ignore format: one map in another
  if (extra) for (const cell of groups.flat()) cell.pushes = pushesOf(cell, groups.flat());
  const columns = groups.reduce((sum, group) => sum + group.length, 0);
  if (columns * movie.length > MOST_CELLS)
    throw new Problem(
      `a .bk2 of ${movie.length} rows with ${columns} columns is larger than any reader takes; write an .isr instead`,
    );
  const groupsAt = changesFrom(extra?.groups ?? [[0, extra?.emptyGroups ?? 0]]);
  const all = groups.flat();
  const rows: string[] = [];
  const events = new Set(extra ? [] : movie.events.flatMap(({ at }) => [at, at + 1]));
  let row = "";
  for (let frame = 0; frame < movie.length; frame++) {
    // The lid's buttons are pressed for the frame in which it moves: the frame after is another row too.
    const moved = !extra && frame > 1 && !sameSamples(movie, frame - 1);
    let changed = frame === 0 || moved || events.has(frame) || !sameSamples(movie, frame);
    for (const cell of all) {
      if (cell.changes.at(-1)?.[0] !== frame) continue;
      cell.value = cell.changes.pop()![1];
      changed = true;
    }
    if (changed) row = rowOf(movie, frame, groups, pressed);
    rows.push(`${row}${"|".repeat(groupsAt(frame))}\r\n`);
  }
  return rows.join("");
}

/** Whether every track says what it said in the frame before. */
function sameSamples(movie: Movie, frame: number): boolean {
  for (const { buttons, sticks, touch } of movie.tracks) {
    if (buttons[frame] !== buttons[frame - 1]) return false;
    if (sticks) for (let i = frame * 4; i < frame * 4 + 4; i++) if (sticks[i] !== sticks[i - 4]) return false;
    if (touch) for (let i = frame * 2; i < frame * 2 + 2; i++) if (touch[i] !== touch[i - 2]) return false;
  }
  return true;
}

function rowOf(movie: Movie, frame: number, groups: readonly Cell[][], pressed: ReadonlySet<string>): string {
  let row = "|";
  for (const group of groups) {
    for (const cell of group) {
      const value = cellValue(movie, frame, cell, pressed);
      row += cell.axis ? `${String(value).padStart(5)},` : value ? cell.letter : ".";
    }
    row += "|";
  }
  return row;
}

function pushesOf({ meaning }: Cell, cells: readonly Cell[]): Cell[] {
  if (meaning.kind !== "stick") return [];
  return cells.filter(
    (cell) =>
      cell.meaning.kind === "push" && cell.meaning.port === meaning.port && cell.meaning.index === meaning.index,
  );
}

function cellValue(movie: Movie, frame: number, cell: Cell, pressed: ReadonlySet<string>): number {
  const { meaning } = cell;
  const track = "port" in meaning ? movie.tracks[meaning.port] : undefined;
  switch (meaning.kind) {
    case "button":
      return track && track.buttons[frame]! & meaning.bit ? 1 : 0;
    case "stick":
      if (cell.pushes.some((push) => push.value)) return cell.value;
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
