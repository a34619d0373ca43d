import { encodePng, thumbnail } from "../../dump/png.node.ts";
import { type IndexSpec, type OpenIndexed, openIndexed } from "../../follow/index-open.node.ts";
import type { Boot } from "../../machine/boot.ts";
import { bootDifferences, canonicalJson } from "../../machine/boot.ts";
import { serve, signOfLife } from "../../machine/instance/child.ts";
import { type MemoryRegion, regionOf, SHOW_NOTHING, type VideoFrame } from "../../machine/machine.ts";
import { Problem } from "../../problem.ts";
import type { Player } from "../../replay/player.ts";
import { checkProfile, type Profile, RNG_BYTES } from "../../watch/profile.ts";
import { describeDivergence, equalReading, firstDivergence, newReadings } from "../../watch/readings.ts";
import { Watcher } from "../../watch/watcher.ts";
import { differenceOf, heatOf } from "./differences.ts";

/** Two runs that are looked at side by side. */
export interface Pair {
  readonly frames: readonly [number, number];
  readonly boots: readonly [Boot, Boot];
  /** In what the boots differ, each as text: [what, a, b]. */
  readonly differences: readonly (readonly [string, string, string])[];
  readonly regions: readonly { readonly name: string; readonly base: number; readonly size: number }[];
  readonly rng: readonly string[];
  /** Where what was recorded of them first differs, where both were recorded with one profile. */
  readonly parted?: { readonly frame: number; readonly text: string };
}

/** Both at one frame. */
export interface Moment {
  readonly frame: number;
  /** PNGs: of A, of B, and of what differs between them. */
  readonly pictures: readonly (Uint8Array | undefined)[];
  readonly readings: readonly {
    readonly name: string;
    readonly expected: number;
    readonly actual: number;
    readonly same: boolean;
  }[];
  /** The generators' states over the frames before this one. */
  readonly rng: readonly { readonly frame: number; readonly a: readonly string[]; readonly b: readonly string[] }[];
  readonly memory: readonly {
    readonly name: string;
    readonly base: number;
    readonly columns: number;
    /** Bytes to a cell. */
    readonly grain: number;
    /** For each cell how much of it differs: 0 to 255. */
    readonly cells: Uint8Array;
    readonly differing: number;
    /** The first bytes that differ. */
    readonly bytes: readonly { readonly address: number; readonly a: number; readonly b: number }[];
  }[];
}

/** How far both were played to find where they part. */
export interface Scan {
  readonly frame: number;
  readonly end: number;
  /** Bytes that differ, for each frame since the last answer. */
  readonly differing: readonly number[];
  readonly parted?: {
    readonly frame: number;
    readonly region: string;
    readonly address: number;
    readonly a: number;
    readonly b: number;
  };
}

const WIDEST = 640;
const STREAM = 12;
const SLICE = 150;
/** Regions up to so many bytes are counted through on every frame; of larger ones only whether they differ. */
const COUNTED = 1 << 17;

let a: OpenIndexed;
let b: OpenIndexed;
let names: string[];
let watchers: [Watcher, Watcher] | undefined;
let profile: Profile | undefined;
let scanned: { a: Player; b: Player; frame: number; parted?: Scan["parted"] } | undefined;

const verbs = {
  async open(specA: IndexSpec, specB: IndexSpec): Promise<Pair> {
    [a, b] = [await openIndexed(specA, signOfLife), await openIndexed(specB, signOfLife)];
    const [one, two] = [machineOf(a), machineOf(b)];
    names = one.memory.filter(({ name, size }) => regionOf(two, name)?.size === size).map(({ name }) => name);
    if (names.length === 0)
      throw new Problem("the two cores show no memory of one name and size, so nothing can be compared");
    profile = a.replay.profile ?? b.replay.profile;
    try {
      if (profile) for (const machine of [one, two]) checkProfile("the profile", profile, machine.memory);
      watchers = profile && [new Watcher(profile, one), new Watcher(profile, two)];
    } catch {
      watchers = undefined; // its addresses are not of both
    }
    return {
      frames: [a.replay.frames, b.replay.frames],
      boots: [one.boot, two.boot],
      differences: Object.entries(bootDifferences(one.boot, two.boot)).map(([what, [x, y]]) => [
        what,
        text(x),
        text(y),
      ]),
      regions: names.map((name) => regionOf(one, name)!).map(({ name, base, size }) => ({ name, base, size })),
      rng: watchers ? profile!.rng.map(({ name }) => name) : [],
      ...recordedApart(),
    };
  },
  /** Both go to a frame. */
  at(frame: number): Moment {
    const rng = rngBefore(frame);
    const [one, two] = [a.seek.show(frame).picture, b.seek.show(frame).picture];
    const pictures = [one && png(one), two && png(two), one && two && png(differenceOf(one, two))];
    return { frame, pictures, readings: readings(), rng, memory: names.map(memoryOf) };
  },
  /** Plays another pair of machines on, and says where memory first differs. */
  async scan(): Promise<Scan> {
    scanned ??= { a: await a.another(), b: await b.another(), frame: 0 };
    const end = Math.min(a.replay.frames, b.replay.frames);
    const differing: number[] = [];
    const started = performance.now();
    if (scanned.frame === 0) differing.push(countAt(scanned));
    while (scanned.frame < end && performance.now() - started < SLICE) {
      for (const player of [scanned.a, scanned.b]) player.step(SHOW_NOTHING);
      scanned.frame++;
      differing.push(countAt(scanned));
    }
    const { frame, parted } = scanned;
    return { frame, end, differing, ...(parted && { parted }) };
  },
};
export type CompareVerbs = typeof verbs;

