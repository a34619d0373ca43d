import type { Boot } from "../machine/boot.ts";
import { Child } from "../machine/instance/child.ts";
import type { Sought } from "../replay/seek.ts";
import type { Indexed, IndexVerbs } from "./index-main.node.ts";
import type { IndexSpec } from "./index-open.node.ts";
import type { Picture } from "./instance-main.node.ts";

/** A recording that is sought in, and indexed, in a process of its own. */
export class IndexedReplay {
  readonly #child: Child<IndexVerbs>;
  readonly boot: Boot;
  /** How far its index is, as of the last message. */
  indexed: Indexed;

  private constructor(child: Child<IndexVerbs>, opened: { boot: Boot; indexed: Indexed }) {
    this.#child = child;
    this.boot = opened.boot;
    this.indexed = opened.indexed;
  }

  /** Opens it, with the index that it has from earlier times. */
  static async open(spec: IndexSpec): Promise<IndexedReplay> {
    const child = new Child<IndexVerbs>(new URL("./index-main.node.ts", import.meta.url), "the seeking instance");
    try {
      return new IndexedReplay(child, await child.call("open", spec));
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Makes the index up to a frame, all of it by default. Seeks come in between. Aborting loses nothing. */
  async index(until = Number.MAX_SAFE_INTEGER, options: IndexingOptions = {}): Promise<Indexed> {
    do {
      this.indexed = await this.#child.call("index", until);
      options.onProgress?.(this.indexed);
    } while (this.indexed.frame < Math.min(until, this.indexed.frames) && !options.signal?.aborted);
    return this.indexed;
  }

  seek(frame: number): Promise<Sought> {
    return this.#child.call("seek", frame);
  }

  /** Goes to a frame and draws it. */
  show(frame: number): Promise<Sought & { readonly picture: Picture | undefined }> {
    return this.#child.call("show", frame);
  }

  async close(): Promise<void> {
    await this.#child.call("close").catch(() => {});
    await this.#child.kill();
  }
}

export interface IndexingOptions {
  readonly signal?: AbortSignal | undefined;
  onProgress?(indexed: Indexed): void;
}
