import { bootDifferences } from "../machine/boot.ts";
import { SHOW_ALL, SHOW_NOTHING, type Show } from "../machine/machine.ts";
import type { Divergence, Readings } from "../watch/readings.ts";
import { ComparedRows } from "./compared-rows.ts";
import { type Explanation, explain } from "./explain.ts";
import { recordedBoot } from "./isr-header.ts";
import { OwnStates } from "./own-states.ts";
import type { Player } from "./player.ts";
import type { ReplayReader } from "./reader.ts";
import { RecordedStates } from "./recorded-states.ts";
import type { Replay, StoredKeyframe } from "./replay.ts";
import { PROOF } from "./seek.ts";

export interface MirrorOptions {
  /** The recording's states may be loaded. They come from its maker, and a native core is not safe from them. */
  readonly states: boolean;
  /** What frames produce that are shown at their time; those that are fast-forwarded produce nothing. */
  readonly show?: Show;
}

/** The mirror read otherwise than the recording. */
export interface MirrorDesync {
  readonly divergence: Divergence;
  /** Undefined where nothing explains it, and until some frames more were seen. */
  explanation: Explanation | undefined;
  /** How it came back in step: with a state of its own or of the recording, or by what is restored; undefined: not yet. */
  repaired: "own state" | "recorded state" | "values" | undefined;
  /** The frame of that state, or from which on it is in step. */
  from: number | undefined;
}

/** It parted, and after some frames more it plays again from a state of its own of the frame `from`, `tries` times by now. */
interface Suspect {
  readonly desync: MirrorDesync;
  tries: number;
  from: number;
  /** Frames that differed. */
  differing: number;
}

/** The most frames behind what has come at which a mirror still draws. */
export const NEAR = 6;
/** Frames that are played between two comparisons. */
const CHUNK = 16;
/** A state of the recording is loaded where it saves so many frames: to join, and after a long silence. */
const WORTH = { join: 60, rejoin: 300 };
/** Frames that are kept to explain a desync, and those of them that are waited for after it. */
const AROUND = 60;
const AFTER = 10;
/** Frames that the second attempt goes further back than the first: what parts late may have begun long before. */
const FURTHER = 600;
const ATTEMPTS = 2;
/** Frames that agree before a mirror that had parted counts as in step again. */
const AGAIN = 60;
/** A mirror that parted for good so often does not try its own states again. */
const HOPELESS = 3;
const KEPT_DESYNCS = 100;

/**
 * Plays a recording that is still being written, and stays near its end: what came is played at once, undrawn while it
 * is behind, every frame with its inputs. It joins at the newest state that is known to be right, where states may be
 * loaded. Each frame is compared. Where one differs it plays on again from a state of its own before that, for a hiccup
 * does not come twice; where it parts again it goes on with what the player restores, until it may load a state of the
 * recording.
 */
export class Mirror {
  readonly player: Player;
  /** The frame at which its run began, or was taken up again, with a state of the recording: 0 is power-on. */
  joined = 0;
  /** Frames that were played without drawing, to get nearer. */
  fastForwarded = 0;
  /** Frames that were compared and differ. */
  differing = 0;
  /** The first of them. */
  readonly desyncs: MirrorDesync[] = [];
  readonly #reader: ReplayReader;
  readonly #states: boolean;
  readonly #show: Show;
  readonly #recorded: RecordedStates;
  #own: OwnStates;
  #caughtUp = false;
  /** The recording's state that the run comes from. */
  #loaded: StoredKeyframe | undefined;
  #suspect: Suspect | undefined;
  /** It reads otherwise from this frame on, and nothing of its own mends that; and the last frame that did. */
  #lost: number | undefined;
  #differed = 0;
  #given = 0;
  readonly #rows: ComparedRows;

  /** The player is at power-on and plays the reader's replay. */
  constructor(reader: ReplayReader, player: Player, { states, show = SHOW_ALL }: MirrorOptions) {
    this.#reader = reader;
    this.player = player;
    this.#states = states;
    this.#show = show;
    this.#own = new OwnStates(player);
    this.#recorded = new RecordedStates(player);
    this.#rows = new ComparedRows(player.replay, player.read(), AROUND);
  }

  /** Frames that were compared. */
  get compared(): number {
    return this.#rows.count;
  }

