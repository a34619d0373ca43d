/** What a session wants done with its machine, in order. The objects are used again by the next call. */
export interface Request {
  /** Save the state, or load it, in that slot; or step with these inputs. */
  kind: "save" | "load" | "step";
  /** The frame that is saved, loaded, or stepped from. */
  frame: number;
  slot: number;
  /** For a step: the players' inputs one after another. */
  readonly inputs: Uint8Array;
  /** A step that was made before with other inputs: nothing of it is to be shown or heard. */
  again: boolean;
}

/** Frames of input that are at hand, before and after the present: more than any peer may be ahead. */
export const RING = 256;

/**
 * The inputs of all players over time, and what a machine has to do to be at the newest frame with them. With a window of
 * 0 it is lockstep: a frame waits for everybody's input. With more it steps up to so many frames on predicted inputs (each
 * player goes on as before), and goes back when one was wrong. Sans-IO: it knows neither network nor machine.
 */
export class Timeline {
  readonly players: number;
  /** Bytes of a player's input in a frame. The first holds events (a reset), which are never predicted. */
  readonly width: number;
  /** Slots for states that its user provides. */
  readonly slots: number;
  readonly window: number;
  /** The frame that comes next: the machine is there once the requests are carried out. */
  frame: number;
  /** Steps that were made again, and times that they were. */
  again = 0;
  rollbacks = 0;
  readonly #known: Uint8Array;
  readonly #used: Uint8Array;
  /** For each player the first frame whose input is not known. */
  readonly #frontier: Float64Array;
  /** From this frame on the player is away, and rests. */
  readonly #awayFrom: Float64Array;
  /** The frame that each slot holds; -1: none. */
  readonly #saved: Float64Array;
  readonly #requests: Request[] = [];
  readonly #pool: Request[];
  /** The first frame that was stepped with a wrong input. */
  #wrong = Number.POSITIVE_INFINITY;

