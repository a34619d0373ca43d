import { html, nothing, type TemplateResult } from "lit";
import type { Pair, Scan } from "../server/compare-main.node.ts";
import type { SentMoment } from "../server/compares.node.ts";
import { ask, Fault } from "./ask.ts";
import { boots, hex, memory, randomNumbers, readings } from "./compare-parts.ts";
import { jobCard } from "./jobs.ts";
import { draw } from "./plot.ts";
import { type CoreCard, type Job, store } from "./store.ts";
import { View } from "./view.ts";
import { clock, count } from "./words.ts";

type Opened = Pair & { readonly id: string };

/** Two recordings side by side, locked to a frame. */
class Compare extends View {
  #a = "";
  #b = "";
  #core = "";
  #cores: readonly CoreCard[] = [];
  #pair: Opened | undefined;
  #moment: SentMoment | undefined;
  #frame = 1;
  #scan: Scan | undefined;
  readonly #differing: number[] = [];
  #busy = false;
  #fault = "";
  #opening = false;
  #explaining = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.#a = this.query.get("a") ?? "";
    this.#b = this.query.get("b") ?? "";
    this.#core = this.query.get("core") ?? "";
    void store.try(async () => {
      this.#cores = await store.cores();
      this.requestUpdate();
    });
    if (this.#a && this.#b) void this.#open();
  }

