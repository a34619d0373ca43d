import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { ask, pathOf } from "./ask.ts";
import { jobCard } from "./jobs.ts";
import { verdict } from "./library.ts";
import { NativeSource } from "./native-source.ts";
import { type InstepPlayer, loadPlayer } from "./player.ts";
import { type Entry, store } from "./store.ts";
import { View } from "./view.ts";
import { bytes, clock, count, stem, systemName, when } from "./words.ts";

/** Frames of a clip when nothing else was chosen: ten seconds. */
const CLIP = 600;

/** One file of the library: it is played, named, clipped, verified, shared. */
class Watch extends View {
  /** The game's address, once it was found; why it was not. */
  #rom: string | undefined;
  #fault = "";
  #from = 1;
  #to = 1;
  #asked = false;

  protected override render(): TemplateResult {
    const entry = store.entries.get(this.rest);
    if (!entry)
      return html`<header class="head"><h1>${this.rest.split("/").at(-1)}</h1></header>
        <div class="empty"><span>${store.loaded ? "This file is not in the folders." : "…"}</span></div>`;
    if (!this.#asked && entry.card) void this.#prepare(entry);
    return html`
      <header class="head">
        <h1>${stem(entry.name)}</h1>
        ${verdict(entry)}
        <a class="button" href="#/compare?a=${encodeURIComponent(entry.id)}" ?hidden=${entry.kind !== "recording"}>Compare</a>
        <a class="button strong" href="#/sync?movie=${encodeURIComponent(entry.id)}" ?hidden=${entry.kind !== "movie"}>Force-sync it</a>
        <a class="button" download href=${pathOf("files", entry.id)} ?hidden=${entry.kind === "recording"}>Download</a>
      </header>
      ${this.#fault ? html`<p class="fault" role="alert">${this.#fault}</p>` : nothing}
      <div class="stage">
        <div>${this.#screen(entry)}</div>
        <aside>
          ${entry.kind === "recording" && entry.card?.frames ? this.#clip(entry) : nothing} ${entry.kind === "recording" ? this.#clips(entry) : nothing}
          ${entry.kind === "recording" ? this.#share(entry) : nothing} ${this.#about(entry)}
        </aside>
      </div>
    `;
  }

  #screen({ id, kind, name }: Entry): TemplateResult {
    if (kind === "video") {
      if (/\.(mkv|avi)$/i.test(name))
        return html`<p class="note">Browsers do not show lossless video: download it, or open it from its folder.</p>`;
      return html`<video controls src=${pathOf("files", id)} aria-label=${name}></video>`;
    }
    if (this.#fault) return html``;
    if (!this.#rom) return html`<div class="screen empty"><span>${this.#asked ? "Opening…" : ""}</span></div>`;
    return html`${keyed(id, html`<instep-player src=${pathOf("files", id)} rom=${this.#rom} controls .sourceFor=${() => new NativeSource({ file: id })}></instep-player>`)}`;
  }

  #about(entry: Entry): TemplateResult {
    const { card = { kind: entry.kind }, kind } = entry;
    const facts: [string, string | TemplateResult | undefined][] = [
      ["Game", card.game],
      ["System", systemName(card.system)],
      ["Core", card.core],
      ["Players", card.players?.join(", ")],
      ["Length", card.frames === undefined ? "" : `${clock(card.seconds ?? 0)}, ${count(card.frames)} frames`],
      ["File", `${bytes(entry.size)}, ${when(entry.time)}`],
      ["Verified", entry.verdict?.text],
      ["Damage", card.fault],
    ];
    return html`<section class="card" aria-label="About it">
      <h2>About it</h2>
      <dl class="facts">${facts.map(([name, value]) => (value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing))}</dl>
      ${
        entry.writable
          ? html`<form class="field" @submit=${(event: Event) => this.#rename(event, entry)}>
              <label for="name">Name</label>
              <span class="withbutton"><input id="name" name="name" autocomplete="off" required .value=${stem(entry.name)} /><button>Rename</button></span>
            </form>`
          : nothing
      }
      <div class="buttons">
        ${kind === "recording" && card.watched ? html`<button type="button" @click=${() => store.start({ kind: "verify", files: [entry.id] })}>Verify</button>` : nothing}
        ${entry.writable ? html`<button type="button" class="danger" @click=${() => this.#remove(entry)}>Remove</button>` : nothing}
      </div>
    </section>`;
  }

  #clip(entry: Entry): TemplateResult {
    const last = entry.card?.frames ?? 1;
    const field = (label: string, value: number, set: (n: number) => void) => html`<div class="field">
      <label for=${label}>${label}</label>
      <span class="withbutton">
        <input id=${label} type="number" min="1" max=${last} required .value=${`${value}`} @change=${(event: Event) => set(Number((event.target as HTMLInputElement).value))} />
        <button type="button" aria-label="Here: ${label.toLowerCase()} the frame that is shown" @click=${() => this.#here(set)}>Here</button>
      </span>
    </div>`;
    return html`<form class="card" aria-label="A video of it" @submit=${(event: Event) => this.#make(event, entry)}>
      <h2>Clip</h2>
      <div class="pair">
        ${field("From", this.#from, (n) => (this.#from = n))} ${field("To", this.#to, (n) => (this.#to = n))}
      </div>
      <div class="pair">
        <label class="field">Pixels <select name="scale"><option value="1">as they are</option><option value="2">2 × 2</option><option value="3" selected>3 × 3</option><option value="4">4 × 4</option></select></label>
        <label class="field">Length <output class="num">${this.#length(entry)}</output></label>
      </div>
      <button class="strong">Make the video</button>
    </form>`;
  }

  #share({ id, card }: Entry): TemplateResult {
    const inPage = /^(nes|gbc?)$/.test(card?.system ?? "");
    return html`<section class="card" aria-label="For others">
      <h2>Share</h2>
      <div class="buttons">
        <a class="button" download href=${pathOf("files", id)}>Recording</a>
        ${inPage ? html`<a class="button" download href=${pathOf("web-page", id)}>Web page (.zip)</a>` : nothing}
      </div>
      <p class="soft small">A recording has no game in it: whoever plays it needs the same one.${inPage ? " The page plays it from any web server, with nothing installed." : ""}</p>
    </section>`;
  }

  #clips(entry: Entry): TemplateResult {
    const jobs = store.listedJobs.filter(
      ({ kind, steps }) => kind === "clip" && steps[0]?.args[1]?.endsWith(entry.id.slice(entry.id.indexOf("/"))),
    );
    return html`${jobs.slice(0, 3).map((job) => {
      const [video] = job.outputs;
      const done = job.state === "done" && video && store.entries.has(video);
      return html`<div>${done ? html`<video controls src=${pathOf("files", video)} aria-label=${job.title}></video>` : nothing}${jobCard(job)}</div>`;
    })}`;
  }

  #length({ card }: Entry): string {
    const seconds = (this.#to - this.#from + 1) / rateOf(card);
    return seconds <= 0 ? "–" : seconds < 60 ? `${seconds.toFixed(1)} s` : clock(seconds);
  }

  async #prepare(entry: Entry): Promise<void> {
    this.#asked = true;
    this.#to = Math.min(CLIP, entry.card?.frames ?? 1);
    if (entry.card?.fault && entry.card.frames === undefined) this.#fault = `${entry.name}: ${entry.card.fault}`;
    else if (entry.kind === "recording" || entry.kind === "movie") {
      try {
        const { id } = await ask<{ id: string }>("GET", pathOf("api/rom", entry.id));
        await loadPlayer();
        this.#rom = pathOf("files", id);
      } catch (error) {
        this.#fault = (error as Error).message;
      }
    }
    this.requestUpdate();
  }

  #here(set: (frame: number) => void): void {
    const player = this.querySelector<InstepPlayer>("instep-player");
    if (player) set(Math.max(1, player.frame));
    this.requestUpdate();
  }

  async #make(event: Event, { id }: Entry): Promise<void> {
    event.preventDefault();
    const scale = Number(new FormData(event.target as HTMLFormElement).get("scale"));
    if (this.#to < this.#from)
      return store.say(new Error("A clip ends after it begins: choose a later frame to end with."));
    await store.start({ kind: "clip", file: id, from: this.#from, to: this.#to, scale });
  }

  async #rename(event: Event, { id }: Entry): Promise<void> {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get("name"));
    const now = await store.try(() => ask<{ id: string }>("POST", "/api/rename", { file: id, name }));
    if (!now) return;
    await store.load();
    location.hash = pathOf("#/watch", now.id).slice(1);
  }

  async #remove({ id, name }: Entry): Promise<void> {
    if (!confirm(`Remove ${name} from the library? It lies in .instep/removed afterwards.`)) return;
    const done = await store.try(() => ask("POST", "/api/remove", { file: id }));
    if (!done) return;
    await store.load();
    location.hash = "#/library";
  }
}
customElements.define("studio-watch", Watch);

const rateOf = (card: Entry["card"]): number => (card?.frames && card.seconds ? card.frames / card.seconds : 60);
