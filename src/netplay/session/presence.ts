import type { Message, Rules } from "./messages.ts";
import type { Peer } from "./peer.ts";
import type { Seats } from "./seats.ts";
import type { Timeline } from "./timeline.ts";

/** Milliseconds without a word after which somebody counts as silent, and as lost. */
const SILENT = 1500;
const LOST = 8000;
/** Frames of a lost player's input that are told: more than any two can be apart. */
const TOLD = 128;
/** Milliseconds after which those who did not answer are asked again: they may not have known yet who leads. */
const ASK_EVERY = 1000;
/** Milliseconds after which what was not settled about a player who is heard again is given up. */
const GIVE_UP = 3000;

/** What was noticed of a player. */
export interface PresenceEvent {
  readonly kind: "silent" | "heard" | "lost" | "away";
  readonly name: string;
  readonly seat: number;
  /** For "away": the first frame in which the player rests. */
  readonly frame?: number;
}

/** What somebody who is here knows of a lost player's input: all before `frontier`, and the last of it as bytes. */
interface Known {
  readonly frontier: number;
  readonly first: number;
  readonly bytes: Uint8Array;
}

interface Leaving {
  readonly seat: number;
  readonly known: Map<number, Known>;
  readonly since: number;
  asked: number;
}

/**
 * Who is still there. When a player is lost, those who are left may go on without: they find out together how far its
 * input is known to any of them, and from that frame on it rests, for all the same. Only a part of the players that
 * cannot be outvoted goes on: more than half, or half with seat 0.
 */
export class Presence {
  readonly events: PresenceEvent[] = [];
  /** Lost players that are to be gone on without. */
  readonly dismissed = new Set<number>();
  /** Players whose process began anew and who want their seat back: they play nowhere else. */
  readonly anew = new Set<number>();
  /** Players who left for good. */
  readonly #left = new Set<number>();
  readonly #seats: Seats;
  readonly #timeline: Timeline;
  readonly #rule: Rules["lost"];
  readonly #silent = new Set<Peer>();
  /** Players whose input is not taken any more, as what is known of it was told; and who asked for that. */
  readonly #frozen = new Map<number, number>();
  #leaving: Leaving | undefined;

  constructor(seats: Seats, timeline: Timeline, rule: Rules["lost"]) {
    this.#seats = seats;
    this.#timeline = timeline;
    this.#rule = rule;
  }

  /** The player is back. */
  returned(seat: number): void {
    this.dismissed.delete(seat);
    this.anew.delete(seat);
    this.#left.delete(seat);
  }

  /** A player's input is taken. */
  takes(seat: number): boolean {
    return !this.#frozen.has(seat) && !this.#seats.away.has(seat);
  }

