import * as v from "valibot";
import { Problem } from "../../problem.ts";
import { MAX_DATAGRAM } from "./transport.ts";

/** A way to one peer past the relay: it is being made, open, or closed. */
export interface Direct {
  /** Takes what the other side signalled. */
  signal(text: string): void;
  /** False: it was dropped. */
  send(datagram: Uint8Array): boolean;
  close(): void;
}

export interface DirectEvents {
  /** To be brought to the other side: at most 6 KB. */
  signal(text: string): void;
  open(): void;
  datagram(bytes: Uint8Array): void;
  /** It is over; not after close(). */
  closed(): void;
}

/** Begins a direct way; one of the two sides offers it. */
export type DirectMaker = (offers: boolean, on: DirectEvents) => Direct;

/** Bytes that may wait to be sent; what comes then is dropped. */
const MOST_WAITING = 65536;
const MOST_CANDIDATES = 64;
/**
 * What is lost is sent again, though nothing waits for it: of what it gives up, SCTP tells the other side at each
 * acknowledgement until that arrives too (RFC 3758), which takes more packets (measured at 15 % loss: 113 a second, not 73).
 */
const CHANNEL = { negotiated: true, id: 0, ordered: false, maxRetransmits: 2 } as const;

const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const Signal = v.union([
  v.strictTuple([v.picklist(["offer", "answer"]), text(5000)]),
  v.strictTuple([v.literal("candidate"), text(500), text(3)]),
]);
type Signal = v.InferOutput<typeof Signal>;

/**
 * WebRTC data channels in which nothing waits for what was lost. `Connection` is the browser's RTCPeerConnection, or one
 * like it; `stun`: servers that tell this side's address as it is seen from afar, such as stun:stun.example.org:3478; none
 * are asked unless they are named. Throws a Problem for what is none.
 */
export function webRtc(Connection: typeof RTCPeerConnection, stun: readonly string[] = []): DirectMaker {
  for (const url of stun)
    if (!/^stuns?:[\w.:[\]-]+$/.test(url)) throw new Problem(`${url}: a STUN server is named like stun:HOST:3478`);
  const iceServers = stun.length > 0 ? [{ urls: [...stun] }] : [];
  return (offers, on) => new RtcDirect(new Connection({ iceServers }), offers, on);
}

class RtcDirect implements Direct {
  readonly #connection: RTCPeerConnection;
  readonly #offers: boolean;
  readonly #on: DirectEvents;
  #channel: RTCDataChannel | undefined;
  #closed = false;
  #described = false;
  #candidates = 0;
  /** What is done to the connection is done one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(connection: RTCPeerConnection, offers: boolean, on: DirectEvents) {
    this.#connection = connection;
    this.#offers = offers;
    this.#on = on;
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.candidate)
        this.#say(["candidate", candidate.candidate.replace(/^a=/, ""), candidate.sdpMid ?? "0"]);
    });
    connection.addEventListener("connectionstatechange", () => {
      if (["failed", "closed"].includes(connection.connectionState)) this.#end();
    });
    if (offers) this.#do(() => this.#offer());
  }

  signal(message: string): void {
    let said: unknown;
    try {
      said = JSON.parse(message);
    } catch {}
    if (this.#closed || !v.is(Signal, said)) return;
    if (said[0] === "candidate") {
      const [, candidate, sdpMid] = said;
      if (this.#candidates++ >= MOST_CANDIDATES) return;
      // One that this side cannot use, such as a name that it cannot resolve, is no fault of the others.
      this.#do(() => this.#connection.addIceCandidate({ candidate, sdpMid }).catch(() => {}));
    } else if (!this.#described && said[0] === (this.#offers ? "answer" : "offer")) {
      this.#described = true;
      const [type, sdp] = said;
      this.#do(() => this.#describe(type, sdp));
    }
  }

  send(datagram: Uint8Array): boolean {
    const channel = this.#channel;
    if (channel?.readyState !== "open" || channel.bufferedAmount > MOST_WAITING) return false;
    try {
      channel.send(datagram as Uint8Array<ArrayBuffer>);
      return true;
    } catch {
      return false; // it closed just now
    }
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
  }

  #end(): void {
    if (this.#closed) return;
    this.close();
    this.#on.closed();
  }

  #do(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (!this.#closed) await work();
    });
    this.#work.catch(() => this.#end());
  }

  async #offer(): Promise<void> {
    this.#open();
    const offer = await this.#connection.createOffer();
    await this.#connection.setLocalDescription(offer);
    this.#say(["offer", offer.sdp ?? ""]);
  }

  async #describe(type: "offer" | "answer", sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type, sdp });
    if (type === "answer") return;
    // Not before: to have a channel would be to offer one.
    this.#open();
    const answer = await this.#connection.createAnswer();
    await this.#connection.setLocalDescription(answer);
    this.#say(["answer", answer.sdp ?? ""]);
  }

  #open(): void {
    const channel = this.#connection.createDataChannel("instep", CHANNEL);
    channel.binaryType = "arraybuffer";
    channel.addEventListener("open", () => this.#closed || this.#on.open());
    channel.addEventListener("close", () => this.#end());
    channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer && data.byteLength <= MAX_DATAGRAM && !this.#closed)
        this.#on.datagram(new Uint8Array(data));
    });
    this.#channel = channel;
  }

  #say(signal: Signal): void {
    if (!this.#closed) this.#on.signal(JSON.stringify(signal));
  }
}
