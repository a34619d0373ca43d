import { SHOW_ALL } from "../../../machine/machine.ts";
import type { Player } from "../../../replay/player.ts";
import type { Replay } from "../../../replay/replay.ts";
import { ReplaySeek } from "../../../replay/seek.ts";
import { SeekIndex } from "../../../replay/seek-index.ts";
import { IndexMaker } from "../../../replay/seek-maker.ts";
import { describeDivergence, firstDivergence } from "../../../watch/readings.ts";
import { Painter } from "../painter.ts";
import type { News } from "../source.ts";
import { openPlayer, type Setup } from "./open.ts";

/** Frames between two states: a seek plays half as many, in under 20 ms. More states cost more to make than to play. */
const INTERVAL = 30;
/** Bytes that its states may have for each frame. */
const BYTES_A_FRAME = 1024;
/** Frames that a thumbnail may be off. */
const NEAR = 1200;
/** Frame of the poster: most games show their title by then. */
const POSTER = 180;
/** Part of the time that is left to others: the page, the computer's fan. */
const REST = 0.35;

/** Looks at a recording ahead of whoever plays it: makes states to seek from, compares every frame, draws thumbnails. */
export class Scout {
  readonly #index = new SeekIndex();
  readonly #thumbnails: ReplaySeek;
  readonly #replay: Replay;
  readonly #painter: Painter;
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #tell: (news: News) => void;
  #closed = false;

  /** `share` takes the index's bytes for another who reads them. */
  static async open(replay: Replay, setup: Setup, tell: (news: News) => void, share: (bytes: Uint8Array) => void) {
    return new Scout(replay, setup, await openPlayer(replay, setup), tell, share);
  }

  private constructor(
    replay: Replay,
    setup: Setup,
    player: Player,
    tell: (news: News) => void,
    share: (bytes: Uint8Array) => void,
  ) {
    this.#replay = replay;
    this.#tell = tell;
    this.#painter = new Painter(this.#canvas);
    this.#thumbnails = new ReplaySeek(player, { index: this.#index, fileStates: true });
    // What stops it stops whoever plays there too, and is told by them.
    this.#look(setup, share).catch(() => {});
  }

  close(): void {
    this.#closed = true;
    this.#thumbnails.player.machine.close();
  }

  /** The picture of a near frame that can be had at once; none where it did not look yet. */
  async thumbnail(frame: number): Promise<void> {
    const states = [this.#index.nearest(frame)?.frame, this.#replay.keyframes.findLast((k) => k.frame <= frame)?.frame];
    const from = Math.max(0, ...states.map((state) => state ?? 0));
    if (frame - from > NEAR || this.#closed) return;
    // Just after a state: a game that draws every other frame has drawn by then.
    const picture = await this.#picture(Math.min(frame, from + 3));
    if (picture) this.#tell({ news: "thumbnail", frame, picture });
  }

  async #picture(frame: number): Promise<ImageBitmap | undefined> {
    const { picture } = this.#thumbnails.show(frame, SHOW_ALL);
    return picture && this.#painter.show(picture) ? createImageBitmap(this.#canvas) : undefined;
  }

  async #look(setup: Setup, share: (bytes: Uint8Array) => void): Promise<void> {
    share(this.#index.begin({ bytes: 0, sha256: "", run: "" }));
    const replay = this.#replay;
    const poster = await this.#picture(Math.min(POSTER, replay.frames));
    if (poster) this.#tell({ news: "poster", picture: poster });
    const maker = await IndexMaker.open(this.#index, {
      open: () => openPlayer(replay, setup),
      bytesAFrame: BYTES_A_FRAME,
      interval: INTERVAL,
      append: share,
    });
    try {
      for (let more = true; more && !this.#closed; ) {
        const started = performance.now();
        const before = this.#index.parted;
        more = await maker.advance();
        const { parted } = this.#index;
        if (parted !== undefined && before === undefined) this.#tellParted(parted);
        this.#tell({ news: "scouted", frame: maker.frame });
        await new Promise((resolve) => setTimeout(resolve, (performance.now() - started) * REST));
      }
    } finally {
      maker.close();
    }
  }

  #tellParted(frame: number): void {
    const { player } = this.#thumbnails;
    this.#thumbnails.seek(frame);
    const { profile, readings } = this.#replay;
    const parted = profile && firstDivergence(profile, readings.slice(frame, 1), player.read());
    const text = parted ? describeDivergence(parted) : "reads otherwise than recorded";
    this.#tell({ news: "parted", frame, line: text });
    this.#tell({ news: "marks", marks: [{ frame, kind: "desync", text }] });
  }
}
