import { type Divergence, firstDivergence, joinReadings, type Readings, sliceReadings } from "../watch/readings.ts";
import type { Replay } from "./replay.ts";

/** Compares a playback's readings with those of a growing recording, and remembers the last of them. */
export class ComparedRows {
  /** Frames that were compared, those that were played again once. */
  count = 0;
  /** The last rows, as many as are to be kept at least, where that many are on end. */
  recent: Readings;
  readonly #replay: Replay;
  readonly #keep: number;
  /** The last frame that was compared. */
  #last = 0;

  /** `first`: the readings of the frame that the playback is at; `keep`: how many rows are remembered. */
  constructor(replay: Replay, first: Readings, keep: number) {
    this.#replay = replay;
    this.recent = first;
    this.#keep = keep;
  }

  /** The first of these rows, which follow the last ones or begin anew, that differs. */
  compare(rows: Readings): Divergence | undefined {
    const { profile, readings } = this.#replay;
    const last = rows.first + rows.count - 1;
    this.recent = joinReadings(this.recent, rows, last - this.#keep);
    const count = Math.min(rows.count, readings.length - rows.first);
    if (!profile || count <= 0) return undefined;
    this.count += Math.max(0, Math.min(count, last - this.#last));
    this.#last = Math.max(this.#last, last);
    return firstDivergence(profile, readings.slice(rows.first, count), rows);
  }

  /** How many of these rows differ. */
  differing(rows: Readings): number {
    const { profile, readings } = this.#replay;
    const end = Math.min(rows.first + rows.count, readings.length);
    let differing = 0;
    for (let frame = rows.first; frame < end; frame++)
      if (firstDivergence(profile!, readings.slice(frame, 1), sliceReadings(rows, frame, 1))) differing++;
    return differing;
  }

  /** The playback begins anew, at power-on. */
  restart(): void {
    this.count = 0;
    this.#last = 0;
  }
}
