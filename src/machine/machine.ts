import type { Boot } from "./boot.ts";
import type { InputSource } from "./input.ts";

/** An exact fraction: 60.0988 frames a second is 39375000/655171. */
export interface Ratio {
  readonly num: number;
  readonly den: number;
}

export interface Timing {
  /** Frames a second. */
  readonly fps: Ratio;
  /** Audio sample frames a second; what a core calls fractional is rounded by nobody: see {@link Ratio}. */
  readonly sampleRate: Ratio;
}

/** What a step is to produce. A machine without a way to skip drawing draws always; the run is the same either way. */
export interface Show {
  readonly video: boolean;
  readonly audio: boolean;
}
export const SHOW_ALL: Show = Object.freeze({ video: true, audio: true });
export const SHOW_NOTHING: Show = Object.freeze({ video: false, audio: false });

/**
 * A live view of a machine's memory. `bytes` is zero-copy and shows each step's result at once, unless `refresh` is
 * there: then the region is a copy (a core that shows its memory only in its states) and is read after `refresh()`.
 * Take `bytes` anew after each step: a wasm core's memory may move when it grows.
 */
export interface MemoryRegion {
  /** The system's own word in lower case: "ram", "vram", "save", "wram", "main", "state". */
  readonly name: string;
  /** Address of the first byte on the system's bus, or 0 where the region has no such address. */
  readonly base: number;
  readonly size: number;
  readonly bytes: Uint8Array;
  /** Byte order of the system's CPU, for probes that do not name one. */
  readonly endian: "little" | "big";
  /** 3: memory that a core keeps as words of the host; the byte at address a is `bytes[(a - base) ^ 3]`. */
  readonly swap?: 3;
  refresh?(): void;
}

/** Pixels are 32 bits, bytes B G R X in memory (0xXXRRGGBB little-endian). Valid until the next step. */
export interface VideoFrame {
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next; at least 4 * width. */
  readonly pitch: number;
  /** Width over height of the whole picture as shown; 0 when it is width / height. */
  readonly aspect: number;
  /** pitch * height bytes; of length 0 when the step drew nothing new (the last picture stays). */
  readonly pixels: Uint8Array;
}

/** Interleaved stereo, signed 16 bit. `samples.length` is twice the number of sample frames. Valid until the next step. */
export interface AudioChunk {
  readonly samples: Int16Array;
}

/** Runs `callback` each time the CPU is about to run the instruction at `address`. Returns how to take it away. */
export interface Hooks {
  onExecute(address: number, callback: () => void): () => void;
}

/**
 * A deterministic emulated system. Frame n is the state after n steps; the input of frame n takes frame n to n + 1.
 * Synchronous, in process; no allocation per frame. Two machines with equal boots and equal inputs are equal forever.
 */
export interface Machine {
  readonly boot: Boot;
  readonly frame: number;
  readonly timing: Timing;
  /** Polls of port 0 in the last step. With `polling: "exact"`, 0 says that it was a lag frame. */
  readonly polls: number;
  /** "exact": `poll` is called when the game reads its pad; "frame": once a frame whatever the game does. */
  readonly polling: "exact" | "frame";
  step(input: InputSource, show?: Show): void;
  /**
   * The console's reset button ("soft"), or its power switch: the boot state again. Takes effect at once, between frames.
   * `frame`: what the frame of a power switch counts as; by default frames are counted on.
   */
  reset(kind: "soft" | "power", frame?: number): void;
  readonly memory: readonly MemoryRegion[];
  /** Bytes of a state now; it may change in mid-run on some cores. */
  readonly stateSize: number;
  /** Writes a complete state into `into` (at least stateSize long) and returns its used part, or into a new array. */
  saveState(into?: Uint8Array): Uint8Array;
  /** Loads a state taken at `frame`. Throws a Problem when the core refuses it. */
  loadState(state: Uint8Array, frame: number): void;
  readonly video: VideoFrame;
  readonly audio: AudioChunk;
  readonly hooks?: Hooks;
  /** What draws may write pictures back into its memory, which is live: see src/follow/readback.ts. */
  readonly readsBack?: boolean;
  /** Frees everything. Using the machine afterwards is an error. */
  close(): void;
}

/** A game with the save RAM that it starts with; none: as a new cartridge. */
export interface Cartridge {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly save?: Uint8Array;
}

/** What a machine is opened with. Files are bytes here: where they come from is the caller's business. */
export interface OpenOptions {
  /** The game; `name` is its file name, which some cores need for its extension. */
  readonly content: { readonly name: string; readonly bytes: Uint8Array };
  /** Options by name (`--set k=v`); what is not given has the core's default. Unknown names or values are a Problem. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Save RAM to start with; none: as a new cartridge. */
  readonly save?: Uint8Array;
  /** For linked consoles: the games of the second console and on, where they differ from the first one's. */
  readonly more?: readonly Cartridge[];
}

/** The region of that name, or undefined. */
export function regionOf(machine: Pick<Machine, "memory">, name: string): MemoryRegion | undefined {
  return machine.memory.find((region) => region.name === name);
}