  get #replay(): Replay {
    return this.player.replay;
  }

  /** Frames that came and were not played yet. */
  get behind(): number {
    return this.#replay.frames - this.player.frame;
  }

  /** The recording has its end, and the mirror is there. */
  get done(): boolean {
    return this.#replay.complete && this.behind === 0;
  }

  /** It reads as the recording does, as far as it was compared. */
  get inStep(): boolean {
    return this.#lost === undefined && this.#suspect === undefined;
  }

  /** Frames of the recording's states that did not run on as recorded. */
  get badStates(): readonly number[] {
    return this.#recorded.bad;
  }

  /** It was near the recording's end once. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** The file's next bytes. */
  push(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** Plays what has come, for so many milliseconds at most. True while there is more to play. */
  advance(budgetMs: number): boolean {
    const { player } = this;
    const until = performance.now() + budgetMs;
    while (performance.now() < until) {
      if (this.#suspect?.tries === 0 && this.#seenEnough(this.#suspect)) this.#judge(this.#suspect);
      if (this.behind <= 0) break;
      this.#takeState();
      const late = this.behind > NEAR;
      const rows = player.play(Math.min(CHUNK, this.behind, this.#own.due), late ? SHOW_NOTHING : this.#show);
      if (late) this.fastForwarded += rows.count;
      const parted = this.#rows.compare(rows);
      if (parted) this.#parted(parted, rows);
      else this.#agreed();
    }
    if (this.behind <= NEAR && player.frame > 0) this.#caughtUp = true;
    return this.behind > 0;
  }

  /** Loads a state of the recording where that helps: far behind, or out of step. */
  #takeState(): void {
    const worth = this.#caughtUp ? WORTH.rejoin : WORTH.join;
    if (!this.#states || this.#suspect || (this.behind < worth && this.#lost === undefined)) return;
    const { player } = this;
    const least = this.#lost ?? player.frame + worth;
    const keyframe = this.#recorded.newest(least);
    if (!keyframe) return;
    if (!this.#recorded.load(keyframe)) {
      this.#reject(keyframe);
      return;
    }
    if (this.#lost === undefined) this.joined = keyframe.frame;
    else this.#mended("recorded state", keyframe.frame);
    this.#lost = undefined;
    this.#loaded = keyframe;
    this.#own = new OwnStates(player);
  }

  /** A state of the recording is not right: from power-on again, or from another one. */
  #reject(keyframe: StoredKeyframe): void {
    this.#recorded.reject(keyframe);
    this.#loaded = undefined;
    this.joined = 0;
    this.#rows.restart();
    this.player.powerOn();
    this.#own = new OwnStates(this.player);
  }

  #parted(divergence: Divergence, rows: Readings): void {
    this.#differed = this.player.frame;
    const suspect = this.#suspect;
    const loaded = this.#blamed;
    if (this.#lost !== undefined) this.differing += this.#rows.differing(rows);
    else if (suspect?.tries === 0) suspect.differing += this.#rows.differing(rows);
    else if (suspect) this.#judge(suspect);
    else if (loaded && divergence.frame <= loaded.frame + PROOF) this.#reject(loaded);
    else {
      const desync = { divergence, explanation: undefined, repaired: undefined, from: undefined };
      this.#suspect = { desync, tries: 0, from: divergence.frame, differing: this.#rows.differing(rows) };
    }
  }

  /** The recording's state that may be at fault: not once the run itself was found to part. */
  get #blamed(): StoredKeyframe | undefined {
    return this.#given === 0 ? this.#loaded : undefined;
  }

  /** What follows a desync explains it; at the recording's end no more comes. */
  #seenEnough({ desync }: Suspect): boolean {
    const { frame } = this.player;
    return frame >= desync.divergence.frame + AFTER || this.done;
  }

  /** Plays it again from an earlier state; where that does not help, the run parts for good. */
  #judge(suspect: Suspect): void {
    if (suspect.tries === 0) suspect.desync.explanation = this.#explain(suspect.desync.divergence);
    if (this.#given < HOPELESS && this.#again(suspect)) return;
    this.#suspect = undefined;
    if (this.#blamed) {
      // The run from power-on says whether it was that state.
      this.#reject(this.#blamed);
      return;
    }
    this.#given++;
    this.#lost = suspect.desync.divergence.frame;
    this.#say(suspect);
  }

  /** Plays again from a state of its own before the frame that parted; false where there is no earlier one to try. */
  #again(suspect: Suspect): boolean {
    if (suspect.tries === ATTEMPTS) return false;
    const back = suspect.tries++ * FURTHER;
    const from = this.#own.load(Math.max(0, suspect.desync.divergence.frame - 1 - back), suspect.from);
    if (from === undefined) return false;
    suspect.from = from;
    return true;
  }

  #agreed(): void {
    const { player } = this;
    const suspect = this.#suspect;
    if (this.#lost !== undefined && player.frame < this.#differed + AGAIN) return;
    if (this.#lost !== undefined) this.#mended("values", this.#differed + 1);
    this.#lost = undefined;
    if (!suspect) this.#own.keep();
    if (!suspect || suspect.tries === 0 || player.frame < suspect.desync.divergence.frame) return;
    this.#suspect = undefined;
    this.#say(suspect);
    this.#mended("own state", suspect.from);
    // States after that frame may hold what made it part.
    this.#own = new OwnStates(player);
  }

  #say({ desync, differing }: Suspect): void {
    this.differing += differing;
    if (this.desyncs.length < KEPT_DESYNCS) this.desyncs.push(desync);
  }

  #mended(by: MirrorDesync["repaired"], from: number): void {
    const desync = this.desyncs.at(-1);
    if (!desync || desync.repaired) return;
    desync.repaired = by;
    desync.from = from;
  }

  #explain(divergence: Divergence): Explanation | undefined {
    const { machine, restorer } = this.player;
    const recorded = recordedBoot(this.#replay.recording);
    const played = {
      differences: recorded ? bootDifferences(recorded, machine.boot) : {},
      uncovered: [],
      first: divergence,
      notes: restorer?.notes,
      polling: machine.polling,
      repairs: this.#loaded ? [this.#loaded.frame] : [],
      boot: machine.boot,
    };
    return explain(this.#replay, played, this.#rows.recent);
  }
}
