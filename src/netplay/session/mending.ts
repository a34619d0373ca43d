import type { Chain } from "./chain.ts";
import { answer, Diagnosis, type Drift } from "./drift.ts";
import { LARGEST_STATE, type Message, PART } from "./messages.ts";
import type { Peer } from "./peer.ts";
import { Repair, THEIR_STATE, type Way } from "./repair.ts";
import type { Seats } from "./seats.ts";

/** A peer's state, with the link of the chain of fingerprints there. */
export interface OfferedState {
  readonly state: Uint8Array;
  readonly link: number;
}

/** What a repair wants of whoever runs the machine. */
export interface MendingHost {
  /** The watched memory as it was at a settled frame, taken as one; undefined when it is not at hand any more. */
  memory(frame: number): Uint8Array | undefined;
  /** Another machine parted from this one; the repair follows. */
  desync(drift: Drift): void;
  /**
   * Bring the machine to frame `to` by that way, with confirmed inputs, from a state at or before `from`; then give
   * `settle` for each frame after `from`, and call `replayed`. For THEIR_STATE a peer's state at `to` comes.
   */
  replay(way: Way, from: number, to: number, offered: OfferedState | undefined): void;
  /** The state at this frame, for a peer that needs it. */
  stateAt(frame: number): Uint8Array | undefined;
  /** All are in step again, and go on from this frame. */
  resumed(frame: number): void;
  /** It cannot be mended. */
  failed(why: string): void;
}

/** The part that a machine has in a repair: the step that it is at. */
interface Part {
  readonly epoch: number;
  way: Way | undefined;
  to: number;
}

/** Finds that runs have parted, finds out where, and mends it together with the others. The game stands still meanwhile. */
export class Mending {
  /** Repairs that there were. */
  epoch = 0;
  desyncs = 0;
  readonly #seats: Seats;
  readonly #chain: Chain;
  readonly #host: MendingHost;
  readonly #resume: (frame: number) => void;
  #diagnosis: Diagnosis | undefined;
  /** This machine leads the repair. */
  #repair: Repair | undefined;
  /** The repair that this machine takes part in, and the step that it is at. */
  #part: Part | undefined;
  #parts: Uint8Array[] = [];
  /** The machine is at work on what it was asked for last. */
  #replays = false;
  /** The first frame found to differ from anybody's since the last repair; who that was may be lost by now. */
  #doubted = Number.POSITIVE_INFINITY;
  /** The leader who was told so: it is not found again until it is repaired. */
  #reported: number | undefined;
  /** Somebody found that runs have parted, and this one leads. */
  #wanted = false;

  constructor(seats: Seats, chain: Chain, host: MendingHost, resume: (frame: number) => void) {
    this.#seats = seats;
    this.#chain = chain;
    this.#host = host;
    this.#resume = resume;
  }

  /** The game stands still. */
  get active(): boolean {
    return this.#diagnosis !== undefined || this.#repair !== undefined || this.#part !== undefined;
  }

