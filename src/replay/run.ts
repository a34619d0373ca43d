import { History, type Keyframe } from "../history/history.ts";
import { type Machine, SHOW_NOTHING, type Show } from "../machine/machine.ts";
import { type Movie, MovieInput } from "../movie/movie.ts";
import type { Profile } from "../watch/profile.ts";
import { newReadings, type Readings } from "../watch/readings.ts";
import { Watcher } from "../watch/watcher.ts";

/** A disturbance on purpose, for demos and tests: "lag": one frame too many is run where this frame has been reached. */
export interface Fault {
  readonly kind: "lag";
  readonly frame: number;
}

/** What goes along with each step of a run. */
export interface Companion {
  /** The events of the frame are carried out; the step comes now. */
  beforeStep(): void;
  afterStep(): void;
}

/** A machine that plays a movie and is watched: what collects, aligns and dumps. */
export class Run {
  readonly machine: Machine;
  readonly #movie: MovieInput;
  readonly #profile: Profile;
  readonly #watcher: Watcher;
  /** Frames of disturbances that have not come yet: a hiccup comes once, also when its frame is played again. */
  readonly #faults: Set<number>;
  readonly #allFaults: readonly number[];
  readonly #companion: Companion | undefined;
  #history: History | undefined;

  constructor(machine: Machine, movie: Movie, profile: Profile, faults: readonly Fault[] = [], companion?: Companion) {
    this.machine = machine;
    this.#movie = new MovieInput(movie);
    this.#profile = profile;
    this.#watcher = new Watcher(profile, machine);
    this.#allFaults = faults.map((fault) => fault.frame);
    this.#faults = new Set(this.#allFaults);
    this.#companion = companion;
  }

  get frame(): number {
    return this.machine.frame;
  }

  /** Keeps states on the way. */
  keepHistory(budget: number, interval: number): void {
    this.#history = new History({ budget, interval });
    this.#keep();
  }

  /** One frame of the movie. */
  step(show: Show): void {
    const { machine } = this;
    for (const event of this.#movie.eventsAt(machine.frame)) {
      if (event.kind === "reset") machine.reset("soft");
      else if (event.kind === "power") machine.reset("power");
    }
    this.#companion?.beforeStep();
    machine.step(this.#movie, show);
    this.#companion?.afterStep();
    if (this.#faults.delete(machine.frame)) this.#runOneTooMany(show);
    if (this.#history?.wants(machine.frame)) this.#keep();
  }

  /** The readings of the frame that the machine is at. */
  read(): Readings {
    const readings = newReadings(this.#profile, this.machine.frame, 1);
    this.#watcher.read(readings, 0);
    return readings;
  }

  /** Plays so many frames; the readings are those of the frames after this one. */
  play(frames: number, show: Show = SHOW_NOTHING, onFrame?: () => void): Readings {
    const readings = newReadings(this.#profile, this.machine.frame + 1, frames);
    for (let row = 0; row < frames; row++) {
      this.step(show);
      this.#watcher.read(readings, row);
      onFrame?.();
    }
    return readings;
  }

  /**
   * Loads a state of that frame. `sample` is the movie's sample there, needed for movies by poll; `before` that of the
   * frame before it: without it an event of a lag frame is carried out again.
   */
  load(state: Uint8Array, frame: number, sample?: number, before?: number): void {
    this.machine.loadState(state, frame);
    if (before !== undefined && frame > 0) this.#movie.seek(frame - 1, before);
    if (sample !== undefined) this.#movie.seek(frame, sample);
  }

  /** What was run beyond the frame that it is at is void, as if it had never been: its disturbances are still to come. */
  forgetAfter(): void {
    const { frame } = this;
    for (const fault of this.#allFaults) if (fault > frame) this.#faults.add(fault);
    this.#history?.forgetAfter(frame - 1);
    if (this.#history) this.#keep();
  }

  /** The console off and on, and the movie from its start: frame 0 again. */
  powerOn(): void {
    this.machine.reset("power", 0);
    this.#movie.seek(0, 0);
  }

  /** The movie's sample that a frame starts with; undefined for one of a movie by poll that was not played up to. */
  sampleAt(frame: number): number | undefined {
    return this.#movie.sampleAt(frame);
  }

  /** The newest state that was kept at or before this frame. */
  keyframe(frame: number): Keyframe | undefined {
    return this.#history?.nearest(frame);
  }

  /** States before this frame will not be asked for any more. */
  forgetBefore(frame: number): void {
    this.#history?.forgetBefore(frame);
  }

  #keep(): void {
    this.#history?.keep(this.machine.frame, this.machine.saveState());
  }

  #runOneTooMany(show: Show): void {
    const { machine } = this;
    const frame = machine.frame;
    const again = new Again(this.#movie, frame - 1);
    machine.step(again, show);
    machine.loadState(machine.saveState(), frame);
  }
}

/** The input of a frame that was played, once more. */
class Again {
  readonly #movie: MovieInput;
  readonly #frame: number;

  constructor(movie: MovieInput, frame: number) {
    this.#movie = movie;
    this.#frame = frame;
  }
  beginFrame(): void {
    this.#movie.beginFrame(this.#frame);
  }
  poll(port: number) {
    return this.#movie.poll(port);
  }
}
