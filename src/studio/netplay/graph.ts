/** Looks that are shown: with two a second, the last minute. */
const SHOWN = 120;
/** The ping that fills the height, at least, in ms; and the counts between two looks that do. */
const HIGH_PING = 100;
const HIGH_COUNT = 12;

/** What a session's counts are at one look. */
interface Look {
  readonly ping: number;
  readonly rollbacks: number;
  readonly stalls: number;
}

/** The last minute: ping as a line, rollbacks and stalls since the look before as bars. */
export class Graph {
  readonly #canvas: HTMLCanvasElement;
  readonly #looks: Look[] = [];
  #before: Look | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Takes counts from the session's start on. */
  take(look: Look): void {
    const before = this.#before ?? look;
    this.#before = look;
    this.#looks.push({
      ping: look.ping,
      rollbacks: look.rollbacks - before.rollbacks,
      stalls: look.stalls - before.stalls,
    });
    if (this.#looks.length > SHOWN) this.#looks.shift();
    this.#draw();
  }

  clear(): void {
    this.#looks.length = 0;
    this.#before = undefined;
    this.#draw();
  }

  #draw(): void {
    const canvas = this.#canvas;
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const to = canvas.getContext("2d")!;
    to.scale(ratio, ratio);
    const colour = (name: string): string => getComputedStyle(canvas).getPropertyValue(name);
    const step = width / SHOWN;
    const first = SHOWN - this.#looks.length;
    const high = Math.max(HIGH_PING, ...this.#looks.map(({ ping }) => ping));
    const bar = (of: "rollbacks" | "stalls", name: string, from: number): void => {
      to.fillStyle = colour(name);
      for (const [i, look] of this.#looks.entries()) {
        const tall = Math.min(1, look[of] / HIGH_COUNT) * (height - 2);
        if (tall > 0) to.fillRect((first + i + from) * step, height - Math.max(3, tall), step * 0.38, height);
      }
    };
    bar("rollbacks", "--warn", 0.08);
    bar("stalls", "--bad", 0.52);
    to.beginPath();
    for (const [i, { ping }] of this.#looks.entries())
      to.lineTo((first + i + 0.5) * step, height - 2 - (ping / high) * (height - 4));
    to.strokeStyle = colour("--accent");
    to.lineWidth = 1.75;
    to.lineJoin = "round";
    to.stroke();
  }
}
