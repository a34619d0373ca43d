import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { EXIT, Problem } from "../../problem.ts";
import { type Boot, sha256Hex } from "../boot.ts";
import { type InputSource, NO_INPUT } from "../input.ts";
import {
  type Machine,
  type MemoryRegion,
  type OpenOptions,
  SHOW_ALL,
  SHOW_NOTHING,
  type Show,
  type Timing,
} from "../machine.ts";
import { addressOf, cString, DEVICE, MEMORY, SIZE, viewOf } from "./abi.ts";
import { pinClock, readsClock, unpinned } from "./clock.ts";
import { desmumeTouch, settleDesmume } from "./desmume.ts";
import { Environment } from "./environment.ts";
import { installFirmware } from "./firmware.ts";
import {
  type Counters,
  findCounters,
  GAMBATTE_CALLS,
  GAMBATTE_COUNTERS,
  loadCounters,
  saveCounters,
} from "./gambatte.ts";
import { withCleanMemory } from "./heap.ts";
import type { KnownCore } from "./known.ts";
import { Library } from "./library.ts";
import { liveRegions, renewed } from "./memory.ts";
import { loadMgbaSave } from "./mgba.ts";
import { Netpacket, type Send } from "./netpacket.ts";
import { CLOCK_OPTION, checkSettings, ramFillOf } from "./options.ts";
import { Pads } from "./pads.ts";
import { ratioOf } from "./ratio.ts";
import { Screen } from "./screen.ts";
import { Speaker } from "./speaker.ts";
import { SYSTEMS, systemOf } from "./systems.ts";
import { TRAILER_SIZE, Trailer } from "./trailer.ts";

/** The library file, its SHA-256 and what is known of the core. */
export interface CoreFile {
  readonly path: string;
  readonly build: string;
  readonly name: string;
  readonly known: KnownCore | undefined;
}

/** Where gambatte's counters are, by build. */
const counters = new Map<string, Counters | undefined>();

/** A machine on a libretro core: a private copy of its library, driven frame by frame. */
export class LibretroMachine implements Machine {
  boot!: Boot;
  frame = 0;
  memory: readonly MemoryRegion[] = [];
  readonly polling: "exact" | "frame";
  readonly audio = new Speaker();
  readonly #file: CoreFile;
  readonly #options: OpenOptions;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #pads: Pads;
  readonly #contentHash: string;
  readonly #trailer: Trailer;
  /** Its end of a network with other consoles, which `send` was given for. */
  netpacket: Netpacket | undefined;
  readonly #send: Send | undefined;
  #library: Library | undefined;
  /** The library before the last power cycle: views of its memory stay readable until the next one. */
  #retired: Library | undefined;
  #environment!: Environment;
  #screen!: Screen;
  #shown: Show = SHOW_ALL;
  /** The frame that the console was last switched on at: its clock begins there. */
  #switchedOn = 0;
  #timing: Timing | undefined;
  #timingChanges = 0;