  /** Every player rests in the `quiet` frames from `first` on: nobody could have said anything yet. */
  constructor(options: { players: number; width: number; window: number; first?: number; quiet?: number }) {
    const { players, width, window, first = 0, quiet = 0 } = options;
    this.players = players;
    this.width = width;
    this.window = window;
    this.slots = window + 2;
    this.frame = first;
    this.#known = new Uint8Array(RING * players * width);
    this.#used = new Uint8Array(RING * players * width);
    this.#frontier = new Float64Array(players).fill(first + quiet);
    this.#awayFrom = new Float64Array(players).fill(Number.POSITIVE_INFINITY);
    this.#saved = new Float64Array(this.slots).fill(-1);
    this.#pool = Array.from({ length: 2 * window + 6 }, () => ({
      kind: "step" as const,
      frame: 0,
      slot: -1,
      inputs: new Uint8Array(players * width),
      again: false,
    }));
  }

  /** The first frame for which somebody's input is missing: all before it are settled. */
  get confirmed(): number {
    let least = Number.POSITIVE_INFINITY;
    for (let player = 0; player < this.players; player++) least = Math.min(least, this.frontier(player));
    return least;
  }

  /** The first frame for which this player's input is missing; Infinity when the player is away. */
  frontier(player: number): number {
    return this.#awayFrom[player]! === Number.POSITIVE_INFINITY ? this.#frontier[player]! : Number.POSITIVE_INFINITY;
  }

  /** The newest frame that the machine is rightly at: nothing that led there is a guess, or was a wrong one. */
  get settled(): number {
    return Math.min(this.confirmed, this.frame, this.#wrong);
  }

  /** Takes the input of a player's next frame, `width` bytes at `from`. False: it is not the next, or too far ahead. */
  put(player: number, frame: number, bytes: Uint8Array, from = 0): boolean {
    if (frame !== this.frontier(player) || frame >= this.frame + RING / 2) return false;
    const to = this.#at(player, frame);
    for (let i = 0; i < this.width; i++) this.#known[to + i] = bytes[from + i]!;
    this.#frontier[player] = frame + 1;
    if (frame < this.frame && !this.#usedRight(player, frame)) this.#wrong = Math.min(this.#wrong, frame);
    return true;
  }

  /** The player is away from `frame` on, which all others know in the same way: its input rests. */
  leave(player: number, frame: number): void {
    this.#awayFrom[player] = frame;
    for (let f = Math.max(frame, this.frame - RING / 2); f < this.frame; f++)
      if (!this.#usedRight(player, f)) this.#wrong = Math.min(this.#wrong, f);
  }

  /** The first frame in which this player rests; Infinity when it is here. */
  restsFrom(player: number): number {
    return this.#awayFrom[player]!;
  }

  /** The player is back: `frame` is the first whose input it gives. It is not stepped yet, or was predicted at rest. */
  back(player: number, frame: number): void {
    for (let f = this.#awayFrom[player]!; f < frame; f++) {
      const at = this.#at(player, f);
      if (frame - f <= RING / 2) this.#known.fill(0, at, at + this.width);
    }
    this.#awayFrom[player] = Number.POSITIVE_INFINITY;
    this.#frontier[player] = frame;
  }

  /** Copies a player's known input to `into`. */
  read(player: number, frame: number, into: Uint8Array, to = 0): void {
    this.#input(player, frame, into, to);
  }

  /** The machine was put at `frame` by other means, with inputs that are all settled: no slot holds anything. */
  restart(frame: number): void {
    this.frame = frame;
    this.#saved.fill(-1);
    this.#wrong = Number.POSITIVE_INFINITY;
  }

  /** Whether the next frame can be stepped at all. */
  get ready(): boolean {
    const { confirmed } = this;
    return this.frame < confirmed || this.frame - confirmed < this.window;
  }

  /** What is to be done now: first what was wrong, again; then, when it may `go` on, the next frame. */
  advance(go: boolean): readonly Request[] {
    this.#requests.length = 0;
    if (this.#wrong < this.frame) this.#goBack();
    if (go && this.ready) this.#step(this.frame++, false);
    return this.#requests;
  }

  #goBack(): void {
    const slot = this.#newestSave(this.#wrong);
    const from = this.#saved[slot]!;
    this.#request("load", from, slot);
    this.rollbacks++;
    // What was saved after it was of the wrong past.
    for (let s = 0; s < this.slots; s++) if (this.#saved[s]! > from) this.#saved[s] = -1;
    this.#wrong = Number.POSITIVE_INFINITY;
    for (let frame = from; frame < this.frame; frame++, this.again++) this.#step(frame, true);
  }

  #step(frame: number, again: boolean): void {
    if (frame >= this.confirmed) this.#save(frame);
    const request = this.#request("step", frame, -1);
    request.again = again;
    for (let player = 0; player < this.players; player++) {
      this.#input(player, frame, request.inputs, player * this.width);
      const at = this.#at(player, frame);
      for (let i = 0; i < this.width; i++) this.#used[at + i] = request.inputs[player * this.width + i]!;
    }
  }

  /** Saves before a frame that is stepped on a guess, in the slot that is needed least. */
  #save(frame: number): void {
    let oldest = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      if (this.#saved[slot] === frame) return;
      if (this.#saved[slot]! < this.#saved[oldest]!) oldest = slot;
    }
    this.#saved[oldest] = frame;
    this.#request("save", frame, oldest);
  }

  #newestSave(frame: number): number {
    let newest = -1;
    for (let slot = 0; slot < this.slots; slot++) {
      const saved = this.#saved[slot]!;
      if (saved >= 0 && saved <= frame && (newest < 0 || saved > this.#saved[newest]!)) newest = slot;
    }
    if (newest < 0) throw new Error(`no state at or before frame ${frame}, though it was a guess`);
    return newest;
  }

  /** What a player does in a frame as far as it is known, else what is guessed: as before, without events. */
  #input(player: number, frame: number, into: Uint8Array, to: number): void {
    const known = this.#frontier[player]!;
    const away = frame >= this.#awayFrom[player]!;
    const guess = frame >= known;
    const at = this.#at(player, guess ? known - 1 : frame);
    for (let i = 0; i < this.width; i++) into[to + i] = away || (guess && i === 0) ? 0 : this.#known[at + i]!;
  }

  #usedRight(player: number, frame: number): boolean {
    const at = this.#at(player, frame);
    const away = frame >= this.#awayFrom[player]!;
    for (let i = 0; i < this.width; i++) if (this.#used[at + i] !== (away ? 0 : this.#known[at + i])) return false;
    return true;
  }

  #request(kind: Request["kind"], frame: number, slot: number): Request {
    const request = this.#pool[this.#requests.length]!;
    request.kind = kind;
    request.frame = frame;
    request.slot = slot;
    request.again = false;
    this.#requests.push(request);
    return request;
  }

  #at(player: number, frame: number): number {
    return ((((frame % RING) + RING) % RING) * this.players + player) * this.width;
  }
}
