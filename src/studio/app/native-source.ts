import type { Command, FrameSource, News } from "../player/source.ts";
import { PACKET, TOLD_WHY } from "../server/stream.ts";
import { LOST, pathOf } from "./ask.ts";

/** A native core's frames: this computer plays it, and sends pictures and sound. */
export class NativeSource implements FrameSource {
  onNews: (news: News) => void = () => {};
  readonly #socket: WebSocket;
  /** Of a recording; a game that is played has no thumbnails. */
  readonly #id: string | undefined;
  readonly #waiting: string[] = [];
  #screen: OffscreenCanvas | undefined;
  #sound: MessagePort | undefined;
  /** The frame that a thumbnail is asked for next, while one is on its way. */
  #peeked: number | undefined;
  #peeking = false;
  #closed = false;
  /** Numbers of what was asked and is not answered. */
  readonly #asked = new Set<number>();

  /** `of`: the library's `file` of a recording, or a game (`rom`) and its `core`. */
  constructor(of: Readonly<Record<string, string>>) {
    this.#id = of.file;
    this.#socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/stream?${new URLSearchParams(of)}`);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("open", () => {
      for (const message of this.#waiting.splice(0)) this.#socket.send(message);
    });
    this.#socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#closed) return;
      if (typeof data !== "string") this.#take(data);
      else this.#hear(JSON.parse(data) as News);
    });
    this.#socket.addEventListener("close", ({ code }) => this.#lost(code === TOLD_WHY));
  }

  tell(command: Command): void {
    if (command.do === "screen") this.#screen = command.canvas;
    else if (command.do === "thumbnail") this.#peek(command.frame);
    else if (command.do === "sound") {
      this.#sound = command.port;
      this.#say({ do: "sound" });
    } else if (command.do === "ask") this.#ask(command);
    else if (command.do !== "open" && command.do !== "record" && command.do !== "rom") this.#say(command);
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
  }

  #ask(command: Extract<Command, { do: "ask" }>): void {
    this.#asked.add(command.id);
    if (this.#socket.readyState > WebSocket.OPEN) this.#answerNothing();
    else this.#say(command);
  }

  /** Whoever waits for an answer goes on without. */
  #answerNothing(): void {
    for (const id of this.#asked) this.#hear({ news: "answer", id, value: undefined });
  }

  #lost(told: boolean): void {
    if (!told) this.#hear({ news: "fault", line: LOST });
    this.#answerNothing();
  }

  #say(message: object): void {
    const text = JSON.stringify(message);
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
    else this.#waiting.push(text);
  }

  #hear(news: News): void {
    if (this.#closed) return;
    if (news.news === "answer") this.#asked.delete(news.id);
    this.onNews(news);
    if (news.news === "opened" && this.#id !== undefined)
      void pictureOf(pathOf("thumbnails", this.#id)).then(
        (picture) => picture && this.#hear({ news: "poster", picture }),
      );
  }

  #take(data: ArrayBuffer): void {
    const [kind, a, b] = new Float64Array(data, 0, 3) as unknown as [number, number, number];
    if (kind === PACKET.picture) {
      this.#draw(new ImageData(new Uint8ClampedArray(data, PACKET.head), a, b));
      this.#say({ do: "seen" });
    } else if (kind === PACKET.sound) {
      const samples = new Int16Array(data.slice(PACKET.head));
      this.#sound?.postMessage(samples, [samples.buffer]);
    } else if (kind === PACKET.rate) this.#sound?.postMessage(a);
    else if (kind === PACKET.answer) this.#hear({ news: "answer", id: a, value: new Uint8Array(data, PACKET.head) });
  }

  #draw(image: ImageData): void {
    const canvas = this.#screen;
    if (!canvas) return;
    if (canvas.width !== image.width || canvas.height !== image.height) {
      canvas.width = image.width;
      canvas.height = image.height;
    }
    canvas.getContext("2d", { alpha: false })!.putImageData(image, 0, 0);
  }

  /** One at a time; of those asked for meanwhile the last. */
  async #peek(frame: number): Promise<void> {
    this.#peeked = frame;
    if (this.#peeking || this.#id === undefined) return;
    this.#peeking = true;
    while (this.#peeked !== undefined && !this.#closed) {
      const wanted = this.#peeked;
      this.#peeked = undefined;
      const picture = await pictureOf(`${pathOf("frames", this.#id)}?frame=${Math.max(1, wanted)}`);
      if (picture) this.#hear({ news: "thumbnail", frame: wanted, picture });
    }
    this.#peeking = false;
  }
}

async function pictureOf(path: string): Promise<ImageBitmap | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? await createImageBitmap(await response.blob()) : undefined;
  } catch {
    return undefined;
  }
}
