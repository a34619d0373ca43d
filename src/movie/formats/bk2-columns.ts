import { BUTTON } from "../../machine/input.ts";
import type { MovieEvent, System } from "../movie.ts";

/** What a column of BizHawk's input log is to a movie. */
export type Meaning =
  | { readonly kind: "button"; readonly port: number; readonly bit: number }
  /** Index 0 to 3 is lx, ly, rx, ry; see {@link toStick}. */
  | { readonly kind: "stick"; readonly port: number; readonly index: number; readonly scale: Scale }
  | { readonly kind: "touch"; readonly port: number; readonly index: 0 | 1 }
  | { readonly kind: "touching"; readonly port: number }
  /** A button that pushes the stick to its end: N64's 'A Up'. */
  | { readonly kind: "push"; readonly port: number; readonly index: number; readonly value: number }
  | { readonly kind: "lid"; readonly closes: boolean }
  | { readonly kind: "event"; readonly event: MovieEvent["kind"]; readonly data?: string }
  | { readonly kind: "kept" };

/** "signed": -128..127, right positive; "centred": 0..255, 128 in the middle; both down positive, or up positive with "-up". */
export type Scale = "signed" | "signed-up" | "centred" | "centred-up";

const { B, Y, Select, Start, Up, Down, Left, Right, A, X, L, R, L2, R2, L3, R3, CUp, CDown, CLeft, CRight, Mic } =
  BUTTON;

const COMMON: Readonly<Record<string, number>> = {
  Up, Down, Left, Right, Select, Start, B, A, X, Y, L, R, L1: L, R1: R, L2, R2, L3, R3, SELECT: Select, START: Start,
  UP: Up, DOWN: Down, LEFT: Left, RIGHT: Right, "D-Pad Up": Up, "D-Pad Down": Down, "D-Pad Left": Left, "D-Pad Right": Right,
  "DPad U": Up, "DPad D": Down, "DPad L": Left, "DPad R": Right, Button: B, B1: B, B2: A, Microphone: Mic,
  "Button 1": B, "Button 2": A, "Button 3": Y, "Button 4": X, "Button 5": L, "Button 6": R, Coin: Select,
}; // biome-ignore format: a table

/** Where a system's letters are not where RetroPad has them: the places of libretro's cores for these systems. */
const OF_SYSTEM: Readonly<Partial<Record<System, Readonly<Record<string, number>>>>> = {
  n64: { A, B, Z: L2, L, R, "C Up": CUp, "C Down": CDown, "C Left": CLeft, "C Right": CRight },
  genesis: { A: Y, B, C: A, X: L, Y: X, Z: R, Mode: Select },
  psx: {
    "△": X, X: B, "□": Y, "○": A, Triangle: X, Cross: B, Square: Y, Circle: A,
    "Left Stick, Button": L3, "Right Stick, Button": R3,
  },
}; // biome-ignore format: a table

const STICKS: Readonly<Record<string, readonly [index: number, scale: Scale]>> = {
  "X Axis": [0, "signed"], "Y Axis": [1, "signed-up"],
  "LStick X": [0, "centred"], "LStick Y": [1, "centred"], "RStick X": [2, "centred"], "RStick Y": [3, "centred"],
  "Left Stick Left / Right": [0, "centred"], "Left Stick Up / Down": [1, "centred"],
  "Right Stick Left / Right": [2, "centred"], "Right Stick Up / Down": [3, "centred"],
}; // biome-ignore format: a table

const PUSHES: Readonly<Record<string, readonly [index: number, value: number]>> = {
  "A Right": [0, 127], "A Left": [0, -128], "A Up": [1, 127], "A Down": [1, -128],
}; // biome-ignore format: a table

const EVENTS: Readonly<Record<string, readonly [MovieEvent["kind"], string?]>> = {
  Power: ["power"], Reset: ["reset"], "FDS Eject": ["disk-insert", "eject"],
  "FDS Insert 0": ["disk-insert", "0"], "FDS Insert 1": ["disk-insert", "1"], "FDS Insert 2": ["disk-insert", "2"], "FDS Insert 3": ["disk-insert", "3"],
  "Insert Coin P1": ["coin"], "Insert Coin P2": ["coin", "2"],
}; // biome-ignore format: a table

