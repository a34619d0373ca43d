import koffi from "koffi";

/** The part of libretro.h that a frontend without windows needs: numbers and the layouts of structs on 64-bit systems. */

const EXPERIMENTAL = 0x10000;
export const ENV = {
  GET_CAN_DUPE: 3,
  SET_MESSAGE: 6,
  SHUTDOWN: 7,
  GET_SYSTEM_DIRECTORY: 9,
  SET_PIXEL_FORMAT: 10,
  SET_INPUT_DESCRIPTORS: 11,
  GET_VARIABLE: 15,
  SET_VARIABLES: 16,
  GET_VARIABLE_UPDATE: 17,
  SET_SUPPORT_NO_GAME: 18,
  GET_LOG_INTERFACE: 27,
  GET_CORE_ASSETS_DIRECTORY: 30,
  GET_SAVE_DIRECTORY: 31,
  SET_SYSTEM_AV_INFO: 32,
  SET_CONTROLLER_INFO: 35,
  SET_MEMORY_MAPS: 36 | EXPERIMENTAL,
  SET_GEOMETRY: 37,
  GET_LANGUAGE: 39,
  SET_SERIALIZATION_QUIRKS: 44,
  GET_AUDIO_VIDEO_ENABLE: 47 | EXPERIMENTAL,
  GET_INPUT_BITMASKS: 51 | EXPERIMENTAL,
  GET_CORE_OPTIONS_VERSION: 52,
  SET_CORE_OPTIONS: 53,
  SET_CORE_OPTIONS_INTL: 54,
  SET_CORE_OPTIONS_DISPLAY: 55,
  SET_MESSAGE_EXT: 60,
  GET_INPUT_MAX_USERS: 61,
  SET_CORE_OPTIONS_V2: 67,
  SET_CORE_OPTIONS_V2_INTL: 68,
  SET_NETPACKET_INTERFACE: 78,
} as const;

export const DEVICE = { NONE: 0, JOYPAD: 1, MOUSE: 2, ANALOG: 5, POINTER: 6 } as const;
/** Asks for all buttons of a joypad at once, as bits. */
export const JOYPAD_MASK = 256;
export const MEMORY = { SAVE_RAM: 0, RTC: 1, SYSTEM_RAM: 2, VIDEO_RAM: 3 } as const;
/** retro_pixel_format. */
export const PIXELS = { XRGB1555: 0, XRGB8888: 1, RGB565: 2 } as const;

/** An address in this process. Below 2^47, so a number holds it exactly and no BigInt is made for each call. */
export type Address = number;

/** Callbacks take addresses as integers: koffi would make a BigInt of every pointer. */
export const CALLBACK = {
  environment: koffi.pointer(koffi.proto("bool", ["uint32_t", "uint64_t"])),
  video: koffi.pointer(koffi.proto("void", ["uint64_t", "uint32_t", "uint32_t", "size_t"])),
  sample: koffi.pointer(koffi.proto("void", ["int16_t", "int16_t"])),
  batch: koffi.pointer(koffi.proto("size_t", ["uint64_t", "size_t"])),
  poll: koffi.pointer(koffi.proto("void", [])),
  state: koffi.pointer(koffi.proto("int16_t", ["uint32_t", "uint32_t", "uint32_t", "uint32_t"])),
} as const;

export const SIZE = { systemInfo: 32, avInfo: 40, gameInfo: 32 } as const;

export function readU32(at: Address, offset = 0): number {
  return koffi.decode(at, offset, "uint32_t");
}

export function readAddress(at: Address, offset = 0): Address {
  return Number(koffi.decode(at, offset, "uint64_t"));
}

export function readString(at: Address, offset = 0): string | null {
  return koffi.decode(at, offset, "char*");
}

/** Where a buffer lies. The caller keeps it alive for as long as the core may read it. */
export function addressOf(bytes: Uint8Array): bigint {
  return koffi.address(bytes);
}

/** A text as C wants it. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, "utf8");
}

/** A zero-copy view of `size` bytes at an address. */
export function viewOf(at: Address, size: number): Uint8Array {
  return new Uint8Array(koffi.view(at, size));
}
