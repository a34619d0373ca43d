import { History } from "../history/history.ts";
import { type InputSource, NO_PAD, type PadState } from "../machine/input.ts";
import { type Machine, SHOW_ALL, SHOW_NOTHING, type Show } from "../machine/machine.ts";
import { GrowingMovie } from "../movie/growing.ts";
import { MovieInput, type MovieStart } from "../movie/movie.ts";
import { liveMovie } from "../replay/recorder.ts";
import type { Profile } from "../watch/profile.ts";
import { newReadings, type Readings } from "../watch/readings.ts";
import { Watcher } from "../watch/watcher.ts";
import type { Drift } from "./session/drift.ts";
import type { SessionHost } from "./session/events.ts";
import type { Follower } from "./session/follower.ts";
import type { Game } from "./session/game.ts";
import type { OfferedState } from "./session/mending.ts";
import { type Device, inputWidth, POWER, RESET, readPad } from "./session/pads.ts";
import { FRESH_MACHINE, THEIR_STATE, type Way } from "./session/repair.ts";
import { type Request, RING } from "./session/timeline.ts";

/** Frames whose memory is at hand as it was, if their bytes fit: what a desync is told with. */
const EVIDENCE = 128;
const EVIDENCE_BYTES = 32 << 20;
/** Frames between two states of its own, and bytes that they may take. */
const KEYFRAMES = 60;
const HISTORY_BYTES = 64 << 20;

const NOTHING = new Uint8Array(0);

/** A byte that differs, by its place in the machine. */
export interface NamedDifference {
  readonly region: string;
  readonly address: number;
  readonly mine: number;
  readonly theirs: number;
}

export interface RunnerOptions {
  readonly machine: Machine;
  readonly profile: Profile;
  readonly device: Device;
  /** Opens the machine anew, as the session agreed: for a repair. */
  open(): Machine | Promise<Machine>;
  /** States of peers are loaded when a repair needs one: only into cores to which a state is data, or where the user trusts them. */
  takesStates(): boolean;
  /** Save RAM of each console at the start. */
  readonly saves?: readonly (Uint8Array | undefined)[];
  onDesync?(drift: Drift, bytes: readonly NamedDifference[]): void;
  onResumed?(frame: number): void;
  onFailed?(why: string): void;
}

/** Runs a machine as a game of a session asks, and keeps what its repairs need. It knows neither clock nor network. */
export class Runner implements SessionHost {
  machine: Machine;
  /** Inputs of all settled frames. */
  readonly movie: GrowingMovie;
  /** Readings of the last {@link RING} frames: row frame % RING. */
  readonly readings: Readings;
  readonly profile: Profile;
  /** What it runs for: a game, or one that follows it. */
  steps: Game | Follower | undefined;
  /** All players' inputs of settled frames, one after another. */
  #log = new Uint8Array(1 << 14);
  readonly #options: RunnerOptions;
  readonly #slots: Uint8Array[] = [];
  readonly #states: Uint8Array[] = [];
  #watcher: Watcher;
  #history = new History({ budget: HISTORY_BYTES, interval: KEYFRAMES });
  /** States that are not settled yet. */
  #candidates: { frame: number; state: Uint8Array }[] = [];
  readonly #evidence: Uint8Array;
  readonly #evidenceFrames: number;
  readonly #evidenceOf: Float64Array;
  readonly #pads: { -readonly [K in keyof PadState]: PadState[K] }[];
  readonly #input: InputSource;
  /** The settled inputs, for repairs. */
  readonly #played: MovieInput;
  readonly #one: Uint8Array;

