import { GameBoy, GameBoyMode, type InitOutput, PadKey } from "boytacean";
import type { XXHashAPI } from "xxhash-wasm";
import { Problem } from "../../problem.ts";
import type { Boot } from "../boot.ts";
import { BUTTON, type InputSource } from "../input.ts";
import {
  type AudioChunk,
  type Hooks,
  type Machine,
  type MemoryRegion,
  type OpenOptions,
  regionOf,
  SHOW_ALL,
  type Show,
  type VideoFrame,
} from "../machine.ts";
import { ramFill } from "../ram-fill.ts";
import { runFrame } from "./clock.ts";
import { findMemories } from "./memory.ts";
import { findProgramCounter } from "./program-counter.ts";
import { States } from "./state.ts";

const WIDTH = 160;
const HEIGHT = 144;
const NO_PIXELS = new Uint8Array(0);
const NO_AUDIO: AudioChunk = Object.freeze({ samples: new Int16Array(0) });
const KEYS: readonly (readonly [bit: number, key: PadKey])[] = [
  [BUTTON.Up, PadKey.Up],
  [BUTTON.Down, PadKey.Down],
  [BUTTON.Left, PadKey.Left],
  [BUTTON.Right, PadKey.Right],
  [BUTTON.Start, PadKey.Start],
  [BUTTON.Select, PadKey.Select],
  [BUTTON.A, PadKey.A],
  [BUTTON.B, PadKey.B],
];

export class BoytaceanMachine implements Machine {
  readonly boot: Boot;
  readonly polling = "frame";
  readonly polls = 1;
  /** The core takes a sample every 95 clocks (4194304 / 44100, rounded down). */
  readonly timing = { fps: { num: 4194304, den: 70224 }, sampleRate: { num: 4194304, den: 95 } };
  readonly memory: readonly MemoryRegion[];
  readonly hooks: Hooks = { onExecute: (address, callback) => this.#onExecute(address, callback) };
  readonly #gb: GameBoy;
  readonly #programCounter: () => number;
  readonly #states: States;
  readonly #powerOn: Uint8Array;
  readonly #pixels = new Uint8Array(WIDTH * HEIGHT * 4);
  readonly #picture: VideoFrame = { width: WIDTH, height: HEIGHT, pitch: WIDTH * 4, aspect: 0, pixels: this.#pixels };
  readonly #noPicture: VideoFrame = { ...this.#picture, pixels: NO_PIXELS };
  readonly #callbacks = new Map<number, Set<() => void>>();
  /** Bit i: KEYS[i] is pressed in the core. */
  #held = 0;
  #frame = 0;
  #broken: Problem | undefined;
  #closed = false;
  video: VideoFrame = this.#noPicture;
  audio: AudioChunk = NO_AUDIO;

  constructor(options: OpenOptions, boot: Boot, wasm: InitOutput, xxhash: XXHashAPI) {
    const { name, bytes } = options.content;
    this.boot = boot;
    const gb = new GameBoy(boot.settings.model === "cgb" ? GameBoyMode.Cgb : GameBoyMode.Dmg);
    this.#gb = gb;
    gb.load_unsafe(true);
    gb.load_rom_wa(bytes).free();
    this.#states = new States(gb, name, boot.content.sha256, xxhash);
    const fresh = this.#states.save(0);
    this.memory = findMemories(gb, wasm);
    this.#states.load(fresh);
    this.#programCounter = findProgramCounter(gb, wasm);
    this.#states.load(fresh);
    gb.audio_buffer_eager(true);
    if (boot.ramFill !== "00") {
      const fill = ramFill(boot.ramFill);
      for (const region of this.memory) fill(region.bytes);
    }
    if (options.save) this.#setSave(options.save);
    this.#powerOn = this.#states.save(0);
  }

  get frame(): number {
    return this.#frame;
  }
  get stateSize(): number {
    return this.#states.size();
  }

  step(input: InputSource, show: Show = SHOW_ALL): void {
    this.#check();
    const gb = this.#gb;
    input.beginFrame?.(this.#frame);
    this.#press(input.poll(0).buttons);
    let drawn = false;
    try {
      drawn = runFrame(gb, this.#callbacks.size > 0 ? () => this.#callBack() : undefined);
      const samples = gb.audio_buffer_eager(true);
      this.audio = show.audio ? { samples } : NO_AUDIO;
      // The core notes in its state that its picture was asked for: that must not depend on `show`.
      if (drawn) this.#draw(gb.frame_buffer_eager(), show.video);
    } catch (error) {
      throw this.#explain(error);
    }
    this.video = drawn && show.video ? this.#picture : this.#noPicture;
    this.#frame++;
  }

  /** A Game Boy has no reset button: both kinds are its power switch. */
  reset(_kind: "soft" | "power", frame = this.#frame): void {
    this.loadState(this.#powerOn, frame);
  }

  saveState(into?: Uint8Array): Uint8Array {
    this.#check();
    return this.#states.save(this.#held, into);
  }

  loadState(state: Uint8Array, frame: number): void {
    this.#check();
    this.#held = this.#states.load(state);
    this.#frame = frame;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#callbacks.clear();
    // A core that stumbled in the middle of a call is never given back: its memory stays taken.
    if (!this.#broken) this.#gb.free();
  }

  #check(): void {
    if (this.#closed) throw new Error("this machine is closed");
    if (this.#broken) throw this.#broken;
  }

  /** The core raises its interrupt at each press: only changes are passed on. */
  #press(buttons: number): void {
    for (let i = 0; i < KEYS.length; i++) {
      const [bit, key] = KEYS[i]!;
      const down = (buttons & bit) !== 0;
      if (down === ((this.#held & (1 << i)) !== 0)) continue;
      this.#held ^= 1 << i;
      if (down) this.#gb.key_press(key);
      else this.#gb.key_lift(key);
    }
  }

  #draw(rgb: Uint8Array, show: boolean): void {
    if (!show) return;
    const pixels = this.#pixels;
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      pixels[to] = rgb[from + 2]!;
      pixels[to + 1] = rgb[from + 1]!;
      pixels[to + 2] = rgb[from]!;
    }
  }

  #setSave(save: Uint8Array): void {
    const region = regionOf(this, "save");
    if (region?.size !== save.length) {
      const has = region ? `${region.size} bytes` : "none";
      throw new Problem(
        `${this.boot.content.name}: the save RAM given has ${save.length} bytes; this cartridge has ${has}`,
      );
    }
    region.bytes.set(save);
  }

  #onExecute(address: number, callback: () => void): () => void {
    const callbacks = this.#callbacks.get(address) ?? new Set();
    this.#callbacks.set(address, callbacks.add(callback));
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0 && this.#callbacks.get(address) === callbacks) this.#callbacks.delete(address);
    };
  }

  #callBack(): void {
    const callbacks = this.#callbacks.get(this.#programCounter());
    if (callbacks) for (const callback of callbacks) callback();
  }

  /** A trap of the wasm code leaves the core unusable; what a hook threw goes up as it is. */
  #explain(error: unknown): unknown {
    if (!(error instanceof WebAssembly.RuntimeError)) return error;
    const what = `${this.boot.content.name}: the core stumbled in frame ${this.#frame} (${error.message})`;
    this.#broken = new Problem(`${what}: an illegal instruction or something boytacean lacks; open the game again`);
    return this.#broken;
  }
}
