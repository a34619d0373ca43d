import type { Openable } from "./files.ts";
import type { FrameSource, GameFile } from "./source.ts";

export interface OpenWith {
  /** The file's name, where bytes have none. */
  readonly name?: string | undefined;
  /** The game; else it is asked for. */
  readonly rom?: Openable | undefined;
  /** Another player's Slippi recording of the same match. */
  readonly against?: Openable | undefined;
}

export interface RecordWith {
  readonly name?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Save RAM to start with. */
  readonly save?: Uint8Array;
  /** What to watch (docs/profiles.md), as the file's JSON. */
  readonly profile?: unknown;
}

/** The element around it: what it shows, and tells its page. */
export interface Host {
  /** The embedded core to play on, where it is to be another than the recording's own. */
  readonly core: string | null;
  readonly loop: boolean;
  sourceFor: ((recording: GameFile, core: string, system: string) => FrameSource | undefined) | undefined;
  /** The model is another now. */
  changed(): void;
  /** That canvas is the screen now: frames are drawn into it elsewhere. */
  screen(canvas: HTMLCanvasElement): void;
  shown(frame: number): void;
  thumbnail(frame: number, picture: ImageBitmap): void;
  /** False where the page says that it sees to it itself. */
  say(type: string, detail: unknown): boolean;
}
