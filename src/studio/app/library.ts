import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { pathOf } from "./ask.ts";
import { jobCard } from "./jobs.ts";
import { type Entry, type Job, store } from "./store.ts";
import { View } from "./view.ts";
import { bytes, clock, count, stem, systemName, when } from "./words.ts";

const KINDS = [
  ["recording", "Recordings"],
  ["movie", "Movies"],
  ["rom", "Games"],
  ["video", "Videos"],
] as const;
type Shown = Entry["kind"] | "all" | "job";
/** Jobs that are shown below the files. */
const JOBS_BESIDE = 4;
const NO_JOBS = html`<div class="empty">
  <strong>No job here is like that</strong>
  <span>Clips, verifications and force-syncs are jobs. They go on when this page is closed.</span>
</div>`;

/** All files of the folders: what they are, how long, whether they hold. */
class Library extends View {
  #kind: Shown = (sessionStorage.getItem("kind") as Shown) ?? "all";
  #search = "";

  protected override render(): TemplateResult {
    const jobs = store.listedJobs.filter(({ title, state }) => has([title, state], this.#search));
    const all = [...store.entries.values()].filter(({ kind }) => kind !== "profile");
    const shown = all
      .filter(({ kind }) => this.#kind === "all" || kind === this.#kind)
      .filter((entry) => matches(entry, this.#search))
      .sort((a, b) => rank(a) - rank(b) || b.time - a.time);
    return html`
      <header class="head">
        <h1>Library</h1>
        <div class="search">
          <input
            type="search"
            aria-label="Search the library"
            placeholder="Game, player, file, system"
            .value=${this.#search}
            @input=${(event: InputEvent) => this.#find((event.target as HTMLInputElement).value)}
          /><kbd aria-hidden="true">/</kbd>
        </div>
        <button type="button" ?disabled=${!verifiable(shown).length} @click=${() => this.#verify(shown)}>Verify all</button>
      </header>
      <fieldset class="choice">
        <legend class="unseen">What is shown</legend>
        ${this.#choice("all", "All", all.length)}
        ${KINDS.map(([kind, label]) => this.#choice(kind, label, all.filter((entry) => entry.kind === kind).length))}
        ${this.#choice("job", "Jobs", store.jobs.size)}
      </fieldset>
      ${this.#list(shown, jobs, all.length)}
      <p class="soft small" ?hidden=${!store.loaded}>
        Folders: ${store.roots.filter(({ writable }) => writable).map(({ path }) => html`<code>${path}</code> `)}
      </p>
    `;
  }

  /** Files, and jobs: of those that are over the newest, where all is shown. */
  #list(shown: readonly Entry[], jobs: readonly Job[], all: number): TemplateResult {
    const alone = this.#kind === "job";
    const some = alone ? jobs : this.#kind === "all" ? jobs.slice(0, JOBS_BESIDE) : [];
    // What is told before the whole is there would be moved by it.
    if (!store.loaded) return this.#empty(all);
    if (shown.length + some.length === 0) return alone ? NO_JOBS : this.#empty(all);
    const rest = jobs.length - some.length;
    return html`
      ${shown.length ? html`<ul class="items">${repeat(shown, ({ id }) => id, row)}</ul>` : nothing}
      ${
        some.length
          ? html`<section class="beside" aria-label="Jobs">
              ${alone ? nothing : html`<h2>Jobs</h2>`}
              <div class="jobs">${some.map((job) => jobCard(job))}</div>
              ${rest && !alone ? html`<a href="#/jobs">${rest} more</a>` : nothing}
            </section>`
          : nothing
      }
    `;
  }

  #choice(kind: Shown, label: string, n: number): TemplateResult {
    return html`<label>
      <input type="radio" name="kind" .checked=${this.#kind === kind} @change=${() => this.#choose(kind)} />
      <span>${label} <span class="num">${n}</span></span>
    </label>`;
  }

  #empty(all: number): TemplateResult {
    if (!store.loaded) return html`<div class="empty"><span>Looking through the folders…</span></div>`;
    return html`<div class="empty">
      <strong>${all ? "Nothing here is like that" : "Nothing here yet"}</strong>
      <span>Recordings (.isr), movies of a dozen emulators, games and videos of your folders are shown here.</span>
      <a class="button strong" href="#/play">Play a game: it is recorded</a>
    </div>`;
  }

  #choose(kind: Shown): void {
    this.#kind = kind;
    sessionStorage.setItem("kind", kind);
    this.requestUpdate();
  }

  #find(text: string): void {
    this.#search = text;
    this.requestUpdate();
  }

