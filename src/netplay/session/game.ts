import type { Chain } from "./chain.ts";
import { MOST_MARKS, writeMarks } from "./claims.ts";
import { FollowingDelay } from "./delay.ts";
import { Mending, type MendingHost } from "./mending.ts";
import { frameMs, type Message, type Rules } from "./messages.ts";
import { inputWidth } from "./pads.ts";
import { MOST_FRAMES, type Payload, PayloadCodec } from "./payload.ts";
import type { Peer } from "./peer.ts";
import { Presence } from "./presence.ts";
import type { Seats } from "./seats.ts";
import { type Request, RING, Timeline } from "./timeline.ts";

/** Counts of a game, for those who watch over it. */
export interface Stats {
  frame: number;
  /** Frames that could not be stepped when they were due: somebody's input was missing, or somebody was too far behind. */
  stalls: number;
  rollbacks: number;
  framesAgain: number;
  desyncs: number;
}

/** Windows from which on every other frame may go untold, and three of five. */
const GUESSES = 4;
const GUESSES_MORE = 8;
/** Frames that differ less in pace than this are left alone. */
const SLACK = 0.75;
/** Most that a player slows down for others: a share of the frame's time. */
const MOST_PACE = 0.1;

/** A game that is being played: inputs out and in, the machine's requests, pace, and that all runs are one. */
export class Game {
  readonly seats: Seats;
  readonly timeline: Timeline;
  readonly chain: Chain;
  readonly mending: Mending;
  readonly presence: Presence;
  /** How much longer the next frame is to take, as a share: players who are ahead wait for the others. */
  pace = 0;
  /** Frames between a pad and its effect, from now on. */
  delay: number;
  paused = false;
  /** Nothing is stepped from this frame on until it is clear who plays there. */
  barrier = Number.POSITIVE_INFINITY;
  /** The game ends at this frame. */
  last = Number.POSITIVE_INFINITY;
  /** Milliseconds of a frame. */
  readonly frameMs: number;
  readonly #lagLimit: number;
  readonly #codec: PayloadCodec;
  readonly #inputs: Uint8Array;
  readonly #marks = new Uint8Array(MOST_MARKS);
  /** What was settled when all input before a frame was given: whoever has that input was told so. */
  readonly #settledBy: Float64Array;
  readonly #width: number;
  /** The first frame for which this player gave no input yet. */
  #next: number;
  readonly #following: FollowingDelay | undefined;
  #stalls = 0;
  #stalledAt = -1;

  /** A game from frame 0, where `chain` is settled; or one that a player comes back to, whose input counts from `from` on. */
  constructor(seats: Seats, rules: Rules, chain: Chain, host: MendingHost, from?: number) {
    const width = inputWidth(rules.device);
    const first = chain.settled;
    this.seats = seats;
    const quiet = from === undefined ? rules.delay : 0;
    this.timeline = new Timeline({ players: seats.count, width, window: rules.window, first, quiet });
    this.chain = chain;
    this.mending = new Mending(seats, this.chain, host, (frame) => {
      this.timeline.restart(frame);
      this.#settledBy.fill(frame);
    });
    this.presence = new Presence(seats, this.timeline, rules.lost);
    this.delay = rules.delay;
    if (rules.adapts) this.#following = new FollowingDelay(rules.window);
    this.frameMs = frameMs(rules);
    this.#lagLimit = rules.lagLimit;
    this.#codec = new PayloadCodec(width);
    this.#inputs = new Uint8Array(MOST_FRAMES * width);
    this.#settledBy = new Float64Array(RING).fill(first);
    this.#width = width;
    this.#next = from ?? rules.delay;
    for (const peer of seats.peers) {
      peer.have = this.#next;
      peer.frame = first;
      peer.claims.restart(first);
    }
    if (from === undefined) return;
    for (const seat of [seats.me, ...seats.away]) this.timeline.leave(seat, first);
    this.timeline.back(seats.me, from);
  }

