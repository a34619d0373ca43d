import * as v from "valibot";
import type { Movie, MovieStart, System } from "../movie.ts";
import { readInputLog } from "./bk2-log.ts";
import { count, fault, textOf } from "./text.ts";
import { unzip } from "./unzip.ts";

/** What {@link Movie.extra} holds for a .bk2: enough to write the same input log again. */
const EXTRA = v.object({
  format: v.literal("bk2"),
  /** Header.txt, key and value in the file's order. */
  header: v.array(v.tuple([v.string(), v.string()])),
  logKey: v.string(),
  /** The input log before its first row, and after its last. */
  head: v.exactOptional(v.string()),
  tail: v.exactOptional(v.string()),
  /** Empty groups that end each row, as recent BizHawk writes them. */
  emptyGroups: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64)),
  /** [frame, empty groups] where rows differ in them. */
  groups: v.exactOptional(
    v.array(v.tuple([v.number(), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64))])),
  ),
  /** Columns that are numbers. */
  axes: v.array(v.string()),
  /** Columns that pads do not carry: [frame, value] where the value changes (it is 0 before the first). */
  columns: v.record(v.string(), v.array(v.tuple([v.number(), v.number()]))),
  /** The letter that stands for a pressed button, where one was pressed. */
  letters: v.record(v.string(), v.pipe(v.string(), v.length(1))),
  /** Rows are parts of frames (SubNESHawk, SubGBHawk): such a movie is not by frame on other cores. */
  subframes: v.exactOptional(v.literal(true)),
  /** SyncSettings.json as text: BizHawk wants its keys in its order and 1.0 as 1.0. */
  syncText: v.exactOptional(v.string()),
  /** The archive's entries beside the input log and what the movie starts from, in its order. */
  files: v.exactOptional(v.array(v.tuple([v.string(), v.instance(Uint8Array<ArrayBufferLike>)]))),
  comments: v.exactOptional(v.string()),
  subtitles: v.exactOptional(v.string()),
});
export type Bk2Extra = v.InferOutput<typeof EXTRA>;

/** What a .bk2 said that this movie was read from, maybe by way of an .isr. */
export function bk2Extra(movie: Movie): Bk2Extra | undefined {
  const result = v.safeParse(EXTRA, movie.extra);
  return result.success ? result.output : undefined;
}

const SYSTEMS: Readonly<Record<string, System>> = {
  NES: "nes", FDS: "nes", SNES: "snes", BSX: "snes", SGB: "gb", GB: "gb", GBC: "gbc", DGB: "gb", GBL: "gb", GB3X: "gb", GB4X: "gb",
  GBA: "gba", GBAL: "gba", NDS: "nds", N64: "n64", GEN: "genesis", "32X": "genesis", PSX: "psx", ARCADE: "arcade", MAME: "arcade",
  PCE: "pce", PCECD: "pce", SGX: "pce", SGXCD: "pce", VB: "vb", WSWAN: "wswan", GC: "gc", WII: "wii",
  // Systems that no core here plays keep BizHawk's word.
  SMS: "sms", GG: "gg", SG: "sg", SAT: "saturn", A26: "a26", A78: "a78", LYNX: "lynx", COLECO: "coleco", INTV: "intv", NGP: "ngp",
  "3DO": "3do", "3DS": "3ds", AMIGA: "amiga", AMSTRADCPC: "cpc", APPLEII: "appleii", C64: "c64", CHANNELF: "channelf", DOS: "dos",
  JAGUAR: "jaguar", JAGUARCD: "jaguar", MSX: "msx", O2: "o2", PCFX: "pcfx", TI83: "ti83", TIC80: "tic80", UZE: "uze", VEC: "vectrex", ZXSPECTRUM: "zxs",
}; // biome-ignore format: a table

/** Entries that a movie starts from: {@link Movie.start} has them. Green zones are TAStudio's to make again. */
const STARTS = /^(core|coretext|moviesaveram|greenzone|framebuffer)(\.|$)/i;

/**
 * Reads BizHawk's .bk2 (tasvideos.org/Bizhawk/BK2Format) and the movie part of a .tasproj: a zip of Header.txt, 'Input Log.txt', SyncSettings.json,
 * Comments.txt, Subtitles.txt and what it starts from. Throws a Problem for bytes that are none.
 */
