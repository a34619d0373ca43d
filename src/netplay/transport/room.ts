import { Problem } from "../../problem.ts";
import { RelayClient } from "./relay-client.ts";
import type { Connect } from "./relay-socket.ts";
import type { DirectMaker } from "./rtc.ts";
import { type FromRelay, newSecret, peerIdOf, readCode } from "./signal.ts";
import { MAX_DATAGRAM, type PeerId, type Transport } from "./transport.ts";
import { Way } from "./way.ts";

export interface RoomOptions {
  /** The relay: ws://HOST:PORT, wss://HOST/PATH; also with a room's code as the last part of its path. */
  readonly url: string;
  readonly connect: Connect;
  /** Makes direct ways to the others; all goes through the relay where this is absent. */
  readonly direct?: DirectMaker | undefined;
  /** Milliseconds without the relay and any direct way after which the room is lost: 15,000 where it is absent. */
  readonly patience?: number | undefined;
}

/** How a peer is reached now, and bytes of datagrams to and from it. */
export interface PeerStats {
  readonly peer: PeerId;
  readonly way: "direct" | "relayed" | "unreachable";
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Milliseconds between two looks at what is due. */
const LOOK_EVERY = 250;
/** Milliseconds after which one that cannot be reached is said to be gone: as long as a session waits. */
const GONE_AFTER = 8000;
const PATIENCE = 15_000;
/** As many as a relay's largest rooms have. */
const MOST_PEERS = 256;

/** Opens a new room at a relay. Throws a Problem where the relay cannot be reached or has no room left. */
export const openRoom = (options: RoomOptions): Promise<Room> => Room.enter(options, relayUrl(options.url).href, null);

/** Enters a room by its code, in `code` or in the URL. Throws a Problem where it cannot. */
export async function joinRoom(options: RoomOptions & { readonly code?: string | undefined }): Promise<Room> {
  const url = relayUrl(options.url);
  let given = options.code;
  if (given === undefined) {
    const [, path, last] = /^(.*?)([^/]*)$/.exec(url.pathname)!;
    given = url.hash.slice(1) || last!;
    if (!url.hash) url.pathname = path!;
  }
  const code = readCode(given);
  if (!code) throw new Problem(`${given || options.url}: this is no code of a room; six letters and digits are meant`);
  return Room.enter(options, url.href, code);
}

/** A room at a relay, as one of its members has it: datagrams go directly where they can, and through the relay where not. */
export class Room implements Transport {
  readonly self: PeerId;
  onDatagram: Transport["onDatagram"] = () => {};
  onPeer: Transport["onPeer"] = () => {};
  onLost: Transport["onLost"] = () => {};
  /** What befalls the room but does not end it, in one line for people. */
  onNotice: (line: string) => void = () => {};
  /** Bytes of datagrams to and from all, those who left too. */
  bytesSent = 0;
  bytesReceived = 0;
  readonly #relay: RelayClient;
  readonly #direct: DirectMaker | undefined;
  readonly #patience: number;
  readonly #ways = new Map<PeerId, Way>();
  /** By their numbers at the relay. */
  readonly #numbers = new Map<number, Way>();
  readonly #timer: ReturnType<typeof setInterval>;
  /** When somebody could be reached last, at least the relay. */
  #reached = performance.now();

  /** For {@link openRoom} and {@link joinRoom}. */
  static async enter(options: RoomOptions, relay: string, code: string | null): Promise<Room> {
    const room = new Room(options, relay);
    try {
      await room.#relay.enter(code);
    } catch (error) {
      room.close();
      throw error;
    }
    return room;
  }

  private constructor({ connect, direct, patience = PATIENCE }: RoomOptions, url: string) {
    const secret = newSecret();
    this.self = peerIdOf(secret);
    this.#direct = direct;
    this.#patience = patience;
    this.#relay = new RelayClient(url, connect, secret);
    this.#relay.onMessage = (message) => this.#message(message);
    this.#relay.onDatagram = (from, datagram) => this.#datagram(this.#numbers.get(from), datagram);
    this.#relay.onDropped = () => this.#dropped();
    this.#timer = setInterval(() => this.#update(performance.now()), LOOK_EVERY);
  }

  get code(): string {
    return this.#relay.code;
  }

  /** What others are to be given, to join. */
  get url(): string {
    return `${this.#relay.url}/${this.code}`;
  }

