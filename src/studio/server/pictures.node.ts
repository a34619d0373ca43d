import { existsSync } from "node:fs";
import { encodePng, thumbnail } from "../../dump/png.node.ts";
import { IndexedReplay } from "../../follow/index-instance.node.ts";
import { writeWhole } from "../../follow/job.node.ts";
import { Refusal } from "./fault.node.ts";
import type { Folders } from "./folders.node.ts";
import type { Library } from "./library.node.ts";

/** Recordings that are open at a time, and how long one stays so that nobody looks at. */
const MOST_OPEN = 2;
const IDLE = 30_000;
/** Thumbnails show this part of the way through, and at most this frame: what comes later takes long to reach. */
const THUMBNAIL = { part: 0.4, latest: 600, width: 192 };

interface Open {
  readonly replay: Promise<IndexedReplay>;
  used: number;
}

/** Pictures of recordings: each is played in a process of its own, natively where its core is native. */
export class Pictures {
  readonly #folders: Folders;
  readonly #library: Library;
  readonly #open = new Map<string, Open>();
  readonly #none = new Set<string>();
  readonly #timer = setInterval(() => this.#sweep(), 5000);
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folders: Folders, library: Library) {
    this.#folders = folders;
    this.#library = library;
    this.#timer.unref();
  }

  /** A frame as PNG. */
  async frame(id: string, frame: number): Promise<Uint8Array> {
    const replay = await this.#replayOf(id);
    const last = replay.indexed.frames;
    if (!Number.isInteger(frame) || frame < 1 || frame > last)
      throw new Refusal(404, `${id}: has the frames 1 to ${last}`);
    const { picture } = await replay.show(frame);
    if (!picture) throw new Refusal(404, `${id}: has drawn nothing up to frame ${frame}`);
    return encodePng(picture);
  }

  /** Path of a small picture of it, made once. One is made at a time. */
  async thumbnail(id: string): Promise<string> {
    const tag = await this.#library.tag(id);
    const path = this.#folders.own("thumbnails", `${tag}.png`);
    if (existsSync(path)) return path;
    const made = this.#turn.then(async () => {
      if (existsSync(path)) return;
      if (this.#none.has(tag)) throw new Refusal(404, `${id}: no picture can be made of it`);
      this.#none.add(tag);
      const { frames = 0 } = await this.#library.card(id);
      const replay = await this.#replayOf(id);
      const { picture } = await replay.show(
        Math.max(1, Math.min(Math.round(frames * THUMBNAIL.part), THUMBNAIL.latest)),
      );
      if (!picture) throw new Refusal(404, `${id}: has drawn nothing yet`);
      writeWhole(path, encodePng(thumbnail(picture, THUMBNAIL.width)));
    });
    this.#turn = made.catch(() => {});
    await made;
    return path;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#open.keys()].map((tag) => this.#drop(tag)));
  }

  async #replayOf(id: string): Promise<IndexedReplay> {
    const tag = await this.#library.tag(id);
    const open = this.#open.get(tag) ?? {
      replay: this.#library.specOf(id, "values").then((spec) => IndexedReplay.open(spec)),
      used: 0,
    };
    open.used = Date.now();
    this.#open.set(tag, open);
    const others = [...this.#open].filter(([other]) => other !== tag).sort(([, a], [, b]) => b.used - a.used);
    for (const [other] of others.slice(MOST_OPEN - 1)) void this.#drop(other);
    try {
      return await open.replay;
    } catch (error) {
      this.#open.delete(tag);
      throw error;
    }
  }

  #sweep(): void {
    for (const [tag, { used }] of this.#open) if (Date.now() - used > IDLE) void this.#drop(tag);
  }

  async #drop(tag: string): Promise<void> {
    const open = this.#open.get(tag);
    this.#open.delete(tag);
    await open?.replay.then((replay) => replay.close()).catch(() => {});
  }
}