  /** Compares what a peer said of its run with ours. */
  compare(peer: Peer, now: number): void {
    if (this.active || (this.#reported !== undefined && this.#reported === this.#seats.leader)) return;
    const frame = peer.claims.compare(this.#chain);
    if (frame === undefined) return;
    this.desyncs++;
    this.#diagnosis = new Diagnosis(peer, frame, this.#chain, (at) => this.#host.memory(at), now);
  }

  update(now: number): void {
    this.#diagnosis?.tick(now);
    const found = this.#diagnosis?.found;
    if (found) {
      this.#diagnosis = undefined;
      this.#doubted = Math.min(this.#doubted, found.frame);
      this.#host.desync(found);
      if (this.#part && !this.#replays) this.#stand();
      else if (!this.#part) {
        this.#reported = this.#seats.leader;
        this.#seats.tell(this.#reported, ["drift", found.frame, found.seat]);
      }
    }
    if (this.#mustRepair) {
      const { here, me } = this.#seats;
      const epoch = (this.#part?.epoch ?? this.epoch) + 1;
      this.#repair = new Repair(epoch, here, me, (message) => this.#seats.tellAll(message), now);
      this.#wanted = false;
    }
    this.#repair?.tick(now, this.#seats.complete);
    if (this.#repair?.failed !== undefined) {
      this.#host.failed(this.#repair.failed);
      this.#repair = undefined;
    }
  }

  /** It is for this machine to begin a repair: also anew, where somebody of it, or who led it, is not here any more. */
  get #mustRepair(): boolean {
    const { leads, complete, here } = this.#seats;
    if (!leads || !complete) return false;
    return this.#repair ? !this.#repair.seats.every((seat) => here.includes(seat)) : this.#wanted || !!this.#part;
  }

  /** Takes a message; false: it is about something else. */
  receive(seat: number, message: Message, now: number): boolean {
    const leads = seat === this.#seats.leader;
    const repair = this.#repair?.epoch === message[1] ? this.#repair : undefined;
    switch (message[0]) {
      case "askPrints":
      case "askTree":
      case "askBytes":
        this.#seats.tell(seat, answer(message, this.#chain, (frame) => this.#host.memory(frame))!);
        return true;
      case "prints":
      case "tree":
      case "bytes":
        if (this.#diagnosis?.peer.seat === seat) this.#diagnosis.receive(message);
        return true;
      case "drift":
        this.#wanted ||= this.#seats.here.includes(seat);
        return true;
      case "halt":
        if (leads && message[1] > (this.#part?.epoch ?? this.epoch)) this.#halt(message[1]);
        return true;
      case "halted":
        repair?.halted(seat, message[2], message[3], now);
        return true;
      case "repair":
        if (leads && this.#part?.epoch === message[1])
          this.#mend(this.#part, message[2] as Way, message[3], message[4], message[5]);
        return true;
      case "state":
        if (leads && this.#part?.epoch === message[1])
          this.#takeState(this.#part, message[2], message[3], message[4], message[5]);
        return true;
      case "repaired":
        repair?.repaired(seat, message[2], message[3], message[4], now);
        return true;
      case "resume":
        if (leads && this.#part?.epoch === message[1]) this.#goOn(message[1], message[2]);
        return true;
      default:
        return false;
    }
  }

  /** The machine did what `replay` asked for, or could not. */
  replayed(done: boolean): void {
    this.#replays = false;
    if (!this.#part) return;
    if (this.#part.way === undefined) {
      if (!this.#diagnosis) this.#stand();
      return;
    }
    const { way, to, epoch } = this.#part;
    if (done) this.#chain.settle(to);
    this.#seats.tell(this.#seats.leader, ["repaired", epoch, way, this.#chain.link(to) ?? 0, done]);
  }

  #halt(epoch: number): void {
    this.#part = { epoch, way: undefined, to: 0 };
    // What is under way to be found out is found out first: a repair takes the evidence away.
    if (!this.#diagnosis && !this.#replays) this.#stand();
  }

  #stand(): void {
    const { settled } = this.#chain;
    const sure = Math.min(settled, this.#doubted - 1);
    const agreed = this.#seats.present.reduce((least, peer) => Math.min(least, peer.claims.agreed), sure);
    this.#seats.tell(this.#seats.leader, ["halted", this.#part!.epoch, agreed, settled]);
  }

  #mend(part: Part, way: Way, from: number, to: number, needy: readonly number[]): void {
    part.way = way;
    part.to = to;
    this.#parts = [];
    if (way !== THEIR_STATE) {
      this.#chain.rewind(from);
      this.#replays = true;
      this.#host.replay(way, from, to, undefined);
      return;
    }
    if (this.#seats.leads) for (const seat of needy) this.#sendState(seat, part.epoch, to);
    if (!needy.includes(this.#seats.me)) this.replayed(true);
  }

  #sendState(seat: number, epoch: number, frame: number): void {
    const state = this.#host.stateAt(frame) ?? new Uint8Array(0);
    const link = this.#chain.link(frame) ?? 0;
    for (let at = 0; at === 0 || at < state.length; at += PART)
      this.#seats.tell(seat, ["state", epoch, link, state.length, at, state.slice(at, at + PART)]);
  }

  #takeState(part: Part, link: number, size: number, at: number, bytes: Uint8Array): void {
    const held = this.#parts.reduce((sum, { length }) => sum + length, 0);
    if (part.way !== THEIR_STATE || at !== held || size > LARGEST_STATE) return;
    this.#parts.push(bytes);
    if (held + bytes.length < size) return;
    const state = new Uint8Array(held + bytes.length);
    let to = 0;
    for (const piece of this.#parts) {
      state.set(piece, to);
      to += piece.length;
    }
    this.#chain.adopt(part.to, link);
    this.#replays = true;
    this.#host.replay(THEIR_STATE, part.to, part.to, { state: state.subarray(0, size), link });
  }

  #goOn(epoch: number, frame: number): void {
    this.epoch = epoch;
    this.#part = undefined;
    this.#repair = undefined;
    this.#wanted = false;
    this.#reported = undefined;
    this.#doubted = Number.POSITIVE_INFINITY;
    this.#chain.rewind(frame);
    for (const peer of this.#seats.peers) {
      peer.claims.restart(frame);
      peer.frame = frame;
    }
    this.#resume(frame);
    this.#host.resumed(frame);
  }
}
