import { loadBot } from "../follow/load-bot.node.ts";
import { type MachineSpec, openMachine } from "../follow/open-run.node.ts";
import { type InputSource, NO_INPUT } from "../machine/input.ts";
import { type Machine, type MemoryRegion, SHOW_NOTHING } from "../machine/machine.ts";
import type { Movie } from "../movie/movie.ts";
import { type Fault, Run } from "../replay/run.ts";
import { defaultProfile } from "../watch/profile.ts";
import { StartingBot } from "./find-bot.ts";

/** A run to look at: who plays what, and what is disturbed on purpose. */
export interface Play extends MachineSpec {
  readonly movie?: Movie | undefined;
  /** As `instep record --bot` takes it; asked only where there is no movie. */
  readonly bot?: string | undefined;
  readonly faults?: readonly Fault[] | undefined;
}

/** Where values are: a region by its place in the list of regions, and the offset of a word of four bytes. */
export interface Place {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly endian: "little" | "big";
  readonly swap: 0 | 3;
}

/** How often each word of four bytes changed, for each region. */
export interface Survey {
  readonly regions: readonly Place[];
  readonly changes: readonly Uint32Array[];
  /** Bits that all those changes flipped, in the lower and the upper half of each word as it lies in the host. */
  readonly flips: readonly { readonly low: Uint32Array; readonly high: Uint32Array }[];
  readonly frames: number;
}

/** Besides system RAM: small memories in which games keep variables. */
const ALSO = /^(\d+\.)?(hram|iwram|itcm|dtcm|prgram|save)$/;
const PAGE = 4096;

/** System RAM: what is watched where there is no profile. */
export function systemRam(memory: readonly MemoryRegion[]): MemoryRegion[] {
  const names = new Set(defaultProfile(memory).fingerprint!.regions.map((r) => r.region));
  return memory.filter(({ name, size }) => size >= 4 && names.has(name));
}

/** System RAM and the small memories beside it, in all of which a game can keep its variables. */
export function variablesOf(memory: readonly MemoryRegion[]): MemoryRegion[] {
  const ram = new Set(systemRam(memory));
  return memory.filter((region) => ram.has(region) || (region.size >= 4 && ALSO.test(region.name)));
}

/** Opens a run, calls `each` in every frame from 1 to `frames`, and closes it. */
export async function watch<T>(
  play: Play,
  frames: number,
  begin: (machine: Machine, regions: readonly MemoryRegion[]) => { each(frame: number): void; end(): T },
  regionsIn: typeof systemRam = systemRam,
): Promise<T> {
  const { machine, profile } = await openMachine(play, play.movie?.start);
  try {
    const input = play.movie ? NO_INPUT : await inputOf(play.bot, machine);
    const run = play.movie && new Run(machine, play.movie, profile, play.faults);
    const { each, end } = begin(machine, regionsIn(machine.memory));
    while (machine.frame < frames) {
      if (run) run.step(SHOW_NOTHING);
      else machine.step(input, SHOW_NOTHING);
      each(machine.frame);
    }
    return end();
  } finally {
    machine.close();
  }
}

/** "start:N" is the bot of this room, others as everywhere. */
async function inputOf(bot: string | undefined, machine: Machine): Promise<InputSource> {
  if (bot === undefined) return NO_INPUT;
  const [name, seed = ""] = bot.split(":");
  return name === "start" ? new StartingBot(systemRam(machine.memory), Number(seed) || 1) : loadBot(bot, machine);
}

export const placeOf = ({ name, base, size, endian, swap }: MemoryRegion): Place => ({
  name,
  base,
  size,
  endian,
  swap: swap ?? 0,
});

