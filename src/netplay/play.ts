import type { Boot } from "../machine/boot.ts";
import { SHOW_NOTHING, type Show } from "../machine/machine.ts";
import type { Runner } from "./runner.ts";
import type { SessionEvent } from "./session/events.ts";
import { inputWidth } from "./session/pads.ts";
import type { Session } from "./session/session.ts";
import type { Transport } from "./transport/transport.ts";

export interface PlayOptions {
  readonly transport: Transport;
  readonly session: Session;
  /** The host's; others open theirs when the session asks for it. */
  readonly runner?: Runner;
  /** Opens the machine as the session says. Throws a Problem where it cannot be opened so. */
  open(asked: { readonly boot: Boot; readonly saves: readonly (Uint8Array | undefined)[] }): Promise<Runner>;
  /** Writes this player's input for the frame that comes into `into`, which is at rest. */
  pad(runner: Runner, into: Uint8Array): void;
  /** What a frame is to give, unless it is stepped again. */
  readonly show?: Show;
  /** After each frame that was shown. */
  onFrame?(runner: Runner): void;
  /** Nothing is awaited any more, once the session is over. */
  isDone?(): boolean;
  /** A clock in place of setTimeout: that of a page in the background strikes once a second. */
  readonly wait?: Wait | undefined;
  onEvent(event: SessionEvent): void;
}

/** Calls `then` after some milliseconds, unless what it returns is called before. */
export type Wait = (milliseconds: number, then: () => void) => () => void;

/** Milliseconds between two looks while nothing is due. */
const IDLE = 15;
const STALLED = 1;
/** A run that is later than this gives the lost time up. */
const LATE = 250;
/** Milliseconds that the last words take at least to arrive, and at most. */
const LAST_WORDS = 300;
const LAST_WORDS_AT_MOST = 2000;

/** Plays a session in real time: its clock, its network, its machine. It runs in Node and in browsers alike. */
export class Play {
  runner: Runner | undefined;
  readonly #options: PlayOptions;
  #pad = new Uint8Array(0);
  #forget: () => void = () => {};
  /** When the next frame is due. */
  #due = 0;
  #flushed = 0;
  #stopped = false;
  #endedAt: number | undefined;
  /** Called when the session is over and its last words are sent; or with what went wrong here. */
  onStop: (fault?: unknown) => void = () => {};
  #fault: unknown;

  constructor(options: PlayOptions) {
    this.#options = options;
    this.runner = options.runner;
    const { transport, session } = options;
    transport.onPeer = (peer, here) => session.present(peer, here);
    transport.onDatagram = (from, datagram) => {
      session.receive(from, datagram, now());
      this.#guard(() => {
        // What came is told before anything is stepped: a recording begins at frame 0.
        this.#hear();
        // Somebody's input may be what a frame was waiting for.
        if (this.#due <= now()) this.#turn();
      });
    };
    transport.onLost = (why) => session.end(why);
    for (const peer of transport.peers) session.present(peer, true);
  }

  start(): void {
    this.#guard(() => this.#turn());
  }

  /** Stops at once; say goodbye with the session's own words before. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#forget();
    this.#flush();
    this.onStop(this.#fault);
  }

  /** What goes wrong here (a machine, a full disk) ends the session, and is told in its last words. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (this.#fault !== undefined) {
        this.stop();
        return;
      }
      this.#fault = error;
      this.#options.session.quit(error instanceof Error ? error.message : String(error));
      this.#guard(() => this.#turn());
    }
  }

  #turn(): void {
    if (this.#stopped) return;
    const { session } = this.#options;
    const time = now();
    const frame = session.steps?.frame;
    let wait = IDLE;
    if (session.steps && this.runner && session.ended === undefined) wait = this.#play(this.runner, time);
    // A timer may strike too early: what is due in a moment is told when it is done.
    if (session.steps?.frame !== frame || (time >= this.#due && time - this.#flushed >= IDLE)) this.#flush();
    this.#hear();
    if (session.ended !== undefined) {
      this.#endedAt ??= time;
      const gone = time - this.#endedAt;
      const said = [...session.peers].every(({ link }) => link.queued === 0) && (this.#options.isDone?.() ?? true);
      if ((said && gone > LAST_WORDS) || gone > LAST_WORDS_AT_MOST) {
        this.stop();
        return;
      }
    }
    this.#forget();
    this.#forget = (this.#options.wait ?? timeout)(wait, () => this.#guard(() => this.#turn()));
  }

  /** Steps what is due; returns how long to wait for the next. */
  #play(runner: Runner, time: number): number {
    const { session, show = SHOW_NOTHING } = this.#options;
    const steps = session.steps!;
    runner.steps = steps;
    if (this.#due === 0) this.#due = time;
    if (time < this.#due) return Math.max(STALLED, this.#due - time);
    const before = steps.frame;
    const width = inputWidth(session.rules!.device);
    if (this.#pad.length !== width) this.#pad = new Uint8Array(width);
    this.#pad.fill(0);
    if (session.seat >= 0) this.#options.pad(runner, this.#pad);
    runner.run(session.tick(time, this.#pad), show);
    if (steps.frame === before) return STALLED;
    this.#options.onFrame?.(runner);
    this.#due += steps.frameMs * (1 + steps.pace);
    if (this.#due < time - LATE) this.#due = time;
    return Math.max(STALLED, this.#due - now());
  }

  #flush(): void {
    const { session, transport } = this.#options;
    this.#flushed = now();
    for (const { to, datagram } of session.flush(this.#flushed)) transport.send(to, datagram);
  }

  #hear(): void {
    const { session, onEvent, open } = this.#options;
    for (const event of session.events.splice(0)) {
      onEvent(event);
      if (event.kind !== "open" && event.kind !== "gathered") continue;
      open(event).then(
        (runner) => {
          this.runner = runner;
          session.opened(runner.machine.boot, runner.print);
        },
        (error: unknown) => session.end(error instanceof Error ? error.message : String(error)),
      );
    }
  }
}

const now = (): number => performance.now();

const timeout: Wait = (milliseconds, then) => {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
};
