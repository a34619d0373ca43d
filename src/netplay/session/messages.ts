import * as v from "valibot";
import type { Boot } from "../../machine/boot.ts";
import { CborError, CborReader, CborWriter } from "../../replay/isr-cbor.ts";

// What peers tell each other for sure and in order (stream.ts): lists of CBOR that start with the message's name.

const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const small = v.pipe(uint, v.maxValue(0xffff));
const u32 = v.pipe(uint, v.maxValue(0xffffffff));
const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const isBytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const bytes = (most: number) =>
  v.pipe(
    isBytes,
    v.check((value) => value.length <= most),
  );
const exactly = (length: number) =>
  v.pipe(
    isBytes,
    v.check((value) => value.length === length),
  );
const list = <T extends v.GenericSchema>(of: T, most: number) => v.pipe(v.array(of), v.maxLength(most));
const words = v.record(text(100), v.pipe(v.string(), v.maxLength(1000)));

/** Most bytes of a console's save RAM, and of a state. */
export const LARGEST_SAVE = 1 << 24;
export const LARGEST_STATE = 1 << 28;
/** Most bytes of either in one message. */
export const PART = 65536;

/** A machine's boot as it crosses the wire: see Boot. */
const Content = v.object({ name: text(300), size: uint, sha256: text(64) });
const BootSchema = v.object({
  core: v.object({ name: text(100), version: text(100), build: text(200) }),
  system: text(40),
  content: Content,
  more: v.optional(list(v.object({ content: Content, save: v.nullable(text(64)) }), 15)),
  settings: words,
  ramFill: text(100),
  save: v.nullable(text(64)),
  rtc: v.nullable(text(100)),
  firmware: words,
  ports: list(text(100), 16),
  unpinned: list(text(1000), 50),
}) as v.GenericSchema<Boot>;

/** How a session is played; its host says. */
export const Rules = v.object({
  device: v.picklist(["pad", "analog", "touch"]),
  /** Frames between a pad and its effect, at the start: 0 to 30. */
  delay: v.pipe(uint, v.maxValue(30)),
  /** Each player's delay follows the network from there. */
  adapts: v.optional(v.boolean()),
  /** Frames that may be predicted: 0 (lockstep) to 12. */
  window: v.pipe(uint, v.maxValue(12)),
  /** A player waits for others that are more frames behind than this. */
  lagLimit: v.pipe(uint, v.minValue(1), v.maxValue(120)),
  /** What becomes of the game when a player is lost: it waits until somebody decides, goes on without them, or ends. */
  lost: v.picklist(["wait", "go on", "end"]),
  /** Frames a second. */
  fps: v.object({ num: v.pipe(uint, v.minValue(1)), den: v.pipe(uint, v.minValue(1)) }),
});
export type Rules = v.InferOutput<typeof Rules>;
/** Milliseconds of a frame. */
export const frameMs = ({ fps }: Rules): number => (1000 * fps.den) / fps.num;

const Player = v.object({
  seat: v.pipe(uint, v.maxValue(15)),
  name: text(60),
  identity: exactly(32),
});
export type RosterEntry = v.InferOutput<typeof Player>;

/** Somebody who is here before the game begins; on seat -1 they watch. */
const Waiting = v.object({
  seat: v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(15)),
  name: text(60),
  /** Milliseconds to the host and back; the host's own are 0. */
  rtt: uint,
  /** Their machine is open, and is the host's. */
  opened: v.boolean(),
  /** The game may begin, as far as they are concerned. */
  ready: v.boolean(),
});
export type Waiting = v.InferOutput<typeof Waiting>;

/** A newcomer plays, watches from the start on, or watches from now on. */
const Mode = v.picklist(["play", "watch", "watch now"]);
export type Mode = v.InferOutput<typeof Mode>;

/** A game that somebody has. */
const Game = v.object({ name: text(300), sha256: text(64) });
export type Claim = v.InferOutput<typeof Game>;

/** What is known of a lost player's input: its seat, all before which frame, and the last of it: from which frame on, as bytes. */
const LostInput = v.strictTuple([small, uint, uint, bytes(8192)]);
export type LostInput = v.InferOutput<typeof LostInput>;

