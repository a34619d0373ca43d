import { type Machine, SHOW_ALL, SHOW_NOTHING, type VideoFrame } from "../../../machine/machine.ts";
import type { Beat, Command, News } from "../source.ts";
import { Clock, type Pace } from "./clock.ts";
import { aspectOf, type Deck } from "./deck.ts";
import { LiveDeck } from "./live-deck.ts";
import { ReplayDeck } from "./replay-deck.ts";

/** Milliseconds of a tick in which frames are stepped: the rest is for drawing, and for messages. */
const BUDGET = 13;
/** Above this speed there is no sound. */
const HEARD = 2;
/** Frames that "as fast as it goes" may be in one tick. */
const FASTEST = 64;
/** Ticks that are remembered for {@link Stage.beat}. */
const BEATS = 8192;
const PICTURE_ONLY = Object.freeze({ video: true, audio: false });
const SOUND_ONLY = Object.freeze({ video: false, audio: true });

/** Where pictures go. */
export interface Screen {
  /** Nothing of the frame may be kept: it is the machine's own. */
  show(frame: VideoFrame): unknown;
  clear(): void;
}

/** Where sound goes: samples as Int16Array, interleaved stereo, after their rate a second as a number. */
export interface Speaker {
  postMessage(sound: number | Int16Array, moved?: Transferable[]): void;
}

/** Plays a deck by the clock, shows its pictures and sends its sound. */
export class Stage {
  #deck: Deck | undefined;
  #screen: Screen | undefined;
  #speaker: Speaker | undefined;
  readonly #tell: (news: News) => void;
  readonly #clock: Clock;
  #rate = 1;
  /** Somebody wants it to run; while a seek is under way it stands all the same. */
  #playing = false;
  /** Width over height of the pictures, as it was told. */
  #aspect = 0;
  #loop: { readonly from: number; readonly to: number } | undefined;
  /** The frame that is wanted next, while a seek is under way or about to be. */
  #wanted: number | undefined;
  #seeking = false;
  readonly #work = new Float32Array(BEATS);
  #beat = { ticks: 0, late: 0, frames: 0, unseen: 0 };

  /** `pace`: the display's where there is none. */
  constructor(tell: (news: News) => void, pace?: Pace) {
    this.#tell = tell;
    this.#clock = new Clock((frames, passed) => this.#tick(frames, passed), pace);
  }

  screen(screen: Screen): void {
    this.#screen = screen;
  }

  sound(speaker: Speaker): void {
    this.#speaker = speaker;
    this.#tune();
  }

  /** Puts another deck in, paused at its frame. */
  take(deck: Deck | undefined): void {
    this.#run(false);
    this.#deck?.close();
    this.#deck = deck;
    this.#loop = undefined;
    this.#wanted = undefined;
    this.#screen?.clear();
    if (!deck) return;
    this.#tune();
    const { opened } = deck;
    this.#aspect = opened.aspect;
    this.#tell({ news: "opened", opened });
  }