  async #verify(shown: readonly Entry[]): Promise<void> {
    const job = await store.start({ kind: "verify", files: verifiable(shown).map(({ id }) => id) });
    if (job) store.say(`${job.title}: verdicts appear as they come.`);
  }
}
customElements.define("studio-library", Library);

const ORDER: Readonly<Record<Entry["kind"], number>> = { recording: 0, video: 0, movie: 0, rom: 1, profile: 1 };
/** What is one's own comes first, games last. */
const rank = ({ kind, writable }: Entry): number => (writable ? 0 : 2) + ORDER[kind];

function verifiable(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ kind, card }) => kind === "recording" && card?.watched);
}

function matches({ name, card, root }: Entry, search: string): boolean {
  return has([name, root, card?.game, systemName(card?.system), card?.core, ...(card?.players ?? [])], search);
}

/** All words that are searched for are among these. */
function has(words: readonly (string | undefined)[], search: string): boolean {
  const text = words.join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function row(entry: Entry): TemplateResult {
  const { id, name, kind, card, time, size } = entry;
  const facts =
    kind === "rom" || kind === "video"
      ? [systemName(card?.system), entry.root]
      : [card?.game, systemName(card?.system), card?.core];
  const players = card?.players ?? [];
  return html`<li>
    <a class="item" href=${kind === "rom" ? pathOf("#/play", id).slice(1) : pathOf("#/watch", id).slice(1)}>
      ${thumb(entry)}
      <div class="what">
        <b class="cut">${stem(name)}</b>
        <small class="cut">${facts.filter(Boolean).join(" · ") || (card ? entry.root : "…")}</small>
      </div>
      <small class="who cut">${players.join(", ")}</small>
      <div class="long num">
        ${card?.frames === undefined ? "" : clock(card.seconds ?? 0)}
        <small class="cut">${card?.frames === undefined ? bytes(size) : `${count(card.frames)} frames`}</small>
      </div>
      <div class="verdict">${verdict(entry)}</div>
      <small class="when num">${when(time)}</small>
    </a>
  </li>`;
}

/** A small picture: of a recording, of a video, of a game as one of its recordings shows it; else what kind of file it is. */
export function thumb(entry: Entry): TemplateResult {
  const { id, name, kind } = entry;
  const shown = kind === "rom" ? recordingOf(entry) : kind === "recording" && entry.card && !entry.card.fault && entry;
  const video = kind === "video" && !/\.(mkv|avi)$/i.test(name);
  // The label stays below it until it is there.
  return html`<span class="thumb" aria-hidden="true"><span>${extensionOf(name)}</span>
    ${video ? html`<video muted preload="metadata" tabindex="-1" src="${pathOf("files", id)}#t=0.5" @loadeddata=${isThere}></video>` : nothing}
    ${
      shown
        ? html`<img src="${pathOf("thumbnails", shown.id)}?${Math.round(shown.time)}" alt="" loading="lazy" width="64" height="48"
          @load=${isThere} @error=${({ target }: Event) => (target as HTMLElement).classList.add("unseen")} />`
        : nothing
    }</span>`;
}

const isThere = ({ target }: Event): void => (target as HTMLElement).classList.add("there");

const recordingOf = ({ name }: Entry): Entry | undefined =>
  [...store.entries.values()].find(
    ({ kind, card }) => kind === "recording" && card?.game === stem(name) && !card.fault && (card.frames ?? 0) > 0,
  );

const extensionOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1] ?? "";

export function verdict({ kind, card, verdict }: Entry): TemplateResult | typeof nothing {
  if (card?.fault) return html`<span class="chip bad" title=${card.fault}>damaged</span>`;
  if (verdict)
    return html`<span class="chip ${verdict.holds ? "good" : "bad"}" title=${verdict.text}>${verdict.holds ? "in step" : "parts"}</span>`;
  if (kind !== "recording" || !card) return nothing;
  return card.watched ? html`<span class="chip">not verified</span>` : html`<span class="chip">inputs only</span>`;
}