/** Plays once and counts the changes of every word. Pages that did not change are passed over by a native compare. */
export function survey(play: Play, frames: number): Promise<Survey> {
  const begin = (_: Machine, regions: readonly MemoryRegion[]) => {
    const before = regions.map((r) => Buffer.alloc((r.size + 3) & ~3));
    const changes = regions.map((r) => new Uint32Array((r.size + 3) >> 2));
    const flips = changes.map((c) => ({ low: new Uint32Array(c.length), high: new Uint32Array(c.length) }));
    const [page, old] = [Buffer.alloc(PAGE), Buffer.alloc(PAGE)];
    const words = (b: Buffer) => new Uint32Array(b.buffer, b.byteOffset, PAGE >> 2);
    const [now, was] = [words(page), words(old)];
    return {
      each() {
        for (let r = 0; r < regions.length; r++) {
          regions[r]!.refresh?.();
          const { buffer, byteOffset, length } = regions[r]!.bytes;
          const bytes = Buffer.from(buffer, byteOffset, length);
          const kept = before[r]!;
          const count = changes[r]!;
          const { low, high } = flips[r]!;
          for (let at = 0; at < length; at += PAGE) {
            const end = Math.min(at + PAGE, length);
            if (bytes.compare(kept, at, end, at, end) === 0) continue;
            bytes.copy(page, 0, at, end);
            kept.copy(old, 0, at, end);
            const last = (end - at) >> 2;
            for (let w = 0; w < last; w++) {
              const flipped = now[w]! ^ was[w]!;
              if (flipped === 0) continue;
              count[(at >> 2) + w]!++;
              low[(at >> 2) + w]! += ones(flipped & 0xffff);
              high[(at >> 2) + w]! += ones(flipped >>> 16);
            }
            page.copy(kept, at, 0, end - at);
          }
        }
      },
      end: () => ({ regions: regions.map(placeOf), changes, flips, frames }),
    };
  };
  return watch(play, frames, begin, variablesOf);
}

/** Bits that are set. */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The bytes of chosen words in every frame of a run: row n is frame n, row 0 is empty. */
export class Trace {
  readonly rows: number;
  readonly stride: number;
  readonly bytes: Uint8Array;
  /** Polls of the step that led to each frame. */
  readonly polls: Uint16Array;
  readonly #spans: readonly { region: number; from: number; to: number; at: number }[];

  /** `words[r]` are offsets of bytes in region r, multiples of 4 in rising order. */
  constructor(words: readonly (readonly number[])[], rows: number) {
    const spans: { region: number; from: number; to: number; at: number }[] = [];
    let at = 0;
    for (const [region, offsets] of words.entries())
      for (const from of offsets) {
        const last = spans.at(-1);
        if (last && last.region === region && last.to === from) last.to += 4;
        else spans.push({ region, from, to: from + 4, at });
        at += 4;
      }
    this.#spans = spans;
    this.stride = at;
    this.rows = rows;
    this.bytes = new Uint8Array(rows * at);
    this.polls = new Uint16Array(rows);
  }

  /** Takes row `row` from the regions as they are. */
  take(regions: readonly MemoryRegion[], row: number): void {
    for (const region of regions) region.refresh?.();
    for (const { region, from, to, at } of this.#spans)
      this.bytes.set(regions[region]!.bytes.subarray(from, to), row * this.stride + at);
  }

  /** Where in a row each span of words on end lies. */
  get spans() {
    return this.#spans;
  }
}

/** Plays once and keeps the chosen words of every frame, or from a frame on: then row 0 is that frame. */
export function trace(
  play: Play,
  frames: number,
  words: readonly (readonly number[])[],
  first = 0,
  regionsIn = systemRam,
): Promise<Trace> {
  const begin = (machine: Machine, regions: readonly MemoryRegion[]) => {
    const traced = new Trace(words, frames + 1 - first);
    return {
      each(frame: number) {
        if (frame < first) return;
        traced.take(regions, frame - first);
        traced.polls[frame - first] = Math.min(machine.polls, 0xffff);
      },
      end: () => traced,
    };
  };
  return watch(play, frames, begin, regionsIn);
}

/** Plays once and copies all regions at some frames, which are in rising order. */
export function snapshots(
  play: Play,
  frames: readonly number[],
): Promise<{ regions: readonly Place[]; at: readonly (readonly Uint8Array[])[] }> {
  return watch(play, frames.at(-1) ?? 0, (_, regions) => {
    const at: Uint8Array[][] = [];
    return {
      each(frame) {
        if (!frames.includes(frame)) return;
        for (const region of regions) region.refresh?.();
        at.push(regions.map((region) => region.bytes.slice()));
      },
      end: () => ({ regions: regions.map(placeOf), at }),
    };
  });
}
