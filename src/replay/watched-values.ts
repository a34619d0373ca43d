import type { Machine } from "../machine/machine.ts";
import { BYTES, type Profile, RNG_BYTES } from "../watch/profile.ts";
import { piecesOf } from "../watch/watcher.ts";
import { copyPlace, type Place, placeOf, writePlace } from "./moments.ts";

/**
 * The bytes of all that a profile watches or puts back, one after another: what can go from one core to another, which loads none of its
 * states. What the fingerprint masks is left out.
 */
export class WatchedValues {
  readonly #places: readonly Place[];
  readonly size: number;

  constructor(machine: Machine, profile: Profile) {
    const { probes, fingerprint, rng, restore } = profile;
    this.#places = [
      ...(fingerprint ? piecesOf(fingerprint, machine.memory) : []).map(({ region, from, to }) => ({
        region,
        from,
        length: to - from,
      })),
      ...[
        ...probes.map((probe) => ({ ...probe, length: BYTES[probe.type] })),
        ...rng.map((one) => ({ ...one, length: RNG_BYTES[one.type] })),
        ...restore,
      ].map((span) => placeOf(machine, span)),
    ];
    this.size = this.#places.reduce((sum, { length }) => sum + length, 0);
  }

  read(): Uint8Array {
    const bytes = new Uint8Array(this.size);
    let to = 0;
    for (const place of this.#places) to = copyPlace(place, bytes, to);
    return bytes;
  }

  /** Of memory that a core shows as a copy nothing can be put back. */
  write(bytes: Uint8Array): void {
    let from = 0;
    for (const place of this.#places) {
      if (!place.region.refresh) writePlace(place, bytes, from);
      from += place.length;
    }
  }
}
