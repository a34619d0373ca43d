/** How a value is stored; all are big-endian. */
export type FieldType = "u8" | "i8" | "u16" | "u32" | "i32" | "f32";

/** One value of an event. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Bytes from the event's command byte on, as in the specification. */
  readonly at: number;
}

export const FIELD_BYTES: Record<FieldType, number> = { u8: 1, i8: 1, u16: 2, u32: 4, i32: 4, f32: 4 };

/** Command bytes: https://github.com/project-slippi/slippi-wiki/blob/master/SPEC.md#events */
export const EVENT = {
  splitter: 0x10,
  payloads: 0x35,
  start: 0x36,
  pre: 0x37,
  post: 0x38,
  end: 0x39,
  frame: 0x3a,
  item: 0x3b,
  bookend: 0x3c,
  gecko: 0x3d,
  platform: 0x3f,
  whispy: 0x40,
  stadium: 0x41,
} as const;

type Column = readonly [name: string, type: FieldType, at: number];
const fields = (...columns: Column[]): Field[] => columns.map(([name, type, at]) => ({ name, type, at }));

// In the order of the event, which only ever grew at its end. Positions and speeds are in the game's units, sticks from
// -1 to 1, triggers from 0 to 1; `raw` is what the pad said, from -128 to 127. Percent is damage.

/** Pre-frame update: what is known before a player's pad is used. */
const PRE = fields(
  ["seed", "u32", 0x07],
  ["action", "u16", 0x0b],
  ["x", "f32", 0x0d],
  ["y", "f32", 0x11],
  ["facing", "f32", 0x15],
  ["stickX", "f32", 0x19],
  ["stickY", "f32", 0x1d],
  ["cX", "f32", 0x21],
  ["cY", "f32", 0x25],
  ["trigger", "f32", 0x29],
  ["buttons", "u32", 0x2d],
  ["physicalButtons", "u16", 0x31],
  ["physicalL", "f32", 0x33],
  ["physicalR", "f32", 0x37],
  ["rawX", "i8", 0x3b],
  ["percent", "f32", 0x3c],
  ["rawY", "i8", 0x40],
  ["rawCX", "i8", 0x41],
  ["rawCY", "i8", 0x42],
);

/** Post-frame update: what came of it. */
const POST = fields(
  ["character", "u8", 0x07],
  ["action", "u16", 0x08],
  ["x", "f32", 0x0a],
  ["y", "f32", 0x0e],
  ["facing", "f32", 0x12],
  ["percent", "f32", 0x16],
  ["shield", "f32", 0x1a],
  ["lastAttack", "u8", 0x1e],
  ["combo", "u8", 0x1f],
  ["lastHitBy", "u8", 0x20],
  ["stocks", "u8", 0x21],
  ["actionFrame", "f32", 0x22],
  ["flags1", "u8", 0x26],
  ["flags2", "u8", 0x27],
  ["flags3", "u8", 0x28],
  ["flags4", "u8", 0x29],
  ["flags5", "u8", 0x2a],
  ["misc", "f32", 0x2b],
  ["airborne", "u8", 0x2f],
  ["ground", "u16", 0x30],
  ["jumps", "u8", 0x32],
  ["lCancel", "u8", 0x33],
  ["hurtbox", "u8", 0x34],
  ["airSpeedX", "f32", 0x35],
  ["speedY", "f32", 0x39],
  ["attackSpeedX", "f32", 0x3d],
  ["attackSpeedY", "f32", 0x41],
  ["groundSpeedX", "f32", 0x45],
  ["hitlag", "f32", 0x49],
  ["animation", "u32", 0x4d],
  ["instanceHitBy", "u16", 0x51],
  ["instance", "u16", 0x53],
);

const FRAME = fields(["seed", "u32", 0x05], ["sceneFrame", "u32", 0x09]);

const ITEM = fields(
  ["type", "u16", 0x05],
  ["state", "u8", 0x07],
  ["facing", "f32", 0x08],
  ["velocityX", "f32", 0x0c],
  ["velocityY", "f32", 0x10],
  ["x", "f32", 0x14],
  ["y", "f32", 0x18],
  ["damage", "u16", 0x1c],
  ["timer", "f32", 0x1e],
  ["spawn", "u32", 0x22],
  ["missile", "u8", 0x26],
  ["turnip", "u8", 0x27],
  ["launched", "u8", 0x28],
  ["charge", "u8", 0x29],
  ["owner", "i8", 0x2a],
  ["instance", "u16", 0x2b],
);

/** Items of 2.2, before the specification's: numbers by spawning had 16 bits (measured on one file, where they count up). */
export const EARLY_ITEM: readonly Field[] = [
  ...ITEM.filter(({ at }) => at < 0x22),
  { name: "spawn", type: "u16", at: 0x22 },
];
export const EARLY_ITEM_BYTES = 35;

const BOOKEND = fields(["finalized", "i32", 0x05]);

/** What the events of each frame hold, and where an event says whose it is. */
export interface Layout {
  readonly pre: readonly Field[];
  readonly post: readonly Field[];
  readonly frame: readonly Field[];
  readonly item: readonly Field[];
  readonly bookend: readonly Field[];
  /** Offset of the player's index; whether it is a follower stands behind it. */
  readonly player: number;
}

export const LAYOUT: Layout = { pre: PRE, post: POST, frame: FRAME, item: ITEM, bookend: BOOKEND, player: 5 };

/**
 * Recordings of November 2017, before the first release, also say 0.1.0, but have one event of 71 bytes for each player
 * and frame. Not in the specification: measured on one such file, where ports, characters, places, percent, shields
 * and stocks come out as a game has them.
 */
export const EARLY: Layout = {
  ...LAYOUT,
  pre: fields(
    ["seed", "u32", 0x05],
    ["stickX", "f32", 0x1a],
    ["stickY", "f32", 0x1e],
    ["cX", "f32", 0x22],
    ["cY", "f32", 0x26],
    ["trigger", "f32", 0x2a],
    ["buttons", "u32", 0x2e],
  ),
  post: fields(
    ["character", "u8", 0x0b],
    ["action", "u16", 0x0c],
    ["x", "f32", 0x0e],
    ["y", "f32", 0x12],
    ["facing", "f32", 0x16],
    ["percent", "f32", 0x32],
    ["shield", "f32", 0x36],
    ["lastAttack", "u8", 0x3a],
    ["combo", "u8", 0x3b],
    ["lastHitBy", "u8", 0x3c],
    ["stocks", "u8", 0x3d],
  ),
  player: 9,
};
export const EARLY_POST_BYTES = 71;
