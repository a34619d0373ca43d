import type { SoundState } from "./sound.ts";
import type { Mark, Opened, WantedRom } from "./source.ts";

/** All that a player shows but the frame that it is at, which changes with each picture. */
export interface Model {
  /** "ready": it can be played; "wanted": its game is missing; "native": no core of a page plays it. */
  phase: "empty" | "loading" | "wanted" | "native" | "fault" | "ready";
  /** What is loaded, what is wrong: one line. */
  line: string;
  /** Name of the recording's file. */
  file: string;
  wanted: WantedRom | undefined;
  opened: Opened | undefined;
  marks: readonly Mark[];
  scouted: number;
  paused: boolean;
  /** It was played, or sought in: the poster is gone. */
  begun: boolean;
  poster: ImageBitmap | undefined;
  /** A far seek: where it is, and where it goes. */
  seeking: { readonly frame: number; readonly to: number } | undefined;
  parted: { readonly frame: number; readonly line: string } | undefined;
  /** Something went wrong while it played. */
  stumbled: string;
  rate: number;
  loopFrom: number | undefined;
  loopTo: number | undefined;
  sound: SoundState;
  volume: number;
  full: boolean;
  /** In full screen, and nobody moves the pointer. */
  idle: boolean;
  /** Somebody holds a file over it. */
  over: boolean;
  /** The live game's recording has its end. */
  finished: boolean;
  /** The list of keys is open; the one that waits for its new key. */
  keys: boolean;
  binding: string | undefined;
}

export const newModel = (): Model => ({
  phase: "empty",
  line: "",
  file: "",
  wanted: undefined,
  opened: undefined,
  marks: [],
  scouted: 0,
  paused: true,
  begun: false,
  poster: undefined,
  seeking: undefined,
  parted: undefined,
  stumbled: "",
  rate: 1,
  loopFrom: undefined,
  loopTo: undefined,
  sound: "blocked",
  volume: 1,
  full: false,
  idle: false,
  over: false,
  finished: false,
  keys: false,
  binding: undefined,
});

/** What can be done in a player by hand. */
export interface Doings {
  toggle(): void;
  seek(frame: number): void;
  peek(frame: number): void;
  step(frames: number): void;
  rate(rate: number): void;
  loopBetween(from: number | undefined, to: number | undefined): void;
  /** Loops from the frame that is shown, then up to it, then no more. */
  loopNext(): void;
  toggleSound(): void;
  volume(volume: number): void;
  toggleFull(): void;
  choose(files: FileList | null): void;
  showKeys(on: boolean): void;
  bind(what: string): void;
  resetKeys(): void;
  finish(): Promise<void>;
  save(): Promise<void>;
  finger(event: PointerEvent): void;
}
