import { openMachine } from "../follow/open-run.node.ts";
import { type Machine, type MemoryRegion, SHOW_NOTHING } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { Run } from "../replay/run.ts";
import { type Place, type Play, placeOf, systemRam, Trace } from "./find-trace.ts";

/** Frames for which a difference is left alone, to see what comes of it. */
const WINDOW = 60;
/** A page of memory, and what makes some of them on end a picture or sound: so many pages, so many bytes that differ in each. */
const PAGE = 4096;
const PICTURE = { pages: 3, bytes: 24 };
/** What comes and goes so often, or parts again so often right after a repair, says nothing. */
const OFTEN = 2;
/** A repair that lasted no longer than this did nothing. */
const SOON = 2;

/** Why bytes say nothing: what {@link Lockstep.noise} holds. 0 is a byte that says something. */
export const NOISE = { picture: 1, passing: 2, restless: 3 } as const;

/** What was learnt from two runs side by side, of which the one is kept in step with the other. */
export interface Lockstep {
  readonly regions: readonly Place[];
  /** For each region whether both cores show it. */
  readonly common: readonly boolean[];
  /** For each region a byte for each of its bytes: 0 or one of {@link NOISE}. */
  readonly noise: readonly Uint8Array[];
  /** 1 for each frame in which all but noise is equal. */
  readonly inStep: Uint8Array;
  /** Where the target parted and stayed apart, and was put right. */
  readonly partings: readonly { readonly frame: number; readonly bytes: number }[];
  /** Frames in which something differed that was equal again by itself. */
  readonly passing: readonly number[];
  /** The target has the states of another core, so that only values could be put back. */
  readonly foreign: boolean;
  /** Bytes that differed at power-on, as spans of a region. */
  readonly garbage: readonly { readonly region: number; readonly from: number; readonly to: number }[];
  /** What of each region the traces keep. */
  readonly words: readonly (readonly number[])[];
  readonly native: Trace;
  readonly target: Trace;
  /** The movie's sample that each frame starts with. */
  readonly samples: Uint32Array;
  readonly gaveUp?: string;
}

/** A byte of a region, as one number. */
type Where = number;
const REGION = 2 ** 40;

/**
 * Plays native and target side by side. Where they differ the target is left alone for a second: if all is equal again, that was
 * noise (a picture in memory, what a routine left on the stack); if not it was a desync, and native's state is loaded.
 * `words[r]`: what the traces keep of region r.
 */
export async function lockstep(
  native: Play,
  target: Play,
  frames: number,
  words: readonly (readonly number[])[],
  onFrame: (frame: number) => void = () => {},
): Promise<Lockstep> {
  const a = await opened(native);
  const b = await opened(target).catch((error) => {
    a.machine.close();
    throw error;
  });
  try {
    return play(a, b, frames, words, onFrame);
  } finally {
    a.machine.close();
    b.machine.close();
  }
}

async function opened(play: Play): Promise<Run> {
  const { machine, profile } = await openMachine(play, play.movie?.start);
  return new Run(machine, play.movie!, profile, play.faults);
}