  constructor(file: CoreFile, options: OpenOptions, send?: Send) {
    this.#file = file;
    this.#send = send;
    this.#options = options;
    this.#settings = options.settings ?? {};
    this.#contentHash = sha256Hex(options.content.bytes);
    this.#trailer = new Trailer(file.build, this.#contentHash);
    this.polling = file.known?.exact ? "exact" : "frame";
    const touch = file.name === "desmume" ? desmumeTouch(this.#settings) : undefined;
    this.#pads = new Pads(this.polling === "frame", SYSTEMS[this.#systemOfGame()]?.buttons ?? -1, touch);
    this.#start();
  }

  get timing(): Timing {
    const { timing, timingChanges } = this.#environment;
    if (!this.#timing || timingChanges !== this.#timingChanges) {
      this.#timing = { fps: ratioOf(timing.fps), sampleRate: ratioOf(timing.sampleRate) };
      this.#timingChanges = timingChanges;
    }
    return this.#timing;
  }

  get polls(): number {
    return this.#pads.polls;
  }

  get video(): Screen {
    return this.#screen;
  }

  step(input: InputSource, show: Show = SHOW_ALL): void {
    const library = this.#open;
    this.#shown = show;
    this.#screen.begin();
    this.audio.begin();
    this.#pads.begin(input, this.frame);
    library.run();
    this.frame++;
    if (this.#pads.error) throw this.#pads.error;
    if (this.#environment.ended) throw this.#refusal(`switched itself off at frame ${this.frame}`, EXIT.desync);
  }

  reset(kind: "soft" | "power", frame = this.frame): void {
    if (kind === "soft") {
      this.#open.reset();
      return;
    }
    this.#retired?.close();
    this.#retired = this.#open;
    this.#retired.unloadGame();
    this.#retired.deinit();
    this.#library = undefined;
    this.frame = frame;
    this.#switchedOn = frame;
    this.#start();
  }

  get stateSize(): number {
    return this.#open.serializeSize() + this.#added + TRAILER_SIZE;
  }

  saveState(into?: Uint8Array): Uint8Array {
    const own = this.#open.serializeSize();
    if (own === 0) throw this.#refusal("cannot save its state now");
    const size = own + this.#added;
    const state = into ?? new Uint8Array(size + TRAILER_SIZE);
    if (state.length < size + TRAILER_SIZE)
      throw new RangeError(`a state takes ${size + TRAILER_SIZE} bytes, not ${state.length}`);
    if (!this.#open.serialize(state, own)) throw this.#refusal(`did not save its state at frame ${this.frame}`);
    const places = this.#counters();
    state.fill(0, own, size);
    if (places) saveCounters(this.#open, places, state.subarray(own, size));
    this.#trailer.write(state, size, this.frame - this.#switchedOn);
    return state.length === size + TRAILER_SIZE ? state : state.subarray(0, size + TRAILER_SIZE);
  }

  /** Throws a Problem for a state that is damaged, or of another game or build. */
  checkState(state: Uint8Array): void {
    const fault = this.#trailer.fault(state);
    if (fault) throw this.#refusal(`cannot load this state: ${fault}`);
  }

  loadState(state: Uint8Array, frame: number): void {
    this.checkState(state);
    const end = state.length - TRAILER_SIZE - this.#added;
    const own = state.subarray(0, end);
    if (end <= 0 || !this.#open.unserialize(own, end)) throw this.#refusal("does not take this state");
    const places = this.#counters();
    if (places) loadCounters(this.#open, places, state.subarray(end));
    if (this.#file.name === "mgba") loadMgbaSave(this.#open, own);
    this.frame = frame;
    this.#switchedOn = frame - this.#trailer.age(state);
  }

  close(): void {
    const library = this.#library;
    this.#library = undefined;
    this.#retired?.close();
    this.#retired = undefined;
    if (!library) return;
    library.unloadGame();
    library.deinit();
    library.close();
    this.memory = [];
    this.#screen.begin();
  }

  /** Bytes that our states have between the core's own and the trailer. */
  get #added(): number {
    return this.#file.name === "gambatte" ? GAMBATTE_COUNTERS : 0;
  }

  /** Where gambatte's counters are: looked for once for each build, in a machine that is only for that. */
  #counters(): Counters | undefined {
    const { name, build } = this.#file;
    if (name !== "gambatte") return undefined;
    if (!counters.has(build)) {
      const probe = new LibretroMachine(this.#file, { content: this.#options.content });
      while (probe.frame < GAMBATTE_CALLS) probe.step(NO_INPUT, SHOW_NOTHING);
      counters.set(build, findCounters(probe.#open));
      probe.close();
    }
    return counters.get(build);
  }

  get #open(): Library {
    if (!this.#library) throw new Error("this machine is closed");
    return this.#library;
  }

  #refusal(what: string, exitCode?: number): Problem {
    const said = this.#environment.messages.at(-1);
    return new Problem(
      `${this.#options.content.name}: ${this.#file.name} ${what}${said ? ` ("${said}")` : ""}`,
      exitCode,
    );
  }

  /** Switches the console on: a fresh copy of the core, the game, the pads, the save RAM. */
  #start(): void {
    withCleanMemory(() => this.#powerUp());
  }

  #powerUp(): void {
    const { content } = this.#options;
    const { name, known } = this.#file;
    const library = new Library(this.#file.path);
    const environment = new Environment(library, this.#settings, known?.defaults);
    this.#environment = environment;
    this.#screen = new Screen(environment.geometry);
    this.#timing = undefined;
    let began = false;
    try {
      this.netpacket = this.#send && new Netpacket(library, this.#send);
      environment.network = this.netpacket?.take;
      if (readsClock(library)) environment.declare(CLOCK_OPTION);
      this.#connect(library, environment);
      checkSettings(name, [...environment.options.values()], this.#settings);
      const firmware = installFirmware(known, content.name, library.system);
      library.init();
      began = true;
      if (!library.loadGame(this.#gameInfo(library))) throw this.#refusal("does not take this file");
      const system = this.#systemOfGame();
      const ports = plugPads(library, environment, system);
      const info = Buffer.alloc(SIZE.avInfo);
      library.avInfo(info);
      environment.readAvInfo(Number(addressOf(info)));
      this.#library = library;
      this.memory = renewed(
        this.memory,
        liveRegions(() => this.#library, environment.mappings, system),
      );
      const save = this.#insertSave(library);
      if (name === "desmume") this.memory = [...this.memory, ...settleDesmume(() => this.#library)];
      this.boot = this.#describe(library, system, { firmware, ports, save });
    } catch (error) {
      this.#library = undefined;
      if (began) library.deinit();
      library.close();
      throw error;
    }
  }

  #connect(library: Library, environment: Environment): void {
    pinClock(library, {
      frame: () => this.frame - this.#switchedOn,
      seconds: () => {
        const start = Number((environment.values()[CLOCK_OPTION.key] ?? CLOCK_OPTION.default).slice("unix:".length));
        const { fps } = environment.timing;
        return fps > 0 ? start + Math.floor((this.frame - this.#switchedOn) / fps) : start;
      },
    });
    library.connect({
      environment: environment.call,
      video: (data, width, height, pitch) => {
        if (this.#shown.video) this.#screen.draw(data, width, height, pitch, environment.pixels);
        else this.#screen.skip(width, height);
      },
      sample: (left, right) => {
        if (this.#shown.audio) this.audio.sample(left, right);
      },
      batch: (data, frames) => {
        if (this.#shown.audio) this.audio.batch(data, frames);
        return frames;
      },
      poll: this.#pads.poll,
      state: this.#pads.state,
    });
  }

  /** retro_game_info: path, data, size, meta. */
  #gameInfo(library: Library): Uint8Array {
    const { name, bytes } = this.#options.content;
    const { wantsPath } = library.describe();
    const path = join(library.folder, basename(name) || "game");
    if (wantsPath) writeFileSync(path, bytes);
    const text = cString(path);
    const info = Buffer.alloc(SIZE.gameInfo);
    info.writeBigUInt64LE(addressOf(text), 0);
    if (!wantsPath) {
      info.writeBigUInt64LE(addressOf(bytes), 8);
      info.writeBigUInt64LE(BigInt(bytes.length), 16);
    }
    library.kept.push(text, bytes, info);
    return info;
  }

  #systemOfGame(): string {
    const systems = this.#file.known?.systems;
    const byName = systemOf(this.#options.content.name);
    return byName && (!systems || systems.includes(byName)) ? byName : (systems?.[0] ?? "unknown");
  }

  /** Puts the save in before the first frame runs; SHA-256 of what is there, or null for no save memory. */
  #insertSave(library: Library): string | null {
    const { save, content } = this.#options;
    if (!save) return null;
    const size = library.memorySize(MEMORY.SAVE_RAM);
    if (size === 0)
      throw new Problem(`${content.name}: this game keeps no save, so none can be put in (core ${this.#file.name})`);
    if (save.length > size) {
      throw new Problem(
        `${content.name}: the save has ${save.length} bytes, and this game keeps ${size} (core ${this.#file.name})`,
      );
    }
    viewOf(library.memoryData(MEMORY.SAVE_RAM), size).set(save);
    return sha256Hex(save);
  }

  #describe(library: Library, system: string, start: Pick<Boot, "firmware" | "ports" | "save">): Boot {
    const { content } = this.#options;
    const settings = this.#environment.values();
    const clock = settings[CLOCK_OPTION.key];
    return {
      core: { name: this.#file.name, version: library.describe().version, build: this.#file.build },
      system,
      content: { name: content.name, size: content.bytes.length, sha256: this.#contentHash },
      settings,
      ramFill: ramFillOf(settings),
      rtc: clock === undefined ? null : `${clock}, runs with the frames`,
      ...start,
      unpinned: unpinned(library, this.#file.known?.clockIsForWaits ?? false),
    };
  }
}

/** Joypads on the first two ports; some cores poll nothing before that is said. Gives the devices' names. */
function plugPads(library: Library, environment: Environment, system: string): string[] {
  const count = SYSTEMS[system]?.handheld ? 1 : 2;
  return Array.from({ length: count }, (_, port) => {
    const types = environment.ports[port];
    const type = types?.find(({ device }) => device === DEVICE.JOYPAD) ?? types?.[0];
    library.plug(port, type?.device ?? DEVICE.JOYPAD);
    return type?.name ?? "RetroPad";
  });
}
