import { type FromRelay, GONE_AFTER, HEAD, LONGEST_RELAYED, readFromRelay, type ToRelay } from "./signal.ts";

/** A WebSocket, as browsers have it and the package ws too. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(
    type: "open" | "message" | "close" | "error",
    // biome-ignore lint/suspicious/noExplicitAny: the two declare their events differently
    listener: (event: any) => void,
  ): void;
}

/** The way to a relay: in a browser `(url) => new WebSocket(url)`. */
export type Connect = (url: string) => Socket;

const OPEN = 1;
/** Bytes that may wait to be sent; datagrams that come then are dropped. */
const MOST_WAITING = 65536;
/** Milliseconds until the relay has let us in. */
const WELCOME_WITHIN = 10_000;

/** One connection to a relay, from the hello to its end. */
export class RelaySocket {
  readonly #socket: Socket;
  readonly #frame = new Uint8Array(LONGEST_RELAYED);
  #heard = performance.now();
  #welcome = false;
  #ended = false;
  /** Each message, and each datagram with the member from whom it is. */
  onMessage: (message: FromRelay) => void = () => {};
  onDatagram: (from: number, datagram: Uint8Array) => void = () => {};
  /** It is over, by a fault in words or without; not after close(). */
  onEnd: (fault: string) => void = () => {};

  constructor(socket: Socket, hello: ToRelay) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    let fault = "";
    socket.addEventListener("open", () => this.tell(hello));
    socket.addEventListener("error", (event: { message?: string }) => {
      fault = event.message ?? "";
    });
    socket.addEventListener("close", () => this.#end(fault));
    socket.addEventListener("message", ({ data }: { data: unknown }) => this.#receive(data));
  }

  tell(message: ToRelay): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  send(to: number, datagram: Uint8Array): void {
    const { readyState, bufferedAmount } = this.#socket;
    if (readyState !== OPEN || bufferedAmount > MOST_WAITING) return;
    const frame = this.#frame;
    frame[0] = to >> 8;
    frame[1] = to;
    frame.set(datagram, HEAD);
    this.#socket.send(frame.subarray(0, HEAD + datagram.length));
  }

  /** Gives up a connection on which nothing comes any more. */
  update(): void {
    if (performance.now() - this.#heard > (this.#welcome ? GONE_AFTER : WELCOME_WITHIN))
      this.#end("it does not answer");
  }

  /** Leaves the room. */
  close(): void {
    this.#ended = true;
    this.#socket.close(1000);
  }

  #end(fault: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.close();
    this.onEnd(fault);
  }

  #receive(data: unknown): void {
    if (this.#ended) return;
    this.#heard = performance.now();
    if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      if (bytes.length >= HEAD && bytes.length <= LONGEST_RELAYED)
        this.onDatagram(bytes[0]! * 256 + bytes[1]!, bytes.subarray(HEAD));
      return;
    }
    const message = typeof data === "string" ? readFromRelay(data) : undefined;
    if (!message) return;
    this.#welcome ||= message[0] === "welcome";
    this.onMessage(message);
  }
}
