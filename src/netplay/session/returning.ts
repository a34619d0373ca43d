import type { Feed } from "./feed.ts";
import type { Game } from "./game.ts";
import type { Message } from "./messages.ts";
import type { Peer } from "./peer.ts";

/** Frames from now at which somebody comes back: time enough for all to hear of it. */
const AHEAD = 60;
/** Frames that one who comes back may still be behind. */
const NEAR = 60;
/** Milliseconds after which a question is asked again. */
const ASK_EVERY = 1000;
/** Somebody who was heard this long ago is there. */
const HEARD = 500;

interface Return {
  readonly seat: number;
  readonly frame: number;
  readonly answers: Map<number, boolean>;
  readonly until: number;
}

/**
 * How a player comes back who was away, as those see it who played on. The leader tells them that they are behind and feeds
 * them all inputs since; when they are near, all agree on a frame from which their input counts again, and nobody plays
 * past it before that is sure.
 */
export class Returning {
  /** Players who came back, for whoever tells people. */
  readonly returned: number[] = [];
  readonly #game: Game;
  readonly #feed: Feed;
  readonly #told = new Map<Peer, number>();
  #return: Return | undefined;
  /** Where one who came back is still fed. */
  readonly #feeding = new Map<Peer, number>();

  constructor(game: Game, feed: Feed) {
    this.#game = game;
    this.#feed = feed;
  }

  /** `peers` are all with a seat, also those that stand for a player who began anew. */
  update(now: number, peers: Iterable<Peer>): void {
    const { seats, timeline } = this.#game;
    // Who is away again, so soon, is told so again.
    for (const [peer, frame] of this.#feeding)
      if (peer.frame > frame || seats.away.has(peer.seat)) {
        this.#feed.remove(peer);
        this.#feeding.delete(peer);
      }
    if (this.#return && now > this.#return.until) this.#cancel();
    for (const peer of peers) {
      if (!seats.away.has(peer.seat)) continue;
      if (!seats.leads) this.#feed.remove(peer);
      if (!seats.leads || !peer.link.open || now - peer.link.heard > HEARD) continue;
      if (now - (this.#told.get(peer) ?? Number.NEGATIVE_INFINITY) < ASK_EVERY) continue;
      this.#told.set(peer, now);
      // Also to one who is fed: it may wait for what somebody else feeds, who led before.
      peer.tell(["fallen", timeline.restsFrom(peer.seat), this.#feed.has(peer)]);
    }
  }

  receive(peer: Peer | undefined, seat: number, message: Message, now: number): boolean {
    const { seats, timeline, mending } = this.#game;
    const leads = seat === seats.leader;
    switch (message[0]) {
      case "follow":
        if (!peer || !seats.leads) return true;
        this.#feed.add(peer, message[1], message[2]);
        // Whoever fed it until it was back is lost.
        if (!seats.away.has(seat)) this.#feeding.set(peer, timeline.frontier(seat));
        return true;
      case "caughtUp":
        if (peer && seats.leads && this.#feed.has(peer) && this.#game.agreed - message[1] < NEAR)
          if (seats.away.has(seat) && seats.complete && !this.#return) this.#ask(seat, now);
        return true;
      case "askBack": {
        const [, who, frame] = message;
        if (!leads) return true;
        const ok = timeline.frame <= frame && !mending.active;
        if (ok) {
          this.#game.barrier = frame;
          seats.maybeBack.add(who);
        }
        if (ok && !seats.leads) this.#return = { seat: who, frame, answers: new Map(), until: now + 5 * ASK_EVERY };
        seats.tell(seat, ["backAt", who, frame, ok]);
        return true;
      }
      case "backAt":
        if (this.#return?.seat === message[1] && this.#return.frame === message[2])
          this.#answer(this.#return, seat, message[3]);
        return true;
      case "notBack":
        if (leads) seats.maybeBack.delete(message[1]);
        return true;
      default:
        return false;
    }
  }

  /** All agreed: the player's input counts from that frame on. */
  back(peer: Peer, frame: number): void {
    const { seats, timeline } = this.#game;
    if (!seats.away.delete(peer.seat)) return;
    seats.maybeBack.delete(peer.seat);
    seats.replace(peer);
    this.#game.presence.returned(peer.seat);
    timeline.back(peer.seat, frame);
    peer.lost = false;
    peer.frame = timeline.frame;
    // What it said before was of a past that is not ours.
    peer.claims.restart(frame);
    this.#game.barrier = Number.POSITIVE_INFINITY;
    this.#return = undefined;
    if (this.#feed.has(peer)) this.#feeding.set(peer, frame);
    this.returned.push(peer.seat);
  }

  #ask(seat: number, now: number): void {
    const { seats, timeline } = this.#game;
    const frame = timeline.frame + AHEAD;
    this.#return = { seat, frame, answers: new Map(), until: now + 3 * ASK_EVERY };
    seats.tellAll(["askBack", seat, frame]);
  }

  #answer(back: Return, seat: number, ok: boolean): void {
    const { seats, timeline } = this.#game;
    back.answers.set(seat, ok);
    if (!ok) this.#cancel();
    else if (seats.complete && seats.here.every((s) => back.answers.get(s))) {
      const away = [...seats.away].filter((s) => s !== back.seat);
      const rests = Math.max(0, ...away.map((s) => timeline.restsFrom(s)));
      const message: Message = ["back", back.seat, back.frame, away, rests, this.#game.mending.epoch];
      seats.tellAll(message);
      this.#returner(back.seat)?.tell(message);
    }
  }

  #returner(seat: number): Peer | undefined {
    return [...this.#feed.followers].find((peer) => peer.seat === seat);
  }

  #cancel(): void {
    const { seats } = this.#game;
    if (seats.leads) seats.tellAll(["notBack", this.#return!.seat]);
    this.#return = undefined;
    this.#game.barrier = Number.POSITIVE_INFINITY;
  }
}
