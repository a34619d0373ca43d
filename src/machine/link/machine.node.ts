import koffi from "koffi";
import { EXIT, Problem } from "../../problem.ts";
import type { Boot } from "../boot.ts";
import type { InputSource } from "../input.ts";
import {
  type AudioChunk,
  type Machine,
  type MemoryRegion,
  SHOW_ALL,
  type Show,
  type Timing,
  type VideoFrame,
} from "../machine.ts";
import { type Region, regionsOf } from "./memory.node.ts";
import { keysOf } from "./pads.ts";
import type { Shim } from "./shim.node.ts";

const SAMPLES_MAX = 2048;
const NO_PIXELS = new Uint8Array(0);
const NO_SAMPLES = new Int16Array(0);
const SAMPLE_RATE = { num: 32768, den: 1 };
/** Dots of a Game Boy's frame at 2^22 Hz, and cycles of a GBA's at 2^24 Hz: 59.7275 frames a second, both. */
const TIMING: Timing = { fps: { num: 2 ** 24, den: 280896 }, sampleRate: SAMPLE_RATE };

/** N consoles on one cable, stepped as one machine: console i is port i, its memories are named "i+1.wram" and so on. */
export class LinkMachine implements Machine {
  readonly boot: Boot;
  readonly timing = TIMING;
  readonly polling = "frame";
  memory: readonly MemoryRegion[];
  frame = 0;
  polls = 0;
  video: VideoFrame;
  audio: AudioChunk;
  readonly #shim: Shim;
  readonly #regions: readonly Region[];
  readonly #keys: Uint32Array;
  readonly #powerOn: Uint8Array;
  readonly #samples: Int16Array;
  readonly #chunks: AudioChunk[] = [];
  readonly #picture: VideoFrame;
  readonly #noPicture: VideoFrame;
  #link: number;

  /** `link`: opened and started, with all its games in. */
  constructor(shim: Shim, link: number, count: number, boot: Boot) {
    this.#shim = shim;
    this.#link = link;
    this.boot = boot;
    this.#keys = new Uint32Array(count);
    const width = new Uint32Array(1);
    const height = new Uint32Array(1);
    const at = shim.picture(link, width, height);
    const shape = { width: width[0]!, height: height[0]!, pitch: width[0]! * 4, aspect: 0 };
    this.#picture = { ...shape, pixels: new Uint8Array(koffi.view(at, shape.pitch * shape.height)) };
    this.#noPicture = { ...shape, pixels: NO_PIXELS };
    this.video = this.#noPicture;
    this.#samples = new Int16Array(koffi.view(shim.samples(link), SAMPLES_MAX * 4));
    this.audio = { samples: NO_SAMPLES };
    this.#regions = regionsOf(shim, () => this.#link, count);
    this.memory = this.#regions;
    this.#powerOn = this.saveState();
  }

  step(input: InputSource, show: Show = SHOW_ALL): void {
    const link = this.#open;
    this.#poll(input);
    const fault = this.#shim.step(link, this.#keys, show.video ? 1 : 0, show.audio ? 1 : 0);
    if (fault) throw this.#hang();
    this.frame++;
    this.video = show.video && this.#shim.drawn(link) ? this.#picture : this.#noPicture;
    this.audio = this.#chunk(this.#shim.sampleCount(link));
  }

  /**
   * Runs into the frame and stops `units` after its start (half dots on a Game Boy, cycles on a GBA), so that states at
   * any moment can be tried. The next step ends the frame.
   */
  advance(input: InputSource, units: number): void {
    const link = this.#open;
    this.#poll(input);
    if (this.#shim.advance(link, this.#keys, units)) throw this.#hang();
  }

  /** Words or bytes on the wire now. */
  get inTransfer(): boolean {
    return this.#shim.inTransfer(this.#open) !== 0;
  }

  /** Transfers that a console began since it was switched on. */
  transfers(console: number): number {
    return this.#shim.transfers(this.#open, console);
  }

  reset(kind: "soft" | "power", frame = this.frame): void {
    if (kind === "power") this.loadState(this.#powerOn, frame);
    else this.#shim.reset(this.#open);
    for (const region of this.#regions) region.moved();
  }

  get stateSize(): number {
    return this.#shim.stateSize(this.#open);
  }

  saveState(into?: Uint8Array): Uint8Array {
    const state = into ?? new Uint8Array(this.stateSize);
    const size = this.#shim.save(this.#open, state, state.length);
    if (size === 0) throw new RangeError(`a state takes ${this.stateSize} bytes, not ${state.length}`);
    return size === state.length ? state : state.subarray(0, size);
  }

  loadState(state: Uint8Array, frame: number): void {
    if (this.#shim.load(this.#open, state, state.length) !== 0) {
      throw new Problem(
        `${this.boot.content.name}: this is no state of these linked consoles: damaged, cut off, or of other games or another number of them`,
      );
    }
    this.frame = frame;
  }

  close(): void {
    const link = this.#link;
    this.#link = 0;
    for (const region of this.#regions) region.moved();
    this.memory = [];
    this.video = this.#noPicture;
    this.audio = { samples: NO_SAMPLES };
    if (link !== 0) this.#shim.close(link);
  }

  get #open(): number {
    if (this.#link === 0) throw new Error("this machine is closed");
    return this.#link;
  }

  #poll(input: InputSource): void {
    input.beginFrame?.(this.frame);
    for (let port = 0; port < this.#keys.length; port++) this.#keys[port] = keysOf(input.poll(port).buttons);
    this.polls = 1;
  }

  #hang(): Problem {
    return new Problem(
      `${this.boot.content.name}: the linked consoles hang at frame ${this.frame}; load a state or reset`,
      EXIT.desync,
    );
  }

  /** One object for each length, made when it first comes up. */
  #chunk(count: number): AudioChunk {
    this.#chunks[count] ??= { samples: this.#samples.subarray(0, count * 2) };
    return this.#chunks[count];
  }
}