function play(
  a: Run,
  b: Run,
  frames: number,
  words: readonly (readonly number[])[],
  onFrame: (frame: number) => void,
): Lockstep {
  const pairs = new Pairs(a.machine, b.machine);
  const foreign = a.machine.boot.core.build !== b.machine.boot.core.build;
  const kept = words.map((offsets, r) => (pairs.common[r] ? offsets : []));
  const [native, target] = [new Trace(kept, frames + 1), new Trace(kept, frames + 1)];
  const inStep = new Uint8Array(frames + 1);
  const samples = new Uint32Array(frames + 1);
  const partings: { frame: number; bytes: number }[] = [];
  const passing: number[] = [];
  const garbage = pairs.spans(pairs.differing());
  if (garbage.length) pairs.copyTo(b.machine);
  let episode: Episode | undefined;
  let repairedAt = -WINDOW;
  let gaveUp: string | undefined;
  while (a.frame < frames) {
    a.step(SHOW_NOTHING);
    b.step(SHOW_NOTHING);
    const frame = a.frame;
    const differing = pairs.differing();
    native.take(pairs.natives, frame);
    target.take(pairs.targets, frame);
    samples[frame] = a.sampleAt(frame) ?? frame;
    onFrame(frame);
    if (!episode && differing.length === 0) {
      inStep[frame] = 1;
      continue;
    }
    episode ??= new Episode(frame, differing, frame - repairedAt <= SOON);
    episode.see(differing);
    if (frame < episode.frame + WINDOW && frame < frames) continue;
    const apart = pairs.judge(episode, differing);
    if (apart === 0) {
      if (!pairs.allNoise(episode.first)) passing.push(episode.frame);
      for (let f = episode.frame; f <= frame; f++) inStep[f] = 1;
    } else if (!gaveUp) {
      for (let f = episode.frame; f < frame; f++) inStep[f] = 0;
      partings.push({ frame: episode.frame, bytes: apart });
      if (foreign) pairs.copyTo(b.machine);
      else b.load(a.machine.saveState(), frame, a.sampleAt(frame), a.sampleAt(frame - 1));
      repairedAt = frame;
      inStep[frame] = 1;
    }
    episode = undefined;
    if (pairs.masked > pairs.total / 2) gaveUp = "more than half of memory differs although the runs are in step";
  }
  return {
    regions: pairs.places,
    common: pairs.common,
    words: kept,
    noise: pairs.noise,
    inStep,
    partings,
    passing,
    foreign,
    garbage,
    native,
    target,
    samples,
    ...(gaveUp !== undefined && { gaveUp }),
  };
}

/** A difference from its first frame on. */
class Episode {
  readonly frame: number;
  readonly first: readonly Where[];
  /** It began right after a repair. */
  readonly again: boolean;
  readonly all = new Set<Where>();

  constructor(frame: number, first: readonly Where[], again: boolean) {
    this.frame = frame;
    this.first = first;
    this.again = again;
  }

  see(differing: readonly Where[]): void {
    for (const at of differing) this.all.add(at);
  }
}

/** The memories of two machines, region by region, and what of them is noise. */
class Pairs {
  readonly places: readonly Place[];
  readonly common: readonly boolean[];
  readonly noise: readonly Uint8Array[];
  readonly total: number;
  masked = 0;
  readonly #a: readonly MemoryRegion[];
  readonly #b: readonly MemoryRegion[];
  /** Episodes in which a byte came and went, and in which it parted right after a repair. */
  readonly #passed: readonly Uint8Array[];
  readonly #again: readonly Uint8Array[];

  constructor(a: Machine, b: Machine) {
    const other = (name: string, size: number) => b.memory.find((r) => r.name === name && r.size === size);
    this.#a = systemRam(a.memory);
    this.common = this.#a.map(({ name, size }) => other(name, size) !== undefined);
    if (!this.common.includes(true))
      throw new Problem(
        `${a.boot.core.name} and ${b.boot.core.name} show no memory of one name and size, so nothing can be compared; choose another --target-core`,
      );
    // A region that only one of them shows is compared with itself.
    this.#b = this.#a.map((region) => other(region.name, region.size) ?? region);
    this.places = this.#a.map(placeOf);
    const arrays = () => this.#a.map(({ size }) => new Uint8Array(size));
    this.noise = arrays();
    this.#passed = arrays();
    this.#again = arrays();
    this.total = this.#a.reduce((sum, { size }) => sum + size, 0);
  }

  get natives() {
    return this.#a;
  }

  get targets() {
    return this.#b;
  }

