import koffi from "koffi";
import type { CoreOption } from "../registry.ts";
import { type Address, addressOf, cString, ENV, PIXELS, readAddress, readString, readU32 } from "./abi.ts";
import { declaredOptions } from "./options.ts";

/** Size of the picture in pixels and its shape. */
export interface Geometry {
  width: number;
  height: number;
  aspect: number;
}

/** A stretch of memory as SET_MEMORY_MAPS gives it; retro_memory_descriptor. */
export interface Mapping {
  readonly at: Address;
  readonly size: number;
  /** Address on the system's bus. */
  readonly start: number;
  readonly space: string;
  readonly bigEndian: boolean;
  readonly constant: boolean;
}

/** The log is variadic, which no callback can be: an int function of libc takes it all and does nothing. */
export const SILENCE: bigint = BigInt(koffi.load(null).symbol("abs"));
/** Bit 0 video, bit 1 audio; not bit 2, states that only this process can load. */
const SHOW_BOTH = 3;
const DESCRIPTOR_SIZE = 64;
const FLAG = { CONST: 1, BIGENDIAN: 2 };
/** Calls that say nothing that matters here but that a core may want to be heard. */
const HEARD: readonly number[] = [
  ENV.SET_INPUT_DESCRIPTORS,
  ENV.SET_CORE_OPTIONS_DISPLAY,
  ENV.SET_SUPPORT_NO_GAME,
  ENV.SET_SERIALIZATION_QUIRKS,
];

/**
 * What a core asks of its frontend and tells it. Interfaces that would let the host's time, speed or devices into the run
 * (performance counters, rumble, sensors, frame time, fast savestates) are refused: cores have a default for each.
 */
export class Environment {
  readonly options = new Map<string, CoreOption>();
  readonly geometry: Geometry = { width: 0, height: 0, aspect: 0 };
  readonly timing = { fps: 0, sampleRate: 0 };
  /** Bumped when the core changes its timing in mid-run. */
  timingChanges = 0;
  pixels: number = PIXELS.XRGB1555;
  mappings: Mapping[] = [];
  /** Device types that each port takes, if the core says so. */
  ports: { readonly name: string; readonly device: number }[][] = [];
  /** What the core told its user, the last one at the end. */
  readonly messages: string[] = [];
  /** The core asked to be shut down. */
  ended = false;
  /** Takes the core's own network, where there is one for it; else it is refused. */
  network: ((callbacks: Address) => boolean) | undefined;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #defaults: Readonly<Record<string, string>>;
  readonly #texts = new Map<string, Buffer>();
  readonly #folders: { readonly system: string; readonly save: string };

  /** `defaults` are ours, in place of the core's. */
  constructor(
    folders: { readonly system: string; readonly save: string },
    settings: Readonly<Record<string, string>>,
    defaults: Readonly<Record<string, string>> = {},
  ) {
    this.#folders = folders;
    this.#settings = settings;
    this.#defaults = defaults;
  }

