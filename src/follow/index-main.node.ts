import type { Boot } from "../machine/boot.ts";
import { serve, signOfLife } from "../machine/instance/child.ts";
import type { Sought } from "../replay/seek.ts";
import { IndexMaker } from "../replay/seek-maker.ts";
import { type IndexSpec, type OpenIndexed, openIndexed } from "./index-open.node.ts";
import type { Picture } from "./instance-main.node.ts";

/** How far an index is. */
export interface Indexed {
  /** Frames of the recording, and those that the index covers. */
  readonly frames: number;
  readonly frame: number;
  readonly keyframes: number;
  /** States that did not run on as their run did. */
  readonly bad: number;
  /** The first frame at which the run reads otherwise than the recording. */
  readonly parted: number | undefined;
  readonly bytes: number;
  /** Where it is kept; undefined: in memory only. */
  readonly path: string | undefined;
}

/** Bytes that the index of an hour may take, by system: what fits a keyframe a second on measured games (docs/seeking.md). */
const BYTES_AN_HOUR: Readonly<Record<string, number>> = { nes: 3e6, gb: 10e6, gbc: 10e6, gba: 50e6 };
const OTHER_BYTES_AN_HOUR = 200e6;
/** Milliseconds of indexing in one message: a seek waits no longer. */
const SLICE = 100;

let open: OpenIndexed;
let maker: IndexMaker | undefined;

const verbs = {
  async open(spec: IndexSpec): Promise<{ boot: Boot; indexed: Indexed }> {
    open = await openIndexed(spec, signOfLife);
    return { boot: open.player.machine.boot, indexed: indexed() };
  },
  /** Goes on making the index for a while, up to that frame at most. */
  async index(until: number): Promise<Indexed> {
    const { file, another, player, replay } = open;
    const { boot, timing } = player.machine;
    const hour = (3600 * timing.fps.num) / timing.fps.den;
    if (!maker) {
      file.refresh();
      file.begin();
      maker = await IndexMaker.open(file.index, {
        open: another,
        bytesAFrame: (BYTES_AN_HOUR[boot.system] ?? OTHER_BYTES_AN_HOUR) / hour,
        append: (bytes) => file.append(bytes),
        onFrame: signOfLife,
      });
    }
    const started = performance.now();
    const end = Math.min(until, replay.frames);
    let more = true;
    while (more && maker.frame < end && performance.now() - started < SLICE) more = await maker.advance();
    if (maker.frame >= end) await maker.settle();
    return indexed();
  },
  seek(frame: number): Sought {
    if (!maker) open.file.refresh();
    return open.seek.seek(frame);
  },
  show(frame: number): Sought & { readonly picture: Picture | undefined } {
    if (!maker) open.file.refresh();
    const { picture, ...sought } = open.seek.show(frame);
    if (!picture) return { ...sought, picture };
    const { width, height, pitch, aspect, pixels } = picture;
    return { ...sought, picture: { width, height, pitch, aspect, pixels: pixels.slice() } };
  },
  close(): void {
    open.file.close();
    open.player.machine.close();
    maker?.close();
  },
};
export type IndexVerbs = typeof verbs;

serve(verbs);

function indexed(): Indexed {
  const { index, path } = open.file;
  return {
    frames: open.replay.frames,
    frame: maker?.frame ?? index.keyframes.at(-1)?.frame ?? 0,
    keyframes: index.keyframes.length,
    bad: index.bad.length,
    parted: index.parted,
    bytes: index.length,
    path,
  };
}
