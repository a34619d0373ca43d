/** Which controller fix a player has: docs of UCF. */
export type Fix = "off" | "UCF" | "Dween";

/** A player as the game was set up. */
export interface SlpPlayer {
  /** 1 to 4; 5 and 6 are enemies in games for one player, for whom only the game's own settings are there. */
  readonly port: number;
  /** External character id: see CHARACTERS. */
  readonly character: number;
  readonly kind: "human" | "CPU" | "demo";
  readonly stocks: number;
  readonly costume: number;
  /** 0 normal, 1 light, 2 dark: where a team has the same character twice. */
  readonly shade: number;
  readonly handicap: number;
  /** 0 red, 1 blue, 2 green; it counts in teams only. */
  readonly team: number;
  readonly stamina: boolean;
  readonly silent: boolean;
  readonly lowGravity: boolean;
  readonly invisible: boolean;
  readonly blackStock: boolean;
  readonly metal: boolean;
  readonly warpIn: boolean;
  readonly rumble: boolean;
  readonly cpuLevel: number;
  /** Percent of the first stock, and of the others. */
  readonly damageStart: number;
  readonly damageSpawn: number;
  readonly offense: number;
  readonly defense: number;
  readonly scale: number;
  /** From 1.0 on. */
  readonly dashback?: Fix | number;
  readonly shieldDrop?: Fix | number;
  /** From 1.3 on; empty when there is none. */
  readonly nametag?: string;
  /** From 3.9 on. */
  readonly displayName?: string;
  readonly connectCode?: string;
  /** From 3.11 on. */
  readonly uid?: string;
}

/** How a game was set up. Fields that this version does not have are left out. */
export interface SlpStart {
  /** Such as "3.18.0". */
  readonly version: string;
  /** State of the game's random number generator before the start. */
  readonly seed: number;
  /** See STAGES. */
  readonly stage: number;
  readonly teams: boolean;
  readonly friendlyFire: boolean;
  readonly mode: "time" | "stock" | "coin" | "bonus" | number;
  readonly timer: { readonly kind: "none" | "down" | "up" | number; readonly seconds: number };
  /** -1 off, 0 very low, up to 4 very high and beyond. */
  readonly itemSpawn: number;
  /** 5 bytes of bits, which items may come. */
  readonly itemsOn: readonly number[];
  readonly bombRain: boolean;
  /** What a self-destruct counts. */
  readonly selfDestruct: number;
  readonly damageRatio: number;
  /** The game's 4 bytes of flags, as they are. */
  readonly flags: readonly number[];
  readonly players: readonly SlpPlayer[];
  /** From 1.5 on. */
  readonly pal?: boolean;
  /** From 2.0 on. */
  readonly frozenStadium?: boolean;
  /** From 3.7 on; major scene 2: versus, 8: online. */
  readonly minorScene?: number;
  readonly majorScene?: number;
  /** From 3.12 on. */
  readonly language?: "Japanese" | "English" | number;
  /** From 3.14 on. */
  readonly session?: string;
  readonly game?: number;
  readonly tiebreak?: number;
}

/** How a game ended. */
export interface SlpEnd {
  /** Before 2.0: 0 unresolved, 3 resolved; from 2.0 on 1 time, 2 game, 7 no contest. */
  readonly method: number;
  /** From 2.0 on: the port that left by L+R+A+Start, or 0 for none. */
  readonly leftBy?: number;
  /** From 3.13 on, by port: places from 0 on, -1 for ports without a player. */
  readonly places?: readonly number[];
}

const SHIFT_JIS = new TextDecoder("shift_jis");
const UTF8 = new TextDecoder();
const FIX = ["off", "UCF", "Dween"] as const;
const KIND = ["human", "CPU", "demo"] as const;
/** Kind of a port where nobody plays. */
const EMPTY = 3;

/** Full-width letters of Melee's name entry as plain ones. */
const halfWidth = (text: string): string =>
  text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, " ");

