import type { PadState } from "../machine/input.ts";
import type { Movie, MovieEvent, Track } from "./movie.ts";

class GrowingTrack implements Track {
  readonly device: Track["device"];
  buttons: Uint32Array;
  sticks?: Int16Array;
  touch?: Int16Array;

  constructor(track: Track, room: number) {
    this.device = track.device;
    this.buttons = widened(track.buttons, room);
    if (track.sticks) this.sticks = widened(track.sticks, room * 4);
    if (track.touch) this.touch = widened(track.touch, room * 2);
  }
}

function widened<T extends Uint32Array | Int16Array | Uint8Array>(array: T, room: number): T {
  const wider = new (array.constructor as new (length: number) => T)(room);
  wider.set(array.subarray(0, Math.min(array.length, room)));
  return wider;
}

/**
 * A movie that is being recorded, or read while somebody else records it: samples are appended. Its arrays are longer
 * than `length` says, and are replaced when they grow, so they are to be taken from the movie each time.
 */
export class GrowingMovie implements Movie {
  readonly system: Movie["system"];
  readonly by: Movie["by"];
  readonly start: Movie["start"];
  readonly rom: Movie["rom"];
  readonly events: MovieEvent[];
  lag?: Uint8Array;
  length: number;
  tracks: readonly GrowingTrack[];
  #room: number;

  /** Goes on from a movie: its samples, events and all that it says. */
  constructor(movie: Movie) {
    const { system, by, start, rom, length, tracks, events, lag, ...said } = movie;
    this.system = system;
    this.by = by;
    this.start = start;
    this.rom = rom;
    this.length = length;
    this.events = [...events];
    Object.assign(this, said);
    this.#room = Math.max(1024, length);
    this.tracks = tracks.map((track) => new GrowingTrack(track, this.#room));
    if (lag) this.lag = widened(lag, this.#room);
  }

  /** Makes `count` more samples; returns where they begin. They are at rest until they are written. */
  grow(count: number): number {
    const first = this.length;
    this.length += count;
    if (this.length > this.#room) {
      this.#room = Math.max(this.length, this.#room * 2);
      for (const track of this.tracks) {
        track.buttons = widened(track.buttons, this.#room);
        if (track.sticks) track.sticks = widened(track.sticks, this.#room * 4);
        if (track.touch) track.touch = widened(track.touch, this.#room * 2);
      }
      if (this.lag) this.lag = widened(this.lag, this.#room);
    }
    return first;
  }

  /** Writes what a port said at a sample. */
  set(port: number, sample: number, pad: PadState): void {
    const track = this.tracks[port];
    if (!track) return;
    track.buttons[sample] = pad.buttons;
    if (track.sticks) {
      track.sticks[sample * 4] = pad.lx;
      track.sticks[sample * 4 + 1] = pad.ly;
      track.sticks[sample * 4 + 2] = pad.rx;
      track.sticks[sample * 4 + 3] = pad.ry;
    }
    if (track.touch) {
      track.touch[sample * 2] = pad.touchX;
      track.touch[sample * 2 + 1] = pad.touchY;
    }
  }
}
