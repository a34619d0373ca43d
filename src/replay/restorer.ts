import { hexToBytes } from "@noble/hashes/utils.js";
import type { Machine } from "../machine/machine.ts";
import type { Profile } from "../watch/profile.ts";
import { type AtMoments, copyPlace, Moments, type Place, placeOf, writePlace } from "./moments.ts";
import type { Happening, Replay } from "./replay.ts";
import type { Companion } from "./run.ts";

/** How much of a recording a playback puts back: nothing, the RNG, or all that the profile names. */
export type Repair = "none" | "rng" | "values";

/** Something that was found other than it was recorded, at one of the profile's moments. */
export interface Parting {
  /** The frame that the step leads to, as readings count. */
  readonly frame: number;
  readonly moment: string;
  /** The moment came for the n-th time in the step, from 0. */
  readonly n: number;
  readonly entry: string;
  readonly expected: Uint8Array;
  readonly actual: Uint8Array;
  /** It was put back. */
  readonly restored: boolean;
}

/** A moment that came more or less often in a step than it was recorded. */
export interface Miscount {
  readonly frame: number;
  readonly moment: string;
  readonly expected: number;
  readonly actual: number;
}

/** What a playback found and did at its profile's moments; plain data. */
export interface Notes {
  /** The first of them. */
  readonly partings: readonly Parting[];
  readonly miscounts: readonly Miscount[];
  /** Events whose hook the playback came to, set off again or by itself; their data are empty. */
  readonly seen: readonly Happening[];
  /** All partings, also those that are not kept. */
  readonly parted: number;
  /** Captures that were compared. */
  readonly compared: number;
}

/** The most of each kind that is kept; all are counted. */
const KEPT = 1000;

/** Puts back, while a machine plays a recording, what the recording holds, and fires its events again. */
export class Restorer implements Companion, AtMoments {
  readonly notes = {
    partings: [] as Parting[],
    miscounts: [] as Miscount[],
    seen: [] as Happening[],
    parted: 0,
    compared: 0,
  };
  readonly #machine: Machine;
  readonly #replay: Replay;
  readonly #repair: Repair;
  readonly #moments: Moments;
  readonly #events: readonly Trigger[];
  /** The next happening: they are in order, and a load looks it up anew. */
  #next = 0;

  /** `profile` is the replay's own. */
  constructor(machine: Machine, profile: Profile, replay: Replay, repair: Repair) {
    this.#machine = machine;
    this.#replay = replay;
    this.#repair = repair;
    this.#moments = new Moments(machine, profile, this);
    this.#events = profile.events.map((event) => ({
      at: event.at,
      writes: event.set.map((set) => {
        if ("bytes" in set) {
          const bytes = hexToBytes(set.bytes);
          return { place: placeOf(machine, { ...set, length: bytes.length }), bytes, from: 0 };
        }
        const from = event.capture.slice(0, set.captured).reduce((sum, { length }) => sum + length, 0);
        return { place: placeOf(machine, { ...set, length: event.capture[set.captured]!.length }), from };
      }),
    }));
    if (repair !== "values" || !machine.hooks) return;
    for (const name of new Set(profile.events.map((event) => event.at))) {
      const hook = profile.hooks.find((h) => h.name === name);
      if (hook) machine.hooks.onExecute(hook.address, () => this.#fire(name));
    }
  }

  beforeStep(): void {
    const { frame } = this.#machine;
    const { happenings } = this.#replay;
    while (this.#next > 0 && happenings[this.#next - 1]!.frame >= frame) this.#next--;
    while (this.#next < happenings.length && happenings[this.#next]!.frame < frame) this.#next++;
    this.#moments.beforeStep();
    if (this.#repair === "values") this.#fire("frame");
  }

  afterStep(): void {
    this.#moments.afterStep();
    const { frame } = this.#machine;
    if (!this.#replay.recording.hooks || !this.#machine.hooks) return;
    for (const [index, { name }] of this.#moments.all.entries()) {
      const actual = this.#moments.times[index]!;
      const tape = this.#replay.tapes[index]!;
      if (frame >= tape.count || tape.times(frame) === actual) continue;
      if (this.notes.miscounts.length < KEPT)
        this.notes.miscounts.push({ frame, moment: name, expected: tape.times(frame), actual });
    }
  }

  moment(index: number, n: number): void {
    const row = this.#machine.frame + 1;
    const tape = this.#replay.tapes[index]!;
    const at = tape.at(row, n);
    if (at < 0) return;
    this.notes.compared++;
    const places = this.#moments.places[index]!;
    const { name, entries } = this.#moments.all[index]!;
    for (let e = 0; e < entries.length; e++) {
      const entry = entries[e]!;
      const place = places[e]!;
      const from = at + entry.offset;
      if (equal(place, tape.bytes, from)) continue;
      const restored =
        !place.region.refresh && (this.#repair === "values" || (this.#repair === "rng" && entry.kind === "rng"));
      this.notes.parted++;
      if (this.notes.partings.length < KEPT) {
        const expected = tape.bytes.slice(from, from + entry.length);
        const actual = new Uint8Array(place.length);
        copyPlace(place, actual, 0);
        this.notes.partings.push({ frame: row, moment: name, n, entry: entry.name, expected, actual, restored });
      }
      if (restored) writePlace(place, tape.bytes, from);
    }
  }

  event(index: number): void {
    if (this.notes.seen.length < KEPT)
      this.notes.seen.push({ frame: this.#machine.frame, event: index, data: new Uint8Array(0) });
  }

  /** Sets off the recorded events of this frame that want it at this moment; setting one off twice changes nothing. */
  #fire(moment: string): void {
    const { happenings } = this.#replay;
    const { frame } = this.#machine;
    for (let i = this.#next; i < happenings.length && happenings[i]!.frame === frame; i++) {
      const { event, data } = happenings[i]!;
      const trigger = this.#events[event]!;
      if (trigger.at !== moment) continue;
      for (const { place, bytes, from } of trigger.writes) writePlace(place, bytes ?? data, from);
    }
  }
}

interface Trigger {
  readonly at: string;
  readonly writes: readonly { readonly place: Place; readonly bytes?: Uint8Array; readonly from: number }[];
}

function equal({ region, from, length }: Place, expected: Uint8Array, at: number): boolean {
  region.refresh?.();
  const { bytes, swap = 0 } = region;
  for (let i = 0; i < length; i++) if (bytes[(from + i) ^ swap] !== expected[at + i]) return false;
  return true;
}
