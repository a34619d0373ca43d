import { html, nothing, type TemplateResult } from "lit";
import type { progressOf, Rows } from "../server/sync-files.node.ts";
import { ask, pathOf } from "./ask.ts";
import { type Curve, draw } from "./plot.ts";
import { type Job, store } from "./store.ts";
import { View } from "./view.ts";
import { count } from "./words.ts";

type Progress = Awaited<ReturnType<typeof progressOf>>;
type Entry = {
  desync?: { frame: number; probes: { name: string; expected: number; actual: number }[] };
  repair?: number;
};

const AGAIN_AFTER = 1000;
const MOST_STRIPS = 40;

/** A force-sync as it goes: both runs, their readings, seams, and in the end the video. */
class SyncJob extends View {
  static override properties = { ...View.properties, job: {} };
  declare job: Job;
  readonly #native: (number | undefined)[][] = [];
  readonly #target: (number | undefined)[][] = [];
  #names: readonly string[] = [];
  #read = { native: 0, target: 0 };
  #at = { native: 0, target: 0 };
  #progress: Progress | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    const { job } = this;
    const [video, report] = job.outputs;
    const log = (this.#progress?.log ?? []) as Entry[];
    const desyncs = log.flatMap(({ desync }) => (desync ? [desync] : []));
    const done = job.state === "done" && video !== undefined && store.entries.has(video);
    const shown = done && /\.mp4$/.test(video);
    return html`
      <div class="jobs ${shown ? "withvideo" : ""}">
      ${shown ? html`<video controls src=${pathOf("files", video)} aria-label=${job.title}></video>` : nothing}
      <div class="runs">
        ${this.#run("Native", "what the movie syncs with", this.#at.native)}
        ${this.#run("Target", "what the video is made of", this.#at.target)}
        <section class="card">
          <h2>Desyncs and repairs</h2>
          <p class="num">
            ${desyncs.length === 0 ? "None so far." : html`<b>${desyncs.length}</b> ${desyncs.length === 1 ? "desync" : "desyncs"}, <b>${log.filter(({ repair }) => repair !== undefined).length}</b> repaired with native's state.`}
          </p>
          ${
            desyncs.length
              ? html`<ul class="small log" tabindex="0">
                ${desyncs.slice(-100).map(({ frame, probes }) => html`<li>frame ${count(frame)}${probes[0] ? `: ${probes[0].name} is ${probes[0].actual}, should be ${probes[0].expected}` : ": RAM differs"}</li>`)}
              </ul>`
              : nothing
          }
          ${done && report ? html`<a class="button" target="_blank" rel="noreferrer" href=${pathOf("files", report)}>The whole report</a>` : nothing}
        </section>
      </div>
      </div>
      <section class="plots" aria-label="Readings">
        ${this.#names.map(
          (name, i) => html`<figure class="plot">
            <figcaption><b>${name}</b><span class="soft num">${this.#last(i)}</span></figcaption>
            <canvas role="img" aria-label="${name}: native and target over the frames"></canvas>
          </figure>`,
        )}
      </section>
      ${this.#strips()}
    `;
  }

  #run(name: string, what: string, at: number): TemplateResult {
    return html`<section class="card">
      <h2>${name} <span class="soft small">${what}</span></h2>
      <progress max=${this.#end} value=${at} aria-label="Frames of the ${name.toLowerCase()} run"></progress>
      <p class="soft small num">${at === 0 ? "not begun" : `frame ${count(at)} of ${count(this.#end)}`}</p>
    </section>`;
  }

  #strips(): TemplateResult | typeof nothing {
    const strips = this.#progress?.strips ?? [];
    if (strips.length === 0) return nothing;
    return html`<section class="card">
      <h2>Seams</h2>
      <p class="soft small">Where the video goes from the run that parted to the repaired one: the pictures on both sides.</p>
      ${strips.slice(0, MOST_STRIPS).map(
        ({ frame, pictures }) => html`<div>
          <h3 class="small">Desync at frame ${count(frame)}</h3>
          <div class="strip">
            ${pictures.map(
              (one) => html`<figure class=${one.after ? "after" : ""}>
                <img loading="lazy" src="/strips/${this.job.id}/${one.file}" alt="Frame ${one.frame}, ${one.after ? "repaired" : "before the cut"}" width="256" height="192" />
                <figcaption class="num">${one.frame}${one.after ? " repaired" : ""}</figcaption>
              </figure>`,
            )}
          </div>
        </div>`,
      )}
    </section>`;
  }

  protected override updated(): void {
    const repairs = ((this.#progress?.log ?? []) as Entry[]).flatMap(({ repair }) =>
      repair === undefined ? [] : [repair],
    );
    for (const [i, canvas] of this.querySelectorAll<HTMLCanvasElement>(".plot canvas").entries()) {
      const curve: Curve = { name: this.#names[i]!, expected: this.#native[i] ?? [], actual: this.#target[i] ?? [] };
      draw(canvas, curve, this.#end, repairs);
    }
  }

  get #end(): number {
    const { progress } = this.job;
    return Math.max(
      1,
      progress && /align|dump|clip/.test(progress.step) ? progress.total : 0,
      this.#at.native,
      this.#at.target,
    );
  }

  #last(i: number): string {
    const [expected, actual] = [this.#native[i]?.at(-1), this.#target[i]?.at(-1)];
    return expected === undefined ? "" : `native ${expected}, target ${actual ?? "–"}`;
  }

  /** Reads what came since, again and again while it runs. */
  async #look(): Promise<void> {
    let more = false;
    try {
      const { native, target } = this.#read;
      this.#progress = await ask<Progress>("GET", `/api/sync/${this.job.id}?native=${native}&target=${target}`);
      more =
        this.#take(this.#progress.native, "native", this.#native) ||
        this.#take(this.#progress.target, "target", this.#target);
    } catch {
      // The rail says that the server is gone; what was drawn stays.
    }
    this.requestUpdate();
    if (!this.isConnected) return;
    const busy = this.job.state === "running" || this.job.state === "waiting" || store.connected === false;
    if (more || busy || !this.#settled) this.#timer = setTimeout(() => void this.#look(), more ? 0 : AGAIN_AFTER);
    this.#settled = !busy;
  }
  /** It was looked at once after it had ended. */
  #settled = false;

  /** True: there may be more of it already. */
  #take({ names, rows, next }: Rows, run: "native" | "target", into: (number | undefined)[][]): boolean {
    if (next < this.#read[run]) into.length = 0; // it was begun anew
    if (names.length) this.#names = names;
    this.#read[run] = next;
    for (const [frame = 0, ...values] of rows) {
      this.#at[run] = Math.max(this.#at[run], frame);
      for (const [i, value] of values.entries()) {
        into[i] ??= [];
        into[i][frame] = value;
      }
    }
    return rows.length > 1000;
  }
}
customElements.define("studio-sync-job", SyncJob);
