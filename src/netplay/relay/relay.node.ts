import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { Problem } from "../../problem.ts";
import {
  ALIVE_EVERY,
  GONE_AFTER,
  HEAD,
  LONGEST_FRAME,
  LONGEST_RELAYED,
  RELAY_PROTOCOL,
  readToRelay,
  type ToRelay,
  versionOf,
} from "../transport/signal.ts";
import { addressOf, answer } from "./http.node.ts";
import { Addresses, LIMITS, type Limits } from "./limits.ts";
import { Line } from "./line.node.ts";
import { Metrics } from "./metrics.ts";
import { Page } from "./page.node.ts";
import type { Member } from "./room.node.ts";
import { type Refusal, type RelayEvent, Rooms } from "./rooms.node.ts";

export interface RelayOptions {
  /** 127.0.0.1 where it is absent. */
  readonly host?: string | undefined;
  /** 0, or absent: one that is free. */
  readonly port?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** A folder that is served at /. */
  readonly page?: string | undefined;
  /** A proxy stands before it: addresses are what that says in X-Forwarded-For. */
  readonly trustProxy?: boolean | undefined;
  onEvent?(event: RelayEvent): void;
  /** Milliseconds since some point. */
  now?(): number;
}

const SWEEP_EVERY = 250;
/** Milliseconds that a connection has to say hello, or to send the head of a request. */
const HELLO_WITHIN = 5000;
/** Messages dropped between two signs of life that end a connection. */
const MOST_FAULTS = 20_000;

/** How a member ends a connection for good: it leaves, or its page is closed. */
const LEFT = [1000, 1001];