  /** Bytes that differ now and are no noise. Pages that are equal are passed over by a native compare. */
  differing(): Where[] {
    const found: Where[] = [];
    for (let r = 0; r < this.#a.length; r++) {
      const [x, y] = [bytesOf(this.#a[r]!), bytesOf(this.#b[r]!)];
      const noise = this.noise[r]!;
      for (let page = 0; page < x.length; page += PAGE) {
        const end = Math.min(page + PAGE, x.length);
        if (x.compare(y, page, end, page, end) === 0) continue;
        for (let i = page; i < end; i++) if (x[i] !== y[i] && noise[i] === 0) found.push(r * REGION + i);
      }
    }
    return found;
  }

  /** Writes native's values over the target's, noise too. */
  copyTo(target: Machine): void {
    for (let r = 0; r < this.#a.length; r++) this.#b[r]!.bytes.set(bytesOf(this.#a[r]!));
    for (const region of target.memory) region.refresh?.();
  }

  allNoise(places: readonly Where[]): boolean {
    return places.every((at) => this.noise[Math.floor(at / REGION)]![at % REGION]! > 0);
  }

  /** Learns from an episode that ends with these differences; how many bytes of them are no noise. */
  judge(episode: Episode, now: readonly Where[]): number {
    const pictures = this.#pictures(episode.all);
    const inPicture = (at: Where): boolean => pictures.has(Math.floor(at / PAGE) * PAGE);
    const left = now.filter((at) => !inPicture(at));
    if (left.length === 0) {
      for (const page of pictures) this.#maskPage(page);
      for (const at of episode.all)
        if (!inPicture(at) && ++this.#passed[Math.floor(at / REGION)]![at % REGION]! >= OFTEN)
          this.#mask(at, NOISE.passing);
      return 0;
    }
    if (episode.again)
      for (const at of episode.first)
        if (++this.#again[Math.floor(at / REGION)]![at % REGION]! > OFTEN) this.#mask(at, NOISE.restless);
    return this.allNoise(left) ? 0 : left.length;
  }

  /** Pages, as the place of their first byte, of which some on end differ in many bytes. Where memory is small there is no room for any. */
  #pictures(all: ReadonlySet<Where>): Set<Where> {
    const count = new Map<Where, number>();
    for (const at of all) {
      const page = Math.floor(at / PAGE) * PAGE;
      count.set(page, (count.get(page) ?? 0) + 1);
    }
    const dense = [...count].filter(([, n]) => n >= PICTURE.bytes).map(([page]) => page);
    const found = new Set<Where>();
    const known = (page: Where): boolean => {
      const noise = this.noise[Math.floor(page / REGION)]!;
      return noise[page % REGION] === NOISE.picture;
    };
    for (const page of dense) {
      if (this.places[Math.floor(page / REGION)]!.size <= 0x10000) continue;
      let on = 1;
      for (let p = page - PAGE; (count.get(p) ?? 0) >= PICTURE.bytes || known(p); p -= PAGE) on++;
      for (let p = page + PAGE; (count.get(p) ?? 0) >= PICTURE.bytes || known(p); p += PAGE) on++;
      if (on >= PICTURE.pages) found.add(page);
    }
    return found;
  }

  #maskPage(page: Where): void {
    const noise = this.noise[Math.floor(page / REGION)]!;
    const from = page % REGION;
    const to = Math.min(from + PAGE, noise.length);
    for (let i = from; i < to; i++) if (noise[i] === 0) this.masked++;
    noise.fill(NOISE.picture, from, to);
  }

  #mask(at: Where, why: number): void {
    const noise = this.noise[Math.floor(at / REGION)]!;
    if (noise[at % REGION] === 0) this.masked++;
    noise[at % REGION] = why;
  }

  /** Places in rising order as spans of a region; gaps of a few bytes are taken in. */
  spans(places: readonly Where[]): { region: number; from: number; to: number }[] {
    const spans: { region: number; from: number; to: number }[] = [];
    for (const at of places) {
      const [region, from] = [Math.floor(at / REGION), at % REGION];
      const last = spans.at(-1);
      if (last?.region === region && from - last.to < 16) last.to = from + 1;
      else spans.push({ region, from, to: from + 1 });
    }
    return spans;
  }
}

function bytesOf(region: MemoryRegion): Buffer {
  region.refresh?.();
  const { buffer, byteOffset, length } = region.bytes;
  return Buffer.from(buffer, byteOffset, length);
}
