import type { Command, FrameSource, News } from "./source.ts";

/** Two workers of this page: one plays; the other looks ahead for it, once there is a recording to look at. */
export class WorkerSource implements FrameSource {
  onNews: (news: News) => void = () => {};
  readonly #deck: Hand;
  readonly #script: URL;
  readonly #way = new MessageChannel();
  #scout: Hand | undefined;

  /** `script`: the workers', beside the component's own. */
  constructor(script: URL) {
    this.#script = script;
    this.#deck = new Hand(script, "instep deck", (news) => {
      if (news.news === "opened" && news.opened.kind === "replay") this.#lookAhead();
      this.onNews(news);
    });
    this.#deck.tell({ do: "pair", port: this.#way.port1, role: "deck" }, [this.#way.port1]);
  }

  tell(command: Command): void {
    const moved = command.do === "screen" ? [command.canvas] : command.do === "sound" ? [command.port] : [];
    if (command.do === "thumbnail") this.#scout?.tell(command, moved);
    else this.#deck.tell(command, moved);
  }

  close(): void {
    this.onNews = () => {};
    this.#deck.close();
    this.#scout?.close();
  }

  #lookAhead(): void {
    if (this.#scout) return;
    this.#scout = new Hand(this.#script, "instep scout", (news) => this.onNews(news));
    this.#scout.tell({ do: "pair", port: this.#way.port2, role: "scout" }, [this.#way.port2]);
  }
}

/** A worker. What it is told before it says that it is there waits: until its modules have loaded it hears nothing. */
export class Hand {
  readonly #worker: Worker;
  #waiting: [message: unknown, moved: Transferable[]][] | undefined = [];

  constructor(script: URL, name: string, hear: (news: News) => void) {
    this.#worker = workerOf(script, name);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<News | "here">) => {
      if (data !== "here") {
        hear(data);
        return;
      }
      for (const [message, moved] of this.#waiting ?? []) this.#worker.postMessage(message, moved);
      this.#waiting = undefined;
    });
    this.#worker.addEventListener("error", ({ message }) => {
      const why =
        message || `${script.pathname.split("/").at(-1)} is not beside instep-player.js, or may not be loaded`;
      hear({ news: "fault", line: `the player's worker does not run: ${why}` });
    });
  }

  tell(message: unknown, moved: Transferable[]): void {
    if (this.#waiting) this.#waiting.push([message, moved]);
    else this.#worker.postMessage(message, moved);
  }

  close(): void {
    this.#worker.terminate();
  }
}

/** A worker's script must be of the page's own site; one that imports another need not be. */
function workerOf(script: URL, name: string): Worker {
  if (script.origin === location.origin) return new Worker(script, { type: "module", name });
  const text = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
  const url = URL.createObjectURL(text);
  const worker = new Worker(url, { type: "module", name });
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return worker;
}
