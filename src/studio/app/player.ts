import type { FrameSource } from "../player/source.ts";

// The element that plays is a bundle of its own, which any page can embed: it is loaded where it is needed.

/** What the studio uses of <instep-player>. */
export interface InstepPlayer extends HTMLElement {
  /** Frames of what no core of a page plays. */
  sourceFor: (() => FrameSource) | undefined;
  readonly frame: number;
  readonly frames: number;
  readonly paused: boolean;
  play(): Promise<void> | void;
  pause(): void;
  seek(frame: number): Promise<void> | void;
  record(rom: File): Promise<void> | void;
  /** The .isr so far; with `end` it is whole, and nothing more is played. */
  recording(options?: { end?: boolean }): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

let loading: Promise<unknown> | undefined;

/** Resolves when the element is defined. Throws where its script cannot be had. */
export function loadPlayer(): Promise<unknown> {
  const script = "/player/instep-player.js";
  loading ??= import(/* @vite-ignore */ script).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
