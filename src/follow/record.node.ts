import type { Boot } from "../machine/boot.ts";
import { Child } from "../machine/instance/child.ts";
import type { RecordSpec, RecordVerbs } from "./record-main.node.ts";

export type { RecordSpec } from "./record-main.node.ts";

/** A recording that was made. */
export interface Recorded {
  readonly boot: Boot;
  readonly frames: number;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Time that it took, and time that was played. */
  readonly seconds: number;
  readonly playedSeconds: number;
  readonly uncovered: readonly string[];
  readonly keysMade: readonly string[];
}

const BATCH = 240;

/** Records so many frames headless, as fast as the core goes, in a process of its own. Aborting ends the recording properly. */
export async function record(
  spec: RecordSpec,
  frames: number,
  signal?: AbortSignal,
  onFrame?: (frame: number) => void,
): Promise<Recorded> {
  const child = new Child<RecordVerbs>(new URL("./record-main.node.ts", import.meta.url), "the recording instance");
  const started = performance.now();
  try {
    const { timing, ...opened } = await child.call("open", spec);
    let frame = 0;
    while (frame < frames && !signal?.aborted) {
      const batch = Math.min(BATCH, frames - frame);
      await child.call("record", batch);
      frame += batch;
      onFrame?.(frame);
    }
    const bytes = await child.call("finish");
    const seconds = (performance.now() - started) / 1000;
    return { ...opened, frames: frame, bytes, seconds, playedSeconds: (frame * timing.fps.den) / timing.fps.num };
  } finally {
    await child.kill();
  }
}
