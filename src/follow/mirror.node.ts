import { Child } from "../machine/instance/child.ts";
import { EXIT, Problem } from "../problem.ts";
import { GrowingFile } from "../replay/growing-file.node.ts";
import { readHeader, recordedBoot } from "../replay/isr-header.ts";
import type { Fault } from "../replay/run.ts";
import { findGames, type GamePaths } from "./find-rom.node.ts";
import type { MirrorOpened, MirrorSpec, MirrorStatus, MirrorVerbs } from "./mirror-main.node.ts";
import { openSource, type Source } from "./mirror-source.node.ts";
import { settingsFor } from "./playback.node.ts";

export type { MirrorOpened, MirrorStatus } from "./mirror-main.node.ts";

export interface MirrorOptions {
  /** The game; by default found by its hash, beside the recording or here. */
  readonly rom?: string | undefined;
  /** Games of more linked consoles, found in the same way. */
  readonly more?: GamePaths["more"];
  /** By default the recording's own, with its settings. */
  readonly core?: string | undefined;
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Load states that come with the recording into a native core too. */
  readonly trustStates?: boolean | undefined;
  readonly faults?: readonly Fault[] | undefined;
  /** A file for the bytes as they come, equal to the recording. */
  readonly copy?: string | undefined;
  readonly overwrite?: boolean | undefined;
  /** Milliseconds without anything new after which it gives up; infinite: never. */
  readonly patience?: number | undefined;
  /** Aborting ends it where it is. */
  readonly signal?: AbortSignal | undefined;
  onOpen?(opened: MirrorOpened): void;
  onProgress?(status: MirrorStatus): void;
}

/** How a recording was mirrored. */
export interface Mirrored extends Omit<MirrorStatus, "more" | "whole" | "done" | "behind">, MirrorOpened {
  /** The recording has its end, and all of it was played. */
  readonly complete: boolean;
  /** Connections that were made again. */
  readonly reconnects: number;
}

const PATIENCE = 30_000;
/** Milliseconds of playing between two looks at what has come. */
const SLICE = 20;

/** Plays a recording while it is written, `from` an address or a file, in a machine of its own in another process. */
export async function mirror(from: string, options: MirrorOptions = {}): Promise<Mirrored> {
  const source = await openSource(from, options.patience ?? PATIENCE);
  const stop = (): void => source.close();
  options.signal?.addEventListener("abort", stop);
  const child = new Child<MirrorVerbs>(new URL("./mirror-main.node.ts", import.meta.url), "the mirror");
  let copy: GrowingFile | undefined;
  try {
    const { head, recorded, rom } = await readHead(from, source);
    const spec: MirrorSpec = {
      from,
      head,
      ...(await findGames(from, rom, recorded, options)),
      core: options.core ?? recorded?.core.name,
      settings: settingsFor(recorded, options),
      trustStates: options.trustStates,
      faults: options.faults,
    };
    const opened = await child.call("open", spec);
    if (options.copy !== undefined) copy = new GrowingFile(options.copy, options.overwrite);
    copy?.append(head);
    options.onOpen?.(opened);
    const { more: _more, whole: _whole, done, behind: _behind, ...status } = await play(child, source, copy, options);
    await child.call("close").catch(() => {});
    return { ...opened, ...status, complete: done, reconnects: source.reconnects };
  } finally {
    options.signal?.removeEventListener("abort", stop);
    source.close();
    copy?.close();
    await child.kill();
  }
}

/** The first bytes, until the header is whole. */
async function readHead(from: string, source: Source) {
  let head: Uint8Array = new Uint8Array(0);
  for (;;) {
    const piece = await source.next();
    if (piece) head = Buffer.concat([head, piece]);
    const read = readHeader(from, head, piece !== undefined);
    if (read) return { head, recorded: recordedBoot(read.header), rom: read.header.movie.rom };
    if (!piece) throw new Problem(`${from}: ended before its header was whole`, EXIT.desync);
  }
}

/** Takes in what comes and plays it, until the end. */
async function play(
  child: Child<MirrorVerbs>,
  source: Source,
  copy: GrowingFile | undefined,
  { onProgress, signal }: MirrorOptions,
): Promise<MirrorStatus> {
  let status = await child.call("advance", 0);
  let wake = (): void => {};
  let over = false;
  const took = (now: MirrorStatus): void => {
    status = now;
    onProgress?.(now);
  };
  const taking = (async () => {
    while (!status.whole) {
      const piece = await source.next();
      if (!piece) return;
      copy?.append(piece);
      took(await child.call("push", piece));
      wake();
    }
  })().finally(() => {
    over = true;
    wake();
  });
  taking.catch(() => {}); // awaited below, when what came was played
  while (!status.done && status.damage === undefined && !signal?.aborted) {
    if (status.more) took(await child.call("advance", SLICE));
    else if (over) break;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  source.close();
  await taking;
  return status;
}