  protected override render(): TemplateResult {
    const recordings = [...store.entries.values()].filter(({ kind, card }) => kind === "recording" && !card?.fault);
    const a = store.entries.get(this.#a);
    const same = recordings.filter(({ card }) => !a?.card?.game || card?.game === a.card.game);
    const cores = this.#cores.filter(({ systems, install }) => !install && systems.includes(a?.card?.system ?? ""));
    const choices = (chosen: string, list: typeof recordings) => html`<option value="">Choose one</option>
      ${list.map(({ id, name }) => html`<option value=${id} .selected=${id === chosen}>${name}</option>`)}`;
    return html`
      <header class="head"><h1>Compare</h1></header>
      <form class="card chooser" @submit=${(event: Event) => this.#submit(event)}>
        <label class="field">A: what is expected <select name="a" required @change=${(event: Event) => this.#choose(event)}>${choices(this.#a, recordings)}</select></label>
        <label class="field">B: what is looked at <select name="b" required>${choices(this.#b, same)}</select></label>
        <label class="field">B is played on <select name="core">
          <option value="">its own core</option>
          ${cores.map(({ name }) => html`<option value=${name} .selected=${name === this.#core}>${name}</option>`)}
        </select></label>
        <button class="strong" ?disabled=${this.#opening}>Compare</button>
      </form>
      ${this.#fault ? html`<p class="fault" role="alert">${this.#fault}</p>` : nothing}
      ${this.#opening ? html`<p class="soft">Opening both…</p>` : nothing}
      ${this.#pair ? this.#shown(this.#pair) : this.#opening ? nothing : html`<div class="empty"><strong>Two runs, one frame</strong><span>Pictures, readings, memory and random numbers of both, and where they first part. A recording can be compared with itself on another core.</span></div>`}
    `;
  }

  #shown(pair: Opened): TemplateResult {
    const end = Math.min(...pair.frames);
    const parted = this.#scan?.parted;
    return html`
      <section class="card">
        <div class="seek">
          <button type="button" aria-label="One frame back" @click=${() => this.#go(this.#frame - 1)}>‹</button>
          <button type="button" aria-label="One frame on" @click=${() => this.#go(this.#frame + 1)}>›</button>
          <input type="range" min="1" max=${end} .value=${`${this.#frame}`} aria-label="Frame" @input=${(event: Event) => this.#go(Number((event.target as HTMLInputElement).value))} />
          <span class="num small soft">${clock(this.#frame / 60)} · frame ${count(this.#frame)} of ${count(end)}</span>
        </div>
        <figure class="differing">
          <canvas role="img" aria-label="Bytes of memory that differ, over the frames"></canvas>
          <figcaption class="soft small">Bytes of memory that differ, over the frames</figcaption>
        </figure>
        <p class="num" role="status">
          ${
            parted
              ? html`<span class="chip bad">they part</span> in memory from frame ${count(parted.frame)} on: ${parted.region} <code>$${hex(parted.address)}</code> is ${parted.a} in A and ${parted.b} in B.
                  <button type="button" @click=${() => this.#go(Math.max(1, parted.frame))}>Go there</button>`
              : this.#scan && this.#scan.frame >= this.#scan.end
                ? html`<span class="chip good">in step</span> memory is the same in all ${count(this.#scan.end)} frames.`
                : html`<span class="chip live">looking</span> memory is the same up to frame ${count(this.#scan?.frame ?? 0)}.`
          }
        </p>
        ${
          pair.parted
            ? html`<p class="num"><span class="chip bad">recorded apart</span> from frame ${count(pair.parted.frame)} on: ${pair.parted.text}.
                <button type="button" @click=${() => this.#go(pair.parted!.frame)}>Go there</button></p>`
            : nothing
        }
      </section>
      <div class="three">
        ${["A", "B", "What differs"].map(
          (name, i) => html`<figure>
            <div class="picture">${this.#moment?.pictures[i] ? html`<img src="data:image/png;base64,${this.#moment.pictures[i]}" alt="${name}, frame ${this.#moment.frame}" />` : nothing}</div>
            <figcaption>${name}${i < 2 ? ` · ${pair.boots[i]!.core.name}` : ""}</figcaption>
          </figure>`,
        )}
      </div>
      <div class="cols">
        <div class="stack">${readings(this.#moment, this.#frame)} ${randomNumbers(pair, this.#moment)} ${this.#why()} ${boots(pair)}</div>
        <div class="stack">${memory(this.#moment)}</div>
      </div>
    `;
  }

  #why(): TemplateResult {
    const job = store.jobs.get(this.#explaining);
    const words = job?.outcomes[0]?.words ?? job?.outcomes[0]?.fault;
    return html`<section class="card">
      <h2>Why</h2>
      ${words ? html`<pre class="log" tabindex="0">${words}</pre>` : html`<p class="soft small">Both are played again and again, each time with one thing changed, until the smallest cause is left.</p>`}
      ${job && !words ? jobCard(job) : nothing}
      ${job ? nothing : html`<button type="button" ?disabled=${this.#core !== ""} @click=${this.#explain}>Explain it</button>`}
    </section>`;
  }

  protected override updated(): void {
    const canvas = this.querySelector<HTMLCanvasElement>(".differing canvas");
    if (!canvas) return;
    draw(canvas, { name: "differing", expected: [], actual: this.#differing }, this.#scan?.end ?? 1, [this.#frame]);
  }

  #choose(event: Event): void {
    this.#a = (event.target as HTMLSelectElement).value;
    this.requestUpdate();
  }

  #submit(event: Event): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.#a = String(form.get("a"));
    this.#b = String(form.get("b"));
    this.#core = String(form.get("core"));
    const address = new URLSearchParams({ a: this.#a, b: this.#b, ...(this.#core && { core: this.#core }) });
    history.replaceState(null, "", `#/compare?${address}`);
    void this.#open();
  }

  async #open(): Promise<void> {
    this.#pair = this.#moment = this.#scan = undefined;
    this.#differing.length = 0;
    this.#fault = this.#explaining = "";
    this.#opening = true;
    this.requestUpdate();
    try {
      const core = this.#core ? { core: this.#core } : {};
      this.#pair = await ask<Opened>("POST", "/api/compare", { a: this.#a, b: this.#b, ...core });
      this.#frame = 1;
      this.#go(Number(this.query.get("frame")) || this.#pair.parted?.frame || 60);
      void this.#look(this.#pair);
    } catch (error) {
      this.#fault = (error as Error).message;
    }
    this.#opening = false;
    this.requestUpdate();
  }

  /** Shows a frame of both; of those asked for meanwhile only the last. */
  async #go(frame: number): Promise<void> {
    const pair = this.#pair!;
    this.#frame = Math.max(1, Math.min(frame, ...pair.frames));
    this.requestUpdate();
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#pair === pair && this.#moment?.frame !== this.#frame && this.isConnected) {
        this.#moment = await ask<SentMoment>("GET", `/api/compare/${pair.id}?frame=${this.#frame}`);
        this.requestUpdate();
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#busy = false;
  }

  /** Has both played on, to find where they part. */
  async #look(pair: Opened): Promise<void> {
    try {
      while (this.#pair === pair && this.isConnected && !(this.#scan && this.#scan.frame >= this.#scan.end)) {
        this.#scan = await ask<Scan>("POST", `/api/scan/${pair.id}`, {});
        this.#differing.push(...this.#scan.differing);
        this.requestUpdate();
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    // It was put away after a while without a look at it.
    if (error instanceof Fault && error.status === 410) void this.#open();
    else this.#fault = (error as Error).message;
    this.requestUpdate();
  }

  #explain = async (): Promise<void> => {
    const parted = this.#scan?.parted;
    // Not much more than to where they part: each try plays that long.
    const frames = parted ? { frames: Math.min(Math.min(...this.#pair!.frames), parted.frame + 300) } : {};
    const job: Job | undefined = await store.start({ kind: "explain", a: this.#a, b: this.#b, ...frames });
    this.#explaining = job?.id ?? "";
    this.requestUpdate();
  };
}
customElements.define("studio-compare", Compare);
