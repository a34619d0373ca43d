import { type InputSource, NO_PAD, type PadState } from "../machine/input.ts";

/** Consoles and computers that movies are of; cores here play a part of them (`instep cores`). */
export const SYSTEMS = [
  "nes", "snes", "gb", "gbc", "gba", "nds", "n64", "genesis", "psx", "gc", "wii", "pce", "vb", "wswan", "arcade",
  "sms", "gg", "sg", "saturn", "a26", "a78", "lynx", "coleco", "intv", "ngp", "3do", "3ds", "amiga", "cpc", "appleii",
  "c64", "channelf", "dos", "jaguar", "msx", "o2", "pcfx", "ti83", "tic80", "uze", "vectrex", "zxs", "unknown",
] as const; // biome-ignore format: a list of words
export type System = (typeof SYSTEMS)[number];

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
  /** `more`: of linked consoles, the save RAM of the second one and on. An empty one is a new cartridge's. */
  | { readonly kind: "save"; readonly data: Uint8Array; readonly more?: readonly Uint8Array[] }
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
  readonly rom: {
    readonly name?: string;
    readonly sha256?: string;
    readonly sha1?: string;
    readonly md5?: string;
    readonly crc32?: string;
  };
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

/**
 * Plays a movie into a machine; nothing is allocated while it plays. Before the first sample and after the last one
 * every pad is at rest, and so is a port without a track.
 *
 * A movie by poll hands out one sample for each poll of port 0; another port answers with the sample that port 0 had
 * last, for one sample holds all ports. Where each frame began is remembered, so frames that were played can be played
 * again; {@link seek} says it for a frame that was not.
 */
export class MovieInput implements InputSource {
  readonly movie: Movie;
  readonly #pads: { -readonly [K in keyof PadState]: PadState[K] }[];
  readonly #events = new Map<number, MovieEvent[]>();
  /** Events of the movie that are in the map: more may come. */
  #indexed = 0;
  readonly #byPoll: boolean;
  /** Movies by poll: the first sample of each frame; UNKNOWN where it was not played. */
  #first = new Uint32Array(1024).fill(UNKNOWN, 1);
  /** The next sample of port 0 in a movie by poll; the frame's own in one by frame. */
  #sample = 0;
  #frame = 0;

  constructor(movie: Movie) {
    this.movie = movie;
    this.#pads = movie.tracks.map(() => ({ ...NO_PAD }));
    this.#byPoll = movie.by === "poll";
  }

  beginFrame(frame: number): void {
    this.#frame = frame;
    if (!this.#byPoll) {
      this.#sample = frame;
      return;
    }
    const first = this.sampleAt(frame);
    if (first === undefined)
      throw new RangeError(`a movie by poll cannot start at frame ${frame}: it was not played up to there`);
    this.#sample = first;
    this.#begins(frame + 1, first);
  }

  poll(port: number): PadState {
    let sample = this.#sample;
    if (this.#byPoll) {
      if (port === 0) this.#begins(this.#frame + 1, ++this.#sample);
      else sample--;
    }
    const track = this.movie.tracks[port];
    const pad = this.#pads[port];
    if (!track || !pad || sample < 0 || sample >= this.movie.length) return NO_PAD;
    pad.buttons = track.buttons[sample]!;
    const { sticks, touch } = track;
    if (sticks) {
      pad.lx = sticks[sample * 4]!;
      pad.ly = sticks[sample * 4 + 1]!;
      pad.rx = sticks[sample * 4 + 2]!;
      pad.ry = sticks[sample * 4 + 3]!;
    }
    if (touch) {
      pad.touchX = touch[sample * 2]!;
      pad.touchY = touch[sample * 2 + 1]!;
    }
    return pad;
  }

  /** The sample that a frame starts with, or undefined for a frame of a movie by poll that was not played up to. */
  sampleAt(frame: number): number | undefined {
    if (!this.#byPoll) return frame;
    const first = this.#first[frame];
    return first === UNKNOWN ? undefined : first;
  }

  /** Says with which sample a frame starts that was not played up to: after a state of another machine was loaded. */
  seek(frame: number, sample: number): void {
    if (this.#byPoll) this.#begins(frame, sample);
    this.#sample = this.#byPoll ? sample : frame;
    this.#frame = frame;
  }

  /**
   * The events of a frame, for the caller to carry out before its step. An event of a movie by poll belongs to the first
   * frame that starts at its sample or after it.
   */
  eventsAt(frame: number): readonly MovieEvent[] {
    this.#index();
    if (!this.#byPoll) return this.#events.get(frame) ?? NO_EVENTS;
    const last = this.sampleAt(frame);
    if (last === undefined || this.#events.size === 0) return NO_EVENTS;
    const before = frame === 0 ? -1 : (this.sampleAt(frame - 1) ?? last - 1);
    let events = NO_EVENTS;
    for (let sample = before + 1; sample <= last; sample++) {
      const more = this.#events.get(sample);
      if (more) events = events.length === 0 ? more : [...events, ...more];
    }
    return events;
  }

  #index(): void {
    const { events } = this.movie;
    for (; this.#indexed < events.length; this.#indexed++) {
      const event = events[this.#indexed]!;
      const list = this.#events.get(event.at);
      if (list) list.push(event);
      else this.#events.set(event.at, [event]);
    }
  }

  #begins(frame: number, sample: number): void {
    if (frame >= this.#first.length) {
      const larger = new Uint32Array(Math.max(frame + 1, this.#first.length * 2)).fill(UNKNOWN);
      larger.set(this.#first);
      this.#first = larger;
    }
    this.#first[frame] = sample;
  }
}

const UNKNOWN = 0xffffffff;
const NO_EVENTS: readonly MovieEvent[] = [];

/** Frames that a file may state: two days of them. */
const FRAMES_MAX = 10_000_000;

/** Frames that a movie lasts: by poll, as its file says it, or else as if each frame polled once. */
export function framesOf(movie: Movie): number {
  const said = movie.by === "poll" ? movie.extra?.frames : undefined;
  return typeof said === "number" && said > 0 && said <= FRAMES_MAX ? said : movie.length;
}

/** The first `length` samples of a movie; the movie itself when it has no more. */
export function shorten(movie: Movie, length: number): Movie {
  if (length >= movie.length) return movie;
  return { ...first(movie, length), events: movie.events.filter((event) => event.at < length) };
}

/** A copy with `length` samples, whatever room its arrays have, and all events. */
export function first(movie: Movie, length: number): Movie {
  const tracks = movie.tracks.map((track) => ({
    device: track.device,
    buttons: track.buttons.slice(0, length),
    ...(track.sticks && { sticks: track.sticks.slice(0, length * 4) }),
    ...(track.touch && { touch: track.touch.slice(0, length * 2) }),
  }));
  const { lag, ...said } = movie;
  return { ...said, length, tracks, ...(lag && { lag: lag.slice(0, length) }) };
}
