import { Problem } from "../../problem.ts";
import { type Connect, RelaySocket } from "./relay-socket.ts";
import { type FromRelay, RELAY_PROTOCOL, type ToRelay } from "./signal.ts";

/** Milliseconds until a relay that is gone is tried again: at first, doubled after each failure, and at most. */
const RETRY_AFTER = 250;
const RETRY_AFTER_AT_MOST = 5000;

/** A place in a relay's room that is kept: when the connection breaks, it is made again. */
export class RelayClient {
  /** ws://HOST:PORT, without a slash at its end. */
  readonly url: string;
  /** The room's code, once we are in. */
  code = "";
  /** We are in the room now. */
  inside = false;
  /** Why the relay is gone. */
  fault = "";
  /** It said not to come back. */
  over = false;
  onMessage: (message: FromRelay) => void = () => {};
  onDatagram: (from: number, datagram: Uint8Array) => void = () => {};
  /** The connection broke, after we were in. */
  onDropped: () => void = () => {};
  readonly #connect: Connect;
  readonly #secret: string;
  #socket: RelaySocket | undefined;
  #retryAt = 0;
  #retryAfter = RETRY_AFTER;

  constructor(url: string, connect: Connect, secret: string) {
    this.url = url.replace(/(#.*|\/)$/, "");
    this.#connect = connect;
    this.#secret = secret;
  }

  /** Goes in, for the first time; null: into a new room. Throws a Problem where the relay does not let us. */
  enter(code: string | null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#dial(code, false, resolve, (why) => reject(new Problem(`${this.url}: ${why}`)));
    });
  }

  tell(message: ToRelay): void {
    this.#socket?.tell(message);
  }

  send(to: number, datagram: Uint8Array): void {
    this.#socket?.send(to, datagram);
  }

  /** What time brings. */
  update(now: number): void {
    this.#socket?.update();
    if (!this.#socket && !this.over && this.code !== "" && now >= this.#retryAt) this.#dial(this.code, true);
  }

  /** Leaves the room. */
  close(): void {
    this.over = true;
    this.inside = false;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #dial(code: string | null, again: boolean, onWelcome = () => {}, onRefused = (_why: string) => {}): void {
    const onEnd = (fault: string) => {
      onRefused(`the relay cannot be reached${fault && ` (${fault})`}; is it running, is the address right?`);
      this.#dropped(fault || "the connection broke");
    };
    let socket: RelaySocket;
    try {
      socket = new RelaySocket(this.#connect(this.url), ["hello", RELAY_PROTOCOL, this.#secret, code, again]);
    } catch (error) {
      onEnd((error as Error).message); // a browser does not let every page go everywhere
      return;
    }
    this.#socket = socket;
    socket.onDatagram = (from, datagram) => this.onDatagram(from, datagram);
    socket.onEnd = onEnd;
    socket.onMessage = (message) => {
      if (message[0] === "refused" || message[0] === "bye") {
        onRefused(message[1]);
        this.over ||= message[2] === false;
        socket.close();
        this.#dropped(message[1]);
      } else if (message[0] === "welcome") this.#welcome(message, onWelcome);
      else this.onMessage(message);
    };
  }

  #welcome(message: Extract<FromRelay, ["welcome", ...unknown[]]>, onWelcome: () => void): void {
    this.code ||= message[1];
    this.inside = true;
    this.#retryAfter = RETRY_AFTER;
    this.onMessage(message);
    this.fault = "";
    onWelcome();
  }

  #dropped(fault: string): void {
    this.#socket = undefined;
    this.inside = false;
    this.#retryAt = performance.now() + this.#retryAfter * (1 + Math.random());
    this.#retryAfter = Math.min(RETRY_AFTER_AT_MOST, this.#retryAfter * 2);
    const first = this.fault === "";
    this.fault = fault;
    if (first && this.code !== "") this.onDropped();
  }
}