  get stats(): Stats {
    const { frame, rollbacks, again } = this.timeline;
    return { frame, stalls: this.#stalls, rollbacks, framesAgain: again, desyncs: this.mending.desyncs };
  }

  get players(): number {
    return this.seats.count;
  }

  /** The frame that comes next. */
  get frame(): number {
    return this.timeline.frame;
  }

  /** The newest frame that nothing will change any more. */
  get settled(): number {
    return this.timeline.settled;
  }

  read(player: number, frame: number, into: Uint8Array): void {
    this.timeline.read(player, frame, into);
  }

  /** All runs were found equal up to here; those of players who are lost count until it is settled that they are away. */
  get agreed(): number {
    const { peers, away } = this.seats;
    return peers.reduce(
      (least, peer) => (away.has(peer.seat) ? least : Math.min(least, peer.claims.agreed)),
      this.chain.settled,
    );
  }

  /** A frame's time has come: what the machine is to do, with this player's pad as it is now. */
  tick(now: number, pad: Uint8Array): readonly Request[] {
    const { timeline } = this;
    if (this.mending.active) return [];
    while (this.#next <= timeline.frame + this.delay && timeline.put(this.seats.me, this.#next, pad))
      this.#settledBy[++this.#next % RING] = this.chain.settled;
    const before = timeline.frame;
    const requests = timeline.advance(
      !this.paused && before < Math.min(this.barrier, this.last) && !this.#tooFarAhead(),
    );
    if (timeline.frame === before && !this.paused && this.#stalledAt !== before) {
      this.#stalls++;
      this.#stalledAt = before;
    }
    if (this.#following && timeline.frame > before)
      this.delay = this.#following.next(this.delay, before, this.seats.present, this.frameMs);
    this.#setPace(now);
    return requests;
  }

  /** The fingerprint of the state at a frame that a step led to. */
  settle(frame: number, print: bigint): void {
    this.chain.guess(frame, print);
  }

  /** What the last steps settled, and what time alone brings. */
  update(now: number): void {
    if (!this.mending.active) this.chain.settle(this.timeline.settled);
    for (const peer of this.seats.present) this.mending.compare(peer, now);
    this.mending.update(now);
    this.presence.update(now);
  }

  /** What a peer is told now; undefined where that may wait for the next frame. */
  payloadFor(peer: Peer, now: number): Uint8Array | undefined {
    const { timeline, chain } = this;
    if (this.#mayWait(peer)) {
      peer.waitedAt = timeline.frame;
      return undefined;
    }
    peer.toldAt = timeline.frame;
    peer.toldTo = this.#next;
    peer.told++;
    const first = Math.max(peer.have, this.#next - RING / 2);
    const count = Math.min(MOST_FRAMES, Math.max(0, this.#next - first));
    for (let i = 0; i < count; i++) timeline.read(this.seats.me, first + i, this.#inputs, i * this.#width);
    const frontier = timeline.frontier(peer.seat);
    // Who stopped there has nothing to compare with what came after it.
    const settled = Math.min(chain.settled, this.last);
    return this.#codec.write({
      past: this.#past,
      frame: timeline.frame,
      ahead: timeline.frame - peer.frameNow(now, this.frameMs),
      have: Number.isFinite(frontier) ? frontier : timeline.frame,
      settled,
      chain: chain.link(settled) ?? 0,
      marks: this.#marks.subarray(0, writeMarks(chain, this.#settledBy[peer.have % RING]!, settled, this.#marks)),
      first,
      count,
      inputs: this.#inputs,
    });
  }

  /** What becomes of equal frames is told apart by the repairs there were, and by who rests: whoever does not know yet that it does has another past. */
  get #past(): number {
    let past = this.mending.epoch;
    for (const seat of this.seats.away) past += 1 << (seat & 7);
    return past & 0xff;
  }

  /** Some frames may wait where they are guessed: pads that go on as before are guessed rightly. */
  #mayWait(peer: Peer): boolean {
    const { timeline, mending } = this;
    const frames = timeline.window < GUESSES ? 0 : timeline.window < GUESSES_MORE ? 1 : 1 + (peer.told % 2);
    if (mending.active || timeline.frame <= peer.toldAt || timeline.frame > peer.toldAt + frames) return false;
    // Once for each frame: where all stand still, they go on by what is told.
    if (timeline.frame === peer.waitedAt) return false;
    const before = this.#inputs.subarray(0, this.#width);
    const input = this.#inputs.subarray(this.#width, 2 * this.#width);
    timeline.read(this.seats.me, peer.toldTo - 1, before);
    for (let frame = peer.toldTo; frame < this.#next; frame++) {
      timeline.read(this.seats.me, frame, input);
      for (let i = 0; i < this.#width; i++) if (input[i] !== before[i]) return false;
    }
    return true;
  }

  /** `newest`: nothing that was sent later came before it. */
  receivePayload(peer: Peer, bytes: Uint8Array, newest: boolean, now: number): void {
    const payload = this.#codec.read(bytes);
    if (!payload) return;
    this.#takeInputs(peer, payload);
    // Nobody has what was not given yet; and one who was away may have less than before.
    if (newest) peer.have = Math.min(payload.have, this.#next);
    if (payload.past !== this.#past || !this.presence.takes(peer.seat)) return;
    if (newest) {
      peer.frame = payload.frame;
      peer.frameAt = now;
      peer.ahead = payload.ahead;
    }
    peer.claims.take(payload, this.#next);
    peer.claims.end(this.last);
    this.mending.compare(peer, now);
  }

  /** Takes a message that concerns the game; false: it does not. */
  receive(seat: number, message: Message, now: number): boolean {
    return this.mending.receive(seat, message, now) || this.presence.receive(seat, message);
  }

  #takeInputs(peer: Peer, { first, count, inputs }: Payload): void {
    if (!this.presence.takes(peer.seat)) return;
    for (let i = 0; i < count; i++)
      if (first + i === this.timeline.frontier(peer.seat))
        this.timeline.put(peer.seat, first + i, inputs, i * this.#width);
  }

  #tooFarAhead(): boolean {
    return this.seats.present.some((peer) => this.timeline.frame - peer.frame > this.#lagLimit);
  }

  /** Whoever is ahead of somebody, as both see it, takes a little longer for its frames. */
  #setPace(now: number): void {
    let most = 0;
    for (const peer of this.seats.present)
      most = Math.max(most, (this.timeline.frame - peer.frameNow(now, this.frameMs) - peer.ahead) / 2);
    this.pace = most > SLACK ? Math.min(MOST_PACE, (most - SLACK) * 0.03) : 0;
  }
}
