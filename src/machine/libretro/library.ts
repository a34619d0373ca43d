import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import koffi, { type TypeObject } from "koffi";
import { Problem } from "../../problem.ts";
import { CALLBACK, SIZE } from "./abi.ts";
import { type Imports, readImports } from "./elf.ts";
import { Stacks } from "./stacks.ts";

/** Functions that may run a core's coroutines, and so call back from a stack of the core's own. */
const PROTOTYPE = {
  run: koffi.proto("void", []),
  loadGame: koffi.proto("bool", ["const void*"]),
  serialize: koffi.proto("bool", ["void*", "size_t"]),
};

/** What a core calls back. */
export interface Callbacks {
  environment(command: number, data: number): boolean;
  video(data: number, width: number, height: number, pitch: number): void;
  sample(left: number, right: number): void;
  batch(data: number, frames: number): number;
  poll(): void;
  state(port: number, device: number, index: number, id: number): number;
}

/** Read once for each file: it takes the whole library into memory. */
const known = new Map<string, { readonly changed: number; readonly imports: Imports | undefined }>();
function importsOf(path: string): Imports | undefined {
  const changed = statSync(path).mtimeMs;
  let entry = known.get(path);
  if (entry?.changed !== changed) {
    entry = { changed, imports: readImports(readFileSync(path)) };
    known.set(path, entry);
  }
  return entry.imports;
}

/** Symbols that are unique in the process would be shared between the copies: plain global ones they become. */
function makePlain(path: string, unique: readonly number[]): void {
  const bytes = readFileSync(path);
  chmodSync(path, 0o600);
  for (const at of unique) bytes[at] = 0x10 | (bytes[at]! & 0x0f);
  writeFileSync(path, bytes);
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
  /** What the core was handed: some read a game's bytes for as long as they run. */
  readonly kept: Uint8Array[] = [];
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
  readonly #stacks = Stacks.supported ? new Stacks() : undefined;

  constructor(path: string) {
    this.folder = mkdtempSync(join(tmpdir(), `instep-core-${process.pid}-`));
    folders.add(this.folder);
    this.system = join(this.folder, "system");
    this.save = join(this.folder, "save");
    try {
      mkdirSync(this.system);
      mkdirSync(this.save);
      this.imports = importsOf(path);
      const copy = join(this.folder, basename(path));
      copyFileSync(path, copy);
      if (this.imports?.unique.length) makePlain(copy, this.imports.unique);
      // deep: the program's own zlib and the like must not stand in for those that the core brings along.
      this.#handle = koffi.load(copy, { deep: true });
      rmSync(copy);
      const f = (prototype: string) => this.#handle.func(prototype);
      const onOwnStack = (name: string, type: TypeObject) => {
        if (!this.#stacks) return this.#handle.func(name, type.proto!.result, type.proto!.arguments);
        return koffi.decode(this.#stacks.entry(BigInt(this.#handle.symbol(name))), type);
      };
      this.run = onOwnStack("retro_run", PROTOTYPE.run);
      this.init = f("void retro_init()");
      this.deinit = f("void retro_deinit()");
      this.reset = onOwnStack("retro_reset", PROTOTYPE.run);
      this.apiVersion = f("uint32_t retro_api_version()");
      this.systemInfo = f("void retro_get_system_info(void* info)");
      this.avInfo = f("void retro_get_system_av_info(void* info)");
      this.loadGame = onOwnStack("retro_load_game", PROTOTYPE.loadGame);
      this.unloadGame = onOwnStack("retro_unload_game", PROTOTYPE.run);
      this.plug = f("void retro_set_controller_port_device(uint32_t port, uint32_t device)");
      this.serializeSize = f("size_t retro_serialize_size()");
      this.serialize = onOwnStack("retro_serialize", PROTOTYPE.serialize);
      this.unserialize = onOwnStack("retro_unserialize", PROTOTYPE.serialize);
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
    const all: [string, (...values: never[]) => unknown, TypeObject][] = [
      ["retro_set_environment", callbacks.environment, CALLBACK.environment],
      ["retro_set_video_refresh", callbacks.video, CALLBACK.video],
      ["retro_set_audio_sample", callbacks.sample, CALLBACK.sample],
      ["retro_set_audio_sample_batch", callbacks.batch, CALLBACK.batch],
      ["retro_set_input_poll", callbacks.poll, CALLBACK.poll],
      ["retro_set_input_state", callbacks.state, CALLBACK.state],
    ];
    const pointers = all.map(([, callback, type]) => this.register(callback, type));
    this.#stacks?.seal();
    for (const [i, [name]] of all.entries()) this.#handle.func(`void ${name}(void* callback)`)(pointers[i]);
  }

  /** What the core says of itself: name, version, extensions, and whether it wants a path instead of bytes. */
  describe(): { name: string; version: string; extensions: string[]; wantsPath: boolean } {
    const info = Buffer.alloc(SIZE.systemInfo);
    this.systemInfo(info);
    const text = (offset: number): string => (info.readBigUInt64LE(offset) ? koffi.decode(info, offset, "char*") : "");
    const extensions = text(16).toLowerCase().split("|").filter(Boolean);
    return { name: text(0), version: text(8).trim(), extensions, wantsPath: info[24] !== 0 };
  }

  /** A function that the core may call for as long as it is loaded. Before {@link connect} only. */
  register(callback: (...values: never[]) => unknown, type: TypeObject): bigint {
    const pointer = koffi.register(callback, type);
    this.#callbacks.push(pointer);
    return this.#stacks?.callback(pointer) ?? pointer;
  }

  close(): void {
    this.#handle.unload();
    this.#stacks?.close();
    for (const pointer of this.#callbacks) koffi.unregister(pointer);
    this.#removeFolder();
  }

  #removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }
}
