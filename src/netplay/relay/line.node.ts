import type { WebSocket } from "ws";
import type { FromRelay } from "../transport/signal.ts";
import type { Address } from "./limits.ts";
import type { Member } from "./room.node.ts";

/** Bytes that may wait for a member who reads slowly: datagrams that come then are dropped; beyond the second, so is the member. */
const MOST_WAITING = 65536;
const MOST_WAITING_EVER = 4 * MOST_WAITING;
/** Milliseconds that a member has to answer the end of its connection. */
const LAST_WORDS = 1000;

/** One WebSocket at the relay. */
export class Line {
  readonly address: Address;
  /** Who is on it, once it said hello. */
  member: Member | undefined;
  readonly began: number;
  heard: number;
  /** When it was told the last sign of life. */
  told: number;
  /** Messages since then that were dropped. */
  faults = 0;
  /** The last word was said. */
  ended = false;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, address: Address, now: number) {
    this.#socket = socket;
    this.address = address;
    this.began = this.heard = this.told = now;
  }

  tell(message: FromRelay): void {
    if (this.#socket.bufferedAmount > MOST_WAITING_EVER) this.cut();
    else this.#socket.send(JSON.stringify(message));
  }

  /** False: it reads too slowly, and the datagram was dropped. */
  bring(frame: Buffer): boolean {
    if (this.#socket.bufferedAmount > MOST_WAITING) return false;
    this.#socket.send(frame, { binary: true });
    return true;
  }

  /** Says the last word, and closes. */
  end(message: FromRelay, code = 1000): void {
    if (this.ended) return;
    this.ended = true;
    this.tell(message);
    this.#socket.close(code);
    setTimeout(() => this.cut(), LAST_WORDS).unref();
  }

  cut(): void {
    this.#socket.terminate();
  }
}
