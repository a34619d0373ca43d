import { setTimeout as sleep } from "node:timers/promises";
import { type Slp, SlpReader } from "../movie/slp/reader.ts";
import { EXIT, Problem } from "../problem.ts";
import { openSource } from "./mirror-source.node.ts";

export interface SlpFollowOptions {
  /** Milliseconds without anything new after which it gives up. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

/** Frames that have become final since the last time: from `from` up to `to`, none when `to` is less. */
export interface SlpNews {
  readonly slp: Slp;
  readonly from: number;
  readonly to: number;
  /** The file has its end: no news follow. */
  readonly over: boolean;
}

/** Milliseconds that a game's end may be without the metadata that Slippi writes behind it. */
const METADATA_COMES = 2000;

/**
 * Reads a Slippi file while it is written. Only frames that no rollback changes any more are told of. Ends where the file does.
 * Throws a Problem when it is no Slippi file, is damaged, or nothing new comes for too long.
 */
export async function* followSlp(file: string, options: SlpFollowOptions = {}): AsyncGenerator<SlpNews> {
  const { patience = 30_000, signal } = options;
  const source = await openSource(file, patience);
  const close = (): void => source.close();
  signal?.addEventListener("abort", close, { once: true });
  try {
    const reader = new SlpReader(file);
    let told: number | undefined;
    for (let over = false; !over; ) {
      const piece = await (reader.end ? Promise.race([source.next(), sleep(METADATA_COMES)]) : source.next());
      if (piece) reader.append(piece);
      if (reader.damage !== undefined) throw new Problem(`${file}: ${reader.damage}`, EXIT.desync);
      over = !piece || (reader.ended && reader.metadata !== undefined);
      if (!reader.start) {
        if (over) return;
        continue;
      }
      const { confirmed } = reader;
      const from: number = told === undefined ? reader.first : told + 1;
      if (reader.rows > 0) told = confirmed;
      yield { slp: reader as Slp, from, to: reader.rows > 0 ? confirmed : from - 1, over };
    }
  } finally {
    close();
    signal?.removeEventListener("abort", close);
  }
}
