import type { Command, News } from "../source.ts";
import { Clock } from "../worker/clock.ts";
import { openGame, type SlpGame } from "./game.ts";
import { ASPECT, drawGame } from "./picture.ts";

/** Pixels of the picture, and of a thumbnail. */
const WIDTH = 1600;
const THUMBNAIL = 320;
/** Frames that "as fast as it goes" may be in one tick. */
const FASTEST = 64;

/** Shows a Slippi recording by the clock. Every frame is in the file, so nothing is run: any of them can be shown at once. */
export class SlpShow {
  readonly #tell: (news: News) => void;
  readonly #clock = new Clock((due) => this.#advance(due));
  #context: OffscreenCanvasRenderingContext2D | undefined;
  #game: SlpGame | undefined;
  #frame = 0;
  #rate = 1;
  #loop: { readonly from: number; readonly to: number } | undefined;

  constructor(tell: (news: News) => void) {
    this.#tell = tell;
  }

  obey(command: Command): void {
    switch (command.do) {
      case "screen":
        this.#context = contextOf(command.canvas, WIDTH);
        break;
      case "open":
        this.#open(openGame(command.file, command.against));
        break;
      case "play":
        this.#play();
        break;
      case "pause":
        this.#stop(false);
        break;
      case "seek":
        this.#seek(command.frame);
        break;
      case "step":
        this.#stop(false);
        this.#seek(this.#frame + command.frames);
        break;
      case "rate":
        this.#rate = command.rate;
        this.#tune();
        break;
      case "loop":
        this.#loop = command.to > command.from ? command : undefined;
        break;
      case "thumbnail":
        this.#tellPicture("thumbnail", command.frame, THUMBNAIL);
        break;
      case "ask":
        this.#tell({ news: "answer", id: command.id, value: undefined });
    }
  }

  #play(): void {
    if (!this.#game || this.#clock.runs) return;
    if (this.#frame >= this.#end) this.#show(this.#loop?.from ?? 0);
    this.#clock.start();
    this.#tell({ news: "paused", paused: false, ended: false });
  }

  get #end(): number {
    return this.#game?.opened.frames ?? 0;
  }

  #open(game: SlpGame): void {
    const { opened, parted, scene } = game;
    this.#game = game;
    this.#tune();
    this.#tell({ news: "opened", opened });
    // It begins where they part; one alone where its timer starts.
    const begin = parted?.frame ?? Math.max(0, -scene.first);
    this.#show(begin);
    this.#tellPicture("poster", begin, WIDTH);
    this.#tell({ news: "scouted", frame: opened.frames });
    if (parted) this.#tell({ news: "parted", ...parted });
  }

  #tune(): void {
    if (this.#game) this.#clock.set(this.#game.opened.fps, this.#rate || 1);
  }

  #seek(frame: number): void {
    if (!this.#game) return;
    this.#show(frame);
    this.#tell({ news: "seeked", frame: this.#frame, inStep: undefined });
  }

  #advance(due: number): void {
    const end = Math.min(this.#end, this.#loop?.to ?? Number.POSITIVE_INFINITY);
    const to = Math.min(end, this.#frame + (this.#rate > 0 ? due : FASTEST));
    if (to > this.#frame) this.#show(to);
    if (to < end) return;
    if (this.#loop) this.#seek(this.#loop.from);
    else this.#stop(true);
  }

  #stop(ended: boolean): void {
    if (!this.#clock.runs) return;
    this.#clock.stop();
    this.#tell({ news: "paused", paused: true, ended });
  }

  #show(frame: number): void {
    const { scene, sides } = this.#game!;
    this.#frame = Math.max(0, Math.min(frame, this.#end));
    if (this.#context) drawGame(this.#context, scene, sides, this.#frame);
    this.#tell({ news: "frame", frame: this.#frame });
  }

  #tellPicture(news: "thumbnail" | "poster", frame: number, width: number): void {
    if (!this.#game) return;
    const { scene, sides } = this.#game;
    const canvas = new OffscreenCanvas(1, 1);
    drawGame(contextOf(canvas, width), scene, sides, Math.max(0, Math.min(frame, this.#end)));
    this.#tell({ news, frame, picture: canvas.transferToImageBitmap() });
  }
}

function contextOf(canvas: OffscreenCanvas, width: number): OffscreenCanvasRenderingContext2D {
  canvas.width = width;
  canvas.height = Math.round(width / ASPECT);
  return canvas.getContext("2d", { alpha: false })!;
}
