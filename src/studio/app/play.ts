import { html, nothing, type TemplateResult } from "lit";
import type { Opened } from "../player/source.ts";
import { ask, Fault, pathOf } from "./ask.ts";
import { thumb } from "./library.ts";
import { NativeSource } from "./native-source.ts";
import { type InstepPlayer, loadPlayer } from "./player.ts";
import { Saver } from "./saver.ts";
import { type CoreCard, type Entry, store } from "./store.ts";
import { View } from "./view.ts";
import { bytes, clock, stem } from "./words.ts";

const SAVE_EVERY = 4000;
/** Milliseconds between two looks at how far it is. */
const LOOK_EVERY = 500;

/** Choose a game and play it: it is recorded from its first frame on. */
class Play extends View {
  #cores: readonly CoreCard[] = [];
  #over = false;
  #saver: Saver | undefined;
  /** Seconds of the game. */
  #played = 0;
  #fault = "";
  #timers: ReturnType<typeof setInterval>[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void store.try(async () => {
      this.#cores = await store.cores();
      this.requestUpdate();
    });
    if (this.rest) void this.#begin();
    addEventListener("beforeunload", this.#leaving);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("beforeunload", this.#leaving);
    this.#stop();
  }

  protected override render(): TemplateResult {
    return this.rest ? this.#playing() : this.#choose();
  }

  #choose(): TemplateResult {
    const roms = [...store.entries.values()]
      .filter(({ kind }) => kind === "rom" && store.loaded)
      .sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
    return html`
      <header class="head"><h1>Play and record</h1></header>
      <div
        class="drop ${this.#over ? "over" : ""}"
        @dragover=${(event: DragEvent) => this.#drag(event, true)}
        @dragleave=${(event: DragEvent) => this.#drag(event, false)}
        @drop=${(event: DragEvent) => {
          this.#drag(event, false);
          void this.#take(event.dataTransfer?.files[0]);
        }}
      >
        <p>Drop a game here, or open one: <span class="soft">NES and Game Boy games play in this page, those of other consoles by this computer. It is kept in your first folder, and goes nowhere else.</span></p>
        <label class="button">Open a file<input type="file" accept=${this.#cores.flatMap(({ extensions }) => extensions.map((one) => `.${one}`)).join(",")} @change=${(event: Event) => this.#take((event.target as HTMLInputElement).files?.[0])} /></label>
      </div>
      <ul class="games">
        ${roms.map((rom) => html`<li>${this.#game(rom)}</li>`)}
      </ul>
      ${roms.length || store.loaded ? nothing : html`<p class="soft">Looking through the folders…</p>`}
    `;
  }

  #game(rom: Entry): TemplateResult {
    const core = coreOf(rom, this.#cores);
    const about = html`${thumb(rom)}<b>${stem(rom.name)}</b><small class="soft">${core?.name ?? "no core is installed"} · ${rom.root}</small>`;
    if (core) return html`<a class="game" href=${pathOf("#/play", rom.id).slice(1)}>${about}</a>`;
    return html`<div class="game soft">${about}</div>`;
  }

  #playing(): TemplateResult {
    const saver = this.#saver;
    const { fault, saved = 0, id } = saver ?? {};
    return html`
      <header class="head">
        <h1>${stem(this.rest.split("/").at(-1) ?? "")}</h1>
        <button type="button" class="strong" ?disabled=${!saver} @click=${this.#keep}>Stop and keep it</button>
        <button type="button" ?disabled=${!saver} @click=${this.#discard}>Throw it away</button>
      </header>
      ${this.#fault ? html`<p class="fault" role="alert">${this.#fault}</p>` : nothing}
      <div class="stage">
        <instep-player></instep-player>
        <aside>
          <section class="card" aria-label="The recording">
            <h2><span class="dot" ?hidden=${!saver}></span>${saver ? "Recording" : this.#fault ? "Nothing is recorded" : "Beginning"}</h2>
            <dl class="facts">
              <dt>File</dt><dd>${id?.split("/").at(-1) ?? "…"}</dd>
              <dt>Played</dt><dd class="num">${clock(this.#played)}</dd>
              <dt>Saved</dt><dd class="num">${bytes(saved)}</dd>
            </dl>
            ${
              fault
                ? html`<p class="fault" role="alert">${fault}</p>
                    <button type="button" @click=${this.#download}>Download it as it is</button>`
                : html`<p class="soft small">All that you press is written down, from the first frame on: the file plays again exactly.</p>`
            }
          </section>
        </aside>
      </div>
    `;
  }

  get #player(): InstepPlayer | null {
    return this.querySelector<InstepPlayer>("instep-player");
  }

  async #begin(): Promise<void> {
    try {
      await loadPlayer();
      const name = this.rest.split("/").at(-1)!;
      const core = coreOf({ name }, await store.cores());
      const rom = new File(core?.browser ? [await this.#bytes()] : [], name);
      await this.updateComplete;
      if (!this.isConnected) return;
      this.#saver = await Saver.begin(stem(name));
      const player = this.#player!;
      // The player has a button of its own that ends it.
      const recording = player.recording.bind(player);
      player.recording = async (options) => {
        const recorded = await recording(options);
        if (options?.end) await this.#ended(recorded);
        return recorded;
      };
      player.sourceFor = () => new NativeSource({ rom: this.rest, ...(core && { core: core.name }) });
      let rate = 60;
      player.addEventListener("ready", (event) => {
        const { num, den } = (event as CustomEvent<Opened>).detail.fps;
        rate = num / den;
      });
      await player.record(rom);
      this.#timers = [
        setInterval(() => void this.#save(), SAVE_EVERY),
        setInterval(() => {
          this.#played = player.frame / rate;
          this.requestUpdate();
        }, LOOK_EVERY),
      ];
    } catch (error) {
      this.#fault = (error as Error).message;
      this.#saver = undefined; // nothing was played
    }
    this.requestUpdate();
  }

  /** The game's bytes, for a core of this page. */
  async #bytes(): Promise<Blob> {
    const response = await fetch(pathOf("files", this.rest));
    if (!response.ok) throw new Fault("This game is not in the folders any more.", response.status);
    return response.blob();
  }

  async #save(): Promise<void> {
    const saver = this.#saver;
    const recorded = await this.#player?.recording();
    if (saver && recorded) await saver.save(recorded);
    this.requestUpdate();
  }

  #keep = (): void => void this.#player?.recording({ end: true });

  /** It is whole: once it is saved it is shown. Where whoever played it is gone, it is what was saved before. */
  async #ended(recorded: Uint8Array | undefined): Promise<void> {
    this.#rest();
    const saver = this.#saver;
    if (!saver) return;
    if (recorded) await saver.save(recorded);
    this.requestUpdate();
    if (saver.fault) return;
    if (saver.saved === 0) {
      this.#fault = "Nothing of it was saved.";
      this.#saver = undefined;
      return;
    }
    this.#saver = undefined;
    await store.load();
    if (this.isConnected) location.hash = pathOf("#/watch", saver.id).slice(1);
  }

  #discard = async (): Promise<void> => {
    this.#rest();
    const saver = this.#saver;
    this.#saver = undefined;
    if (saver?.saved) await store.try(() => ask("POST", "/api/remove", { file: saver.id }));
    location.hash = "#/play";
  };

  /** Whoever goes elsewhere keeps what was played: the player stays in the page until it has given it. */
  #stop(): void {
    this.#rest();
    const player = this.#player;
    if (!this.#saver || !player) return;
    player.hidden = true;
    document.body.append(player);
    void player.recording({ end: true }).finally(() => player.remove());
  }

  #rest(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #download = async (): Promise<void> => {
    const recorded = await this.#player?.recording();
    if (!recorded) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([recorded]));
    link.download = this.#saver?.id.split("/").at(-1) ?? "recording.isr";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  /** Only what is not saved is worth a question. */
  #leaving = (event: BeforeUnloadEvent): void => {
    if (this.#saver) event.preventDefault();
  };

  #drag(event: DragEvent, over: boolean): void {
    event.preventDefault();
    this.#over = over;
    this.requestUpdate();
  }

  async #take(file: File | undefined): Promise<void> {
    if (!file) return;
    const kept = await store.try(() =>
      ask<{ id: string }>("POST", `/api/roms?name=${encodeURIComponent(file.name)}`, file),
    );
    if (kept) location.hash = pathOf("#/play", kept.id).slice(1);
  }
}
customElements.define("studio-play", Play);

/** What comes with Instep plays at once, so it stands first. */
const order = ({ writable, name }: Entry): number => (/^gleam/.test(name) && !writable ? 0 : writable ? 1 : 2);

function coreOf({ name }: Pick<Entry, "name">, cores: readonly CoreCard[]): CoreCard | undefined {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const fit = cores.filter(({ extensions }) => extensions.includes(extension));
  return fit.find(({ browser }) => browser) ?? fit[0];
}
