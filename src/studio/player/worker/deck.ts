import type { Machine, Show } from "../../../machine/machine.ts";
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

/** Width over height of a machine's picture as shown. */
export const aspectOf = ({ video: { aspect, width, height } }: Machine): number => aspect || width / height;
