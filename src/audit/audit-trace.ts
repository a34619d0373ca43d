import type { MachineSpec } from "../follow/open-run.node.ts";
import type { Boot } from "../machine/boot.ts";
import type { Machine } from "../machine/machine.ts";
import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import type { Fault } from "../replay/run.ts";
import { BYTES, type Probe, type Profile } from "../watch/profile.ts";

/** How a run is played. All of them must come to the same memory on every frame, or something was not saved or pinned. */
export type Treatment =
  | "plain"
  /** The machine is opened, played for a while and closed, and opened again in the same process. */
  | "second"
  /** Played for a while, then switched off and on. */
  | "power"
  /** Another machine of the same boot is played in the same process, a frame ahead. */
  | "beside"
  | "no video"
  | "save each frame"
  | "load warm"
  | "roll back"
  | "run ahead"
  | "host load"
  /** All threads of the process take turns on one CPU core. */
  | "one CPU";

/** A run and how to play it; plain data, so that it crosses to a child. */
export interface TraceSpec extends MachineSpec {
  readonly movie: Movie;
  readonly frames: number;
  readonly treatment: Treatment;
  readonly faults?: readonly Fault[] | undefined;
  /** All bits of these bytes are turned over where this frame has been reached, as if by a tool outside the game. */
  readonly written?: { readonly frame: number; readonly places: readonly Span[] } | undefined;
  /** Seed of what is done at random frames. */
  readonly seed: number;
  /** Begins at a state of this frame instead of at power-on: a cold load. */
  readonly from?: {
    readonly state: Uint8Array;
    readonly frame: number;
    readonly sample: number;
    readonly before: number;
  };
}

/** What was seen of a run: a fingerprint of each memory region, the picture and the sound, for each frame from 0 on. */
export interface Prints {
  /** In rows of as many as there are regions; row f is of frame f. */
  readonly memory: BigUint64Array;
  readonly video: BigUint64Array;
  readonly audio: BigUint64Array;
}

/** Bytes of a region, by their address on the bus. */
export interface Span {
  readonly region: string;
  readonly address: number;
  readonly length: number;
}

export interface Region {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly swap?: 3;
}

export interface Trace extends Prints {
  readonly regions: readonly Region[];
  readonly seconds: number;
  readonly boot: Boot;
  /** The last frame that was played. */
  readonly last: number;
  /** All memory at the last frame, where it was no longer as expected. */
  readonly dump?: Uint8Array;
}

/** The first frames at which picture and sound of two runs differ; absent where they do not. */
export interface Parted {
  readonly video?: number;
  readonly audio?: number;
}

/** Compares the frames from `from` to `last`. */
export function partedAt(a: Prints, b: Prints, from: number, last: number): Parted {
  const first = (of: "video" | "audio"): number | undefined => {
    for (let row = from; row <= last; row++) if (differ(a[of][row]!, b[of][row]!)) return row;
    return undefined;
  };
  const [video, audio] = [first("video"), first("audio")];
  return { ...(video !== undefined && { video }), ...(audio !== undefined && { audio }) };
}

/** Whether a row's memory is the same in both. */
export function sameMemory(a: Prints, b: Prints, row: number, regions: number, ignore: ReadonlySet<number>): boolean {
  for (let r = 0; r < regions; r++)
    if (a.memory[row * regions + r] !== b.memory[row * regions + r] && !ignore.has(r)) return false;
  return true;
}

/** A fingerprint of 0 is of a frame that was not drawn. */
const differ = (a: bigint, b: bigint): boolean => a !== b && a !== 0n && b !== 0n;

/** A byte that differs. */
export interface Place {
  readonly region: string;
  readonly address: number;
  readonly expected: number;
  readonly actual: number;
}

/** The profile's first probe that holds one of these bytes. */
export function probeIn(profile: Profile | undefined, places: readonly Place[]): string | undefined {
  const holds = (p: Probe): boolean =>
    places.some(
      ({ region, address }) => region === p.region && address >= p.address && address < p.address + BYTES[p.type],
    );
  return profile?.probes.find(holds)?.name;
}

/** Writes other values into these bytes, as a tool outside the game would. */
export function turnOver({ memory }: Machine, { region: name, address, length }: Span): void {
  const region = memory.find((r) => r.name === name)!;
  if (region.refresh) throw new Problem(`this core shows ${name} as a copy: nothing can be written into it`);
  for (let at = address - region.base; at < address - region.base + length; at++)
    region.bytes[at ^ (region.swap ?? 0)]! ^= 0xff;
}

/** The bytes that differ between two copies of all memory, one after another as `regions` has them. */
export function placesIn(
  regions: readonly Region[],
  expected: Uint8Array,
  actual: Uint8Array,
  counts: (at: number, region: Region) => boolean = () => true,
  most = 4096,
): { first: Place | undefined; bytes: number; all: Place[] } {
  const all: Place[] = [];
  let bytes = 0;
  let at = 0;
  for (const region of regions)
    for (let i = 0; i < region.size; i++, at++) {
      if (expected[at] === actual[at] || !counts(at, region)) continue;
      bytes++;
      const address = region.base + (i ^ (region.swap ?? 0));
      if (all.length < most) all.push({ region: region.name, address, expected: expected[at]!, actual: actual[at]! });
    }
  return { first: all[0], bytes, all };
}
