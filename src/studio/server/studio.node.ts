import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { Page } from "../../netplay/relay/page.node.ts";
import { Problem } from "../../problem.ts";
import { json } from "./answers.node.ts";
import { Compares } from "./compares.node.ts";
import { Refusal, told } from "./fault.node.ts";
import { Folders } from "./folders.node.ts";
import { Guard } from "./guard.node.ts";
import { type Job, Jobs, type Outcome } from "./jobs.node.ts";
import { Library } from "./library.node.ts";
import { NetplayRelay } from "./netplay.node.ts";
import { Pictures } from "./pictures.node.ts";
import { type Parts, routed, shown } from "./routes.node.ts";
import { Streams } from "./streams.node.ts";
import { verdictOf } from "./verdict.ts";

export interface StudioOptions {
  /** 0: one that is free. */
  readonly port: number;
  /** The first is where recordings go; none: ~/Instep. */
  readonly folders: readonly string[];
  /** The program's main file, which jobs run. */
  readonly cli: string;
  /** Folders of the pages, as they were built. */
  readonly pages: { readonly studio: string; readonly player: string; readonly netplay: string };
}

/** In the order in which they are tried. */
type Pages = readonly (readonly [prefix: string, page: Page])[];

const ALIVE_EVERY = 15_000;
const SLOW_HEAD = 10_000;
const SLOW_REQUEST = 120_000;
const CLOSED_WITHIN = 2000;

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  // The player lays its picture out by attributes.
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  // Netplay that is open to the network is served apart.
  "frame-src 'self' http:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** The studio's server: the app, what it asks for, and the page for netplay, on this computer only. */
export class Studio {
  /** With the token: for who may use it. */
  url = "";
  port = 0;
  readonly #guard = new Guard();
  readonly #parts: Parts;
  readonly #streams: Streams;
  readonly #pages: Pages;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  /** Those of native cores' players. */
  readonly #streaming = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false });
  readonly #timer: NodeJS.Timeout;

  /** Throws a Problem where a folder or the port is not to be had. */
  static async open(options: StudioOptions): Promise<Studio> {
    const { studio, player, netplay } = options.pages;
    const pages = [
      ["/netplay/", await Page.of(netplay)],
      ["/player/", await Page.of(player)],
      ["/", await Page.of(studio)],
    ] as const;
    const opened = new Studio(options, pages);
    await opened.#listen(options.port);
    void opened.#parts.library.list().catch(() => {});
    return opened;
  }

  private constructor({ folders: paths, cli, pages }: StudioOptions, made: Pages) {
    const folders = new Folders(paths);
    const library = new Library(folders, (entry) => this.#say({ entry: shown(entry) }));
    const jobs = new Jobs(
      folders,
      cli,
      (job) => this.#say({ job }),
      (job, outcome) => this.#ended(job, outcome),
    );
    this.#pages = made;
    this.#streams = new Streams(folders, library);
    this.#parts = {
      folders,
      library,
      jobs,
      pictures: new Pictures(folders, library),
      netplay: new NetplayRelay(pages.netplay),
      compares: new Compares(library),
      player: pages.player,
    };
    this.#server = createServer(
      { headersTimeout: SLOW_HEAD, requestTimeout: SLOW_REQUEST, maxHeaderSize: 16384 },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#timer = setInterval(() => this.#say({ alive: true }), ALIVE_EVERY);
  }

  /** Ends what runs; jobs can be gone on with by the next studio. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const { jobs, pictures, library, netplay, compares } = this.#parts;
    for (const { clients } of [this.#sockets, this.#streaming]) for (const socket of clients) socket.close(1001);
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#streams.close();
    await Promise.all([jobs.close(), pictures.close(), library.close(), netplay.close(), compares.close()]);
    this.#server.closeIdleConnections();
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSED_WITHIN).unref())]);
    this.#server.closeAllConnections();
  }

  async #listen(port: number): Promise<void> {
    try {
      this.#server.listen(port, "127.0.0.1");
      await once(this.#server, "listening");
    } catch (error) {
      clearInterval(this.#timer);
      const { code } = error as NodeJS.ErrnoException;
      const why = code === "EADDRINUSE" ? "is taken; another studio may be open" : `cannot be used (${code})`;
      throw new Problem(`port ${port} ${why}; choose another with --port, or leave it out`);
    }
    this.port = (this.#server.address() as AddressInfo).port;
    this.#guard.port = this.port;
    this.url = `http://127.0.0.1:${this.port}/?token=${this.#guard.token}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("referrer-policy", "no-referrer");
    response.setHeader("cross-origin-resource-policy", "same-origin");
    try {
      this.#guard.checkHost(request);
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://studio");
      if (!pathname.startsWith("/netplay/")) {
        const token = searchParams.get("token");
        if (pathname === "/" && token !== null && this.#guard.knows(token)) {
          response.writeHead(303, {
            "set-cookie": this.#guard.cookieHeader,
            location: "/",
            "cache-control": "no-store",
          });
          response.end();
          return;
        }
        this.#guard.checkToken(request);
      }
      if (await routed(this.#parts, request, response)) return;
      if (!this.#page(pathname, request, response)) throw new Refusal(404, "there is no such page");
    } catch (error) {
      if (response.headersSent) response.destroy();
      else {
        const { status, error: line } = told(error);
        // What is left of a body is not waited for.
        if (request.method !== "GET") response.setHeader("connection", "close");
        json(response, { error: line }, status);
      }
    }
  }

  #page(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const found = this.#pages.find(([prefix]) => path.startsWith(prefix));
    if (!found) return false;
    const [prefix, page] = found;
    // The page for netplay has a policy of its own, with relays elsewhere.
    response.setHeader("content-security-policy", prefix === "/netplay/" ? "frame-ancestors 'self'" : POLICY);
    return page.answer(path.slice(prefix.length - 1), request, response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => {});
    try {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://studio");
      const plays = pathname.startsWith("/netplay");
      // Programs that play name no origin.
      this.#guard.checkHost(request, !plays);
      if (plays) {
        void this.#parts.netplay.take(request, socket, head).catch(() => socket.destroy());
        return;
      }
      this.#guard.checkToken(request);
      if (pathname === "/stream") {
        this.#streaming.handleUpgrade(request, socket, head, (open: WebSocket) => {
          open.on("error", () => {});
          void this.#streams.take(open, searchParams);
        });
        return;
      }
      if (pathname !== "/events") throw new Refusal(404, "there is nothing here");
      this.#sockets.handleUpgrade(request, socket, head, (open: WebSocket) => {
        open.on("error", () => {});
        open.send(JSON.stringify({ jobs: this.#parts.jobs.list }));
      });
    } catch (error) {
      const { status } = told(error);
      socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    }
  }

  #ended(job: Job, outcome: Outcome): void {
    const { about } = job.steps[outcome.step]!;
    if (job.kind === "verify" && about !== undefined) void this.#parts.library.setVerdict(about, verdictOf(outcome));
    // What it made is in the library now.
    if (job.kind !== "verify") void this.#parts.library.read().then(() => this.#say({ changed: true }));
  }

  #say(message: unknown): void {
    const text = JSON.stringify(message);
    for (const socket of this.#sockets.clients) if (socket.bufferedAmount < 1 << 20) socket.send(text);
  }
}
