import { createHash } from "node:crypto";
import { once } from "node:events";
import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { Problem } from "../problem.ts";
import { CLOSE, PROTOCOL } from "./mirror-protocol.ts";

/** Bytes of one message, and of what is read ahead of a client: it gets no more until these are gone. */
const CHUNK = 64 << 10;
const MOST_CLIENTS = 64;
/** Milliseconds between two signs of life; a client without one for that long is gone. */
const SIGN_EVERY = 2000;
const GONE_AFTER = 60_000;
/** Milliseconds that the end waits for clients who have not all of it yet, or lost their connection before they had. */
const LINGER = 15_000;

/** Serves a file that grows to any number of mirrors; docs/mirror.md has the protocol. */
export class RecordingServer {
  readonly #server: WebSocketServer;
  readonly #file: FileHandle;
  readonly #clients = new Set<Client>();
  readonly #signs: NodeJS.Timeout;
  /** Clients whose connection broke before they had all, and who did not come back yet. */
  #missed = 0;
  length = 0;
  finished = false;

  private constructor(server: WebSocketServer, file: FileHandle) {
    this.#server = server;
    this.#file = file;
    server.on("error", () => {});
    server.on("connection", (socket, request) => this.#connect(socket, request));
    this.#signs = setInterval(() => {
      for (const client of this.#clients) client.sign();
    }, SIGN_EVERY);
    this.#signs.unref();
  }

  /** Opens the port; 0: one that is free. Throws a Problem where that cannot be. */
  static async open(path: string, host: string, port: number): Promise<RecordingServer> {
    const file = await open(path, "r");
    const server = new WebSocketServer({
      host,
      port,
      perMessageDeflate: false,
      maxPayload: 1024,
      verifyClient: ({ req }, answer) => answer(spoken(req), 426, `This server speaks ${PROTOCOL}.`),
      handleProtocols: () => PROTOCOL,
    });
    try {
      await once(server, "listening");
    } catch (error) {
      await file.close();
      throw cannotListen(host, port, error as NodeJS.ErrnoException);
    }
    return new RecordingServer(server, file);
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `ws://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** Clients that are connected now. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Bytes that the client who has least was not sent yet. */
  get waiting(): number {
    return Math.max(0, ...[...this.#clients].map((client) => this.length - client.at));
  }

  /** The file has so many bytes now. */
  grown(length: number): void {
    this.length = length;
    for (const client of this.#clients) client.send();
  }

  /** The file is whole: who has all of it is let go. Resolves when everybody has, or after a while. */
  async finish(length: number): Promise<void> {
    this.finished = true;
    this.grown(length);
    const end = performance.now() + LINGER;
    while ((this.#clients.size > 0 || this.#missed > 0) && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Ends it at once. Clients of a file that is not whole are told so. */
  async close(): Promise<void> {
    clearInterval(this.#signs);
    for (const client of this.#clients) client.end(CLOSE.brokeOff, "the recording broke off");
    await new Promise((resolve) => {
      this.#server.close(resolve);
      setTimeout(() => {
        for (const socket of this.#server.clients) socket.terminate();
      }, 500).unref();
    });
    await this.#file.close();
  }

  #connect(socket: WebSocket, request: IncomingMessage): void {
    socket.on("error", () => {}); // how it went is told by its close
    const asked = askedOf(request.url ?? "");
    if (this.#clients.size >= MOST_CLIENTS) socket.close(CLOSE.full, "it has too many mirrors already");
    else if (!asked) socket.close(CLOSE.bad, "what was asked for is no place in a file");
    else this.#serve(socket, asked);
  }

  #serve(socket: WebSocket, { from, have }: Asked): void {
    const client = new Client(this, this.#file, socket, from);
    this.#clients.add(client);
    if (from > 0 && this.#missed > 0) this.#missed--;
    socket.on("close", (code) => {
      this.#clients.delete(client);
      if (code === 1006 && !client.hasAll) this.#missed++;
    });
    void client.begin(have);
  }
}

function spoken({ headers }: IncomingMessage): boolean {
  const offered = headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((protocol) => protocol.trim() === PROTOCOL);
}

/** What a client wants: the bytes from there on, and the SHA-256 of those before, which it has. */
interface Asked {
  readonly from: number;
  readonly have: string;
}

function askedOf(url: string): Asked | undefined {
  const query = new URLSearchParams(url.slice(url.indexOf("?") + 1));
  const from = Number(query.get("from") ?? 0);
  return Number.isSafeInteger(from) && from >= 0 ? { from, have: query.get("have") ?? "" } : undefined;
}

function cannotListen(host: string, port: number, { code }: NodeJS.ErrnoException): Problem {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: "is in use; choose another port, or none for a free one",
    EACCES: "may not be used by you; choose one from 1024 on",
    EADDRNOTAVAIL: "is no address of this computer; choose another --host",
    ENOTFOUND: "is not known; choose another --host",
  };
  return new Problem(`--serve: ${host}:${port} ${why[code ?? ""] ?? `cannot be opened (${code})`}`);
}

/** One mirror. What it has not read yet stays in the file. */
class Client {
  readonly #server: RecordingServer;
  readonly #file: FileHandle;
  readonly #socket: WebSocket;
  /** Bytes that were sent. */
  at: number;
  #ready = false;
  #sending = false;
  #heard = performance.now();

  constructor(server: RecordingServer, file: FileHandle, socket: WebSocket, from: number) {
    this.#server = server;
    this.#file = file;
    this.#socket = socket;
    this.at = from;
    socket.on("pong", () => (this.#heard = performance.now()));
  }

  get hasAll(): boolean {
    return this.#server.finished && this.at === this.#server.length;
  }

  /** Begins to send, if what the client `has` is this file: the SHA-256 of all that it has. */
  async begin(have: string): Promise<void> {
    if (this.at > 0 && (this.at > this.#server.length || have !== (await this.#hash())))
      return this.end(CLOSE.another, "another recording");
    this.#ready = true;
    await this.send();
  }

  /** Sends what there is, a piece at a time, each when the one before has left. */
  async send(): Promise<void> {
    const socket = this.#socket;
    if (!this.#ready || this.#sending) return;
    this.#sending = true;
    try {
      while (this.at < this.#server.length && socket.readyState === socket.OPEN) {
        const piece = await this.#read(this.at, Math.min(CHUNK, this.#server.length - this.at));
        await new Promise<void>((resolve, reject) =>
          socket.send(piece, (error) => (error ? reject(error) : resolve())),
        );
        this.at += piece.length;
      }
      if (this.hasAll) this.end(CLOSE.end, "the end");
    } catch {
      socket.terminate(); // it comes again
    } finally {
      this.#sending = false;
    }
  }

  sign(): void {
    if (performance.now() - this.#heard > GONE_AFTER) this.#socket.terminate();
    else this.#socket.ping();
  }

  end(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  async #hash(): Promise<string> {
    const hash = createHash("sha256");
    for (let at = 0; at < this.at; ) {
      const piece = await this.#read(at, Math.min(CHUNK, this.at - at));
      hash.update(piece);
      at += piece.length;
    }
    return hash.digest("hex");
  }

  async #read(at: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafeSlow(length), 0, length, at);
    if (bytesRead === 0) throw new Error("the file became shorter");
    return buffer.subarray(0, bytesRead);
  }
}
