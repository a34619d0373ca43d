import type { Machine } from "../machine/machine.ts";
import type { Profile } from "../watch/profile.ts";
import { Tape } from "../watch/tape.ts";
import { type AtMoments, copyPlace, Moments, type Place, placeOf } from "./moments.ts";
import type { Happening } from "./replay.ts";
import type { Companion } from "./run.ts";

/** Takes down, while a machine steps, what its profile wants captured, and the events that its inputs do not carry. */
export class Capture implements Companion, AtMoments {
  readonly tapes: readonly Tape[];
  /** Those since they were last taken away. */
  readonly happenings: Happening[] = [];
  readonly #machine: Machine;
  readonly #moments: Moments;
  readonly #events: readonly (readonly Place[])[];

  /** `first` is the frame of the first row: that which the first step leads to. */
  constructor(machine: Machine, profile: Profile, first: number) {
    this.#machine = machine;
    this.#moments = new Moments(machine, profile, this);
    this.tapes = this.#moments.all.map((moment) => new Tape(moment, first));
    this.#events = profile.events.map(({ capture }) => capture.map((span) => placeOf(machine, span)));
  }

  beforeStep(): void {
    this.#moments.beforeStep();
  }

  afterStep(): void {
    this.#moments.afterStep();
    for (const tape of this.tapes) tape.endFrame();
  }

  moment(index: number): void {
    const tape = this.tapes[index]!;
    let to = tape.add();
    for (const place of this.#moments.places[index]!) to = copyPlace(place, tape.bytes, to);
  }

  event(index: number): void {
    const places = this.#events[index]!;
    const data = new Uint8Array(places.reduce((sum, place) => sum + place.length, 0));
    let to = 0;
    for (const place of places) to = copyPlace(place, data, to);
    this.happenings.push({ frame: this.#machine.frame, event: index, data });
  }
}
