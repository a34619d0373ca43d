import { Problem } from "../problem.ts";
import { stateOf } from "./keyframes.ts";
import type { Player } from "./player.ts";
import type { StoredKeyframe } from "./replay.ts";

/** The states that a growing recording holds, for a player that may load them. */
export class RecordedStates {
  readonly #player: Player;
  readonly #rejected = new Set<StoredKeyframe>();

  constructor(player: Player) {
    this.#player = player;
  }

  /** Frames of those that turned out not to be right. */
  get bad(): number[] {
    return [...this.#rejected].map(({ frame }) => frame);
  }

  /** The newest that its recorder verified and that nothing was found wrong with, from that frame on. */
  newest(least: number): StoredKeyframe | undefined {
    const { keyframes, frames } = this.#player.replay;
    const keyframe = keyframes.findLast((k) => k.verified === true && !this.#rejected.has(k));
    return keyframe && keyframe.frame >= least && keyframe.frame <= frames ? keyframe : undefined;
  }

  /** False where its bytes make no state, or none that the core takes. */
  load(keyframe: StoredKeyframe): boolean {
    const player = this.#player;
    const { movie, readings } = player.replay;
    const { frame, sample, size } = keyframe;
    const before = movie.by === "poll" && frame > 0 ? readings.pollsBefore(frame - 1) : undefined;
    if (size > player.machine.stateSize * 2) return false;
    try {
      player.load(stateOf(keyframe), frame, sample, before);
      return true;
    } catch (error) {
      if (error instanceof RangeError || error instanceof Problem) return false;
      throw error;
    }
  }

  /** It is not right: it is not given out again. */
  reject(keyframe: StoredKeyframe): void {
    this.#rejected.add(keyframe);
  }
}