  constructor(options: RunnerOptions) {
    const { machine, profile } = options;
    this.machine = machine;
    this.profile = profile;
    this.#options = options;
    const { name, sha256 } = machine.boot.content;
    this.movie = new GrowingMovie({ ...liveMovie(machine, { name, sha256 }), start: startOf(options.saves ?? []) });
    this.#played = new MovieInput(this.movie);
    this.readings = newReadings(profile, 0, RING);
    this.#watcher = new Watcher(profile, machine);
    const { size } = this.#watcher;
    this.#evidenceFrames = Math.max(1, Math.min(EVIDENCE, Math.floor(EVIDENCE_BYTES / Math.max(1, size))));
    this.#evidence = new Uint8Array(this.#evidenceFrames * size);
    this.#evidenceOf = new Float64Array(this.#evidenceFrames).fill(-1);
    this.#pads = machine.boot.ports.map(() => ({ ...NO_PAD }));
    this.#input = { poll: (port) => this.#pads[port] ?? NO_PAD };
    this.#one = new Uint8Array(inputWidth(options.device));
    this.#observe(0);
    this.#history.keep(0, machine.saveState());
  }

  /** The fingerprint of the frame that the machine is at. */
  get print(): bigint {
    return this.readings.prints[this.machine.frame % RING] ?? 0n;
  }

