import koffi from "koffi";
import { EXIT, Problem } from "../../problem.ts";
import type { Boot } from "../boot.ts";
import { type InputSource, NO_PAD, type PadState } from "../input.ts";
import { TRAILER_SIZE, Trailer } from "../libretro/trailer.ts";
import {
  type AudioChunk,
  type Machine,
  type MemoryRegion,
  SHOW_ALL,
  type Show,
  type Timing,
  type VideoFrame,
} from "../machine.ts";
import { n64Keys } from "../n64-pad.ts";
import { regionsOf } from "./memory.ts";
import { type Copies, EVENT, type Shim } from "./shim.ts";

const SAMPLES_MAX = 1 << 17;
const NO_PIXELS = new Uint8Array(0);
const NO_SAMPLES: AudioChunk = { samples: new Int16Array(0) };

/** A Nintendo 64 on Mupen64Plus: a frame is a vertical interrupt, a poll a read of a pad's buttons. */
export class Mupen64PlusMachine implements Machine {
  /** Longest silence of the core in ms before it counts as hung; of machines that are opened from now on. */
  static patience = 20_000;
  readonly boot: Boot;
  readonly timing: Timing;
  readonly polling = "exact";
  readonly readsBack: boolean;
  memory: readonly MemoryRegion[];
  frame = 0;
  polls = 0;
  video: VideoFrame;
  audio = NO_SAMPLES;
  readonly #copies: Copies;
  readonly #picture: VideoFrame;
  readonly #noPicture: VideoFrame;
  readonly #samples: Int16Array;
  readonly #trailer: Trailer;
  readonly #powerOn: Uint8Array;
  #switchedOn = 0;
  #shim: Shim | undefined;
  /** What an input source threw; it cannot cross the core. */
  #error: unknown;

  /** `copies`: opened and started, at frame 0. */
  constructor(copies: Copies, boot: Boot, width: number, height: number) {
    const { shim } = copies;
    this.#copies = copies;
    this.#shim = shim;
    this.boot = boot;
    this.readsBack = boot.settings.video !== "none";
    this.#trailer = new Trailer(boot.core.build, boot.content.sha256);
    const shape = { width, height, pitch: width * 4, aspect: 4 / 3 };
    this.#picture = { ...shape, pixels: new Uint8Array(koffi.view(shim.pixels(), width * height * 4)) };
    this.#noPicture = { ...shape, pixels: NO_PIXELS };
    this.video = this.#noPicture;
    this.#samples = new Int16Array(koffi.view(shim.samples(), SAMPLES_MAX * 4));
    this.memory = regionsOf(shim);
    const [num, den] = [new Uint32Array(1), new Uint32Array(1)];
    shim.sampleRate(num, den);
    const part = divisor(num[0]!, den[0]!);
    this.timing = {
      fps: { num: shim.refreshRate(), den: 1 },
      sampleRate: { num: num[0]! / part, den: den[0]! / part },
    };
    this.#powerOn = this.saveState();
  }

  step(input: InputSource, show: Show = SHOW_ALL): void {
    const shim = this.#open;
    this.polls = 0;
    this.#error = undefined;
    input.beginFrame?.(this.frame);
    let event = shim.step(show.video ? 1 : 0, show.audio ? 1 : 0);
    while (event === EVENT.poll) event = shim.answer(n64Keys(this.#poll(input, shim.polled())));
    if (event !== EVENT.frame) throw this.#stuck(event === EVENT.ended ? "gives up" : "hangs");
    this.frame++;
    this.video = shim.drawn() ? this.#picture : this.#noPicture;
    const count = shim.sampleCount();
    this.audio = count === 0 ? NO_SAMPLES : { samples: this.#samples.subarray(0, count * 2) };
    if (this.#error) throw this.#error;
  }

  reset(kind: "soft" | "power", frame = this.frame): void {
    if (kind === "soft") this.#open.reset();
    else this.loadState(this.#powerOn, frame);
  }

  get stateSize(): number {
    const size = this.#open.stateSize();
    if (size === 0) throw this.#stuck();
    return size + TRAILER_SIZE;
  }

  saveState(into?: Uint8Array): Uint8Array {
    const state = into ?? new Uint8Array(this.stateSize);
    const size = this.#open.save(state, Math.max(0, state.length - TRAILER_SIZE));
    if (size === 0) throw new RangeError(`a state takes ${this.stateSize} bytes, not ${state.length}`);
    this.#trailer.write(state, size, this.frame - this.#switchedOn);
    return state.length === size + TRAILER_SIZE ? state : state.subarray(0, size + TRAILER_SIZE);
  }

  loadState(state: Uint8Array, frame: number): void {
    const shim = this.#open;
    const name = this.boot.content.name;
    const fault = this.#trailer.fault(state);
    if (fault) throw new Problem(`${name}: mupen64plus cannot load this state: ${fault}`);
    if (shim.load(state, state.length - TRAILER_SIZE) !== 0)
      throw new Problem(`${name}: mupen64plus does not take this state`);
    this.frame = frame;
    this.#switchedOn = frame - this.#trailer.age(state);
  }

  close(): void {
    if (!this.#shim) return;
    this.#shim = undefined;
    this.memory = [];
    this.video = this.#noPicture;
    this.audio = NO_SAMPLES;
    this.#copies.close();
  }

  get #open(): Shim {
    if (!this.#shim) throw new Error("this machine is closed");
    return this.#shim;
  }

  #poll(input: InputSource, port: number): PadState {
    if (port === 0) this.polls++;
    try {
      return input.poll(port);
    } catch (error) {
      this.#error ??= error;
      return NO_PAD;
    }
  }

  #stuck(how = "hangs"): Problem {
    const said = this.#open.said().trim();
    return new Problem(
      `${this.boot.content.name}: Mupen64Plus ${how} at frame ${this.frame}${said ? ` ("${said}")` : ""}; try another --set video=... or cpu=...`,
      EXIT.desync,
    );
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
