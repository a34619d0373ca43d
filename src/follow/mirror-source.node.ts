import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { EXIT, Problem } from "../problem.ts";
import { CLOSE, PROTOCOL } from "./mirror-protocol.ts";

/** Where a mirror's bytes come from: pieces of one file, in order, each once. */
export interface Source {
  /** The next piece; undefined when nothing will come any more. Throws a Problem where the recording cannot go on. */
  next(): Promise<Uint8Array | undefined>;
  /** Connections that were made again. */
  readonly reconnects: number;
  /** A pending `next` gives undefined. */
  close(): void;
}

/** Opens an address or a file. `patience`: milliseconds without anything new after which it gives up. */
export async function openSource(from: string, patience: number): Promise<Source> {
  if (/^wss?:\/\//i.test(from)) return SocketSource.open(from, patience);
  if (/^[a-z]+:\/\//i.test(from))
    throw new Problem(`${from}: is no address of a recording; give ws://HOST:PORT, or a file`);
  return FileSource.open(from, patience);
}

const silent = (from: string, patience: number): Problem =>
  new Problem(
    `${from}: nothing came for ${patience / 1000} s, and it has no end: its recorder is gone, or cut off (--until-end waits on)`,
    EXIT.desync,
  );

/** Milliseconds between two looks at a file: a quarter of a frame. */
const LOOK_EVERY = 4;
const PIECE = 64 << 10;

class FileSource implements Source {
  readonly reconnects = 0;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #patience: number;
  #at = 0;
  #closed = false;

  private constructor(path: string, file: FileHandle, patience: number) {
    this.#path = path;
    this.#file = file;
    this.#patience = patience;
  }

  static async open(path: string, patience: number): Promise<FileSource> {
    try {
      const file = await open(path, "r");
      if ((await file.stat()).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
      return new FileSource(path, file, patience);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = { ENOENT: "no such file", EISDIR: "is a folder", EACCES: "no permission to read it" }[code ?? ""];
      throw new Problem(`${path}: ${why ?? code}`);
    }
  }

  async next(): Promise<Uint8Array | undefined> {
    const since = performance.now();
    const buffer = Buffer.allocUnsafeSlow(PIECE);
    while (!this.#closed) {
      const { bytesRead } = await this.#file.read(buffer, 0, PIECE, this.#at);
      if (bytesRead > 0) {
        this.#at += bytesRead;
        return buffer.subarray(0, bytesRead);
      }
      if (this.#closed) break;
      if ((await this.#file.stat()).size < this.#at)
        throw new Problem(`${this.#path}: became shorter: another recording was begun in its place; mirror it anew`);
      if (performance.now() - since > this.#patience) throw silent(this.#path, this.#patience);
      await sleep(LOOK_EVERY);
    }
    return undefined;
  }

  close(): void {
    if (!this.#closed) this.#file.close().catch(() => {});
    this.#closed = true;
  }
}

/** Bytes that are kept for a mirror that is busy; the network waits then. */
const AHEAD = 1 << 20;
/** Milliseconds without any sign of life after which a connection counts as dead: the server gives one every two seconds. */
const DEAD_AFTER = 6000;
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5000;

class SocketSource implements Source {
  reconnects = 0;
  readonly #url: string;
  readonly #patience: number;
  readonly #hash = createHash("sha256");
  readonly #pieces: Uint8Array[] = [];
  #waiting = 0;
  #at = 0;
  #socket: WebSocket | undefined;
  /** The server was there once: now it is waited for. */
  #met = false;
  #over: Problem | "end" | undefined;
  #wake = (): void => {};
  #heard = performance.now();
  /** Milliseconds before the next attempt. */
  #wait = FIRST_WAIT;

  private constructor(url: string, patience: number) {
    this.#url = url;
    this.#patience = patience;
  }

  /** Throws a Problem where nobody answers there, or not as an Instep server does. */
  static async open(url: string, patience: number): Promise<SocketSource> {
    const source = new SocketSource(url, patience);
    const failed = await source.#connect();
    if (failed) throw failed;
    return source;
  }

  async next(): Promise<Uint8Array | undefined> {
    while (this.#pieces.length === 0) {
      if (this.#over instanceof Problem) throw this.#over;
      if (this.#over) return undefined;
      const left = this.#patience - (performance.now() - this.#heard);
      if (left <= 0) throw silent(this.#url, this.#patience);
      await this.#something(Math.min(left, 1 << 30));
    }
    const piece = this.#pieces.shift()!;
    this.#waiting -= piece.length;
    if (this.#waiting <= AHEAD && this.#socket?.isPaused) this.#socket.resume();
    return piece;
  }

  close(): void {
    this.#end("end");
    this.#socket?.close(1000);
  }

  #something(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(over: Problem | "end"): void {
    this.#over ??= over;
    this.#wake();
  }

  /** Connects once. Resolves with what is wrong, or with nothing once it is connected. */
  #connect(): Promise<Problem | undefined> {
    const url = this.#asked();
    if (url instanceof Problem) return Promise.resolve(url);
    const socket = new WebSocket(url, [PROTOCOL], { perMessageDeflate: false, handshakeTimeout: DEAD_AFTER });
    this.#socket = socket;
    // A socket that we paused ourselves is silent, and not dead.
    const alive = setInterval(() => socket.isPaused || socket.terminate(), DEAD_AFTER);
    return new Promise((resolve) => {
      socket.on("open", () => {
        this.#met = true;
        resolve(undefined);
      });
      socket.on("message", (bytes: Buffer) => {
        alive.refresh();
        this.#take(bytes);
      });
      socket.on("ping", () => alive.refresh());
      socket.on("error", (error) => resolve(this.#unreachable(error)));
      socket.on("close", (code, reason) => {
        clearInterval(alive);
        this.#closed(code, reason.toString());
      });
    });
  }

  /** The address with what is wanted: all that follows what is there. */
  #asked(): URL | Problem {
    try {
      const url = new URL(this.#url);
      url.searchParams.set("from", String(this.#at));
      if (this.#at > 0) url.searchParams.set("have", this.#hash.copy().digest("hex"));
      return url;
    } catch {
      return new Problem(`${this.#url}: is no address; give ws://HOST:PORT, as the recorder printed it`);
    }
  }

  #take(bytes: Buffer): void {
    this.#at += bytes.length;
    this.#hash.update(bytes);
    this.#pieces.push(bytes);
    this.#waiting += bytes.length;
    this.#heard = performance.now();
    this.#wait = FIRST_WAIT;
    if (this.#waiting > AHEAD) this.#socket?.pause();
    this.#wake();
  }

  #closed(code: number, reason: string): void {
    const over = code === CLOSE.end ? "end" : this.#refusal(code, reason);
    if (over) this.#end(over);
    else if (this.#met) void this.#again();
  }

  /** Why the server will not go on, where it said so. */
  #refusal(code: number, reason: string): Problem | undefined {
    if (code !== CLOSE.another && code !== CLOSE.brokeOff && code !== CLOSE.bad && code !== CLOSE.full)
      return undefined;
    const another = "is another recording now than the one that was mirrored; mirror it anew";
    return new Problem(`${this.#url}: ${code === CLOSE.another ? another : reason}`, EXIT.desync);
  }

  async #again(): Promise<void> {
    if (this.#over) return;
    await sleep(this.#wait * (0.75 + Math.random() / 2));
    if (this.#over) return;
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
    if (!(await this.#connect())) this.reconnects++;
  }

  #unreachable(error: Error): Problem {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ECONNREFUSED") return new Problem(`${this.#url}: nobody listens there; is the recorder running?`);
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return new Problem(`${this.#url}: there is no such host`);
    if (code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH" || /timed out/.test(message))
      return new Problem(`${this.#url}: cannot be reached`);
    return new Problem(`${this.#url}: is no server of a recording (${message}); see: instep record --serve`);
  }
}
