import type { MemoryRegion } from "../machine.ts";
import { type Address, MEMORY, viewOf } from "./abi.ts";
import type { Mapping } from "./environment.ts";
import type { Library } from "./library.ts";
import { SYSTEMS, type System } from "./systems.ts";

const NONE = new Uint8Array(0);
const STANDARD: readonly (readonly [string, number])[] = [
  ["ram", MEMORY.SYSTEM_RAM],
  ["save", MEMORY.SAVE_RAM],
  ["vram", MEMORY.VIDEO_RAM],
  ["rtc", MEMORY.RTC],
];

/** A live region. Where its memory lies is asked anew for each look: a core may move it, and takes it along when it goes. */
class LiveRegion implements MemoryRegion {
  readonly name: string;
  readonly base: number;
  readonly endian: "little" | "big";
  #locate: () => { at: Address; size: number };
  #at = 0;
  #bytes: Uint8Array = NONE;

  constructor(name: string, base: number, endian: "little" | "big", locate: () => { at: Address; size: number }) {
    this.name = name;
    this.base = base;
    this.endian = endian;
    this.#locate = locate;
  }

  get size(): number {
    return this.bytes.length;
  }

  /** Shows from now on what that one shows. */
  become(other: LiveRegion): void {
    this.#locate = other.#locate;
  }

  get bytes(): Uint8Array {
    const { at, size } = this.#locate();
    if (at !== this.#at || size !== this.#bytes.length) {
      this.#at = at;
      this.#bytes = at === 0 || size === 0 ? NONE : viewOf(at, size);
    }
    return this.#bytes;
  }
}

/** A machine's regions after it was switched off and on: who holds one from before sees the new memory in it. */
export function renewed(before: readonly MemoryRegion[], now: readonly MemoryRegion[]): MemoryRegion[] {
  return now.map((region) => {
    const held = before.find(({ name, base }) => name === region.name && base === region.base);
    if (!(held instanceof LiveRegion && region instanceof LiveRegion)) return region;
    held.become(region);
    return held;
  });
}

/**
 * Memory as the core shows it: the four standard regions, then what SET_MEMORY_MAPS adds to them (ROM left out).
 * `library` is a function because a machine that is switched off and on has another one.
 */
export function liveRegions(
  library: () => Library | undefined,
  mappings: readonly Mapping[],
  systemName: string,
): MemoryRegion[] {
  const system: System | undefined = SYSTEMS[systemName];
  const endian = system?.bigEndian ? "big" : "little";
  const regions: MemoryRegion[] = [];
  const shown: { at: Address; size: number }[] = [];
  for (const [name, id] of STANDARD) {
    const core = library();
    const at = core?.memoryData(id) ?? 0;
    const size = core?.memorySize(id) ?? 0;
    if (at === 0 || size === 0) continue;
    const mapped = mappings.find((mapping) => mapping.at === at);
    const place = { at: 0, size: 0 };
    const locate = () => {
      const now = library();
      place.at = now?.memoryData(id) ?? 0;
      place.size = now?.memorySize(id) ?? 0;
      return place;
    };
    regions.push(new LiveRegion(name, mapped?.start ?? (name === "ram" ? (system?.ram ?? 0) : 0), endian, locate));
    shown.push({ at, size });
  }
  // Memory of one name that lies together is one region, whatever parts the core tells of it in.
  const parts = new Map<string, { at: Address; size: number }>();
  for (const mapping of mappings) {
    const known = shown.some(({ at, size }) => mapping.at >= at && mapping.at + mapping.size <= at + size);
    if (known || mapping.constant || system?.registers?.includes(mapping.start)) continue;
    const named = system?.areas?.[mapping.start] ?? (mapping.space.toLowerCase() || `at-${mapping.start.toString(16)}`);
    const begun = parts.get(named);
    if (begun && system?.areas?.[mapping.start] && begun.at + begun.size === mapping.at) {
      begun.size += mapping.size;
      continue;
    }
    const place = { at: mapping.at, size: mapping.size };
    const gone = { at: 0, size: 0 };
    const born = library();
    parts.set(named, place);
    const name = regions.some((region) => region.name === named) ? `${named}-${mapping.start.toString(16)}` : named;
    regions.push(
      new LiveRegion(name, mapping.start, mapping.bigEndian ? "big" : endian, () =>
        library() === born ? place : gone,
      ),
    );
    shown.push(place);
  }
  return regions;
}
