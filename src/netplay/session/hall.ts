import type { Door } from "./door.ts";
import type { Waiting } from "./messages.ts";

/** Milliseconds between two tellings where nothing but pings changed. */
const PINGS_EVERY = 1000;

/** What a host tells of who is here before the game begins: when it changes, and pings now and then. */
export class Hall {
  #told = "";
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Who is here, where that is to be told now. */
  news(now: number, { people, roster }: Door): readonly Waiting[] | undefined {
    const told = JSON.stringify(people.map((one) => ({ ...one, rtt: 0 })));
    if (roster.length > 0 || (told === this.#told && (people.length === 1 || now - this.#toldAt < PINGS_EVERY)))
      return undefined;
    this.#told = told;
    this.#toldAt = now;
    return people;
  }
}
