import type { Keyframe } from "../history/history.ts";
import { Child } from "../machine/instance/child.ts";
import type { Show } from "../machine/machine.ts";
import type { Notes } from "../replay/restorer.ts";
import type { Readings } from "../watch/readings.ts";
import type { InstanceVerbs, Opened, Picture } from "./instance-main.node.ts";
import type { Trials } from "./learn-readback.ts";
import type { RunSpec } from "./open-run.node.ts";

/** A run in a process of its own: the verbs of {@link Run}, asynchronous, several frames a message. */
export class Instance {
  readonly #child: Child<InstanceVerbs>;
  readonly opened: Opened;
  /** The frame it will be at when the calls made so far are done. */
  frame = 0;

  private constructor(child: Child<InstanceVerbs>, opened: Opened) {
    this.#child = child;
    this.opened = opened;
  }

  /** `role` is what messages call it: "native", "target". */
  static async open(role: string, spec: RunSpec): Promise<Instance> {
    const child = new Child<InstanceVerbs>(new URL("./instance-main.node.ts", import.meta.url), `the ${role} instance`);
    try {
      return new Instance(child, await child.call("open", spec));
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  play(frames: number, show?: Show): Promise<Readings> {
    this.frame += frames;
    return this.#child.call("play", frames, show);
  }

  load(state: Uint8Array, frame: number, sample?: number): Promise<void> {
    this.frame = frame;
    return this.#child.call("load", state, frame, sample);
  }

  keepHistory(budget: number, interval: number): Promise<void> {
    return this.#child.call("keepHistory", budget, interval);
  }

  /** The newest state that it kept at or before this frame. */
  keyframe(frame: number): Promise<Keyframe | undefined> {
    return this.#child.call("keyframe", frame);
  }

  /** The state of the frame it is at. */
  save(): Promise<Uint8Array> {
    return this.#child.call("save");
  }

  forgetBefore(frame: number): Promise<void> {
    return this.#child.call("forgetBefore", frame);
  }

  /** What it ran beyond the frame it is at is void. */
  forgetAfter(): Promise<void> {
    return this.#child.call("forgetAfter");
  }

  /** The bytes of what the profile watches. */
  values(): Promise<Uint8Array> {
    return this.#child.call("values");
  }

  /** Its own state of a frame that it passed, with these values put in; it is at that frame then. */
  mended(frame: number, values: Uint8Array): Promise<Uint8Array> {
    this.frame = frame;
    return this.#child.call("mended", frame, values);
  }

  read(): Promise<Readings> {
    return this.#child.call("read");
  }

  /** Its trials; it is at no frame afterwards until a state is loaded. */
  readonly trials: Trials = {
    drawn: (whole, before, after) => this.#child.call("drawn", whole, before, after),
    moved: (whole, from, patches, frames) => this.#child.call("moved", whole, from, patches, frames),
  };

  /** What a playback put back so far. */
  notes(): Promise<Notes | undefined> {
    return this.#child.call("notes");
  }

  picture(): Promise<Picture> {
    return this.#child.call("picture");
  }

  memory(region: string): Promise<Uint8Array | undefined> {
    return this.#child.call("memory", region);
  }

  /** Ends it: politely, so that the core frees what it holds outside the process, then for sure. */
  async close(): Promise<void> {
    await this.#child.call("close").catch(() => {});
    await this.#child.kill();
  }
}
