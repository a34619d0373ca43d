import { rmSync } from "node:fs";
import type { Boot } from "../machine/boot.ts";
import { Child } from "../machine/instance/child.ts";
import type { Grown, RecordSpec, RecordVerbs } from "./record-main.node.ts";
import { RecordingServer } from "./serve-recording.node.ts";
import { Verifier } from "./verifier.node.ts";

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

export interface RecordOptions {
  /** Aborting ends the recording properly. */
  readonly signal?: AbortSignal | undefined;
  /** Serve it to mirrors while it is recorded; port 0 is one that is free. */
  readonly serve?: { readonly host: string; readonly port: number } | undefined;
  /** It is served there. */
  onServing?(url: string): void;
  onFrame?(frame: number): void;
}

const BATCH = 240;
/** Frames between two looks at what else there is to do: half a second. */
const LIVE_BATCH = 30;

/**
 * Records so many frames headless, in a process of its own: as fast as the core goes, or live. A live recording's
 * keyframes are verified meanwhile.
 */
export async function record(spec: RecordSpec, frames: number, options: RecordOptions = {}): Promise<Recorded> {
  const { signal, serve, onServing, onFrame } = options;
  let server: RecordingServer | undefined;
  let verifier: Verifier | undefined;
  const grown = (length: number): void => {
    server?.grown(length);
    verifier?.grown();
  };
  const child = new Child<RecordVerbs>(new URL("./record-main.node.ts", import.meta.url), "the recording instance", {
    onProgress: (value) => {
      const { frame, length } = value as Grown;
      grown(length);
      onFrame?.(frame);
    },
  });
  const started = performance.now();
  try {
    const { timing, ...opened } = await child.call("open", spec);
    if (serve) {
      server = await RecordingServer.open(spec.out, serve.host, serve.port).catch((error) => {
        rmSync(spec.out); // nothing is in it yet, and the next attempt is to have its name
        throw error;
      });
      onServing?.(server.url);
    }
    if (spec.live) {
      const { rom, more, core, settings, patches, out } = spec;
      verifier = new Verifier({ rom, more, core, settings, patches, file: out }, async ({ frame, ok }) => {
        server?.grown(await child.call("verdict", frame, ok));
      });
    }
    let frame = 0;
    while (frame < frames && !signal?.aborted) {
      const batch = Math.min(spec.live ? LIVE_BATCH : BATCH, frames - frame);
      grown(await child.call("record", batch));
      frame += batch;
      onFrame?.(frame);
    }
    await verifier?.close();
    const bytes = await child.call("finish");
    const seconds = (performance.now() - started) / 1000;
    await server?.finish(bytes);
    return { ...opened, frames: frame, bytes, seconds, playedSeconds: (frame * timing.fps.den) / timing.fps.num };
  } finally {
    await verifier?.close();
    await child.kill();
    await server?.close();
  }
}
