import { Link } from "../session/link.ts";
import { type Message, writeMessage } from "../session/messages.ts";
import type { Random } from "./random.ts";
import { toySuite } from "./suite.ts";

/** A datagram that somebody is to get, and in whose name. */
export interface Forged {
  readonly from: number;
  readonly to: number;
  readonly datagram: Uint8Array;
}

const nothing = new Uint8Array(0);
/** What only players may say. */
const WORDS: readonly Message[] = [
  ["end", "enough", 40],
  ["leave"],
  ["pause", true],
  ["without", 0],
  ["roster", []],
  ["start"],
  ["refuse", "no"],
  ["linked", 8],
  ["fallen", 0, false],
  ["follow", 0, 0],
  ["caughtUp", 9],
  ["back", 0, 5, [], 0, 0],
  ["askBack", 0, 9],
  ["inputs", 0, new Uint8Array(40), 0, false],
  ["askLost", 1, [0]],
  ["away", [[0, 5, 0, nothing]]],
  ["drift", 5, 0],
  ["halt", 1],
  ["repair", 1, 1, 0, 9, []],
  ["state", 1, 4, 256, 0, new Uint8Array(256)],
  ["resume", 1, 5],
  ["signature", 0, new Uint8Array(64)],
];
/** Datagrams that are remembered, to be sent again. */
const REMEMBERED = 256;
/** Share of the moments at which something is sent. */
const OFTEN = 0.05;

/**
 * Somebody who is in the room without a seat, and on everybody's way: sends old datagrams again, to others, in the names of
 * others, changed, and noise; and says under an own name what only players may say.
 */
export class Hostile {
  /** The number that others know them by. */
  readonly number: number;
  readonly #random: Random;
  readonly #links: Link[];
  readonly #heard: Forged[] = [];

  constructor(people: number, room: Uint8Array, random: Random) {
    this.number = people;
    this.#random = random;
    const suite = toySuite(random);
    this.#links = Array.from({ length: people }, () => new Link(suite, room));
  }

  overhears(flight: Forged): void {
    this.#heard[this.#whole(REMEMBERED)] = flight;
  }

  receive(from: number, datagram: Uint8Array, now: number): void {
    this.#links[from]!.receive(datagram, now);
  }

  /** What is sent at this moment. `playing`: those in the game; who is not there yet is let alone, as they know nobody. */
  sends(playing: readonly number[], now: number): readonly Forged[] {
    if (playing.length === 0 || this.#random(1) > OFTEN) return [];
    const to = playing[this.#whole(playing.length)]!;
    const old = this.#heard[this.#whole(REMEMBERED)];
    const link = this.#links[to]!;
    switch (this.#whole(5)) {
      case 0:
        return old ? [{ ...old, to: playing.includes(old.to) ? old.to : to }] : [];
      case 1:
        return old ? [{ ...old, to }] : [];
      case 2: {
        if (!old) return [];
        const datagram = old.datagram.slice(0, 1 + this.#whole(old.datagram.length * 2));
        datagram[this.#whole(datagram.length)]! ^= 1 << this.#whole(8);
        return [{ from: old.from, to, datagram }];
      }
      case 3: {
        const datagram = Uint8Array.from({ length: this.#whole(200) }, () => this.#whole(256));
        datagram[0] = this.#whole(6);
        return [{ from: this.#whole(this.number), to, datagram }];
      }
      default:
        if (link.open) link.send(writeMessage(WORDS[this.#whole(WORDS.length)]!));
        return link.flush(now).map((datagram) => ({ from: this.number, to, datagram }));
    }
  }

  #whole(below: number): number {
    return Math.floor(this.#random(below));
  }
}