/** Rooms in which players find each other; docs/relay.md. */
export class Relay {
  readonly metrics = new Metrics();
  port = 0;
  /** ws://ADDRESS:PORT; where it listens on all addresses, with one that others can reach. */
  url = "";
  readonly #options: RelayOptions;
  readonly #limits: Limits;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: LONGEST_FRAME,
  });
  readonly #rooms: Rooms;
  readonly #lines = new Set<Line>();
  readonly #addresses: Addresses;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #closing = false;

  /** Throws a Problem where it cannot listen there, or the page cannot be read. */
  static async open(options: RelayOptions = {}): Promise<Relay> {
    const page = options.page === undefined ? undefined : await Page.of(options.page);
    const relay = new Relay(options, page);
    const { host = "127.0.0.1", port = 0 } = options;
    try {
      relay.#server.listen(port, host);
      await once(relay.#server, "listening");
    } catch (error) {
      clearInterval(relay.#timer);
      const { code } = error as NodeJS.ErrnoException;
      throw new Problem(`${host}:${port}: the relay cannot listen there (${code}); choose another --host or --port`);
    }
    const { address, port: given } = relay.#server.address() as AddressInfo;
    relay.port = given;
    relay.url = urlOf(address, given);
    return relay;
  }

  private constructor(options: RelayOptions, page: Page | undefined) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#rooms = new Rooms(this.#limits, this.metrics, (event) => options.onEvent?.(event));
    this.#addresses = new Addresses(this.#limits);
    this.#now = options.now ?? (() => performance.now());
    this.#server = createServer(
      {
        headersTimeout: HELLO_WITHIN,
        requestTimeout: HELLO_WITHIN,
        keepAliveTimeout: HELLO_WITHIN,
        connectionsCheckingInterval: 1000,
        maxHeaderSize: 8192,
      },
      answer(page, () => this.metrics.text(this.#rooms.size, this.#rooms.members, this.#lines.size)),
    );
    this.#server.maxConnections = this.#limits.connections;
    if (!options.trustProxy) this.#server.on("connection", (socket: Socket) => this.#count(socket));
    this.#server.on("upgrade", (request: IncomingMessage, socket: Socket, head) => {
      socket.on("error", () => {});
      this.#sockets.handleUpgrade(request, socket, head, (open) => {
        if (this.#closing) open.terminate();
        else this.#connect(open, request);
      });
    });
    this.#timer = setInterval(() => this.#sweep(), SWEEP_EVERY);
  }

  /** Tells all members why, and ends; `back`: it is worth to look for it again. */
  async close(why = "it shuts down", back = true): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    clearInterval(this.#timer);
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeIdleConnections();
    for (const line of this.#lines) line.end(["bye", why, back], 1001);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
    this.#server.closeAllConnections();
  }

  /** No more than some connections of one address, upgraded or not, whatever they do. */
  #count(socket: Socket): void {
    const address = this.#addresses.of(socket.remoteAddress ?? "", this.#now());
    address.sockets++;
    socket.once("close", () => address.sockets--);
    if (address.sockets > 2 * this.#limits.addressConnections) socket.destroy();
  }

  #connect(socket: WebSocket, request: IncomingMessage): void {
    const now = this.#now();
    const address = this.#addresses.of(addressOf(request, this.#options.trustProxy), now);
    const line = new Line(socket, address, now);
    socket.on("error", () => {}); // how it ended is told by its close
    socket.on("message", (data: RawData, isBinary) => this.#receive(line, data as Buffer, isBinary));
    socket.on("close", (code) => this.#closed(line, code));
    this.#lines.add(line);
    address.connections++;
    if (address.connections > this.#limits.addressConnections)
      this.#refuse(line, ["address", "too many connections come from your address"]);
  }

  #closed(line: Line, code: number): void {
    this.#lines.delete(line);
    line.address.connections--;
    if (!this.#closing && line.member?.line === line) this.#rooms.exit(line.member, LEFT.includes(code), this.#now());
  }

  #receive(line: Line, data: Buffer, isBinary: boolean): void {
    const now = this.#now();
    line.heard = now;
    const { member } = line;
    if (line.ended) return;
    if (!member) {
      if (isBinary) line.cut();
      else this.#hello(line, data.toString(), now);
    } else if (!line.address.traffic.take(data.length, now) || !member.room.traffic.take(data.length, now)) {
      this.#drop(line, "limit");
    } else if (isBinary) this.#bring(line, member, data, now);
    else this.#message(line, member, readToRelay(data.toString()), now);
  }

  #bring(line: Line, { room, number }: Member, frame: Buffer, now: number): void {
    const to = frame.length >= HEAD ? room.members.get(frame.readUInt16BE()) : undefined;
    if (frame.length < HEAD || frame.length > LONGEST_RELAYED) this.#drop(line, "bad");
    else if (!to?.line) this.metrics.dropped.nobody++;
    else {
      room.used = now;
      // The frame that came is the one that goes: only its number is another.
      frame.writeUInt16BE(number);
      if (!to.line.bring(frame)) this.metrics.dropped.slow++;
      else {
        this.metrics.datagrams++;
        this.metrics.bytes += frame.length - HEAD;
      }
    }
  }

  #message(line: Line, { room, number }: Member, message: ToRelay | undefined, now: number): void {
    if (message?.[0] === "signal") {
      const to = room.members.get(message[1])?.line;
      room.used = now;
      this.metrics.signals++;
      to?.tell(["signal", number, message[2]]);
    } else if (message?.[0] === "alive") {
      // Who plays directly uses the room, though nothing passes through it.
      if (message[1] > 0) room.used = now;
    } else this.#drop(line, "bad");
  }

  #drop(line: Line, why: "limit" | "bad"): void {
    this.metrics.dropped[why]++;
    if (++line.faults === MOST_FAULTS) line.end(["bye", "you send too much", false], 1008);
  }

  #hello(line: Line, text: string, now: number): void {
    const version = versionOf(text);
    const hello = readToRelay(text);
    if (version !== undefined && version !== RELAY_PROTOCOL) {
      this.#refuse(line, ["version", `it speaks version ${RELAY_PROTOCOL}, you ${version}; update the older one`]);
    } else if (hello?.[0] === "hello") {
      const entered = this.#rooms.enter(line, hello, now);
      if ("room" in entered) line.member = entered;
      else this.#refuse(line, entered);
    } else line.cut();
  }

  #refuse(line: Line, [kind, why]: Refusal): void {
    this.metrics.refused[kind]++;
    this.#options.onEvent?.({ kind: "refused", why });
    line.end(["refused", why]);
  }

  #sweep(): void {
    const now = this.#now();
    this.#addresses.sweep(now);
    this.#rooms.sweep(now);
    for (const line of this.#lines) {
      if (now - line.heard > GONE_AFTER || (!line.member && now - line.began > HELLO_WITHIN)) line.cut();
      else if (line.member && now - line.told > ALIVE_EVERY) {
        line.told = now;
        line.faults = 0;
        line.tell(["alive"]);
      }
    }
  }
}

function urlOf(address: string, port: number): string {
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const all = address === "0.0.0.0" || address === "::";
  const shown = all
    ? (others.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1")
    : address;
  return `ws://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
}