  update(now: number): void {
    for (const peer of this.#seats.peers) {
      if (this.#seats.away.has(peer.seat)) continue;
      const quiet = this.#quiet(peer, now);
      this.#mark(peer, quiet > SILENT, quiet > LOST);
    }
    if (this.#leaving) this.#conclude(this.#leaving, now);
    else if (this.#seats.leads) this.#dismiss(now);
  }

  /** Milliseconds for which nothing came of the player's game. */
  #quiet({ seat, link }: Peer, now: number): number {
    return this.anew.has(seat) || this.#left.has(seat) ? Number.POSITIVE_INFINITY : now - link.heard;
  }

  receive(seat: number, message: Message): boolean {
    switch (message[0]) {
      case "leave":
        this.#left.add(seat);
        this.dismissed.add(seat);
        return true;
      case "without":
        this.dismissed.add(message[1]);
        return true;
      case "askLost":
        if (this.#leadsWithout(seat, message[1])) this.#seats.tell(seat, this.#tell(message[1], seat));
        return true;
      case "stay":
        if (this.#frozen.get(message[1]) === seat) this.#frozen.delete(message[1]);
        return true;
      case "lost":
        if (this.#leaving?.seat === message[1])
          this.#leaving.known.set(seat, { frontier: message[2], first: message[3], bytes: message[4] });
        return true;
      case "away":
        if (this.#leadsWithout(seat, message[1])) this.#leave(message[1], message[2], message[3], message[4]);
        return true;
      default:
        return false;
    }
  }

  /** Whether that player is the one to decide when the other is lost. */
  #leadsWithout(seat: number, lost: number): boolean {
    return lost !== this.#seats.me && this.#seats.here.find((s) => s !== lost) === seat;
  }

  #mark(peer: Peer, silent: boolean, lost: boolean): void {
    const said = { name: peer.name, seat: peer.seat };
    if (silent !== this.#silent.has(peer)) {
      if (silent) this.#silent.add(peer);
      else this.#silent.delete(peer);
      this.events.push({ kind: silent ? "silent" : "heard", ...said });
    }
    if (lost && !peer.lost) this.events.push({ kind: "lost", ...said });
    if (lost && this.#rule === "go on") this.dismissed.add(peer.seat);
    // Whose input is not taken any more stays lost until all are agreed on it; then it may come back.
    peer.lost = lost || this.#frozen.has(peer.seat);
  }

  /** Begins to go on without the next of those who are to be gone on without. */
  #dismiss(now: number): void {
    if (!this.#mayGoOn) return;
    const lost = this.#seats.peers.find(
      (peer) => peer.lost && this.dismissed.has(peer.seat) && !this.#seats.away.has(peer.seat),
    );
    if (!lost) return;
    this.#leaving = { seat: lost.seat, known: new Map(), since: now, asked: Number.NEGATIVE_INFINITY };
  }

  /** Those who are here are more than half, or half with seat 0: no other part of the players goes on without them. */
  get #mayGoOn(): boolean {
    const { count } = this.#seats;
    const here = new Set([...this.#seats.here, ...this.anew]);
    return here.size * 2 > count || (here.size * 2 === count && here.has(0));
  }

  /** What is known here of a player's input; from now on none of it is taken any more. */
  #tell(seat: number, asker: number): Message {
    this.#frozen.set(seat, asker);
    const { width } = this.#timeline;
    const frontier = Math.min(this.#timeline.frontier(seat), this.#timeline.frame + TOLD);
    const first = Math.max(0, frontier - TOLD);
    const bytes = new Uint8Array((frontier - first) * width);
    for (let frame = first; frame < frontier; frame++) this.#timeline.read(seat, frame, bytes, (frame - first) * width);
    return ["lost", seat, frontier, first, bytes];
  }

  /** All who are here said what they know: the farthest of it holds for all. */
  #conclude(leaving: Leaving, now: number): void {
    const { seat, known } = leaving;
    const here = this.#seats.here.filter((s) => s !== seat);
    const missing = here.filter((s) => !known.has(s));
    if (missing.length > 0 && now - leaving.asked >= ASK_EVERY) {
      leaving.asked = now;
      for (const s of missing) this.#seats.tell(s, ["askLost", seat]);
    }
    const peer = this.#seats.peer(seat)!;
    // Others may have been lost meanwhile, one after another: those who are left must still be enough.
    const open = missing.length > 0 || !this.#mayGoOn;
    if (open && now - leaving.since > GIVE_UP && this.#quiet(peer, now) < SILENT) {
      // It may be that others wait for us in the same way, having missed us while we missed them.
      this.#leaving = undefined;
      for (const s of [this.#seats.me, ...this.#seats.peers.map((other) => other.seat)])
        this.#seats.tell(s, ["stay", seat]);
    }
    if (open) return;
    const { frontier, first, bytes } = here
      .map((s) => known.get(s)!)
      .reduce((a, b) => (b.frontier > a.frontier ? b : a));
    this.#leaving = undefined;
    for (const s of here) this.#seats.tell(s, ["away", seat, frontier, first, bytes]);
  }

  #leave(seat: number, frame: number, first: number, bytes: Uint8Array): void {
    const { width } = this.#timeline;
    if (this.#seats.away.has(seat) || bytes.length < (frame - first) * width) return;
    for (let f = this.#timeline.frontier(seat); f < frame && f >= first; f++)
      this.#timeline.put(seat, f, bytes, (f - first) * width);
    this.#timeline.leave(seat, frame);
    this.#seats.away.add(seat);
    this.#frozen.delete(seat);
    this.events.push({ kind: "away", name: this.#seats.peer(seat)?.name ?? "", seat, frame });
  }
}
