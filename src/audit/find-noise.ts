import type { Machine, MemoryRegion } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { type Place, placeOf, systemRam } from "./find-trace.ts";

/** Why bytes say nothing: what {@link Lockstep.noise} holds. 0 is a byte that says something. */
export const NOISE = { picture: 1, passing: 2, restless: 3 } as const;

/** A page of memory, and what makes some of them on end a picture or sound: so many pages, so many bytes that differ in each. */
const PAGE = 4096;
const PICTURE = { pages: 3, bytes: 24 };
/** What comes and goes so often, or parts again so often right after a repair, says nothing; on another core, which nothing repairs, at once. */
const OFTEN = { own: 2, foreign: 1 };
/** A byte of a region, as one number. */
type Where = number;
const REGION = 2 ** 40;

/** A difference from its first frame on. */
export class Episode {
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
export class Pairs {
  readonly places: readonly Place[];
  readonly common: readonly boolean[];
  readonly noise: readonly Uint8Array[];
  readonly total: number;
  masked = 0;
  /** They are of different cores: neither loads the other's states. */
  readonly foreign: boolean;
  readonly #often: number;
  readonly #a: readonly MemoryRegion[];
  readonly #b: readonly MemoryRegion[];
  /** Episodes in which a byte came and went, and in which it parted right after a repair. */
  readonly #passed: readonly Uint8Array[];
  readonly #again: readonly Uint8Array[];

  constructor(a: Machine, b: Machine) {
    this.foreign = a.boot.core.build !== b.boot.core.build;
    this.#often = this.foreign ? OFTEN.foreign : OFTEN.own;
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
        if (!inPicture(at) && ++this.#passed[Math.floor(at / REGION)]![at % REGION]! >= this.#often)
          this.#mask(at, NOISE.passing);
      return 0;
    }
    if (episode.again)
      for (const at of episode.first)
        if (++this.#again[Math.floor(at / REGION)]![at % REGION]! > OFTEN.own) this.#mask(at, NOISE.restless);
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
