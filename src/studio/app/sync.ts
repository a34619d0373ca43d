import { html, nothing, type TemplateResult } from "lit";
import { ask, pathOf } from "./ask.ts";
import { type CoreCard, type Entry, store } from "./store.ts";
import { View } from "./view.ts";
import { clock, count, systemName } from "./words.ts";

type Values = Record<string, string>;

/** Sets a force-sync up: a movie, its game, the settings that it syncs with and those it is to be played with. */
class Sync extends View {
  #movie = "";
  #rom = "";
  #core = "";
  #native: Values = {};
  #target: Values = {};
  #filter = "";
  #watch = "find";
  #cores: readonly CoreCard[] = [];
  #told = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void store.try(async () => {
      this.#cores = await store.cores();
      const movie = this.query.get("movie");
      if (movie) await this.#choose(movie);
      this.requestUpdate();
    });
  }

  protected override render(): TemplateResult {
    const all = [...store.entries.values()];
    const movies = all.filter(({ kind, card }) => (kind === "movie" || kind === "recording") && !card?.fault);
    const movie = store.entries.get(this.#movie);
    const system = movie?.card?.system;
    const roms = all.filter(
      ({ kind, card }) => kind === "rom" && (!system || !card?.system || sameSystem(card.system, system)),
    );
    return html`
      <header class="head">
        <h1>Force-sync</h1>
        <p class="soft">A movie at other settings than it was made with, kept in step with itself.</p>
      </header>
      <form class="setup" @submit=${this.#start}>
        <section class="card">
          <h2>What is played</h2>
          <label class="field">Movie
            <select required @change=${(event: Event) => this.#choose(chosenBy(event))}>
              <option value="">Choose one</option>
              ${movies.map((one) => option(one.id, `${one.name} (${systemName(one.card?.system)})`, this.#movie))}
            </select>
          </label>
          <label class="field">Game
            <select required @change=${(event: Event) => this.#chooseRom(chosenBy(event))}>
              <option value="">Choose one</option>
              ${roms.map((one) => option(one.id, `${one.name} · ${one.root}`, this.#rom))}
            </select>
          </label>
          <label class="field">Core
            <select required @change=${(event: Event) => this.#chooseCore(chosenBy(event))}>
              ${this.#fitting.map(({ name }) => option(name, name, this.#core))}
            </select>
          </label>
          <p class="note">${this.#told || facts(movie)}</p>
        </section>
        ${this.#settings()}
        <section class="card">
          <h2>How it is kept in step</h2>
          <fieldset class="choice">
            <legend class="unseen">What is watched</legend>
            ${this.#watching("find", "Canaries, found for you")} ${this.#watching("memory", "All of RAM")}
            ${this.#profiles.length ? this.#watching("profile", "A profile") : nothing}
          </fieldset>
          <p class="soft small">${WATCHED[this.#watch]}</p>
          ${this.#watch === "profile" ? html`<label class="field">Profile <select name="profile">${this.#profiles.map(({ id, card, name }) => option(id, `${card?.game} · ${name}`, ""))}</select></label>` : nothing}
          <div class="pair">
            <label class="field">Frames <input name="frames" type="number" min="1" placeholder="all" /></label>
            <label class="field">Frames after its end <input name="tail" type="number" min="0" placeholder="60" /></label>
          </div>
          <label class="field">Video
            <select name="video"><option value="page">H.264 in .mp4: plays in this page</option><option value="lossless">FFV1 in .mkv: lossless</option></select>
          </label>
          <label class="field">Pixels <select name="scale"><option value="">as they are</option>${[2, 3, 4].map((n) => html`<option value=${n}>${n} × ${n}</option>`)}</select></label>
          <label class="check"><input type="checkbox" name="align" /> Begin it at the frame that suits this core</label>
          <label class="check"><input type="checkbox" name="anyRom" /> Even if it was made for another ROM</label>
          <button class="strong" ?disabled=${!this.#movie || !this.#rom || !this.#core}>Keep it in step</button>
        </section>
      </form>
    `;
  }

  /** Only what the core really has. */
  #settings(): TemplateResult {
    const options = this.#cores.find(({ name }) => name === this.#core)?.options ?? [];
    const words = this.#filter.toLowerCase();
    const shown = options.filter(({ key, label }) => `${key} ${label}`.toLowerCase().includes(words));
    return html`<section class="card">
      <h2>Settings of ${this.#core || "the core"}</h2>
      ${
        options.length > 8
          ? html`<input type="search" aria-label="Find a setting" placeholder="Find a setting" @input=${(
              event: Event,
            ) => {
              this.#filter = chosenBy(event);
              this.requestUpdate();
            }} />`
          : nothing
      }
      <div class="options" tabindex=${options.length > 8 ? 0 : nothing}>
        <span class="columns">${options.length ? "" : "Choose a game first."}</span>
        <span class="columns">${options.length ? "syncs with" : ""}</span>
        <span class="columns">${options.length ? "is played with" : ""}</span>
        ${shown.map(({ key, label, values, default: usual }) => {
          const native = this.#native[key] ?? usual;
          const target = this.#target[key] ?? native;
          return html`
            <label for="native-${key}" title=${key}>${label || key}</label>
            ${this.#select(`native-${key}`, `${label || key}: syncs with`, values, native, (value) => {
              this.#native = { ...this.#native, [key]: value };
            })}
            ${this.#select(
              `target-${key}`,
              `${label || key}: is played with`,
              values,
              target,
              (value) => {
                this.#target = { ...this.#target, [key]: value };
              },
              target !== native,
            )}
          `;
        })}
      </div>
      <p class="soft small" role="status">${this.#different.length ? `Played otherwise: ${this.#different.map(([key, value]) => `${key}=${value}`).join(", ")}` : "Nothing is played otherwise yet: choose what the video is to have, such as a higher resolution."}</p>
    </section>`;
  }

  #select(
    id: string,
    label: string,
    values: readonly string[],
    chosen: string,
    take: (value: string) => void,
    other = false,
  ): TemplateResult {
    // An open value (":INTEGER") is typed.
    if (values.some((value) => value.endsWith(":INTEGER")))
      return html`<input id=${id} class=${other ? "other" : ""} aria-label=${label} .value=${chosen} list="${id}-list" @change=${(event: Event) => this.#took(take, event)} />
        <datalist id="${id}-list">${values.map((value) => html`<option value=${value.replace(":INTEGER", ":1")}></option>`)}</datalist>`;
    return html`<select id=${id} class=${other ? "other" : ""} aria-label=${label} @change=${(event: Event) => this.#took(take, event)}>
      ${values.map((value) => option(value, value, chosen))}
    </select>`;
  }

  #took(take: (value: string) => void, event: Event): void {
    take(chosenBy(event));
    this.requestUpdate();
  }

  #watching(value: string, label: string): TemplateResult {
    return html`<label><input type="radio" name="watch" value=${value} .checked=${this.#watch === value} @change=${() => {
      this.#watch = value;
      this.requestUpdate();
    }} /><span>${label}</span></label>`;
  }

  get #fitting(): readonly CoreCard[] {
    const extension = /\.([^.]+)$/.exec(this.#rom)?.[1]?.toLowerCase() ?? "";
    return this.#cores.filter(({ extensions }) => extensions.includes(extension));
  }

  get #profiles(): readonly Entry[] {
    return [...store.entries.values()].filter(({ kind }) => kind === "profile");
  }

  /** Settings of the target that are not native's. */
  get #different(): [string, string][] {
    const options = this.#cores.find(({ name }) => name === this.#core)?.options ?? [];
    return Object.entries(this.#target).filter(([key, value]) => {
      const usual = options.find((one) => one.key === key)?.default;
      return value !== (this.#native[key] ?? usual);
    });
  }

  /** A movie: its game is looked for by its hash. */
  async #choose(id: string): Promise<void> {
    this.#movie = id;
    this.#told = "";
    this.#chooseRom("");
    if (id) {
      try {
        this.#chooseRom((await ask<{ id: string }>("GET", pathOf("api/rom", id))).id);
      } catch (error) {
        this.#told = `${(error as Error).message}. Choose it yourself.`;
      }
    }
    this.requestUpdate();
  }

  #chooseRom(id: string): void {
    this.#rom = id;
    const made = store.entries.get(this.#movie)?.card?.core?.split(" ")[0] ?? "";
    const fit = this.#fitting;
    this.#chooseCore(fit.find(({ name }) => name === made)?.name ?? fit[0]?.name ?? "");
  }

  #chooseCore(name: string): void {
    this.#core = name;
    this.#native = {};
    this.#target = {};
    this.#filter = "";
    this.requestUpdate();
  }

  #start = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const number = (name: string) => (form.get(name) ? { [name]: Number(form.get(name)) } : {});
    const job = await store.start({
      kind: "sync",
      movie: this.#movie,
      rom: this.#rom,
      core: this.#core,
      native: this.#native,
      target: Object.fromEntries(this.#different),
      watch: { kind: this.#watch, ...(this.#watch === "profile" && { file: form.get("profile") }) },
      ...number("frames"),
      ...number("tail"),
      ...number("scale"),
      lossless: form.get("video") === "lossless",
      align: form.has("align"),
      anyRom: form.has("anyRom"),
    });
    if (job) location.hash = `#/jobs/${job.id}`;
  };
}
customElements.define("studio-sync", Sync);

const WATCHED: Readonly<Record<string, string>> = {
  find: "A few values of memory that show a desync soonest and never cry wolf: both runs are played for a minute to find them.",
  memory: "A fingerprint of all system RAM: repairs are exact, but a core that writes pictures into RAM parts at once.",
  profile: "Values that somebody has named for this game.",
};

const chosenBy = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;
const option = (value: string, label: string, chosen: string): TemplateResult =>
  html`<option value=${value} .selected=${value === chosen}>${label}</option>`;

/** Game Boys play each other's games. */
const sameSystem = (a: string, b: string): boolean => a === b || (/^gbc?$/.test(a) && /^gbc?$/.test(b));

function facts(movie: Entry | undefined): string {
  const card = movie?.card;
  if (!card) return "Recordings (.isr) and movies of a dozen emulators can be kept in step.";
  const length = card.frames === undefined ? "" : `${clock(card.seconds ?? 0)}, ${count(card.frames)} frames`;
  return [card.game, systemName(card.system), card.core && `made on ${card.core}`, length].filter(Boolean).join(" · ");
}
