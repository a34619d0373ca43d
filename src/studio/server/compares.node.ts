import { randomBytes } from "node:crypto";
import { Child } from "../../machine/instance/child.ts";
import type { CompareVerbs, Moment, Pair, Scan } from "./compare-main.node.ts";
import { Refusal } from "./fault.node.ts";
import type { Library } from "./library.node.ts";

const MOST_OPEN = 2;
const IDLE = 120_000;

/** A moment as JSON has it: bytes are base64. */
export interface SentMoment extends Omit<Moment, "pictures" | "memory"> {
  readonly pictures: readonly (string | undefined)[];
  readonly memory: readonly (Omit<Moment["memory"][number], "cells"> & { readonly cells: string })[];
}

/** Pairs of recordings that pages look at, each in a process of its own. */
export class Compares {
  readonly #library: Library;
  readonly #open = new Map<string, { child: Child<CompareVerbs>; used: number }>();
  readonly #timer = setInterval(() => this.#sweep(), 10_000);

  constructor(library: Library) {
    this.#library = library;
    this.#timer.unref();
  }

  /** `core`: what B is played on, where that is not its own. */
  async open(a: string, b: string, core: string | undefined): Promise<Pair & { readonly id: string }> {
    // Nothing is put back: what parts is to be seen.
    const [one, two] = [await this.#library.specOf(a, "none"), await this.#library.specOf(b, "none", core)];
    const child = new Child<CompareVerbs>(new URL("./compare-main.node.ts", import.meta.url), "the comparison");
    try {
      const pair = await child.call("open", one, two);
      const id = randomBytes(8).toString("hex");
      const oldest = [...this.#open].sort(([, x], [, y]) => y.used - x.used).slice(MOST_OPEN - 1);
      for (const [other] of oldest) this.#drop(other);
      this.#open.set(id, { child, used: Date.now() });
      return { id, ...pair };
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  async at(id: string, frame: number): Promise<SentMoment> {
    const { pictures, memory, ...rest } = await this.#child(id).call("at", frame);
    return {
      ...rest,
      pictures: pictures.map((png) => png && base64(png)),
      memory: memory.map(({ cells, ...region }) => ({ ...region, cells: base64(cells) })),
    };
  }

  scan(id: string): Promise<Scan> {
    return this.#child(id).call("scan");
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#open.values()].map(({ child }) => child.kill()));
  }

  #child(id: string): Child<CompareVerbs> {
    const open = this.#open.get(id);
    if (!open) throw new Refusal(410, "this comparison was put away; open it again");
    open.used = Date.now();
    return open.child;
  }

  #sweep(): void {
    for (const [id, { used }] of this.#open) if (Date.now() - used > IDLE) this.#drop(id);
  }

  #drop(id: string): void {
    void this.#open.get(id)?.child.kill();
    this.#open.delete(id);
  }
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