/** Reads a game start event; `event` begins at its command byte and is as long as this version makes it, but at least 0x141. */
export function readStart(event: Uint8Array): SlpStart {
  const view = new DataView(event.buffer, event.byteOffset, event.byteLength);
  const has = (at: number, size = 1): boolean => at + size <= event.length;
  const u8 = (at: number): number => view.getUint8(at);
  const text = (at: number, size: number, decoder = SHIFT_JIS): string => {
    const bytes = event.subarray(at, at + size);
    const end = bytes.indexOf(0);
    return halfWidth(decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)));
  };
  const fix = (at: number): Fix | number => FIX[view.getUint32(at)] ?? view.getUint32(at);

  const player = (i: number): SlpPlayer => {
    const at = 0x65 + i * 0x24;
    const own = i < 4;
    const flag = (bit: number): boolean => (u8(at + 0xc) & bit) !== 0;
    return {
      port: i + 1,
      character: u8(at),
      kind: KIND[u8(at + 1)]!,
      stocks: u8(at + 2),
      costume: u8(at + 3),
      shade: u8(at + 7),
      handicap: u8(at + 8),
      team: u8(at + 9),
      stamina: flag(0x01),
      silent: flag(0x02),
      lowGravity: flag(0x04),
      invisible: flag(0x08),
      blackStock: flag(0x10),
      metal: flag(0x20),
      warpIn: flag(0x40),
      rumble: flag(0x80),
      cpuLevel: u8(at + 0xf),
      damageStart: view.getUint16(at + 0x10),
      damageSpawn: view.getUint16(at + 0x12),
      offense: view.getFloat32(at + 0x18),
      defense: view.getFloat32(at + 0x1c),
      scale: view.getFloat32(at + 0x20),
      ...(own && has(0x141, 0x20) && { dashback: fix(0x141 + i * 8), shieldDrop: fix(0x145 + i * 8) }),
      ...(own && has(0x161, 0x40) && { nametag: text(0x161 + i * 0x10, 0x10) }),
      ...(own && has(0x1a5, 0x7c) && { displayName: text(0x1a5 + i * 0x1f, 0x1f) }),
      ...(own && has(0x221, 0x28) && { connectCode: text(0x221 + i * 0xa, 0xa) }),
      ...(own && has(0x249, 0x74) && { uid: text(0x249 + i * 0x1d, 0x1d, UTF8) }),
    };
  };
  return {
    version: `${u8(1)}.${u8(2)}.${u8(3)}`,
    seed: view.getUint32(0x13d),
    stage: view.getUint16(0x13),
    teams: u8(0x0d) !== 0,
    friendlyFire: (u8(0x06) & 1) !== 0,
    mode: (["time", "stock", "coin", "bonus"] as const)[u8(0x05) >> 5] ?? u8(0x05) >> 5,
    timer: {
      kind: ({ 0: "none", 2: "down", 3: "up" } as const)[u8(0x05) & 3] ?? u8(0x05) & 3,
      seconds: view.getUint32(0x15),
    },
    itemSpawn: view.getInt8(0x10),
    itemsOn: [...event.subarray(0x28, 0x2d)],
    bombRain: u8(0x0b) !== 0,
    selfDestruct: view.getInt8(0x11),
    damageRatio: view.getFloat32(0x35),
    flags: [...event.subarray(0x05, 0x09)],
    players: [0, 1, 2, 3, 4, 5].filter((i) => u8(0x66 + i * 0x24) < EMPTY).map(player),
    ...(has(0x1a1) && { pal: u8(0x1a1) !== 0 }),
    ...(has(0x1a2) && { frozenStadium: u8(0x1a2) !== 0 }),
    ...(has(0x1a3) && { minorScene: u8(0x1a3) }),
    ...(has(0x1a4) && { majorScene: u8(0x1a4) }),
    ...(has(0x2bd) && { language: (["Japanese", "English"] as const)[u8(0x2bd)] ?? u8(0x2bd) }),
    ...(has(0x2be, 51) && { session: text(0x2be, 51, UTF8) }),
    ...(has(0x2f1, 4) && { game: view.getUint32(0x2f1) }),
    ...(has(0x2f5, 4) && { tiebreak: view.getUint32(0x2f5) }),
  };
}
/** Bytes of a game start event that every version has, with its command byte. */
export const START_BYTES = 0x141;

/** Reads a game end event, at its command byte. */
export function readEnd(event: Uint8Array): SlpEnd {
  const view = new DataView(event.buffer, event.byteOffset, event.byteLength);
  return {
    method: view.getUint8(1),
    ...(event.length > 2 && { leftBy: view.getInt8(2) + 1 }),
    ...(event.length > 6 && { places: [3, 4, 5, 6].map((at) => view.getInt8(at)) }),
  };
}