  play(): void {
    const deck = this.#deck;
    if (!deck || this.#playing) return;
    if (deck instanceof ReplayDeck && deck.machine.frame >= deck.end) this.seek(this.#loop?.from ?? 0);
    this.#run(true);
  }

  pause(): void {
    this.#run(false);
  }

  rate(rate: number): void {
    this.#rate = rate;
    this.#tune();
  }

  loop(from: number, to: number): void {
    this.#loop = to > from ? { from, to } : undefined;
  }

  press({ buttons, touch }: Extract<Command, { do: "pads" }>): void {
    if (!(this.#deck instanceof LiveDeck)) return;
    this.#deck.buttons = buttons;
    this.#deck.touch = touch;
  }

  recording(end: boolean): Uint8Array<ArrayBuffer> | undefined {
    if (end) this.pause();
    return this.#deck instanceof LiveDeck ? this.#deck.recording(end) : undefined;
  }

  /** So many frames on, or back; paused. */
  step(frames: number): void {
    const deck = this.#deck;
    if (!deck) return;
    this.pause();
    const from = this.#wanted ?? deck.machine.frame;
    if (frames === 1 && !this.#seeking) {
      if (deck.machine.frame >= deck.end) return;
      deck.step(SHOW_ALL);
      this.#show(deck.machine.video);
      if (deck instanceof ReplayDeck) deck.settle();
      this.#tell({ news: "frame", frame: deck.machine.frame });
      this.#tell({ news: "seeked", frame: deck.machine.frame, inStep: undefined });
    } else this.seek(from + frames);
  }

  /** Goes to a frame and plays on there if it played. What is asked for meanwhile takes the place of what is not begun. */
  seek(frame: number): void {
    if (!(this.#deck instanceof ReplayDeck)) return;
    this.#wanted = Math.max(0, Math.min(frame, this.#deck.end));
    if (!this.#seeking) void this.#goThere(this.#deck);
  }

  /** How the clock ran since the last time. */
  takeBeat(): Beat {
    const { ticks } = this.#beat;
    const work = this.#work.slice(0, Math.min(ticks, BEATS)).sort();
    const at = (part: number): number => work[Math.floor(part * Math.max(0, work.length - 1))] ?? 0;
    const beat = { ...this.#beat, work: [at(0.5), at(0.99), at(1)] as const };
    this.#beat = { ticks: 0, late: 0, frames: 0, unseen: 0 };
    return beat;
  }

  async #goThere(deck: ReplayDeck): Promise<void> {
    this.#seeking = true;
    this.#clock.stop();
    try {
      while (this.#wanted !== undefined && this.#deck === deck) {
        const to = this.#wanted;
        this.#wanted = undefined;
        const stale = (): boolean => this.#wanted !== undefined || this.#deck !== deck;
        const shown = await deck.goTo(to, stale, (frame) => this.#tell({ news: "seeking", frame, to }));
        if (shown) {
          if (shown.picture) this.#show(shown.picture);
          else this.#screen?.clear();
          this.#tell({ news: "frame", frame: to });
          this.#tell({ news: "seeked", frame: to, inStep: shown.inStep });
        }
        // What came meanwhile is heard first.
        await new Promise((resolve) => setTimeout(resolve));
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#seeking = false;
    }
    if (this.#wanted !== undefined) this.seek(this.#wanted);
    else if (this.#playing) this.#clock.start();
  }

  #tick(due: number, passed: number): void {
    const deck = this.#deck;
    if (!deck) return;
    const started = performance.now();
    try {
      this.#advance(deck, this.#rate > 0 ? due : FASTEST, started);
    } catch (error) {
      this.#fail(error);
    }
    const beat = this.#beat;
    this.#work[beat.ticks++ % BEATS] = performance.now() - started;
    if (passed > 25) beat.late++;
  }

  /** Steps the frames that are due, of which the last is drawn. */
  #advance(deck: Deck, due: number, started: number): void {
    const { machine } = deck;
    const loud = this.#speaker !== undefined && this.#rate > 0 && this.#rate <= HEARD;
    const [drawn, undrawn] = loud ? [SHOW_ALL, SOUND_ONLY] : [PICTURE_ONLY, SHOW_NOTHING];
    const end = Math.min(deck.end, this.#loop?.to ?? Number.POSITIVE_INFINITY);
    const first = machine.frame;
    for (let left = Math.min(due, end - first); left > 0; left--) {
      deck.step(left === 1 ? drawn : undrawn);
      if (loud) this.#hear(machine);
      if (left > 2 && performance.now() - started > BUDGET) left = 2;
    }
    const stepped = machine.frame - first;
    if (stepped > 0) {
      this.#show(machine.video);
      this.#tell({ news: "frame", frame: machine.frame });
      this.#beat.frames += stepped;
      if (this.#rate > 0 && this.#rate <= 1) this.#beat.unseen += stepped - 1;
    }
    if (machine.frame < end) return;
    if (this.#loop) this.seek(this.#loop.from);
    else this.#run(false, true);
  }

  #show(picture: VideoFrame): void {
    this.#screen?.show(picture);
    const aspect = aspectOf(picture);
    if (aspect !== this.#aspect && picture.pixels.length > 0) this.#tell({ news: "aspect", aspect });
    if (picture.pixels.length > 0) this.#aspect = aspect;
  }

  #hear({ audio: { samples } }: Machine): void {
    if (samples.length === 0) return;
    const copy = samples.slice();
    this.#speaker!.postMessage(copy, [copy.buffer]);
  }

  /** Says the rate of what is heard from now on. */
  #tune(): void {
    const deck = this.#deck;
    if (!deck) return;
    const { fps, sampleRate } = deck.machine.timing;
    this.#clock.set(fps, this.#rate || 1);
    this.#speaker?.postMessage((sampleRate.num / sampleRate.den) * (this.#rate || 1));
  }

  /** Starts or stops. `ended`: there are no frames any more. */
  #run(on: boolean, ended = false): void {
    if (on === this.#playing) return;
    this.#playing = on;
    if (!on) this.#clock.stop();
    else if (!this.#seeking) this.#clock.start();
    if (!on && !this.#seeking && this.#deck instanceof ReplayDeck) this.#deck.settle();
    this.#tell({ news: "paused", paused: !on, ended });
  }

  #fail(error: unknown): void {
    this.#run(false);
    this.#tell({ news: "fault", line: lineOf(error) });
  }
}

/** One line for people. */
export function lineOf(error: unknown): string {
  const { name, message } = error as Error;
  return name === "Problem" || name === "NativeOnly" ? message : `the player stumbled over this file: ${message}`;
}
