import type { LostInput, Message, Rules } from "./messages.ts";
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

/** Going on without some players, as the one who leads it sees it. */
interface Leaving {
  /** Answers to an earlier attempt count no more: who gave them may have taken more input since. */
  readonly attempt: number;
  readonly seats: number[];
  /** What each who is here knows of each of them. */
  readonly known: Map<number, readonly LostInput[]>;
  readonly since: number;
  asked: number;
}

/**
 * Who is still there. When players are lost, those who are left may go on without all of them at once: they find out
 * together how far each one's input is known to any of them, and from that frame on it rests, for all the same. So
 * everybody either takes part in that or is told later that the others went on. Only a part of the players that cannot
 * be outvoted goes on: more than half, or half with the first. Whoever has told what it knows takes no more of that input,
 * and follows nobody else, until whoever asked has decided, or takes it back.
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
  #attempts = 0;

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
        if (this.#leadsWithout(seat, message[2]))
          this.#seats.tell(seat, ["lost", message[1], message[2].map((lost) => this.#freeze(lost, seat))]);
        return true;
      case "stay":
        for (const lost of message[1]) if (this.#frozen.get(lost) === seat) this.#frozen.delete(lost);
        return true;
      case "lost":
        if (this.#leaving?.attempt === message[1] && this.#answers(this.#leaving, message[2]))
          this.#leaving.known.set(seat, message[2]);
        return true;
      case "away":
        for (const lost of message[1]) if (this.#frozen.get(lost[0]) === seat) this.#leave(...lost);
        return true;
      default:
        return false;
    }
  }

  /** Whether that player is the one to decide when the others are lost. */
  #leadsWithout(seat: number, lost: readonly number[]): boolean {
    return !lost.includes(this.#seats.me) && this.#seats.here.find((s) => !lost.includes(s)) === seat;
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

  /** Begins to go on without those who are lost, once all of them are to be gone on without. */
  #dismiss(now: number): void {
    const seats = this.#lost;
    const may = seats.length > 0 && this.#mayGoOn;
    if (!may || !seats.every((seat) => this.dismissed.has(seat) || this.#frozen.has(seat))) return;
    const attempt = ++this.#attempts;
    this.#leaving = { attempt, seats, known: new Map(), since: now, asked: Number.NEGATIVE_INFINITY };
  }

  /** Seats of those who are lost and do not rest yet. */
  get #lost(): number[] {
    return this.#seats.peers.filter(({ seat, lost }) => lost && !this.#seats.away.has(seat)).map(({ seat }) => seat);
  }

  /**
   * Those who are here are more than half of those who play, or half with the first of them: no other part goes on
   * without them. Who rests already does not count, nor does whoever began anew: they are in no part, unless they are back.
   */
  get #mayGoOn(): boolean {
    const { count, here, away, maybeBack } = this.#seats;
    const playing = Array.from({ length: count }, (_, seat) => seat).filter(
      (seat) => maybeBack.has(seat) || !(away.has(seat) || this.anew.has(seat)),
    );
    return here.length * 2 > playing.length || (here.length * 2 === playing.length && here[0] === playing[0]);
  }

  /** What is known here of a player's input; from now on none of it is taken any more. */
  #freeze(seat: number, asker: number): LostInput {
    this.#frozen.set(seat, asker);
    // At once: it may ask the same of whoever it is that was asked, in the next message.
    const peer = this.#seats.peer(seat);
    if (peer) peer.lost = true;
    const { width, frame } = this.#timeline;
    // Where it was settled already, and whoever asks did not hear of it.
    const until = this.#seats.away.has(seat) ? this.#timeline.restsFrom(seat) : this.#timeline.frontier(seat);
    const frontier = Math.min(until, frame + TOLD);
    const first = Math.max(0, frontier - TOLD);
    const bytes = new Uint8Array((frontier - first) * width);
    for (let f = first; f < frontier; f++) this.#timeline.read(seat, f, bytes, (f - first) * width);
    return [seat, frontier, first, bytes];
  }

  /** When all who are here have said what they know, the farthest of it holds for all. */
  #conclude(leaving: Leaving, now: number): void {
    const { attempt, seats, known, since } = leaving;
    const { here } = this.#seats;
    const more = this.#lost.some((seat) => !seats.includes(seat));
    const missing = here.filter((seat) => !known.has(seat));
    if (!more && missing.length === 0) {
      this.#leaving = undefined;
      const farthest = seats.map((_, i) =>
        here.map((seat) => known.get(seat)![i]!).reduce((a, b) => (b[1] > a[1] ? b : a)),
      );
      for (const seat of here) this.#seats.tell(seat, ["away", farthest]);
      return;
    }
    const heard = seats.some((seat) => this.#quiet(this.#seats.peer(seat)!, now) < SILENT);
    if (heard && now - since > GIVE_UP) {
      // It may be that others wait for us in the same way, having missed us while we missed them.
      this.#leaving = undefined;
      for (const { seat } of [{ seat: this.#seats.me }, ...this.#seats.peers]) this.#seats.tell(seat, ["stay", seats]);
    } else if (more) this.#dismiss(now);
    else if (now - leaving.asked >= ASK_EVERY) {
      leaving.asked = now;
      for (const seat of missing) this.#seats.tell(seat, ["askLost", attempt, seats]);
    }
  }

  /** Whether somebody answered what was asked, in bytes that are as many as it says. */
  #answers({ seats }: Leaving, answer: readonly LostInput[]): boolean {
    const { width } = this.#timeline;
    return (
      answer.length === seats.length &&
      answer.every(([seat, end, first, bytes], i) => seat === seats[i] && bytes.length === (end - first) * width)
    );
  }

  #leave(...[seat, frame, first, bytes]: LostInput): void {
    const { width } = this.#timeline;
    this.#frozen.delete(seat);
    if (this.#seats.away.has(seat) || bytes.length < (frame - first) * width) return;
    for (let f = this.#timeline.frontier(seat); f < frame && f >= first; f++)
      this.#timeline.put(seat, f, bytes, (f - first) * width);
    this.#timeline.leave(seat, frame);
    this.#seats.away.add(seat);
    // What it asked for comes to nothing: it is told itself that the others went on.
    for (const [lost, asker] of this.#frozen) if (asker === seat) this.#frozen.delete(lost);
    this.events.push({ kind: "away", name: this.#seats.peer(seat)?.name ?? "", seat, frame });
  }
}
