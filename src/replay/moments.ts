import { type Machine, type MemoryRegion, regionOf } from "../machine/machine.ts";
import { hex, type Profile } from "../watch/profile.ts";
import { type Moment, momentsOf } from "../watch/tape.ts";

/** Some bytes of a machine's memory. */
export interface Place {
  readonly region: MemoryRegion;
  /** Offset of the first byte in the region. */
  readonly from: number;
  readonly length: number;
}

export function placeOf(machine: Machine, span: { region: string; address: number; length: number }): Place {
  const region = regionOf(machine, span.region)!;
  return { region, from: span.address - region.base, length: span.length };
}

/** Copies a place's bytes; returns where they end. */
export function copyPlace({ region, from, length }: Place, into: Uint8Array, to: number): number {
  region.refresh?.();
  const { bytes, swap = 0 } = region;
  for (let i = 0; i < length; i++) into[to + i] = bytes[(from + i) ^ swap]!;
  return to + length;
}

/** Puts bytes from `at` on into a place. */
export function writePlace({ region, from, length }: Place, source: Uint8Array, at: number): void {
  const { bytes, swap = 0 } = region;
  for (let i = 0; i < length; i++) bytes[(from + i) ^ swap] = source[at + i]!;
}

/** What is done at a profile's moments, while its machine steps. `index` counts the moments of {@link momentsOf}. */
export interface AtMoments {
  /** The moment has come for the `n`-th time in this step, from 0. */
  moment(index: number, n: number): void;
  /** The CPU is about to run an event's hook: index into the profile's events. */
  event(index: number): void;
}

/**
 * Tells when a machine comes to its profile's moments. Between steps, and in steps that are none of the run's own (a
 * frame too many), nothing is told: hooks count only between {@link beforeStep} and {@link afterStep}.
 */
export class Moments {
  readonly all: readonly Moment[];
  /** Where each moment's entries are. */
  readonly places: readonly (readonly Place[])[];
  /** Times that each moment came in the step at hand. */
  readonly times: Uint32Array;
  readonly #machine: Machine;
  readonly #act: AtMoments;
  readonly #between: readonly number[];
  #stepping = false;

  constructor(machine: Machine, profile: Profile, act: AtMoments) {
    this.#machine = machine;
    this.#act = act;
    this.all = momentsOf(profile);
    this.places = this.all.map((moment) => moment.entries.map((entry) => placeOf(machine, entry)));
    this.times = new Uint32Array(this.all.length);
    this.#between = this.all.flatMap((moment, index) => (moment.address === undefined ? [index] : []));
    if (!machine.hooks) return;
    for (const [index, { address }] of this.all.entries())
      if (address !== undefined) machine.hooks.onExecute(address, () => this.#come(index));
    for (const [index, event] of profile.events.entries()) {
      const hook = profile.hooks.find(({ name }) => name === event.hook);
      if (hook) machine.hooks.onExecute(hook.address, () => this.#stepping && act.event(index));
    }
  }

  beforeStep(): void {
    this.times.fill(0);
    this.#stepping = true;
    for (const index of this.#between)
      if (this.all[index]!.name === "frame" || this.#machine.frame === 0) this.#come(index);
  }

  afterStep(): void {
    this.#stepping = false;
  }

  #come(index: number): void {
    if (this.#stepping) this.#act.moment(index, this.times[index]!++);
  }
}

/** What of the profile a machine cannot do, in words for people. */
export function uncovered(machine: Machine, profile: Profile): string[] {
  const moments = momentsOf(profile);
  const hooked = moments.filter((moment) => moment.address !== undefined);
  const lacking: string[] = [];
  if (!machine.hooks && hooked.length + profile.events.length > 0) {
    const core = machine.boot.core.name;
    for (const { name, address, entries } of hooked)
      lacking.push(`${core} has no hooks: ${listed(entries)} cannot be put back at "${name}" (${hex(address!)})`);
    for (const event of profile.events) lacking.push(`${core} has no hooks: "${event.name}" is not seen there`);
  }
  const copies = moments.flatMap(({ entries }) => entries.filter((e) => regionOf(machine, e.region)?.refresh));
  if (copies.length) lacking.push(`${listed(copies)} cannot be written: this core shows that memory as a copy only`);
  return lacking;
}

const listed = (entries: readonly { name: string }[]): string =>
  [...new Set(entries.map(({ name }) => `"${name}"`))].join(", ");
