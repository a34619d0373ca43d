import { SHOW_ALL, SHOW_NOTHING, type Show, type VideoFrame } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { firstDivergence, sliceReadings } from "../watch/readings.ts";
import { stateOf } from "./keyframes.ts";
import type { Player } from "./player.ts";
import type { StoredKeyframe } from "./replay.ts";
import type { IndexKeyframe, SeekIndex } from "./seek-index.ts";

/** How a seek went. */
export interface Sought {
  /** Frame of the state that it went on from; the player's own frame where it only played on. */
  readonly from: number;
  /** Frames that were played, also in vain. */
  readonly played: number;
  /** The readings that it came to are the recording's; undefined where the recording has none of that frame. */
  readonly inStep: boolean | undefined;
}

/** A frame and what it shows. The picture is the machine's own, valid until its next step; undefined where there is none. */
export interface Shown extends Sought {
  readonly picture: VideoFrame | undefined;
}

export interface SeekOptions {
  /** It may still grow. */
  readonly index?: SeekIndex | undefined;
  /** Load states that the recording's file holds. They come from whoever made the file: a native core is not safe from them. */
  readonly fileStates?: boolean | undefined;
  /** Called after each frame that is played undrawn: a seek on a slow core may take minutes. */
  onFrame?(): void;
}

/** Frames that a state of the file is run on before it is trusted. */
export const PROOF = 15;
/** Frames that are played between two comparisons. */
const CHUNK = 64;
/** Frames that a seek goes further back after a state that failed, twice as many after each further one. */
const BACK = 64;

/** Drawn frames up to the one that is wanted, while none of them draws: games of 30 pictures a second, and long loads. */
const LEADS = [1, 8, 64, 512];

/** Where a seek can start. */
type Start =
  | { readonly kind: "here"; readonly frame: number }
  | { readonly kind: "power-on"; readonly frame: number }
  | { readonly kind: "index"; readonly frame: number; readonly keyframe: IndexKeyframe }
  | { readonly kind: "file"; readonly frame: number; readonly keyframe: StoredKeyframe };

/**
 * Brings a player to any frame of its recording. What it comes to must read as the recording does on every frame on the
 * way; a state that does not run on so is never loaded again, and the seek falls back to an earlier one, at last to
 * power-on. So seeking cannot put a player out of step.
 */
export class ReplaySeek {
  readonly player: Player;
  readonly #index: SeekIndex | undefined;
  readonly #fileStates: boolean;
  readonly #onFrame: (() => void) | undefined;
  /** Frames of states that did not run on as recorded. */
  readonly #bad = new Set<number>();
  /** The first frame at which the run itself, played from power-on, reads otherwise. */
  #parted = Number.POSITIVE_INFINITY;
  #played = 0;
  readonly #proved = new WeakSet<StoredKeyframe>();

  constructor(player: Player, options: SeekOptions = {}) {
    this.player = player;
    this.#index = options.index;
    this.#fileStates = options.fileStates ?? false;
    this.#onFrame = options.onFrame;
  }

