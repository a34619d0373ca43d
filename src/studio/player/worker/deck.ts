import type { Machine, Show, VideoFrame } from "../../../machine/machine.ts";
import type { Opened } from "../source.ts";

/** A machine that the clock drives. */
export interface Deck {
  readonly machine: Machine;
  readonly opened: Opened;
  /** There are no frames after this one. */
  readonly end: number;
  /** One frame. */
  step(show: Show): void;
  close(): void;
}

/** Width over height of a picture as shown. Before there is one it is a television's. */
export const aspectOf = ({ aspect, width, height }: VideoFrame): number => aspect || width / height || 4 / 3;