/** The meaning of a column by its name in the LogKey: "P1 Up", "Reset", "Touch X". */
export function meaningOf(name: string, system: System): Meaning {
  const event = own(EVENTS, name);
  if (event) return { kind: "event", event: event[0], ...(event[1] !== undefined && { data: event[1] }) };
  if (name === "LidOpen" || name === "LidClose") return { kind: "lid", closes: name === "LidClose" };
  const player = /^P(\d{1,2}) (.+)$/.exec(name);
  const arcade = system === "arcade" ? arcadeColumn(name) : undefined;
  const port = arcade ? arcade.port : player ? Number(player[1]) - 1 : 0;
  if (port < 0 || port >= 16) return { kind: "kept" };
  const base = arcade ? arcade.base : player ? player[2]! : name;
  if (!player && !arcade && !CONSOLE_IS_A_PAD.has(system)) return { kind: "kept" };
  if (base === "Touch X" || base === "TouchX") return { kind: "touch", port, index: 0 };
  if (base === "Touch Y" || base === "TouchY") return { kind: "touch", port, index: 1 };
  if (base === "Touch") return { kind: "touching", port };
  const stick = own(STICKS, base);
  if (stick) return { kind: "stick", port, index: stick[0], scale: stick[1] };
  const push = system === "n64" ? own(PUSHES, base) : undefined;
  if (push) return { kind: "push", port, index: push[0], value: push[1] };
  const bit = own(OF_SYSTEM[system] ?? {}, base) ?? own(COMMON, base);
  return bit === undefined ? { kind: "kept" } : { kind: "button", port, bit };
}

/** Handhelds name their own buttons without a player. */
const CONSOLE_IS_A_PAD: ReadonlySet<System> = new Set<System>(["gb", "gbc", "gba", "nds"]);

function arcadeColumn(name: string): { port: number; base: string } | undefined {
  const start = /^(\d) Players? Start$/.exec(name);
  if (start) return { port: Number(start[1]) - 1, base: "Start" };
  const coin = /^Coin (\d)$/.exec(name);
  return coin ? { port: Number(coin[1]) - 1, base: "Coin" } : undefined;
}

/** A table's own entry: names come from files, and 'constructor' is no entry. */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const SCALES: Readonly<
  Record<Scale, { readonly middle: number; readonly sign: 1 | -1; readonly least: number; readonly most: number }>
> = {
  signed: { middle: 0, sign: 1, least: -128, most: 127 },
  "signed-up": { middle: 0, sign: -1, least: -128, most: 127 },
  centred: { middle: 128, sign: 1, least: 0, most: 255 },
  "centred-up": { middle: 128, sign: -1, least: 0, most: 255 },
};

/** A format's own stick value as Instep's -32768..32767; {@link fromStick} gives it back. */
export function toStick(value: number, scale: Scale): number {
  const { middle, sign } = SCALES[scale];
  return Math.max(-32768, Math.min(32767, sign * (value - middle) * 256));
}

export function fromStick(value: number, scale: Scale): number {
  const { middle, sign, least, most } = SCALES[scale];
  // 0 minus it: there is no -0 in a file.
  const native = sign < 0 ? 0 - Math.round(value / 256) : Math.round(value / 256);
  return Math.max(least, Math.min(most, native + middle));
}

const PADS: Readonly<Partial<Record<System, readonly [console: string, pad: string]>>> = {
  nes: ["Power|Reset", "Up|Down|Left|Right|Start|Select|B|A"],
  snes: ["Reset|Power", "Up|Down|Left|Right|Select|Start|Y|B|X|A|L|R"],
  genesis: ["Power|Reset", "Up|Down|Left|Right|A|B|C|Start|X|Y|Z|Mode"],
  n64: [
    "Reset|Power",
    "X Axis|Y Axis|A Up|A Down|A Left|A Right|DPad U|DPad D|DPad L|DPad R|Start|Z|B|A|C Up|C Down|C Left|C Right|L|R",
  ],
  psx: [
    "Disk Index|Power|Reset|Open Tray|Close Tray",
    "Left Stick Up / Down|Left Stick Left / Right|Right Stick Up / Down|Right Stick Left / Right|D-Pad Up|D-Pad Down|D-Pad Left|D-Pad Right|Select|Start|△|X|□|○|L1|L2|R1|R2|Left Stick, Button|Right Stick, Button|Analog",
  ],
};
const HANDHELDS: Readonly<Partial<Record<System, string>>> = {
  gb: "Up|Down|Left|Right|Start|Select|B|A|Power",
  gbc: "Up|Down|Left|Right|Start|Select|B|A|Power",
  gba: "Tilt X|Tilt Y|Tilt Z|Light Sensor|Up|Down|Left|Right|Start|Select|B|A|L|R|Power",
  nds: "Touch X|Touch Y|Mic Volume|GBA Light Sensor|Up|Down|Left|Right|Start|Select|B|A|Y|X|L|R|LidOpen|LidClose|Touch|Microphone|Power",
};

/** The LogKey that BizHawk gives this system (for logs without one, and for writing); undefined for systems without a pad here. */
export function defaultLogKey(system: System, players: number): string | undefined {
  const handheld = HANDHELDS[system];
  if (handheld) return `#${handheld}|`;
  const pads = PADS[system];
  if (!pads) return undefined;
  let key = `#${pads[0]}|`;
  for (let player = 1; player <= players; player++)
    key += `#${pads[1]
      .split("|")
      .map((name) => `P${player} ${name}|`)
      .join("")}`;
  return key;
}

/** Names of the columns of a LogKey, by group. */
export function columnsOf(logKey: string): string[][] {
  const groups = logKey.split("#").filter((group) => group !== "");
  return groups.map((group) => group.split("|").filter((name) => name !== ""));
}
