import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import koffi from "koffi";

/** native/mupen64plus/exports.h. Pointers are numbers: below 2^47, they fit. */
export interface Shim {
  open(core: string, folder: string, data: string, rom: Uint8Array, size: number, clock: number): number;
  video(plugin: string, width: number, height: number): number;
  set(section: string, name: string, value: string): number;
  get(section: string, name: string): string | null;
  options(section: string): string;
  sections(): string;
  pad(pad: number, present: number, pak: number): void;
  keep(which: number, bytes: Uint8Array): void;
  start(rsp: string): number;
  step(video: number, audio: number): number;
  answer(keys: number): number;
  polled(): number;
  reset(): void;
  stateSize(): number;
  save(into: Uint8Array, size: number): number;
  load(state: Uint8Array, size: number): number;
  memory(which: number, size: Uint32Array): number;
  pixels(): number;
  drawn(): number;
  samples(): number;
  sampleCount(): number;
  sampleRate(numerator: Uint32Array, denominator: Uint32Array): void;
  refreshRate(): number;
  said(): string;
  patience(ms: number): void;
  close(): number;
}

export const EVENT = { frame: 1, poll: 2, ended: 5 } as const;
export const FAULT = { load: 100, symbol: 101, hook: 102, plugin: 103, unknown: 104, hang: 105, ended: 106 } as const;

/** Private folders that are still there; a program that ends without closing its machines leaves none behind. */
const folders = new Set<string>();
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * The shim and what it loads, as copies of this machine alone: the loader shares a library that is loaded twice, and with
 * it the one console that Mupen64Plus has in its globals.
 */
export class Copies {
  /** Stands for the user's configuration, of which nothing is read. */
  readonly folder = mkdtempSync(join(tmpdir(), `instep-n64-${process.pid}-`));
  readonly shim: Shim;
  readonly #library: ReturnType<typeof koffi.load>;

  constructor(shim: string) {
    folders.add(this.folder);
    const copy = this.copy(shim);
    this.#library = koffi.load(copy, { deep: true });
    rmSync(copy);
    const f = (prototype: string) => this.#library.func(prototype);
    this.shim = {
      open: f("int m64_open(str core, str folder, str data, const uint8_t* rom, int size, int64_t clock)"),
      video: f("int m64_video(str plugin, int width, int height)"),
      set: f("int m64_set(str section, str name, str value)"),
      get: f("str m64_get(str section, str name)"),
      options: f("str m64_options(str section)"),
      sections: f("str m64_sections()"),
      pad: f("void m64_pad(int pad, int present, int pak)"),
      keep: f("void m64_keep(int which, const uint8_t* bytes)"),
      start: f("int m64_start(str rsp)"),
      step: f("int m64_step(int video, int audio)"),
      answer: f("int m64_answer(uint32_t keys)"),
      polled: f("int m64_polled()"),
      reset: f("void m64_reset()"),
      stateSize: f("size_t m64_state_size()"),
      save: f("size_t m64_save(uint8_t* into, size_t size)"),
      load: f("int m64_load(const uint8_t* state, size_t size)"),
      memory: f("uint64_t m64_memory(int which, uint32_t* size)"),
      pixels: f("uint64_t m64_pixels()"),
      drawn: f("int m64_drawn()"),
      samples: f("uint64_t m64_samples()"),
      sampleCount: f("int m64_sample_count()"),
      sampleRate: f("void m64_sample_rate(uint32_t* numerator, uint32_t* denominator)"),
      refreshRate: f("int m64_refresh_rate()"),
      said: f("str m64_said()"),
      patience: f("void m64_patience(int ms)"),
      close: f("int m64_close()"),
    } as unknown as Shim;
  }

  /** A library's private copy; to be removed once it is loaded. */
  copy(path: string): string {
    const copy = join(this.folder, basename(path));
    copyFileSync(path, copy);
    return copy;
  }

  /** Frees everything, unless the core's thread hangs: then its code has to stay. */
  close(): void {
    if (this.shim.close() === 0) this.#library.unload();
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }
}
