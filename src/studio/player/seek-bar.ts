import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { Ratio } from "../../machine/machine.ts";
import type { Mark } from "./source.ts";
import { seekBar } from "./style/seek-bar.ts";
import { counted, timeOf } from "./times.ts";

/** Pixels from a mark in which the pointer is at it. */
const AT_MARK = 6;
/** Milliseconds between two times that screen readers are told where it is. */
const TOLD_EVERY = 1000;
/** Thumbnails that are kept. */
const KEPT = 120;

/**
 * Where a recording stands and what is in it. Says "seek" and "peek" with a frame as detail: it is dragged there, the
 * pointer looks there. A peek is answered with {@link thumbnail}.
 */
export class InstepSeekBar extends LitElement {
  static override properties = {
    frames: { attribute: false },
    fps: { attribute: false },
    marks: { attribute: false },
    scouted: { attribute: false },
    loopFrom: { attribute: false },
    loopTo: { attribute: false },
    peeked: { state: true },
  };
  static override styles = seekBar;
  declare frames: number;
  declare fps: Ratio;
  declare marks: readonly Mark[];
  /** So far it was looked at ahead. */
  declare scouted: number;
  declare loopFrom: number | undefined;
  declare loopTo: number | undefined;
  declare private peeked: number | undefined;
  #frame = 0;
  #told = 0;
  #dragged = false;
  readonly #thumbnails = new Map<number, ImageBitmap>();

  constructor() {
    super();
    this.frames = 0;
    this.fps = { num: 60, den: 1 };
    this.marks = [];
    this.scouted = 0;
  }

  /** It stands there now. */
  show(frame: number): void {
    this.#frame = frame;
    if (!this.#dragged) this.#place(frame);
  }

  /** The picture near a frame that was peeked at. */
  thumbnail(frame: number, picture: ImageBitmap): void {
    this.#thumbnails.set(frame, picture);
    for (const [oldest, old] of this.#thumbnails) {
      if (this.#thumbnails.size <= KEPT) break;
      this.#thumbnails.delete(oldest);
      old.close();
    }
    if (this.peeked !== undefined) this.#draw(this.peeked);
  }

  forget(): void {
    for (const picture of this.#thumbnails.values()) picture.close();
    this.#thumbnails.clear();
    this.peeked = undefined;
  }

  #place(frame: number): void {
    const track = this.#track;
    if (!track) return;
    track.style.setProperty("--at", `${this.#part(frame)}`);
    const now = performance.now();
    if (now - this.#told < TOLD_EVERY && frame !== this.frames) return;
    this.#told = now;
    track.setAttribute("aria-valuenow", `${frame}`);
    track.setAttribute("aria-valuetext", `${timeOf(frame, this.fps, false)}, frame ${counted(frame)}`);
  }

  get #track(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>("#track");
  }

  #part(frame: number): number {
    return this.frames > 0 ? Math.max(0, Math.min(1, frame / this.frames)) : 0;
  }

  #frameAt({ clientX }: PointerEvent): number {
    const { left, width } = this.#track!.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (clientX - left) / width));
    const near = this.marks.find((mark) => Math.abs(this.#part(mark.frame) - part) * width <= AT_MARK);
    return near?.frame ?? Math.round(part * this.frames);
  }

  #say(what: "seek" | "peek", frame: number): void {
    this.dispatchEvent(new CustomEvent(what, { detail: frame }));
  }

  readonly #point = (event: PointerEvent): void => {
    const frame = this.#frameAt(event);
    if (event.type === "pointerdown" && event.button === 0) {
      this.#track!.setPointerCapture(event.pointerId);
      this.#dragged = true;
    }
    if (this.#dragged) {
      this.#place(frame);
      this.#say("seek", frame);
    }
    if (this.peeked !== frame) {
      this.peeked = frame;
      if (!this.#nearest(frame)) this.#say("peek", this.#coarse(frame));
    }
  };

  readonly #leave = (event: PointerEvent): void => {
    if (event.type !== "pointerleave") this.#dragged = false;
    if (event.type === "pointerleave" ? !this.#dragged : event.pointerType !== "mouse") this.peeked = undefined;
    if (!this.#dragged) this.#place(this.#frame);
  };

  /** Frames of one place of the bar share a thumbnail. */
  #coarse(frame: number): number {
    const step = Math.max(1, Math.ceil(this.frames / KEPT));
    return Math.round(frame / step) * step;
  }

  #nearest(frame: number): ImageBitmap | undefined {
    return this.#thumbnails.get(this.#coarse(frame));
  }

  #draw(frame: number): void {
    const canvas = this.renderRoot.querySelector("canvas");
    const picture = this.#nearest(frame);
    if (!canvas) return;
    canvas.hidden = picture === undefined;
    if (!picture) return;
    if (canvas.width !== picture.width || canvas.height !== picture.height) {
      canvas.width = picture.width;
      canvas.height = picture.height;
    }
    canvas.getContext("2d")!.drawImage(picture, 0, 0);
  }

  override updated(changed: PropertyValues): void {
    this.#place(this.#frame);
    if (changed.has("peeked") && this.peeked !== undefined) this.#draw(this.peeked);
  }

  override render() {
    const { frames, marks, scouted, loopFrom, loopTo, peeked } = this;
    const looped = loopFrom !== undefined || loopTo !== undefined;
    return html`
      <div id="track" role="slider" tabindex="0" aria-label="Place in the recording" aria-valuemin="0"
        aria-valuemax=${frames} aria-valuenow="0"
        @pointerdown=${this.#point} @pointermove=${this.#point} @pointerup=${this.#leave}
        @pointercancel=${this.#leave} @pointerleave=${this.#leave}>
        <div class="rail">
          <i class="scouted" .style=${`--to: ${this.#part(scouted)}`}></i>
          ${looped ? html`<i class="loop" .style=${`--from: ${this.#part(loopFrom ?? 0)}; --to: ${this.#part(loopTo ?? frames)}`}></i>` : nothing}
          <i class="played"></i>
        </div>
        ${marks.map(({ frame, kind }) => html`<i class="mark ${kind}" .style=${`--at: ${this.#part(frame)}`}></i>`)}
        <i class="knob"></i>
      </div>
      ${peeked === undefined ? nothing : this.#peek(peeked)}`;
  }

  #peek(frame: number) {
    const [mark] = this.marks.filter((one) => one.frame === frame);
    return html`<div class="peek" aria-hidden="true" .style=${`--at: ${this.#part(frame)}`}>
      <canvas hidden></canvas>
      ${mark ? html`<p class=${mark.kind}>${mark.text}</p>` : nothing}
      <p><b>${timeOf(frame, this.fps)}</b> <span>frame ${counted(frame)}</span></p>
    </div>`;
  }
}
