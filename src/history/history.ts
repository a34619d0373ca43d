import { applyPatch, makePatch } from "./pages.ts";
import { StateTree } from "./tree.ts";

/** A stored state. */
export interface Keyframe {
  readonly frame: number;
  readonly state: Uint8Array;
}

/** A keyframe as it is kept: its state, or later the patch that makes it of its base's. */
interface Kept {
  readonly frame: number;
  readonly size: number;
  state: Uint8Array | undefined;
  patch: Uint8Array | undefined;
  base: Kept | undefined;
  /** It did not run on as the run that it comes from. */
  bad: boolean;
}

/** Part of the budget that states may take as they are: packing waits until they pass it, and most runs never do. */
const PLAIN = 1 / 4;
/** Packing needs some states whole; a budget of fewer than this many does without it. */
const ROOM = 24;

/**
 * Keyframes in memory under a budget. They are offered each `interval` frames. At first they are kept as they are, which
 * costs nothing; past a quarter of the budget the oldest are packed, one for each that comes. When the budget is full
 * all the same, the interval doubles and every second keyframe goes, so the gaps stay even whatever the length of the
 * run and the size of a state.
 */
export class History {
  readonly #budget: number;
  #interval: number;
  #kept: Kept[] = [];
  #tree = new StateTree<Kept>();
  /** Keyframes from this one on are plain. */
  #packed = 0;
  #plain = 0;
  #bytes = 0;

  constructor(options: { budget: number; interval: number }) {
    this.#budget = options.budget;
    this.#interval = options.interval;
  }

  get interval(): number {
    return this.#interval;
  }

  /** Bytes of all that is kept: plain states, patches, and bases. */
  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#kept.length;
  }

  /** Whether a keyframe is due at this frame. */
  wants(frame: number): boolean {
    return frame % this.#interval === 0 && (this.#kept.at(-1)?.frame ?? -1) < frame;
  }

  /** Keeps a state (the array itself, not a copy). Frames come in rising order. */
  keep(frame: number, state: Uint8Array): void {
    this.#kept.push({ frame, size: state.length, state, patch: undefined, base: undefined, bad: false });
    this.#plain += state.byteLength;
    this.#bytes += state.byteLength;
    if (this.#plain > this.#budget * PLAIN && state.byteLength * ROOM <= this.#budget) this.pack();
    this.#thin();
  }

  /** Drops every second keyframe until the rest fit the budget. */
  #thin(): void {
    while (this.#bytes > this.#budget && this.#kept.length > 2) {
      this.#interval *= 2;
      this.#tree.halve();
      this.#retain((k, i) => i === 0 || k.frame % this.#interval === 0);
    }
  }

  /** Packs the oldest plain state; false when there is none but the last. For idle moments; {@link keep} calls it too. */
  pack(): boolean {
    const kept = this.#kept[this.#packed];
    if (!kept?.state || this.#packed >= this.#kept.length - 1) return false;
    const { state } = kept;
    const index = Math.floor(kept.frame / this.#interval);
    const held = this.#tree.bytes;
    const base = this.#tree.baseFor(index);
    // In mid-game: the one whole state would take longer than a frame, and the rest is a few pages each.
    kept.patch = makePatch(base?.state, state, base ? 1 : 0);
    kept.base = base?.node;
    kept.state = undefined;
    this.#packed++;
    this.#plain -= state.byteLength;
    this.#tree.add(index, kept, state);
    this.#bytes += kept.patch.length - state.byteLength + this.#tree.bytes - held;
    this.#thin();
    return true;
  }

  /** The newest good keyframe at or before the frame. */
  nearest(frame: number): Keyframe | undefined {
    const kept = this.#kept.findLast((k) => k.frame <= frame && !k.bad);
    return kept && { frame: kept.frame, state: stateOf(kept) };
  }

  /** The keyframe of this frame did not run on as its run did: it is not given out again. */
  reject(frame: number): void {
    const kept = this.#kept.find((k) => k.frame === frame);
    if (kept) kept.bad = true;
  }

  /** Drops what is after that frame: the run took another way there. */
  forgetAfter(frame: number): void {
    this.#retain((k) => k.frame <= frame);
  }

  /** Drops what no seek to `frame` or later needs. */
  forgetBefore(frame: number): void {
    const first = this.#kept.findLast((k) => k.frame <= frame && !k.bad);
    if (first && first !== this.#kept[0]) this.#retain((k) => k.frame >= first.frame);
  }

  #retain(keep: (keyframe: Kept, index: number) => boolean): void {
    this.#kept = this.#kept.filter(keep);
    this.#packed = this.#kept.findIndex((k) => k.state);
    if (this.#packed < 0) this.#packed = this.#kept.length;
    // A base stays as long as something is the difference from it, whether it is given out or not.
    const stored = new Set<Kept>();
    for (const kept of this.#kept) for (let k: Kept | undefined = kept; k && !stored.has(k); k = k.base) stored.add(k);
    this.#plain = 0;
    this.#bytes = this.#tree.bytes;
    for (const { state, patch } of stored) {
      this.#plain += state?.byteLength ?? 0;
      this.#bytes += state?.byteLength ?? patch!.length;
    }
  }
}

function stateOf({ state, patch, base, size }: Kept): Uint8Array {
  return state ?? applyPatch(base && stateOf(base), patch!, size);
}
