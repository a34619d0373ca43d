import { type InputSource, NO_PAD, type PadState } from "../machine/input.ts";

export type System =
  | "nes" | "snes" | "gb" | "gbc" | "gba" | "nds" | "n64" | "genesis" | "psx" | "gc" | "wii" | "arcade" | "unknown"; // biome-ignore format: a list of words

/** The samples of one port, one for each frame or poll. Arrays have `length` of the movie, or that times the stated width. */
export interface Track {
  /** "pad": buttons only; "analog": buttons and sticks; "touch": buttons and a touch screen. */
  readonly device: "pad" | "analog" | "touch";
  /** Bits of BUTTON. */
  readonly buttons: Uint32Array;
  /** lx, ly, rx, ry for each sample (4 wide). */
  readonly sticks?: Int16Array;
  /** x, y for each sample (2 wide), -1, -1 when not touched. */
  readonly touch?: Int16Array;
}

/** Something that happens at the start of a sample's frame and that pads do not carry. */
export interface MovieEvent {
  readonly at: number;
  readonly kind: "reset" | "power" | "disk-insert" | "disk-select" | "coin" | "other";
  /** What the format says of it beyond its kind. */
  readonly data?: string;
}

export type MovieStart =
  | { readonly kind: "power-on" }
  | { readonly kind: "save"; readonly data: Uint8Array }
  /** A foreign emulator's state: kept, but no other core can load it. */
  | { readonly kind: "state"; readonly data: Uint8Array };

/** Inputs and what their file says of the boot. Plain data: it passes through structured clone and workers as it is. */
export interface Movie {
  readonly system: System;
  /** One sample a frame, or one for each poll of port 0. */
  readonly by: "frame" | "poll";
  /** Samples. */
  readonly length: number;
  readonly tracks: readonly Track[];
  /** In order of `at`. */
  readonly events: readonly MovieEvent[];
  /** 1 for each frame that the file itself says did not poll; absent where the format does not say. */
  readonly lag?: Uint8Array;
  readonly start: MovieStart;
  readonly rom: { readonly name?: string; readonly sha256?: string; readonly sha1?: string; readonly md5?: string; readonly crc32?: string };
  /** "ntsc", "pal", or the format's own word. */
  readonly region?: string;
  readonly rerecords?: number;
  readonly authors?: readonly string[];
  /** The emulator or core that the movie was made on, and its sync settings as the file has them. */
  readonly emulator?: string;
  readonly syncSettings?: unknown;
  /** Unix time in seconds of the console's clock at the start. */
  readonly rtc?: number;
  /** What the format says and Instep does not model, by the format's own names: kept for writing it again. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Plays a movie into a machine. After its last sample every pad is at rest. */
export class MovieInput implements InputSource {
  readonly #pads: { -readonly [K in keyof PadState]: PadState[K] }[];
  /** Poll movies: the sample at which each frame began, so that a seek finds its place. */
  readonly #firstPoll: number[] = [0];
  readonly #events: Map<number, MovieEvent[]>;
  readonly movie: Movie;
  #sample = 0;
  #frame = 0;

  constructor(movie: Movie) {
    this.movie = movie;
    this.#pads = movie.tracks.map(() => ({ ...NO_PAD }));
    this.#events = byFrame(movie.events);
  }

  beginFrame(frame: number): void {
    if (this.movie.by === "frame") {
      this.#sample = frame;
      return;
    }
    // The frame before this one has ended: where it left the movie is where this one starts.
    if (frame === this.#frame + 1) this.#firstPoll[frame] = this.#sample;
    const first = this.#firstPoll[frame];
    if (first === undefined) throw new RangeError(`a movie by poll cannot start at frame ${frame}: it was not played up to there`);
    this.#frame = frame;
    this.#sample = first;
  }

  /** The polls before each frame, as far as it was played: give it to another MovieInput that is to start in the middle. */
  get firstPolls(): readonly number[] {
    return this.#firstPoll;
  }
  set firstPolls(polls: readonly number[]) {
    for (let frame = 0; frame < polls.length; frame++) this.#firstPoll[frame] = polls[frame]!;
  }

  poll(port: number): PadState {
    const byPoll = this.movie.by === "poll";
    const sample = byPoll && port === 0 ? this.#sample++ : byPoll ? Math.max(0, this.#sample - 1) : this.#sample;
    const track = this.movie.tracks[port];
    const pad = this.#pads[port];
    if (!track || !pad || sample >= this.movie.length) return NO_PAD;
    pad.buttons = track.buttons[sample]!;
    if (track.sticks) {
      pad.lx = track.sticks[sample * 4]!;
      pad.ly = track.sticks[sample * 4 + 1]!;
      pad.rx = track.sticks[sample * 4 + 2]!;
      pad.ry = track.sticks[sample * 4 + 3]!;
    }
    if (track.touch) {
      pad.touchX = track.touch[sample * 2]!;
      pad.touchY = track.touch[sample * 2 + 1]!;
    }
    return pad;
  }

  /** The events of the frame that begins, for the caller to carry out before the step. */
  eventsAt(frame: number): readonly MovieEvent[] {
    return this.#events.get(frame) ?? NO_EVENTS;
  }
}

const NO_EVENTS: readonly MovieEvent[] = [];

function byFrame(events: readonly MovieEvent[]): Map<number, MovieEvent[]> {
  const index = new Map<number, MovieEvent[]>();
  for (const event of events) index.set(event.at, [...(index.get(event.at) ?? []), event]);
  return index;
}