  get peers(): PeerId[] {
    return [...this.#ways.keys()];
  }

  stats(): PeerStats[] {
    const now = performance.now();
    return [...this.#ways.values()].map((way) => ({
      peer: way.peer,
      way: way.alive(now) ? "direct" : this.#relays(way) ? "relayed" : "unreachable",
      bytesSent: way.bytesSent,
      bytesReceived: way.bytesReceived,
    }));
  }

  send(to: PeerId, datagram: Uint8Array): void {
    const way = this.#ways.get(to);
    if (!way || datagram.length > MAX_DATAGRAM) return;
    way.bytesSent += datagram.length;
    this.bytesSent += datagram.length;
    if (!way.send(datagram) && this.#relays(way)) this.#relay.send(way.number!, datagram);
  }

  /** Leaves the room. */
  close(): void {
    clearInterval(this.#timer);
    for (const way of this.#ways.values()) way.close();
    this.#ways.clear();
    this.#numbers.clear();
    this.#relay.close();
  }

  #relays({ number }: Way): boolean {
    return this.#relay.inside && number !== undefined;
  }

  #message(message: FromRelay): void {
    switch (message[0]) {
      case "welcome":
        if (this.#relay.fault) this.onNotice(`the relay ${this.#relay.url} is back`);
        for (const [number, peer] of message[2]) this.#here(number, peer);
        break;
      case "peer":
        this.#here(message[1], message[2]);
        break;
      case "away":
        this.#away(message[1]);
        break;
      case "gone": {
        const way = this.#away(message[1]);
        if (way) this.#gone(way);
        break;
      }
      case "signal":
        this.#numbers.get(message[1])?.signal(message[2]);
        break;
      case "alive":
        this.#relay.tell(["alive", this.#directs]);
        break;
      default:
    }
  }

  #here(number: number, peer: PeerId): void {
    let way = this.#ways.get(peer);
    const isNew = !way;
    if (this.#ways.size >= MOST_PEERS && isNew) return;
    way ??= new Way(this.self, peer, this.#direct, {
      signal: ({ number: to }, text) => to !== undefined && this.#relay.tell(["signal", to, text]),
      changed: () => this.#update(performance.now()),
      datagram: (from, bytes) => this.#datagram(from, bytes),
    });
    this.#ways.set(peer, way);
    this.#numbers.set(number, way);
    way.number = number;
    way.reached = performance.now();
    if (isNew) this.onPeer(peer, true);
    way.update(way.reached);
  }

  /** The relay has that member no more, for now. */
  #away(number: number): Way | undefined {
    const way = this.#numbers.get(number);
    this.#numbers.delete(number);
    if (way) way.number = undefined;
    return way;
  }

  #gone(way: Way): void {
    way.close();
    this.#ways.delete(way.peer);
    this.onPeer(way.peer, false);
  }

  #datagram(way: Way | undefined, datagram: Uint8Array): void {
    if (!way) return;
    way.bytesReceived += datagram.length;
    this.bytesReceived += datagram.length;
    this.onDatagram(way.peer, datagram);
  }

  #dropped(): void {
    for (const number of [...this.#numbers.keys()]) this.#away(number);
    const { url, fault, over } = this.#relay;
    const goesOn = this.#directs > 0 ? "; the game goes on without it" : "";
    this.onNotice(`the relay ${url} is gone (${fault})${goesOn}${over ? "" : "; trying to reach it again"}`);
  }

  /** Others that are reached directly. */
  get #directs(): number {
    const now = performance.now();
    return [...this.#ways.values()].filter((way) => way.alive(now)).length;
  }

  #update(now: number): void {
    const relay = this.#relay;
    relay.update(now);
    for (const way of this.#ways.values()) {
      way.update(now);
      if (way.alive(now) || this.#relays(way)) way.reached = now;
      else if (relay.inside && now - way.reached > GONE_AFTER) this.#gone(way);
    }
    if (relay.inside || this.#directs > 0 || this.code === "") this.#reached = now;
    else if (now - this.#reached > (relay.over ? 0 : this.#patience)) this.#lose();
  }

  #lose(): void {
    const { url, fault } = this.#relay;
    this.close();
    this.onLost(`the relay ${url} cannot be reached any more (${fault}), and nobody is connected directly`);
  }
}

/** Throws a Problem for what names no relay. */
function relayUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A page's address is as good.
  if (url) url.protocol = url.protocol.replace(/^http/, "ws");
  if (!url || !/^wss?:$/.test(url.protocol))
    throw new Problem(`${text}: a relay is named like ws://HOST:PORT or wss://HOST`);
  return url;
}
