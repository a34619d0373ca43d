import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import koffi, { type TypeObject } from "koffi";
import { Problem } from "../../problem.ts";
import { CALLBACK, SIZE } from "./abi.ts";
import { type Imports, readImports } from "./elf.ts";

/** What a core calls back. */
export interface Callbacks {
  environment(command: number, data: number): boolean;
  video(data: number, width: number, height: number, pitch: number): void;
  sample(left: number, right: number): void;
  batch(data: number, frames: number): number;
  poll(): void;
  state(port: number, device: number, index: number, id: number): number;
}

/** Private folders that are still there; a program that ends without closing its machines leaves none behind. */
const folders = new Set<string>();
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * A private copy of a core: the loader shares a library that is loaded twice under one name, and with it every global of
 * the core. The file itself is gone again as soon as it is mapped.
 */
export class Library {
  /** Folders for this copy alone: firmware goes to `system`, the core's own files to `save`. */
  readonly folder: string;
  readonly system: string;
  readonly save: string;
  readonly imports: Imports | undefined;
  /** Where the copy is loaded, or 0 where that cannot be known. */
  readonly base: number;
  readonly run: () => void;
  readonly init: () => void;
  readonly deinit: () => void;
  readonly reset: () => void;
  readonly apiVersion: () => number;
  readonly systemInfo: (info: Uint8Array) => void;
  readonly avInfo: (info: Uint8Array) => void;
  readonly loadGame: (info: Uint8Array) => boolean;
  readonly unloadGame: () => void;
  readonly plug: (port: number, device: number) => void;
  readonly serializeSize: () => number;
  readonly serialize: (into: Uint8Array, size: number) => boolean;
  readonly unserialize: (state: Uint8Array, size: number) => boolean;
  readonly memoryData: (id: number) => number;
  readonly memorySize: (id: number) => number;
  readonly #handle: ReturnType<typeof koffi.load>;
  readonly #callbacks: bigint[] = [];

  constructor(path: string) {
    this.folder = mkdtempSync(join(tmpdir(), "instep-core-"));
    folders.add(this.folder);
    this.system = join(this.folder, "system");
    this.save = join(this.folder, "save");
    try {
      mkdirSync(this.system);
      mkdirSync(this.save);
      const bytes = readFileSync(path);
      this.imports = readImports(bytes);
      // The loader would share these between the copies: plain global symbols they become.
      for (const at of this.imports?.unique ?? []) bytes[at] = 0x10 | (bytes[at]! & 0x0f);
      const copy = join(this.folder, basename(path));
      writeFileSync(copy, bytes);
      // deep: the program's own zlib and the like must not stand in for those that the core brings along.
      this.#handle = koffi.load(copy, { deep: true });
      rmSync(copy);
      const f = (prototype: string) => this.#handle.func(prototype);
      this.run = f("void retro_run()");
      this.init = f("void retro_init()");
      this.deinit = f("void retro_deinit()");
      this.reset = f("void retro_reset()");
      this.apiVersion = f("uint32_t retro_api_version()");
      this.systemInfo = f("void retro_get_system_info(void* info)");
      this.avInfo = f("void retro_get_system_av_info(void* info)");
      this.loadGame = f("bool retro_load_game(const void* info)");
      this.unloadGame = f("void retro_unload_game()");
      this.plug = f("void retro_set_controller_port_device(uint32_t port, uint32_t device)");
      this.serializeSize = f("size_t retro_serialize_size()");
      this.serialize = f("bool retro_serialize(void* data, size_t size)");
      this.unserialize = f("bool retro_unserialize(const void* data, size_t size)");
      this.memoryData = f("uint64_t retro_get_memory_data(uint32_t id)");
      this.memorySize = f("size_t retro_get_memory_size(uint32_t id)");
      const exported = this.imports?.exports.get("retro_run");
      this.base = exported === undefined ? 0 : Number(this.#handle.symbol("retro_run")) - exported;
    } catch (error) {
      this.#removeFolder();
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new Problem(`${path}: no such file`);
      throw new Problem(`${path} is not a libretro core that runs here: ${(error as Error).message}`);
    }
  }

  /** Hands the callbacks to the core; the environment first, as every core expects. */
  connect(callbacks: Callbacks): void {
    const set = (name: string, callback: (...values: never[]) => unknown, type: TypeObject): void => {
      const pointer = koffi.register(callback, type);
      this.#callbacks.push(pointer);
      this.#handle.func(`void ${name}(void* callback)`)(pointer);
    };
    set("retro_set_environment", callbacks.environment, CALLBACK.environment);
    set("retro_set_video_refresh", callbacks.video, CALLBACK.video);
    set("retro_set_audio_sample", callbacks.sample, CALLBACK.sample);
    set("retro_set_audio_sample_batch", callbacks.batch, CALLBACK.batch);
    set("retro_set_input_poll", callbacks.poll, CALLBACK.poll);
    set("retro_set_input_state", callbacks.state, CALLBACK.state);
  }

  /** What the core says of itself: name, version, extensions, and whether it wants a path instead of bytes. */
  describe(): { name: string; version: string; extensions: string[]; wantsPath: boolean } {
    const info = Buffer.alloc(SIZE.systemInfo);
    this.systemInfo(info);
    const text = (offset: number): string => (info.readBigUInt64LE(offset) ? koffi.decode(info, offset, "char*") : "");
    const extensions = text(16).toLowerCase().split("|").filter(Boolean);
    return { name: text(0), version: text(8).trim(), extensions, wantsPath: info[24] !== 0 };
  }

  /** A function that the core calls, for as long as it is loaded. */
  register(callback: (...values: never[]) => unknown, type: TypeObject): bigint {
    const pointer = koffi.register(callback, type);
    this.#callbacks.push(pointer);
    return pointer;
  }

  close(): void {
    this.#handle.unload();
    for (const pointer of this.#callbacks) koffi.unregister(pointer);
    this.#removeFolder();
  }

  #removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }
}
