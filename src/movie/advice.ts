import type { Boot } from "../machine/boot.ts";
import type { Movie, System } from "./movie.ts";

/** How well a movie of another emulator can be expected to play here. */
export interface Advice {
  /** The core that is the nearest to the movie's own; absent where no core here plays its console. */
  readonly core?: string;
  /** Options of that core which the movie asks for. */
  readonly settings: Readonly<Record<string, string>>;
  readonly sync: "likely" | "open" | "unlikely" | "impossible";
  /** Reasons, in words for people. */
  readonly why: readonly string[];
}

interface Kin {
  readonly core: string;
  /** Names of emulators and their cores whose code this core shares. */
  readonly same?: RegExp;
  /** What else is different then. */
  readonly but?: string;
}

const BIOS =
  "its own core may have shown the boot ROM's picture, which this one leaves out: inputs come some frames off";

/** The nearest core by console; the names are those that movies state. */
const NEAREST: Readonly<Partial<Record<System, Kin>>> = {
  nes: { core: "nestopia" },
  gb: { core: "gambatte", same: /gambatte/i, but: BIOS },
  gbc: { core: "gambatte", same: /gambatte/i, but: BIOS },
  gba: { core: "mgba", same: /mgba/i, but: BIOS },
  nds: { core: "desmume", same: /desmume/i, but: "another version of DeSmuME counts cycles otherwise" },
  snes: { core: "bsnes", same: /bsnes/i, but: "another version of bsnes may end a frame elsewhere" },
  psx: { core: "beetle-psx", same: /nymashock|octoshock|mednafen/i, but: "it needs the BIOS that the movie had" },
  pce: { core: "beetle-pce-fast", same: /hypernyma/i },
  vb: { core: "beetle-vb", same: /virtualboyee|mednafen/i },
  wswan: { core: "beetle-wswan", same: /cygne|mednafen/i },
  n64: { core: "mupen64plus", same: /mupen/i, but: "its plugins and its count of cycles per instruction decide" },
};

/** Options that say PAL or NTSC. */
const REGION: Readonly<Record<string, string>> = { nestopia: "nestopia_favored_system", bsnes: "bsnes_region" };

/** What a movie asks for, put into the terms of the cores here; `boot`: it was recorded here, by that machine. */
export function adviceFor(movie: Movie, boot?: Boot): Advice {
  if (boot) {
    const { core, settings } = boot;
    const why = ["it is a recording of Instep's own, which plays exactly on the same build: instep replay compares it"];
    return { core: core.name, settings, sync: "likely", why };
  }
  const kin = NEAREST[movie.system];
  const emulator = movie.emulator ?? "another emulator";
  if (!kin)
    return {
      settings: {},
      sync: "impossible",
      why: [`no core here plays ${movie.system === "unknown" ? "this system" : movie.system}`],
    };
  const { core } = kin;
  const settings = settingsFor(movie, core);
  if (movie.start.kind === "state")
    return {
      core,
      settings,
      sync: "impossible",
      why: ["it starts from a savestate, which only its own emulator can load"],
    };
  const why: string[] = [];
  const related = kin.same?.test(emulator) ?? false;
  if (related)
    why.push(`it was made on ${emulator}, and ${core} is of the same family${kin.but ? `; ${kin.but}` : ""}`);
  else why.push(`it was made on ${emulator}, and ${core} is another emulator: lag frames and boot times may differ`);
  const doubts = doubtsOf(movie);
  why.push(...doubts);
  const sync = doubts.length > 0 ? "unlikely" : related ? "likely" : "open";
  return { core, settings, sync, why };
}

function settingsFor(movie: Movie, core: string): Record<string, string> {
  const settings: Record<string, string> = {};
  const region = REGION[core];
  if (region && (movie.region === "pal" || movie.region === "ntsc")) settings[region] = movie.region;
  return settings;
}

/** What cores here cannot do as the movie's own did. */
function doubtsOf(movie: Movie): string[] {
  const extra = movie.extra ?? {};
  const doubts: string[] = [];
  if (extra.subframes) doubts.push("it changes the input within frames, which no core here does");
  if (movie.start.kind === "save" && movie.start.data.length === 0)
    doubts.push("it starts from a save that is not in the file");
  if (movie.events.some(({ kind }) => kind !== "reset" && kind !== "power"))
    doubts.push("it changes disks or inserts coins, which is not done here");
  const used = devicesOf(extra);
  if (used.length > 0) doubts.push(`it uses ${used.join(", ")}, which no track has`);
  return doubts;
}

/** Devices that the format keeps beside the tracks: columns or fields that ever say something. */
function devicesOf(extra: Readonly<Record<string, unknown>>): string[] {
  const { format, columns, other, devices } = extra;
  if (devices) return ["a mouse or a light gun"];
  const kept = format === "bk2" ? columns : format === "fm2" || format === "lsmv" ? other : undefined;
  if (typeof kept !== "object" || kept === null) return [];
  // A reset is a column too, and lsnes' first field is none of a device.
  return Object.keys(kept)
    .filter(
      (name) =>
        name !== "0" &&
        !/^(Power|Reset|P\d X Axis|P\d Y Axis|P\d A \w+|Lid\w+|Touch [XY]|Mic Volume|.*Light Sensor|Tilt [XYZ]|Disk Index)$/.test(
          name,
        ),
    )
    .slice(0, 4);
}