export function readBk2(file: string, bytes: Uint8Array): Movie {
  const entries = unzip(file, bytes, (name) => !/^(greenzone|framebuffer)(\.|$)/i.test(name));
  const entry = (name: string): Uint8Array | undefined =>
    [...entries].find(([path]) => path.toLowerCase().replace(/\.[^.]*$/, "") === name)?.[1];
  const headerBytes = entry("header");
  if (!headerBytes) throw fault(file, "it has no Header.txt", "save the movie again with BizHawk");
  const logBytes = entry("input log");
  if (!logBytes) throw fault(file, "it has no 'Input Log.txt'", "save the movie again with BizHawk");
  const header = pairs(textOf(headerBytes));
  const values = new Map(header);
  const system = systemOf(values);
  const log = readInputLog(file, logBytes, system);
  const comments = textOf(entry("comments") ?? new Uint8Array()).trim();
  const subtitles = textOf(entry("subtitles") ?? new Uint8Array()).trim();
  const syncText = textOf(entry("syncsettings") ?? new Uint8Array()).trim();
  const syncSettings = parsed(syncText);
  const rerecords = count(values.get("rerecordCount"));
  const author = values.get("Author");
  const core = values.get("Core");
  const version = values.get("emuVersion") ?? values.get("OriginalEmuVersion");
  const [emulator = "BizHawk"] = (values.get("MovieVersion") ?? "").split(" ");
  const extra: Bk2Extra = {
    format: "bk2",
    header,
    ...log.extra,
    ...(core?.startsWith("Sub") && { subframes: true as const }),
    files: [...entries].filter(([name]) => !/^input log(\.|$)/i.test(name) && !STARTS.test(name)),
    ...(comments && { comments }),
    ...(subtitles && { subtitles }),
  };
  return {
    system,
    by: "frame",
    length: log.length,
    tracks: log.tracks,
    events: log.events,
    start: startOf(values, entry),
    rom: romOf(values),
    region: values.get("PAL") === "1" || values.get("PAL")?.toLowerCase() === "true" ? "pal" : "ntsc",
    ...(rerecords !== undefined && { rerecords }),
    // "default user" is what BizHawk writes where nobody gave a name.
    ...(author && author !== "default user" && { authors: [author] }),
    ...((version ?? core) && {
      emulator: [emulator || "BizHawk", version?.replace(/^Version /, ""), core && `(${core})`]
        .filter(Boolean)
        .join(" "),
    }),
    ...(syncSettings !== undefined && { syncSettings }),
    extra,
  };
}

function pairs(text: string): [string, string][] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const space = line.indexOf(" ");
      return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1).trim()];
    });
}

function systemOf(values: ReadonlyMap<string, string>): System {
  const platform = (values.get("Platform") ?? "").toUpperCase();
  const system = Object.hasOwn(SYSTEMS, platform) ? SYSTEMS[platform]! : "unknown";
  return system === "gb" && values.get("IsCGBMode") === "1" ? "gbc" : system;
}

/** BizHawk writes MD5 and CRC-32 under the key SHA1 too: the length tells. */
function romOf(values: ReadonlyMap<string, string>): Movie["rom"] {
  const rom: { -readonly [K in keyof Movie["rom"]]: Movie["rom"][K] } = {};
  const name = values.get("GameName");
  if (name) rom.name = name;
  for (const key of ["SHA1", "MD5", "CRC32"]) {
    const hash = (values.get(key) ?? "").replace(/^[A-Za-z0-9]+:/, "").toLowerCase();
    if (!/^[0-9a-f]+$/.test(hash)) continue;
    if (hash.length === 40) rom.sha1 ??= hash;
    if (hash.length === 32) rom.md5 ??= hash;
    if (hash.length === 8) rom.crc32 ??= hash;
  }
  return rom;
}

function startOf(values: ReadonlyMap<string, string>, entry: (name: string) => Uint8Array | undefined): MovieStart {
  const is = (key: string): boolean => /^(true|1)$/i.test(values.get(key) ?? "");
  if (is("StartsFromSavestate")) return { kind: "state", data: entry("core") ?? entry("coretext") ?? new Uint8Array() };
  if (is("StartsFromSaveRam")) return { kind: "save", data: entry("moviesaveram") ?? new Uint8Array() };
  return { kind: "power-on" };
}

/** The value of JSON text, or undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
