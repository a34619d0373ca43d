import type { Direct, DirectMaker } from "./rtc.ts";
import type { PeerId } from "./transport.ts";

/** What a way does to the room that it belongs to. */
export interface WayEvents {
  /** To be brought to the peer by the relay. */
  signal(way: Way, text: string): void;
  /** The direct way opened or ended. */
  changed(): void;
  datagram(way: Way, bytes: Uint8Array): void;
}

/** Milliseconds that a direct way may take to open. */
const OPENS_WITHIN = 15_000;
/** Milliseconds until the next attempt: at first, doubled after each that failed, and at most. */
const RETRY_AFTER = 1000;
const RETRY_AFTER_AT_MOST = 60_000;
/** Milliseconds between two attempts of the other side that are looked at. */
const ATTEMPT_EVERY = 500;
/** Milliseconds of silence after which a direct way is doubted: the session says something four times a second. */
const QUIET = 1000;
/** Milliseconds of silence after which it counts for nothing. */
const SILENT = 2000;

/** How one peer is reached: by the relay, and past it once a direct way is open. */
export class Way {
  readonly peer: PeerId;
  /** Its number at the relay, while the relay has it. */
  number: number | undefined;
  /** When it could be reached last. */
  reached = performance.now();
  bytesSent = 0;
  bytesReceived = 0;
  readonly #make: DirectMaker | undefined;
  readonly #offers: boolean;
  readonly #on: WayEvents;
  #direct: Direct | undefined;
  #open = false;
  /** Attempts are numbered: what is said of another than the newest is void. */
  #attempt = 0;
  #began = Number.NEGATIVE_INFINITY;
  #retryAfter = RETRY_AFTER;
  #retryAt = 0;
  #heard = 0;

  constructor(self: PeerId, peer: PeerId, make: DirectMaker | undefined, on: WayEvents) {
    this.peer = peer;
    this.#make = make;
    this.#offers = self < peer;
    this.#on = on;
  }

  /** Something came directly of late: what only seems to be open brings nobody. */
  alive(now: number): boolean {
    return this.#open && now - this.#heard < SILENT;
  }

  /** Sends past the relay; false: it cannot, or nothing was heard that way for a while, so that the relay should bring it too. */
  send(datagram: Uint8Array): boolean {
    return this.#open && this.#direct!.send(datagram) && performance.now() - this.#heard < QUIET;
  }

  /** Takes what the peer signalled. */
  signal(text: string): void {
    const [, digits, rest] = /^(\d{1,9}) (.*)$/s.exec(text) ?? [];
    if (digits === undefined || !this.#make) return;
    const attempt = Number(digits);
    if (!this.#offers && attempt > this.#attempt && performance.now() - this.#began > ATTEMPT_EVERY)
      this.#begin(attempt);
    if (attempt !== this.#attempt || !this.#direct) return;
    // Nothing: the attempt is over on the other side.
    if (rest === "") this.#failed();
    else this.#direct.signal(rest!);
  }

  /** What time brings. */
  update(now: number): void {
    if (this.#direct && !this.#open && now - this.#began > OPENS_WITHIN) this.#failed();
    if (!this.#direct && this.#make && this.#offers && this.number !== undefined && now >= this.#retryAt)
      this.#begin(this.#attempt + 1);
  }

  close(): void {
    this.#direct?.close();
    this.#direct = undefined;
    this.#open = false;
  }

  #begin(attempt: number): void {
    this.close();
    this.#attempt = attempt;
    this.#began = performance.now();
    // Words of an attempt that is over concern nobody.
    const current = () => this.#attempt === attempt;
    try {
      this.#direct = this.#make!(this.#offers, {
        signal: (text) => current() && this.#on.signal(this, `${attempt} ${text}`),
        open: () => current() && this.#opened(),
        closed: () => current() && this.#failed(),
        datagram: (bytes) => {
          this.#heard = performance.now();
          this.#on.datagram(this, bytes);
        },
      });
    } catch {
      this.#failed(); // this system has no more of them
    }
  }

  #opened(): void {
    this.#open = true;
    this.#retryAfter = RETRY_AFTER;
    this.#heard = performance.now();
    this.#on.changed();
  }

  #failed(): void {
    const wasOpen = this.#open;
    this.close();
    this.#on.signal(this, `${this.#attempt} `);
    this.#retryAt = performance.now() + this.#retryAfter;
    this.#retryAfter = Math.min(RETRY_AFTER_AT_MOST, this.#retryAfter * 2);
    if (wasOpen) this.#on.changed();
  }
}
