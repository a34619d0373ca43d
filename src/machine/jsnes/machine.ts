import { Problem } from "../../problem.ts";
import type { Boot } from "../boot.ts";
import type { InputSource } from "../input.ts";
import type { AudioChunk, Hooks, Machine, MemoryRegion, OpenOptions, Ratio, Show, VideoFrame } from "../machine.ts";
import { SHOW_ALL } from "../machine.ts";
import { ramFill } from "../ram-fill.ts";
import { plausible, snapshotOf } from "./console-state.ts";
import { createNes, type Nes, type PaletteTable } from "./internals.ts";
import { overclock } from "./overclock.ts";
import { Pads } from "./pads.ts";
import { fillMemories, pressReset, workRam } from "./power-on.ts";
import type { Snapshot } from "./snapshot.ts";

/** No frame has more sample frames than this: 48,000 a second at 60 frames are 801. */
const MAX_SAMPLES = 2048;
const NO_PIXELS = new Uint8Array(0);
const WIDTH = 256;
const HEIGHT = 240;

export class JsnesMachine implements Machine {
  readonly boot: Boot;
  readonly polling = "exact";
  readonly timing;
  readonly memory: readonly MemoryRegion[];
  readonly stateSize: number;
  readonly hooks: Hooks = { onExecute: (address, callback) => this.#onExecute(address, callback) };
  readonly #nes: Nes;
  readonly #pads: Pads;
  readonly #snapshot: Snapshot;
  readonly #powerOn: Uint8Array;
  readonly #samples = new Int16Array(MAX_SAMPLES * 2);
  readonly #chunks: AudioChunk[] = [];
  readonly #picture: VideoFrame;
  readonly #noPicture: VideoFrame;
  readonly #callbacks = new Map<number, Set<() => void>>();
  /** 1 for each address that has callbacks: asked before each instruction. */
  readonly #hooked = new Uint8Array(0x10000);
  readonly #run: () => void;
  readonly #extra: (() => void) | undefined;
  #sampleCount = 0;
  #frame = 0;
  #crash: Problem | undefined;
  #closed = false;
  video: VideoFrame;
  audio: AudioChunk;

  constructor(options: OpenOptions, boot: Boot) {
    this.boot = boot;
    const nes = createNes({
      sampleRate: Number(boot.settings.sample_rate),
      onAudioSample: (left, right) => {
        const at = this.#sampleCount++ * 2;
        this.#samples[at] = clamp16(left * 32768);
        this.#samples[at + 1] = clamp16(right * 32768);
      },
    });
    nes.loadROM(options.content.bytes);
    // jsnes blackens the borders as a television does; the picture here is what the PPU put out.
    nes.ppu.endFrame = () => {};
    orderColours(nes.ppu.palTable);
    // jsnes adds this field at the first DMA; states are planned now.
    nes.cpu._lastDmaReadAddr = 0;
    this.#nes = nes;
    if (boot.ramFill !== "jsnes") fillMemories(nes, ramFill(boot.ramFill));
    if (options.save) workRam(nes).set(options.save);

    this.#pads = new Pads(nes);
    const { cpu, ppu } = nes;
    this.#run = () => {
      if (this.#hooked[cpu.REG_PC] === 1 && !cpu.resetPending) this.#callBack(cpu.REG_PC);
      cpu.emulate();
    };
    this.#extra = boot.settings.overclock === "2x" ? overclock(nes, this.#run) : undefined;
    this.timing = { fps: { num: 39375000, den: 655171 }, sampleRate: sampleRate(nes) };
    this.memory = regions(nes);
    const pixels = new Uint8Array(ppu.buffer.buffer);
    // A pixel is 8:7 (nesdev "Overscan").
    const shape = { width: WIDTH, height: HEIGHT, pitch: WIDTH * 4, aspect: (WIDTH * 8) / (HEIGHT * 7) };
    this.#picture = { ...shape, pixels };
    this.#noPicture = { ...shape, pixels: NO_PIXELS };
    this.video = this.#noPicture;
    this.audio = this.#chunk(0);
    this.#snapshot = snapshotOf(nes, this.#pads.line, boot);
    this.stateSize = this.#snapshot.size;
    this.#powerOn = this.#snapshot.save();
  }

  get frame(): number {
    return this.#frame;
  }
  get polls(): number {
    return this.#pads.polls;
  }

  step(input: InputSource, show: Show = SHOW_ALL): void {
    if (this.#closed) throw new Error("this machine is closed");
    if (this.#crash) throw this.#crash;
    const { cpu, ppu } = this.#nes;
    this.#sampleCount = 0;
    this.#pads.polls = 0;
    this.#pads.source = input;
    input.beginFrame?.(this.#frame);
    // Palette bytes that were written from outside show at once.
    ppu.updatePalettes();
    try {
      this.#extra?.();
      if (this.#callbacks.size > 0) while (!ppu.frameEnded) this.#run();
      else while (!ppu.frameEnded) cpu.emulate();
    } catch (error) {
      throw this.#explain(error);
    }
    ppu.frameEnded = false;
    this.#frame++;
    this.video = show.video ? this.#picture : this.#noPicture;
    this.audio = this.#chunk(show.audio ? this.#sampleCount : 0);
  }

  reset(kind: "soft" | "power", frame = this.#frame): void {
    if (kind === "power") this.loadState(this.#powerOn, frame);
    else pressReset(this.#nes);
  }

  saveState(into?: Uint8Array): Uint8Array {
    return this.#snapshot.save(into);
  }

  loadState(state: Uint8Array, frame: number): void {
    this.#snapshot.load(state, plausible);
    this.#crash = undefined;
    this.#frame = frame;
  }

  close(): void {
    this.#closed = true;
    this.#callbacks.clear();
    this.#hooked.fill(0);
  }

  #onExecute(address: number, callback: () => void): () => void {
    const callbacks = this.#callbacks.get(address) ?? new Set();
    this.#callbacks.set(address, callbacks.add(callback));
    this.#hooked[address] = 1;
    return () => {
      callbacks.delete(callback);
      if (callbacks.size > 0 || this.#callbacks.get(address) !== callbacks) return;
      this.#callbacks.delete(address);
      this.#hooked[address] = 0;
    };
  }

  #callBack(address: number): void {
    const callbacks = this.#callbacks.get(address);
    if (callbacks) for (const callback of callbacks) callback();
  }

  /** An invalid opcode ends the run until a state is loaded; what a hook or input threw goes up as it is. */
  #explain(error: unknown): unknown {
    if (!(error instanceof Error) || !error.message.startsWith("Game crashed")) return error;
    const what = error.message.replace("Game crashed, ", "");
    this.#crash = new Problem(
      `${this.boot.content.name}: the game crashed its CPU in frame ${this.#frame} (${what}); load a state or reset`,
    );
    return this.#crash;
  }

  /** One object for each length, made when it first comes up: a frame has 797 to 801 samples. */
  #chunk(count: number): AudioChunk {
    this.#chunks[count] ??= { samples: this.#samples.subarray(0, count * 2) };
    return this.#chunks[count];
  }
}

function clamp16(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}

/** A sample comes every sampleTimerMax / 1024 CPU cycles, and the CPU runs at 39375000 / 22 Hz. */
function sampleRate(nes: Nes): Ratio {
  return { num: 39375000 * 512, den: 11 * nes.papu.sampleTimerMax };
}

function regions(nes: Nes): MemoryRegion[] {
  const { cpu, ppu, rom } = nes;
  const region = (name: string, base: number, bytes: Uint8Array): MemoryRegion => {
    return { name, base, size: bytes.length, bytes, endian: "little" };
  };
  const list = [
    region("ram", 0, cpu.mem.subarray(0, 0x800)),
    region(rom.batteryRam ? "save" : "prgram", 0x6000, workRam(nes)),
    region("vram", 0, ppu.vramMem.subarray(0x2000, 0x3000)),
    region("oam", 0, ppu.spriteMem),
    region("palette", 0, ppu.vramMem.subarray(0x3f00, 0x3f20)),
  ];
  if (rom.vromCount === 0) list.push(region("chrram", 0, ppu.vramMem.subarray(0, 0x2000)));
  return list;
}

/** jsnes's palette has blue in its highest byte, and so its emphasis of red darkens red: pictures here are 0xXXRRGGBB. */
function orderColours(table: PaletteTable): void {
  const { curTable } = table;
  for (const [i, colour] of curTable.entries())
    curTable[i] = ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >>> 16);
  table.makeTables();
  table.currentEmph = -1;
  table.setEmphasis(0);
}
