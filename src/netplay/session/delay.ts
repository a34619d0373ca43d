/** Most frames between a pad and its effect. */
export const LONGEST_DELAY = 30;
/** Frames that are gladly played on a guess: going back so far is not seen. */
const GUESSED = 3;
/** Frames between two steps up, and for which less must do before one down. */
const UP_EVERY = 30;
const DOWN_AFTER = 300;

/** How far a peer is, in milliseconds there and back: on average, and how much that varies. */
interface Distance {
  readonly rtt: number;
  readonly rttVaries: number;
}

/**
 * A delay that follows the network: so long that inputs arrive in time, but for the few frames that may be guessed. It goes
 * up soon and down late, a frame at a time, for every change is felt.
 */
export class FollowingDelay {
  readonly #guessed: number;
  /** In lockstep a frame that waits is seen at once. */
  readonly #spare: number;
  #changed = 0;
  #enoughSince = 0;

  constructor(window: number) {
    this.#guessed = Math.min(GUESSED, window);
    this.#spare = window === 0 ? 1 : 0;
  }

  /** The delay at `frame`, which is `delay` now. */
  next(delay: number, frame: number, peers: Iterable<{ readonly link: Distance }>, frameMs: number): number {
    let late = 0;
    for (const { link } of peers) late = Math.max(late, (link.rtt / 2 + 2 * link.rttVaries) / frameMs);
    const wanted = Math.max(0, Math.min(LONGEST_DELAY, Math.ceil(late) + this.#spare - this.#guessed));
    if (wanted >= delay) this.#enoughSince = frame;
    const step =
      wanted > delay && frame - this.#changed >= UP_EVERY ? 1 : frame - this.#enoughSince >= DOWN_AFTER ? -1 : 0;
    if (step === 0) return delay;
    this.#changed = frame;
    this.#enoughSince = frame;
    return delay + step;
  }
}