serve(verbs);

const machineOf = ({ player }: OpenIndexed) => player.machine;
const png = (picture: VideoFrame): Uint8Array => encodePng(thumbnail(picture, WIDEST));
const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 80);

function bytesOf(region: MemoryRegion): Uint8Array {
  region.refresh?.();
  return region.bytes;
}

/** Of what stands in the files. */
function recordedApart(): Pick<Pair, "parted"> {
  const [x, y] = [a.replay, b.replay];
  if (!x.profile || !y.profile || canonicalJson(x.profile) !== canonicalJson(y.profile)) return {};
  const count = Math.min(x.readings.length, y.readings.length);
  const parted = firstDivergence(x.profile, x.readings.slice(0, count), y.readings.slice(0, count));
  return parted ? { parted: { frame: parted.frame, text: describeDivergence(parted) } } : {};
}

/** What the profile watches, read from both. */
function readings(): Moment["readings"] {
  if (!watchers || !profile) return [];
  const [expected, actual] = watchers.map((watcher) => {
    const row = newReadings(profile!, 0, 1);
    watcher.read(row, 0);
    return row;
  });
  return profile.probes.map((probe, i) => {
    const [x, y] = [expected!.values[i]!, actual!.values[i]!];
    return { name: probe.name, expected: x, actual: y, same: equalReading(probe, x, y) };
  });
}

/** Plays both up to the frame, and reads the generators on the way. */
function rngBefore(frame: number): Moment["rng"] {
  if (!watchers || !profile?.rng.length) return [];
  const rows: Moment["rng"][number][] = [];
  for (let at = Math.max(0, frame - STREAM + 1); at <= frame; at++) {
    const [x, y] = [a, b].map((side) => {
      side.seek.seek(at);
      return profile!.rng.map(({ region, address, type, endian }) => {
        const found = regionOf(machineOf(side), region)!;
        const start = address - found.base;
        const bytes = [...bytesOf(found).subarray(start, start + RNG_BYTES[type])];
        if ((endian ?? found.endian) === "little") bytes.reverse();
        return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
      });
    });
    rows.push({ frame: at, a: x!, b: y! });
  }
  return rows;
}

function memoryOf(name: string): Moment["memory"][number] {
  const [one, two] = [regionOf(machineOf(a), name)!, regionOf(machineOf(b), name)!];
  return { name, base: one.base, ...heatOf(bytesOf(one), bytesOf(two), one.base, one.swap ?? 0) };
}

/** Bytes that differ now; the first one ever is remembered. */
function countAt(pair: NonNullable<typeof scanned>): number {
  let count = 0;
  for (const name of names) {
    const region = regionOf(pair.a.machine, name)!;
    const [x, y] = [bytesOf(region), bytesOf(regionOf(pair.b.machine, name)!)];
    if (Buffer.compare(x, y) === 0) continue;
    if (pair.parted && x.length > COUNTED) {
      count++;
      continue;
    }
    for (let i = 0; i < x.length; i++) {
      if (x[i] === y[i]) continue;
      count++;
      pair.parted ??= {
        frame: pair.frame,
        region: name,
        address: region.base + (i ^ (region.swap ?? 0)),
        a: x[i]!,
        b: y[i]!,
      };
    }
  }
  return count;
}
