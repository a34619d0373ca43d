import { Problem } from "../../problem.ts";
import type { Movie } from "../movie.ts";
import { startsWith } from "./bits.ts";
import { readBk2 } from "./bk2.ts";
import { writeBk2 } from "./bk2-write.ts";
import { readDsm } from "./dsm.ts";
import { writeDsm } from "./dsm-write.ts";
import { readDtm, writeDtm } from "./dtm.ts";
import { readFm2 } from "./fm2.ts";
import { writeFm2 } from "./fm2-write.ts";
import { readGmv, writeGmv } from "./gmv.ts";
import { readLsmv } from "./lsmv.ts";
import { writeLsmv } from "./lsmv-write.ts";
import { readLtm } from "./ltm.ts";
import { writeLtm } from "./ltm-write.ts";
import { readM64, writeM64 } from "./m64.ts";
import { readR08, writeR08 } from "./r08.ts";
import { readReplay } from "./replay.ts";
import { writeReplay } from "./replay-write.ts";
import { readSmv, writeSmv } from "./smv.ts";
import { isZip } from "./unzip.ts";
import { readVbm, writeVbm } from "./vbm.ts";

/** A format of another emulator. */
interface Format {
  readonly emulator: string;
  /** Its usual extension and others that hold the same, lower case. */
  readonly extensions: readonly string[];
  /** Whether these bytes can be nothing else. Formats without a signature go by their name. */
  readonly is?: (bytes: Uint8Array) => boolean;
  readonly read: (file: string, bytes: Uint8Array) => Movie;
  readonly write: (movie: Movie) => Uint8Array;
}

const begins =
  (signature: string) =>
  (bytes: Uint8Array): boolean =>
    startsWith(bytes, signature);

/** In the order in which they are tried. */
export const FORMATS: readonly Format[] = [
  {
    emulator: "lsnes",
    extensions: ["lsmv"],
    is: (bytes) => isZip(bytes) && holds(bytes, "input") && !holds(bytes, "Header.txt"),
    read: readLsmv,
    write: writeLsmv,
  },
  { emulator: "BizHawk", extensions: ["bk2", "tasproj", "gbmv"], is: isZip, read: readBk2, write: writeBk2 },
  { emulator: "Dolphin", extensions: ["dtm"], is: begins("DTM\x1a"), read: readDtm, write: writeDtm },
  { emulator: "Mupen64", extensions: ["m64"], is: begins("M64\x1a"), read: readM64, write: writeM64 },
  { emulator: "VisualBoyAdvance", extensions: ["vbm"], is: begins("VBM\x1a"), read: readVbm, write: writeVbm },
  { emulator: "Snes9x", extensions: ["smv"], is: begins("SMV\x1a"), read: readSmv, write: writeSmv },
  { emulator: "Gens", extensions: ["gmv"], is: begins("Gens Movie"), read: readGmv, write: writeGmv },
  {
    emulator: "RetroArch",
    extensions: ["replay", "bsv"],
    is: (bytes) => startsWith(bytes, "2VSB") || startsWith(bytes, "BSV1"),
    read: readReplay,
    write: writeReplay,
  },
  { emulator: "libTAS", extensions: ["ltm"], is: begins("\x1f\x8b"), read: readLtm, write: writeLtm },
  { emulator: "DeSmuME", extensions: ["dsm"], is: begins("version 1\n"), read: readDsm, write: writeDsm },
  {
    emulator: "FCEUX",
    extensions: ["fm2", "fm3"],
    is: (bytes) => /^(\xef\xbb\xbf)?version 3\s/.test(latin1(bytes, 16)),
    read: readFm2,
    write: writeFm2,
  },
  { emulator: "replay devices", extensions: ["r08"], read: readR08, write: writeR08 },
];

/** Movies of other emulators that people may have at hand, and why Instep does not read them. */
const OTHERS: Readonly<Record<string, string>> = {
  fbm: "FBA-rr packs its inputs in the order of each game's driver, which Instep has not",
  fr: "FBA-rr packs its inputs in the order of each game's driver, which Instep has not",
  mar: "MAME packs its inputs in the order of each game's driver, which Instep has not",
  wtf: "it is of Hourglass, for Windows programs",
  ctm: "it is of Citra, and Instep has no 3DS",
  ctas: "it is of a script for the Switch or Celeste, and Instep has no core for it",
  tas: "it is a script of a tool for one game",
  "3ct": "it is of a tool for the 3DS, and Instep has no 3DS",
  gzm: "it is of a practice ROM, which plays it itself",
  jrsr: "it is of JPC-rr, and Instep has no PC",
  lmp: "it is of Doom, which plays it itself",
  omr: "it is of openMSX, and Instep has no MSX",
  p2m2: "it is of PCSX2, and Instep has no PlayStation 2",
  fcm: "it is of FCE Ultra; FCEUX makes an .fm2 of it",
  mcm: "it is of Mednafen; BizHawk makes a .bk2 of it",
  bkm: "it is of BizHawk 1; BizHawk makes a .bk2 of it",
  zmv: "it is of ZSNES; BizHawk makes a .bk2 of it",
};

/** Every extension that is read. */
const EXTENSIONS = FORMATS.flatMap(({ extensions }) => extensions);

/** The format that writes files of this name. */
export function writerOf(extension: string): Format["write"] | undefined {
  return FORMATS.find(({ extensions }) => extensions[0] === extension)?.write;
}

/**
 * Reads a movie of another emulator: its content says what it is, and where that is open its name does. Throws a Problem,
 * one line, for anything that is no movie or is damaged.
 */
export function readForeign(fileName: string, bytes: Uint8Array): Movie {
  const extension = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
  const named = FORMATS.find(({ extensions }) => extensions.includes(extension));
  const why = Object.hasOwn(OTHERS, extension) ? `: ${OTHERS[extension]}` : "";
  const format = (named?.is?.(bytes) && named) || (!why && FORMATS.find(({ is }) => is?.(bytes))) || named;
  if (format) return format.read(fileName, bytes);
  throw new Problem(
    `${fileName} is no movie that Instep reads${why}; it reads .isr, ${EXTENSIONS.map((name) => `.${name}`).join(", ")}`,
  );
}

function latin1(bytes: Uint8Array, size: number): string {
  return String.fromCharCode(...bytes.subarray(0, size));
}

/** Whether a zip has a member of this name: its directory is at its end. */
function holds(bytes: Uint8Array, name: string): boolean {
  let text = "";
  for (const byte of bytes.subarray(-8192)) text += String.fromCharCode(byte);
  return text.includes(name);
}
