import * as v from "valibot";
import { Address, Span, Word } from "./address.ts";

// What a recording holds besides probes, so that a playback can put it back: docs/profiles.md.

const Name = v.pipe(v.string(), v.nonEmpty());

/** An instruction's address on the CPU's bus: the moment when the CPU is about to run it. */
const Hook = v.strictObject({ name: Name, address: Address });

/**
 * When something is captured and restored: "start": once, before the first step; "frame": before each step; or the
 * name of a hook: each time the CPU comes there, which may be several times in a frame.
 */
const Moments = v.pipe(v.array(Name), v.minLength(1));

/**
 * How a random number generator's state goes on with one draw. Numbers are as the state's type holds them.
 * lcg: state * multiply + add. lfsr: `steps` times, shifts by one bit, and XORs `taps` when a 1 falls out (galois), or shifts in the
 * parity of the bits in `taps` (fibonacci). xorshift: for each shift s in turn, state ^= s > 0 ? state << s : state >>> -s.
 * table: the state is an index that goes on by `step` and wraps at `length`.
 */
const Algorithm = v.variant("kind", [
  v.strictObject({ kind: v.literal("lcg"), multiply: Word, add: Word }),
  v.strictObject({
    kind: v.literal("lfsr"),
    form: v.picklist(["galois", "fibonacci"]),
    shift: v.picklist(["left", "right"]),
    taps: Word,
    /** Shifts of one bit that a draw takes. */
    steps: v.optional(v.pipe(Address, v.minValue(1), v.maxValue(64)), 1),
  }),
  v.strictObject({
    kind: v.literal("xorshift"),
    shifts: v.pipe(
      v.array(v.pipe(v.number(), v.integer(), v.minValue(-63), v.maxValue(63))),
      v.minLength(1),
      v.maxLength(16),
    ),
  }),
  v.strictObject({ kind: v.literal("table"), length: v.pipe(Address, v.minValue(1)), step: v.optional(Address, 1) }),
]);

const Rng = v.strictObject({
  name: Name,
  region: v.string(),
  address: Address,
  type: v.picklist(["u8", "u16", "u32", "u64"]),
  endian: v.optional(v.picklist(["little", "big"])),
  /** Without it draws cannot be counted, and each state takes its bytes in the recording. */
  algorithm: v.optional(Algorithm),
  at: v.optional(Moments, ["frame"]),
});

/**
 * Bytes that are put back. `kind` says why they may part: "values" of the game (positions, processed pads), "pads": the
 * game's own history of raw pads, "loading": whether something that loads is there yet, "garbage": memory that nobody
 * initialised.
 */
const Restore = v.strictObject({
  name: Name,
  kind: v.picklist(["values", "pads", "loading", "garbage"]),
  ...Span.entries,
  at: Moments,
});

/**
 * Something that happens in the game and that its inputs do not carry. It is recorded when the CPU comes to `hook`,
 * with the bytes of `capture` as they are then; in a playback, `set` is written at the moment `at` of that frame.
 */
const Happening = v.strictObject({
  name: Name,
  hook: Name,
  capture: v.optional(v.array(Span), []),
  at: v.optional(Name, "frame"),
  set: v.pipe(
    v.array(
      v.union([
        v.strictObject({
          region: v.string(),
          address: Address,
          bytes: v.pipe(v.string(), v.regex(/^([0-9a-f]{2})+$/i)),
        }),
        /** The n-th capture's bytes. */
        v.strictObject({
          region: v.string(),
          address: Address,
          captured: v.pipe(v.number(), v.integer(), v.minValue(0)),
        }),
      ]),
    ),
    v.minLength(1),
  ),
});

const Hex = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})+$/i, 'bytes are hexadecimal text such as "a900"'));

/** A change of the game's code or data that can be on or off: bytes of the content's file at an offset, before and after. */
const Patch = v.strictObject({
  name: Name,
  writes: v.pipe(v.array(v.strictObject({ offset: Address, from: Hex, to: Hex })), v.minLength(1)),
});

export const RESTORES = {
  hooks: v.optional(v.array(Hook), []),
  rng: v.optional(v.array(Rng), []),
  restore: v.optional(v.array(Restore), []),
  events: v.optional(v.array(Happening), []),
  patches: v.optional(v.array(Patch), []),
};

export type Algorithm = v.InferOutput<typeof Algorithm>;
export type RngSpec = v.InferOutput<typeof Rng>;
export type RestoreSpec = v.InferOutput<typeof Restore>;
export type HappeningSpec = v.InferOutput<typeof Happening>;
export type PatchSpec = v.InferOutput<typeof Patch>;
