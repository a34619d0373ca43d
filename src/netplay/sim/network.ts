import type { Random } from "./random.ts";

/** How bad a network is. Times in milliseconds, shares from 0 to 1. */
export interface Weather {
  /** One way. */
  readonly delay: number;
  readonly jitter: number;
  readonly loss: number;
  readonly doubled: number;
  /** Share of datagrams that take a detour of up to ten delays. */
  readonly detour: number;
}

interface Flight {
  readonly at: number;
  readonly order: number;
  readonly from: number;
  readonly to: number;
  readonly datagram: Uint8Array;
}

/** A network in virtual time: what is sent may arrive, once or twice, some time later. */
export class Network {
  /** It may turn. */
  weather: Weather;
  /** Datagrams and bytes that were sent, lost ones too. */
  datagrams = 0;
  bytes = 0;
  readonly #random: Random;
  #flights: Flight[] = [];
  #sent = 0;
  /** Pairs that cannot reach each other until then. */
  readonly #cuts: { readonly a: number; readonly b: number; readonly until: number }[] = [];

  constructor(weather: Weather, random: Random) {
    this.weather = weather;
    this.#random = random;
  }

  /** Nothing goes between the two, either way, until that time. */
  cut(a: number, b: number, until: number): void {
    this.#cuts.push({ a, b, until });
  }

  send(from: number, to: number, datagram: Uint8Array, now: number): void {
    const { delay, jitter, loss, doubled, detour } = this.weather;
    this.datagrams++;
    this.bytes += datagram.length;
    if (this.#cuts.some(({ a, b, until }) => until > now && ((a === from && b === to) || (a === to && b === from))))
      return;
    for (let copies = this.#random(1) < doubled ? 2 : 1; copies > 0; copies--) {
      if (this.#random(1) < loss) continue;
      const late = this.#random(1) < detour ? this.#random(delay * 10) : 0;
      this.#flights.push({ at: now + delay + this.#random(jitter) + late, order: this.#sent++, from, to, datagram });
    }
  }

  /** What has arrived by now, in order of arrival. */
  arrived(now: number): readonly Flight[] {
    const due = this.#flights.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at || a.order - b.order);
    if (due.length > 0) this.#flights = this.#flights.filter(({ at }) => at > now);
    return due;
  }
}