  /** Carries out what a tick asked for. What is stepped again is neither drawn nor heard. */
  run(requests: readonly Request[], show: Show = SHOW_ALL): void {
    for (const { kind, frame, slot, inputs, again } of requests) {
      if (kind === "save") this.#save(slot);
      else if (kind === "load") this.machine.loadState(this.#states[slot]!, frame);
      else this.#step(frame, inputs, again ? SHOW_NOTHING : show);
    }
    this.#settle();
  }

  /** What was read at `count` frames from `first` on, all among the last {@link RING}. */
  rows(profile: Profile, first: number, count: number): Readings {
    const { readings } = this;
    const rows = newReadings(profile, first, count);
    const width = profile.probes.length;
    for (let i = 0; i < count; i++) {
      const row = (first + i) % RING;
      rows.values.set(readings.values.subarray(row * width, (row + 1) * width), i * width);
      if (rows.prints.length > 0) rows.prints[i] = readings.prints[row]!;
      rows.polls[i] = readings.polls[row]!;
    }
    return rows;
  }

  memory(frame: number): Uint8Array | undefined {
    const slot = frame % this.#evidenceFrames;
    const { size } = this.#watcher;
    return this.#evidenceOf[slot] === frame ? this.#evidence.subarray(slot * size, (slot + 1) * size) : undefined;
  }

  desync(drift: Drift): void {
    const named = drift.bytes.flatMap(({ offset, mine, theirs }) => {
      const place = this.#watcher.placeOf(offset);
      return place ? [{ ...place, mine, theirs }] : [];
    });
    this.#options.onDesync?.(drift, named);
  }

  async replay(way: Way, from: number, to: number, offered: OfferedState | undefined): Promise<void> {
    let done = true;
    try {
      if (way === FRESH_MACHINE) await this.#reopen();
      if (way === THEIR_STATE) done = this.#takeState(to, offered!);
      else this.#replayOwn(from, to);
    } catch {
      // A core that refuses a state has not mended anything; that is for the leader to know.
      done = false;
    }
    if (this.steps && "mending" in this.steps) this.steps.mending.replayed(done);
  }

  inputs(first: number, count: number): Uint8Array {
    const size = this.#one.length * this.steps!.players;
    return this.#log.slice(first * size, (first + count) * size);
  }

  rewind(frame: number): number {
    const to = Math.min(frame, this.movie.length);
    this.#history.forgetAfter(to);
    this.#candidates = [];
    this.#replayOwn(to, to);
    this.movie.length = to;
    this.movie.events.splice(0, Number.POSITIVE_INFINITY, ...this.movie.events.filter(({ at }) => at < to));
    return to;
  }

  keyframe(): { frame: number; state: Uint8Array } | undefined {
    return this.#history.nearest(this.steps?.agreed ?? 0);
  }

  startFrom(frame: number, state: Uint8Array): boolean {
    if (!this.#options.takesStates()) return false;
    this.machine.loadState(state, frame);
    this.movie.grow(frame);
    this.#history.keep(frame, this.machine.saveState());
    this.#observe(frame);
    return true;
  }

  stateAt(frame: number): Uint8Array | undefined {
    return this.machine.frame === frame ? this.machine.saveState() : undefined;
  }

  resumed(frame: number): void {
    this.#candidates = [];
    this.#options.onResumed?.(frame);
  }

  failed(why: string): void {
    this.#options.onFailed?.(why);
  }

  #save(slot: number): void {
    const { stateSize } = this.machine;
    if ((this.#slots[slot]?.length ?? 0) < stateSize) this.#slots[slot] = new Uint8Array(Math.ceil(stateSize * 1.1));
    this.#states[slot] = this.machine.saveState(this.#slots[slot]);
  }

  #step(frame: number, inputs: Uint8Array, show: Show): void {
    const { device } = this.#options;
    const width = this.#one.length;
    let events = 0;
    for (let port = 0; port * width < inputs.length; port++) {
      events |= inputs[port * width]!;
      const pad = this.#pads[port];
      if (pad) readPad(inputs, port * width, device, pad);
    }
    this.#events(events);
    this.machine.step(this.#input, show);
    this.#observe(frame + 1);
    this.steps?.settle(frame + 1, this.print);
    if ((frame + 1) % KEYFRAMES === 0) {
      this.#candidates = this.#candidates.filter((candidate) => candidate.frame !== frame + 1);
      this.#candidates.push({ frame: frame + 1, state: this.machine.saveState() });
    }
  }

  #events(events: number): void {
    if (events & POWER) this.machine.reset("power");
    else if (events & RESET) this.machine.reset("soft");
  }

  #observe(frame: number): void {
    const slot = frame % this.#evidenceFrames;
    this.#watcher.read(this.readings, frame % RING);
    this.#watcher.copy(this.#evidence, slot * this.#watcher.size);
    this.#evidenceOf[slot] = frame;
  }

  /** Keeps what is settled now: inputs, and states of frames on which all agree. */
  #settle(): void {
    const { players, settled, agreed } = this.steps!;
    const pad = { ...NO_PAD };
    const width = this.#one.length;
    for (let frame = this.movie.length; frame < settled; frame++) {
      this.movie.grow(1);
      let events = 0;
      for (let port = 0; port < players; port++) {
        this.steps!.read(port, frame, this.#one);
        this.#write((frame * players + port) * width);
        events |= this.#one[0]!;
        readPad(this.#one, 0, this.#options.device, pad);
        if (port < this.movie.tracks.length) this.movie.set(port, frame, pad);
      }
      if (events & POWER) this.movie.events.push({ at: frame, kind: "power" });
      else if (events & RESET) this.movie.events.push({ at: frame, kind: "reset" });
    }
    for (let first = this.#candidates[0]; first && first.frame <= agreed; first = this.#candidates[0]) {
      this.#candidates.shift();
      if (this.#history.wants(first.frame)) this.#history.keep(first.frame, first.state);
    }
  }

  #write(at: number): void {
    if (at + this.#one.length > this.#log.length) {
      const longer = new Uint8Array(this.#log.length * 2);
      longer.set(this.#log);
      this.#log = longer;
    }
    this.#log.set(this.#one, at);
  }

  async #reopen(): Promise<void> {
    const fresh = await this.#options.open();
    this.machine.close();
    this.machine = fresh;
    this.#watcher = new Watcher(this.profile, fresh);
  }

  #replayOwn(from: number, to: number): void {
    const keyframe = this.#history.nearest(from)!;
    this.machine.loadState(keyframe.state, keyframe.frame);
    for (let frame = keyframe.frame; frame < to; frame++) {
      for (const { kind } of this.#played.eventsAt(frame)) this.machine.reset(kind === "power" ? "power" : "soft");
      this.machine.step(this.#played, SHOW_NOTHING);
      this.#observe(frame + 1);
      if (frame + 1 > from) this.steps!.settle(frame + 1, this.print);
    }
  }

  #takeState(to: number, { state }: OfferedState): boolean {
    if (!this.#options.takesStates() || state.length === 0) return false;
    this.machine.loadState(state, to);
    this.#observe(to);
    return true;
  }
}

function startOf(saves: readonly (Uint8Array | undefined)[]): MovieStart {
  const [data = NOTHING, ...more] = saves.map((save) => save ?? NOTHING);
  if ([data, ...more].every(({ length }) => length === 0)) return { kind: "power-on" };
  return { kind: "save", data, ...(more.length > 0 && { more }) };
}
