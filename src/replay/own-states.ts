import { History } from "../history/history.ts";
import type { Player } from "./player.ts";

/** Memory for a player's own states, and frames between two. */
const BUDGET = 64 << 20;
const INTERVAL = 60;

/** States that a player took of itself while it was in step: nobody else's, so they may always be loaded. */
export class OwnStates {
  readonly #player: Player;
  readonly #first: number;
  readonly #history = new History({ budget: BUDGET, interval: INTERVAL });

  /** Keeps the state of the frame that the player is at. */
  constructor(player: Player) {
    this.#player = player;
    this.#first = player.frame;
    this.#take();
  }

  /** Frames until the next state. */
  get due(): number {
    const { interval } = this.#history;
    return interval - (this.#player.frame % interval);
  }

  /** Keeps the state of this frame if it is due. */
  keep(): void {
    if (this.#history.wants(this.#player.frame)) this.#take();
  }

  /** Loads the newest one at or before `frame`, or else the first; returns its frame, if that is before `limit`. */
  load(frame: number, limit: number): number | undefined {
    const kept = this.#history.nearest(Math.max(this.#first, frame));
    if (!kept || kept.frame >= limit) return undefined;
    const player = this.#player;
    player.load(kept.state, kept.frame, player.sampleAt(kept.frame), player.sampleAt(kept.frame - 1));
    return kept.frame;
  }

  #take(): void {
    const { machine, frame } = this.#player;
    this.#history.keep(frame, machine.saveState());
  }
}