  /** Frames whose states were found bad while seeking. */
  get bad(): readonly number[] {
    return [...this.#bad];
  }

  /** Goes to a frame, 0 to the recording's `frames`, forwards or backwards; no step is drawn. */
  seek(frame: number): Sought {
    const { player } = this;
    if (!(frame >= 0 && frame <= player.replay.frames))
      throw new RangeError(`frame ${frame} of a recording of ${player.replay.frames}`);
    this.#played = 0;
    let here = player.frame < frame || (player.frame === frame && this.inStep(frame) !== false);
    const failed = new Map<number, number>();
    let target = frame;
    for (;;) {
      const start = this.#startOf(target, here);
      const last = start.kind === "power-on";
      const parted = this.#enter(start) ? this.#playTo(frame, !last) : start.frame;
      if (parted === undefined || last) {
        if (parted !== undefined) this.#ranOtherwise(parted, failed);
        return { from: start.frame, played: this.#played, inStep: this.inStep(frame) };
      }
      here = false;
      if (start.kind === "here") continue;
      this.#bad.add(start.frame);
      failed.set(start.frame, parted);
      // It may be the run itself that parts, so not all of them are tried: in all, it is a few times the way from power-on.
      target = start.frame - (BACK << (failed.size - 1));
    }
  }

  /** Goes to a frame and draws it: a game that draws nothing on it shows its last picture before. Frame 0 has none. */
  show(frame: number, show: Show = SHOW_ALL): Shown {
    let shown: Shown | undefined;
    for (const lead of LEADS) {
      const from = Math.max(0, frame - lead);
      shown = this.#draw(from, frame, show);
      // A state that only now ran on otherwise: the seek finds another.
      if (shown.inStep === false && frame < this.#compared && this.seek(frame).inStep)
        shown = this.#draw(from, frame, show);
      if (shown.picture || from === 0) break;
    }
    return shown!;
  }

  #draw(from: number, frame: number, show: Show): Shown {
    const { player } = this;
    const sought = this.seek(from);
    let picture: VideoFrame | undefined;
    while (player.frame < frame) {
      player.step(show);
      const { video } = player.machine;
      if (video.pixels.length > 0) picture = player.frame === frame ? video : copyOf(video);
    }
    return { ...sought, played: sought.played + frame - from, inStep: this.inStep(frame), picture };
  }

  /** It is the run that parts, and the states that parted there too are right. */
  #ranOtherwise(parted: number, failed: ReadonlyMap<number, number>): void {
    this.#parted = Math.min(this.#parted, parted);
    for (const [frame, at] of failed) if (at === parted) this.#bad.delete(frame);
  }

  /** Frames from this one on are not compared: the run is known to read otherwise there. */
  get #compared(): number {
    return Math.min(this.#parted, this.#index?.parted ?? Number.POSITIVE_INFINITY);
  }

  /** The best start: where the player is, a keyframe that was not found bad, or power-on. */
  #startOf(target: number, here: boolean): Start {
    const { player } = this;
    let least = here ? player.frame : 0;
    let best: Start = here ? { kind: "here", frame: least } : { kind: "power-on", frame: 0 };
    for (let frame = target; frame > least; ) {
      const keyframe = this.#index?.nearest(frame);
      if (!keyframe || keyframe.frame <= least) break;
      if (!this.#bad.has(keyframe.frame)) {
        best = { kind: "index", frame: keyframe.frame, keyframe };
        least = keyframe.frame;
      }
      frame = keyframe.frame - 1;
    }
    if (!this.#fileStates) return best;
    const parted = this.#compared;
    const keyframe = player.replay.keyframes.findLast(
      (k) => k.frame <= target && k.frame < parted && k.verified !== false && !this.#bad.has(k.frame),
    );
    return keyframe && keyframe.frame > least ? { kind: "file", frame: keyframe.frame, keyframe } : best;
  }

  /** Brings the player to the start; false where its state cannot be loaded or does not hold. */
  #enter(start: Start): boolean {
    const { player } = this;
    if (start.kind === "here") return true;
    if (start.kind === "power-on") {
      if (player.frame > 0) player.powerOn();
      return true;
    }
    try {
      if (start.kind === "file") return this.#prove(start.keyframe);
      const { frame, sample, before } = start.keyframe;
      player.load(stateOf(start.keyframe), frame, sample, before);
      return true;
    } catch (error) {
      // Its bytes make no state, or none that the core takes.
      if (error instanceof RangeError || error instanceof Problem) return false;
      throw error;
    }
  }

  /** Loads a state of the file. The first time it is loaded into a console just switched on, and must run on as recorded. */
  #prove(keyframe: StoredKeyframe): boolean {
    const { player } = this;
    const { movie, readings, frames } = player.replay;
    const { frame, sample } = keyframe;
    const before = movie.by === "poll" && frame > 0 ? readings.pollsBefore(frame - 1) : undefined;
    if (keyframe.size > player.machine.stateSize * 2) return false;
    if (!this.#proved.has(keyframe)) {
      player.powerOn();
      player.load(stateOf(keyframe), frame, sample, before);
      if (this.#playTo(Math.min(frame + PROOF, frames), true) !== undefined) return false;
      this.#proved.add(keyframe);
    }
    player.load(stateOf(keyframe), frame, sample, before);
    return true;
  }

  /** Plays to a frame. Returns the first that reads otherwise than the recording, if any, and may stop near there. */
  #playTo(frame: number, stopThere: boolean): number | undefined {
    const { player } = this;
    const { profile, readings } = player.replay;
    let parted: number | undefined;
    while (player.frame < frame) {
      const actual = player.play(Math.min(CHUNK, frame - player.frame), SHOW_NOTHING, this.#onFrame);
      this.#played += actual.count;
      const count = Math.min(readings.length - actual.first, this.#compared - actual.first, actual.count);
      if (!profile || count <= 0 || parted !== undefined) continue;
      const [expected, got] = [readings.slice(actual.first, count), sliceReadings(actual, actual.first, count)];
      parted = firstDivergence(profile, expected, got)?.frame;
      if (parted !== undefined && stopThere) break;
    }
    return parted;
  }

  /** Whether the player, which is at that frame, reads as the recording; undefined where the recording does not say. */
  inStep(frame: number): boolean | undefined {
    const { profile, readings } = this.player.replay;
    if (!profile || frame >= readings.length) return undefined;
    return firstDivergence(profile, readings.slice(frame, 1), this.player.read()) === undefined;
  }
}

function copyOf({ width, height, pitch, aspect, pixels }: VideoFrame): VideoFrame {
  return { width, height, pitch, aspect, pixels: pixels.slice() };
}
