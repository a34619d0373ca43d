import type { Ratio } from "../../machine/machine.ts";

/** A place of the seek bar that has something to tell. Frames in which something parted, was put back or happened; `end`: why it ends there. */
export interface Mark {
  readonly frame: number;
  readonly kind: "desync" | "repair" | "event" | "end";
  readonly text: string;
}

/** What is played. */
export interface Opened {
  readonly kind: "replay" | "live";
  /** The game's file name. */
  readonly game: string;
  readonly system: string;
  /** The core that plays it, and its version. */
  readonly core: string;
  readonly players: readonly string[];
  /** Frames 0 to this one are there; of a live game, those so far. */
  readonly frames: number;
  /** Frames a second. */
  readonly fps: Ratio;
  /** Width over height of the picture as shown. */
  readonly aspect: number;
  /** The lower half of the picture is a touch screen of this many pixels, and takes touches. */
  readonly touch?: { readonly width: number; readonly height: number } | undefined;
  /** Pictures are drawings, and no console's pixels. */
  readonly drawn?: true;
  /** The recording says what is to come out, so that it is compared while it plays. */
  readonly compares: boolean;
  /** What somebody who watches should know: another core plays it, the file is cut. One line each. */
  readonly remarks: readonly string[];
  readonly marks: readonly Mark[];
}

/** The game that a recording is of, as far as it says. */
export interface WantedRom {
  readonly name?: string;
  /** "SHA-256 49b9..." of the file, or another hash that the recording names. */
  readonly hash?: string;
  /** File name extensions of such games: "nes". */
  readonly extensions: readonly string[];
  /** Why the game that was given is not it. */
  readonly refused?: string;
}

/** How the clock ran since it was last asked. */
export interface Beat {
  /** Ticks of the display's clock, and those that came late by half a period or more. */
  readonly ticks: number;
  readonly late: number;
  /** Frames that were stepped, and those of them that no picture was shown of though the speed was 1 or less. */
  readonly frames: number;
  readonly unseen: number;
  /** Milliseconds of work in a tick: the median, the 99th percentile, the most. */
  readonly work: readonly [number, number, number];
}

/** A pixel of a touch screen; undefined: nobody touches it. */
export type Touched = readonly [x: number, y: number] | undefined;

/** A file in memory. */
export interface GameFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a source of frames is told. */
export type Command =
  /** Draw there. Comes once. */
  | { readonly do: "screen"; readonly canvas: OffscreenCanvas }
  /** Samples go there as Int16Array, interleaved stereo, after their rate a second as a number. */
  | { readonly do: "sound"; readonly port: MessagePort }
  | {
      readonly do: "open";
      readonly file: GameFile;
      readonly rom: GameFile | undefined;
      readonly core: string | undefined;
      /** Another recording of the same match, to be compared with. */
      readonly against?: GameFile | undefined;
    }
  /** The game that was asked for. */
  | { readonly do: "rom"; readonly rom: GameFile }
  /** Play this game live and record it. */
  | {
      readonly do: "record";
      readonly rom: GameFile;
      readonly core: string | undefined;
      readonly save: Uint8Array | undefined;
      readonly settings: Readonly<Record<string, string>>;
      /** A profile's data (docs/profiles.md); without one, system RAM is watched. */
      readonly profile: unknown;
    }
  /** Bits of BUTTON that are held, by port, and the pixel of the touch screen that is touched. */
  | { readonly do: "pads"; readonly buttons: readonly number[]; readonly touch?: Touched }
  | { readonly do: "play" }
  | { readonly do: "pause" }
  | { readonly do: "seek"; readonly frame: number }
  | { readonly do: "step"; readonly frames: number }
  /** 0: as fast as it goes. */
  | { readonly do: "rate"; readonly rate: number }
  /** Goes back to `from` where `to` is reached. */
  | { readonly do: "loop"; readonly from: number; readonly to: number }
  | { readonly do: "thumbnail"; readonly frame: number }
  /** Answered by its number: "recording", the .isr so far; "finish", the same with its end; "beat". */
  | { readonly do: "ask"; readonly what: "recording" | "finish" | "beat"; readonly id: number };

/** What a source of frames says. */
export type News =
  | { readonly news: "opened"; readonly opened: Opened }
  | { readonly news: "wanted"; readonly rom: WantedRom }
  /** No core of a page plays it. */
  | { readonly news: "native"; readonly core: string; readonly system: string; readonly line: string }
  /** Pictures have this width over their height from now on. */
  | { readonly news: "aspect"; readonly aspect: number }
  /** It is shown now. */
  | { readonly news: "frame"; readonly frame: number }
  /** The last seek has come to its frame. */
  | { readonly news: "seeked"; readonly frame: number; readonly inStep: boolean | undefined }
  /** A far seek is on its way. */
  | { readonly news: "seeking"; readonly frame: number; readonly to: number }
  | { readonly news: "paused"; readonly paused: boolean; readonly ended: boolean }
  | { readonly news: "parted"; readonly frame: number; readonly line: string }
  | { readonly news: "marks"; readonly marks: readonly Mark[] }
  /** So far it was looked at ahead: compared where there is something to compare, and quick to seek in. */
  | { readonly news: "scouted"; readonly frame: number }
  | { readonly news: "thumbnail"; readonly frame: number; readonly picture: ImageBitmap }
  /** A picture of what was opened, for before it plays. */
  | { readonly news: "poster"; readonly picture: ImageBitmap }
  | { readonly news: "fault"; readonly line: string }
  | { readonly news: "answer"; readonly id: number; readonly value: Uint8Array | Beat | undefined };

/**
 * Where a player's frames come from: a worker of the page, or whoever else draws into the canvas that it is given and
 * understands the commands. It says nothing before it is told something, and nothing after `close`.
 */
export interface FrameSource {
  onNews: (news: News) => void;
  tell(command: Command): void;
  close(): void;
}