  /** Every option with the value that it has. */
  values(): Record<string, string> {
    return Object.fromEntries([...this.options.values()].map((o) => [o.key, this.#settings[o.key] ?? o.default]));
  }

  declare(option: CoreOption): void {
    const ours = this.#defaults[option.key];
    this.options.set(
      option.key,
      ours !== undefined && option.values.includes(ours) ? { ...option, default: ours } : option,
    );
  }

  readonly call = (command: number, data: Address): boolean => {
    switch (command) {
      case ENV.GET_VARIABLE:
        return this.#getVariable(data);
      case ENV.GET_VARIABLE_UPDATE:
        koffi.encode(data, "bool", false); // options stay as the boot has them
        return true;
      case ENV.GET_AUDIO_VIDEO_ENABLE:
        // Both, always: no core that was measured runs faster without, and the run must not depend on who looks.
        if (data) koffi.encode(data, "int", SHOW_BOTH);
        return true;
      case ENV.SET_PIXEL_FORMAT:
        this.pixels = readU32(data);
        return this.pixels <= PIXELS.RGB565;
      case ENV.GET_SYSTEM_DIRECTORY:
      case ENV.GET_CORE_ASSETS_DIRECTORY:
        return this.#giveText(data, this.#folders.system);
      case ENV.GET_SAVE_DIRECTORY:
        return this.#giveText(data, this.#folders.save);
      case ENV.GET_CAN_DUPE:
        koffi.encode(data, "bool", true);
        return true;
      case ENV.GET_LANGUAGE:
        koffi.encode(data, "uint32_t", 0); // English, on every machine
        return true;
      case ENV.GET_LOG_INTERFACE:
        koffi.encode(data, "uint64_t", SILENCE);
        return true;
      case ENV.GET_INPUT_BITMASKS:
        return true;
      case ENV.GET_CORE_OPTIONS_VERSION:
        koffi.encode(data, "uint32_t", 2);
        return true;
      case ENV.GET_INPUT_MAX_USERS:
        koffi.encode(data, "uint32_t", 8);
        return true;
      case ENV.SET_SYSTEM_AV_INFO:
        this.readAvInfo(data);
        this.timingChanges++;
        return true;
      case ENV.SET_GEOMETRY:
        this.#readGeometry(data);
        return true;
      case ENV.SET_MEMORY_MAPS:
        this.mappings = readMappings(data);
        return true;
      case ENV.SET_CONTROLLER_INFO:
        this.ports = readPorts(data);
        return true;
      case ENV.SET_MESSAGE:
      case ENV.SET_MESSAGE_EXT:
        this.messages.push(readString(data) ?? "");
        if (this.messages.length > 16) this.messages.shift();
        return true;
      case ENV.SET_NETPACKET_INTERFACE:
        return this.network?.(data) ?? false;
      case ENV.SHUTDOWN:
        this.ended = true;
        return true;
      default: {
        const declared = declaredOptions(command, data);
        for (const option of declared ?? []) this.declare(option);
        return declared !== undefined || HEARD.includes(command);
      }
    }
  };

  /** retro_system_av_info: geometry in its first 20 bytes, then two doubles. */
  readAvInfo(at: Address): void {
    this.#readGeometry(at);
    this.timing.fps = koffi.decode(at, 24, "double");
    this.timing.sampleRate = koffi.decode(at, 32, "double");
  }

  #readGeometry(at: Address): void {
    this.geometry.width = readU32(at);
    this.geometry.height = readU32(at, 4);
    const aspect: number = koffi.decode(at, 16, "float");
    this.geometry.aspect = aspect > 0 ? aspect : 0;
  }

  #getVariable(data: Address): boolean {
    const key = readString(data);
    const option = key === null ? undefined : this.options.get(key);
    if (!option) {
      koffi.encode(data, 8, "uint64_t", 0);
      return false;
    }
    return this.#giveText(data + 8, this.#settings[option.key] ?? option.default);
  }

  /** Cores keep the pointer: each text is made once and stays. */
  #giveText(data: Address, text: string): boolean {
    const bytes = this.#texts.get(text) ?? cString(text);
    this.#texts.set(text, bytes);
    koffi.encode(data, "uint64_t", addressOf(bytes));
    return true;
  }
}

function readMappings(at: Address): Mapping[] {
  const table = readAddress(at);
  return Array.from({ length: Math.min(readU32(at, 8), 4096) }, (_, i) => {
    const entry = table + i * DESCRIPTOR_SIZE;
    const flags = readU32(entry);
    const pointer = readAddress(entry, 8);
    return {
      at: pointer === 0 ? 0 : pointer + readAddress(entry, 16),
      start: readAddress(entry, 24),
      size: readAddress(entry, 48),
      space: readString(entry, 56) ?? "",
      bigEndian: (flags & FLAG.BIGENDIAN) !== 0,
      constant: (flags & FLAG.CONST) !== 0,
    };
  }).filter(({ at: pointer, size }) => pointer !== 0 && size > 0);
}

function readPorts(at: Address): { name: string; device: number }[][] {
  const ports: { name: string; device: number }[][] = [];
  for (let entry = at; entry && ports.length < 16; entry += 16) {
    const types = readAddress(entry);
    if (types === 0) break;
    ports.push(
      Array.from({ length: Math.min(readU32(entry, 8), 64) }, (_, i) => ({
        name: readString(types, i * 16) ?? "",
        device: readU32(types, i * 16 + 8),
      })).filter((type) => type.name !== ""),
    );
  }
  return ports;
}
