import { type ChildProcess, fork } from "node:child_process";
import { setPriority } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { WebSocket } from "ws";
import { IndexedReplay } from "../../follow/index-instance.node.ts";
import type { IndexSpec } from "../../follow/index-open.node.ts";
import { built, howItEnded } from "../../machine/instance/child.ts";
import type { News } from "../player/source.ts";
import { told } from "./fault.node.ts";
import type { Folders } from "./folders.node.ts";
import type { Library } from "./library.node.ts";
import { TOLD_WHY } from "./stream.ts";
import type { Opening } from "./stream-main.node.ts";

/** Each is a core that runs. */
const MOST_OPEN = 4;
const MODULE = new URL("./stream-main.node.ts", import.meta.url);

/** Native cores that are played for pages: each in a process of its own, which lasts as long as its WebSocket. */
export class Streams {
  readonly #folders: Folders;
  readonly #library: Library;
  readonly #open = new Map<WebSocket, ChildProcess>();

  constructor(folders: Folders, library: Library) {
    this.#folders = folders;
    this.#library = library;
  }

  /** Plays what the page asks for: a recording (`file`), or a game (`rom`, `core`), which is recorded. */
  async take(socket: WebSocket, query: URLSearchParams): Promise<void> {
    const say = (news: News): void => socket.send(JSON.stringify(news));
    // What comes before all is ready is heard too.
    const early: string[] = [];
    const wait = (data: Buffer): unknown => early.push(data.toString());
    socket.on("message", wait);
    try {
      const opening = await this.#openingOf(query);
      if (socket.readyState !== socket.OPEN) return;
      if (this.#open.size >= MOST_OPEN) throw new Error(`${MOST_OPEN} games of native cores are open already`);
      const child = fork(fileURLToPath(built(MODULE)), {
        serialization: "advanced",
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        execArgv: [],
      });
      this.#open.set(socket, child);
      let complaint = "";
      child.stderr!.on("data", (text) => (complaint = (complaint + text).slice(-2000)));
      child.on("message", (message: string | Uint8Array) => socket.send(message));
      child.on("error", () => {}); // how it went is told by its exit
      child.on("exit", (code, signal) => {
        this.#open.delete(socket);
        if (socket.readyState !== socket.OPEN) return;
        say({ news: "fault", line: `the core's process ${howItEnded(code, signal, complaint)}` });
        socket.close(TOLD_WHY);
      });
      socket.off("message", wait);
      child.send(opening);
      for (const message of early) child.send(message);
      socket.on("message", (data: Buffer) => child.connected && child.send(data.toString()));
      socket.on("close", () => child.kill("SIGKILL"));
      if (opening.kind === "replay") await this.#lookAhead(opening.spec, socket, say);
    } catch (error) {
      if (socket.readyState !== socket.OPEN) return;
      say({ news: "fault", line: told(error).error });
      socket.close(TOLD_WHY);
    }
  }

  close(): void {
    for (const child of this.#open.values()) child.kill("SIGKILL");
  }

  async #openingOf(query: URLSearchParams): Promise<Opening> {
    const file = query.get("file");
    if (file !== null) {
      const spec = await this.#library.specOf(file, "values");
      return { kind: "replay", spec, game: basename(spec.rom) };
    }
    const core = /^[\w-]{1,40}$/.exec(query.get("core") ?? "")?.[0];
    return { kind: "live", rom: await this.#folders.find(query.get("rom") ?? ""), core };
  }

  /** Another machine plays it ahead: compares every frame, and keeps states for seeks. It is the recording's index. */
  async #lookAhead(spec: IndexSpec, socket: WebSocket, say: (news: News) => void): Promise<void> {
    const ahead = await IndexedReplay.open(spec);
    const stop = new AbortController();
    socket.on("close", () => stop.abort());
    let parted = false;
    try {
      setPriority(ahead.pid!, 10);
      await ahead.index(undefined, {
        signal: stop.signal,
        onProgress: (indexed) => {
          if (socket.readyState !== socket.OPEN) return;
          say({ news: "scouted", frame: indexed.frame });
          if (indexed.parted === undefined || parted) return;
          parted = true;
          const { parted: frame } = indexed;
          say({ news: "parted", frame, line: PARTED });
          say({ news: "marks", marks: [{ frame, kind: "desync", text: PARTED }] });
        },
      });
    } catch {
      // What stops it stops whoever plays there too, and is told by them.
    } finally {
      await ahead.close();
    }
  }
}

const PARTED = "it reads otherwise than recorded";