const MESSAGES = {
  /** A newcomer to the host: who it is, whether it plays or watches, the games it has, bytes of its console's save RAM. */
  join: [text(60), Mode, list(Game, 16), v.nullable(v.pipe(uint, v.maxValue(LARGEST_SAVE)))],
  /** The answer: the session, the seat (-1: a watcher), the boot to be opened with, the rules, bytes of each save RAM, the profile (JSON; "": the core's own). */
  offer: [
    exactly(16),
    v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(15)),
    BootSchema,
    Rules,
    list(v.nullable(v.pipe(uint, v.maxValue(LARGEST_SAVE))), 16),
    text(60_000),
  ],
  refuse: [text(500)],
  /** Save RAM of the console of that number: from this byte on. */
  save: [small, uint, bytes(65536)],
  /** The newcomer has opened its machine: its boot and the fingerprint of frame 0, in hexadecimal. */
  ready: [BootSchema, text(16)],
  /** A player's word on whether the game may begin. Of one who says nothing, it may. */
  begin: [v.boolean()],
  /** From the host to all it let in, before the game: who is here, and how many play; and who was not let in, and why. */
  lobby: [list(Waiting, 64), small],
  turnedAway: [text(60), text(500)],
  /** Who plays. */
  roster: [list(Player, 16)],
  /** The sender is linked with everybody on the roster. */
  linked: [small],
  start: [],
  chat: [text(500)],
  pause: [v.boolean()],
  /** Why the session is over, and after which frame, once the game has begun. */
  end: [text(500), v.nullable(uint)],
  /** The sender leaves for good. */
  leave: [],
  /** Let us go on without a player that is lost. */
  without: [small],
  /** Desyncs: fingerprints of frames, a memory's hash tree, its bytes. */
  askPrints: [uint, v.pipe(uint, v.maxValue(512))],
  prints: [uint, list(u32, 512)],
  askTree: [uint, v.pipe(uint, v.maxValue(8)), list(u32, 256)],
  tree: [uint, v.pipe(uint, v.maxValue(8)), list(u32, 256), list(u32, 4096)],
  askBytes: [uint, list(u32, 16)],
  bytes: [uint, list(u32, 16), bytes(1024)],
  /** Repair: stop; where everybody stands; replay from there to there; what came of it; go on. */
  drift: [uint, uint],
  halt: [small],
  halted: [small, uint, uint],
  repair: [small, small, uint, uint, list(uint, 16)],
  repaired: [small, small, u32, v.boolean()],
  resume: [small, uint],
  /** A state for the one that cannot mend itself: link of the chain there, size in all, offset, bytes. */
  state: [small, u32, uint, uint, bytes(65536)],
  /** Lost players, in the order asked for, with the number of the attempt: what is known of their inputs; from where on they are away. */
  askLost: [uint, list(small, 16)],
  lost: [uint, list(LostInput, 16)],
  away: [list(LostInput, 16)],
  /** They are heard again before that was settled: their input is taken as before. */
  stay: [list(small, 16)],
  /** From where on a player counts again; who is away then, and from where on all of them rest; the number of repairs until then. */
  askBack: [small, uint],
  backAt: [small, uint, v.boolean()],
  back: [small, uint, list(uint, 16), uint, small],
  /** Nothing came of that. */
  notBack: [small],
  /** To one who was away: the others let you rest from this frame on; whether it is fed already. Its answer: the frame from which it needs inputs, and how far it has come. */
  fallen: [uint, v.boolean()],
  follow: [uint, uint],
  /** Settled inputs for those who follow: first frame, bytes, link of the chain after them, and whether it is known. */
  inputs: [uint, bytes(16384), u32, v.boolean()],
  /** To one who watches from now on: the state at a frame on which all agree, and the link of the chain there; size, offset, bytes. */
  keyframe: [uint, u32, v.pipe(uint, v.maxValue(LARGEST_STATE)), uint, bytes(65536)],
  /** Who follows has come so far: it may be given more. */
  hasCome: [uint],
  /** One who was away is near, and asks to play again: it has come so far. */
  caughtUp: [uint],
  /** A player's signature of a link of the recording. */
  signature: [uint, exactly(64)],
} as const satisfies Record<string, readonly v.GenericSchema[]>;

type Outputs<T extends readonly v.GenericSchema[]> = { -readonly [I in keyof T]: v.InferOutput<T[I]> };
export type Message = { [K in Name]: [K, ...Outputs<(typeof MESSAGES)[K]>] }[Name];
type Name = keyof typeof MESSAGES;

const schemas = new Map<unknown, v.GenericSchema>(
  (Object.keys(MESSAGES) as Name[]).map((name) => [name, v.strictTuple([v.literal(name), ...MESSAGES[name]] as never)]),
);

export function writeMessage(message: Message): Uint8Array {
  return new CborWriter().value(message).take();
}

/** The message of these bytes; undefined where they make none that is known. */
export function readMessage(packet: Uint8Array): Message | undefined {
  let value: unknown;
  try {
    const reader = new CborReader(packet, 0, true);
    value = reader.value();
    if (!reader.done) return undefined;
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    return undefined;
  }
  const schema = Array.isArray(value) ? schemas.get(value[0]) : undefined;
  return schema && v.is(schema, value) ? (value as Message) : undefined;
}
