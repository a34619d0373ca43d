import { html, LitElement, nothing, type PropertyValues } from "lit";
import { carryOut } from "./actions.ts";
import { Conductor, type Host, type OpenWith, type RecordWith } from "./conductor.ts";
import { isGame, type Openable, saveFile } from "./files.ts";
import { type Action, Keys, type PadKey } from "./keys.ts";
import type { Doings } from "./model.ts";
import { Pads } from "./pads.ts";
import { InstepSeekBar } from "./seek-bar.ts";
import { Sound } from "./sound.ts";
import type { Beat, FrameSource, GameFile } from "./source.ts";
import { style } from "./style.ts";
import { counted, timeOf } from "./times.ts";
import { controls, keyList, overlay, touchPad } from "./view.ts";

/** Milliseconds after which the controls go in full screen. */
const REST = 2500;

/**
 * Plays recordings of emulators, and games live: docs/player.md. Frames are counted as everywhere in Instep: frame n is
 * the state after n steps.
 */
export class InstepPlayer extends LitElement implements Host {
  static override properties = {
    src: { type: String },
    rom: { type: String },
    core: { type: String },
    autoplay: { type: Boolean },
    muted: { type: Boolean },
    loop: { type: Boolean },
    controls: { type: Boolean },
  };
  static override styles = style;
  /** Addresses of the recording and its game. */
  declare src: string | null;
  declare rom: string | null;
  /** The embedded core to play on, where it is to be another than the recording's own. */
  declare core: string | null;
  declare autoplay: boolean;
  declare muted: boolean;
  declare loop: boolean;
  declare controls: boolean;
  /**
   * Gives another source of frames for a recording that no core of a page plays, such as one that a server steps; or
   * undefined: there is none for it.
   */
  sourceFor: ((recording: GameFile, core: string, system: string) => FrameSource | undefined) | undefined;

  readonly #conductor = new Conductor(this);
  readonly #keys = new Keys();
  readonly #pads = new Pads(this.#keys);
  readonly #sound = new Sound(new URL("./instep-speaker.js", import.meta.url));
  #fast = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.src = this.rom = this.core = null;
    this.autoplay = this.muted = this.loop = this.controls = false;
    this.#conductor.onSource = (source) => this.#sound.hear(source);
    this.#sound.onChange = () => this.#conductor.set({ sound: this.#sound.state, volume: this.#sound.volume });
    this.#pads.onChange = (buttons) => this.#conductor.tell({ do: "pads", buttons });
    for (const type of ["keydown", "keyup"] as const) this.addEventListener(type, this.#key);
    for (const type of ["dragover", "dragleave", "drop"] as const) this.addEventListener(type, this.#drag);
    for (const type of ["pointermove", "fullscreenchange"]) this.addEventListener(type, this.#move);
    this.addEventListener("focusout", () => this.#pads.release());
  }

  /** The frame that is shown; set it to seek. */
  get frame(): number {
    return this.#conductor.frame;
  }
  set frame(frame: number) {
    void this.seek(frame);
  }

  /** Frames of the recording; of a live game, those so far. */
  get frames(): number {
    const { opened } = this.#conductor.model;
    return opened?.kind === "live" ? this.frame : (opened?.frames ?? 0);
  }

  get paused(): boolean {
    return this.#conductor.model.paused;
  }

  /** 1/4 to 8; 0 is as fast as it goes. */
  get playbackRate(): number {
    return this.#conductor.model.rate;
  }
  set playbackRate(rate: number) {
    if (!(rate === 0 || (rate >= 0.25 && rate <= 8))) throw new RangeError(`playbackRate ${rate}: 0.25 to 8, or 0`);
    this.#conductor.rate(rate);
  }

  /** 0 to 1. */
  get volume(): number {
    return this.#sound.volume;
  }
  set volume(volume: number) {
    this.#sound.volume = volume;
  }

  play(): void {
    this.#sound.wake();
    this.#conductor.set({ begun: true, stumbled: "" });
    this.#conductor.tell({ do: "play" });
  }

  pause(): void {
    this.#conductor.tell({ do: "pause" });
  }

  /** Resolves when that frame is shown, or one that was asked for after it. */
  seek(frame: number): Promise<void> {
    return this.#conductor.seek(frame);
  }

  /** So many frames on, or back where it is below 0; pauses. */
  step(frames = 1): void {
    this.#conductor.set({ begun: true });
    this.#conductor.tell({ do: "step", frames });
  }

  /** Plays between two frames again and again; without frames, no more. */
  loopBetween(from?: number, to?: number): void {
    this.#conductor.loopBetween(from, to);
  }

  /**
   * Opens a recording, or a movie of another program. Resolves when it can be played or its game is asked for; rejects
   * with a line for people.
   */
  async open(recording: Openable, options: OpenWith = {}): Promise<void> {
    await this.updateComplete;
    await this.#conductor.open(recording, options);
  }

  /** Gives the game that is asked for. */
  openRom(rom: Openable, name?: string): Promise<void> {
    return this.#conductor.openRom(rom, name);
  }

  /** Plays a game live, and records it from its first frame on. */
  async record(rom: Openable, options: RecordWith = {}): Promise<void> {
    await this.updateComplete;
    await this.#conductor.record(rom, options);
    this.play();
    await this.updateComplete;
    this.#stage.focus({ preventScroll: true });
  }

  /** The .isr of the game that is played, so far; with `end`, whole, and nothing more is played. */
  recording({ end = false } = {}): Promise<Uint8Array | undefined> {
    return this.#conductor.recording(end);
  }

  /** Presses buttons (bits of BUTTON) of a live game's pad, until it is told otherwise. */
  press(port: number, buttons: number): void {
    this.#pads.press(port, buttons);
  }

  /** How the clock ran since this was last asked. */
  beat(): Promise<Beat> {
    return this.#conductor.beat();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, this.#wake, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const type of ["pointerdown", "keydown"]) document.removeEventListener(type, this.#wake, true);
    this.#pads.watch(false);
    this.pause();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("muted")) this.#sound.muted = this.muted;
    if (changed.has("loop")) this.#conductor.tellLoop();
    if (this.src && (changed.has("src") || changed.has("rom") || changed.has("core")))
      this.open(this.src, { rom: this.rom ?? undefined }).catch(() => {});
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
    this.shown(this.frame);
  }

  override render() {
    const { model } = this.#conductor;
    const { phase, opened, over, seeking, sound, paused, keys } = model;
    const live = opened?.kind === "live";
    const blocked = phase === "ready" && sound === "blocked" && !paused;
    return html`
      <div class="deck ${phase} ${over ? "over" : ""} ${live ? "live" : ""} ${model.idle ? "idle" : ""}">
        <div id="stage" part="stage" style="--_aspect: ${opened?.aspect ?? 4 / 3}" role=${live ? "application" : "group"}
          tabindex="0" aria-label=${live ? "The game's pad" : "Picture"} @click=${this.#press}>
          <div id="screen"></div>
          ${overlay(model, this.#doings)}
          ${seeking ? html`<p class="seeking">${Math.floor((100 * seeking.frame) / seeking.to)} %</p>` : nothing}
          ${blocked ? html`<button type="button" class="hush" @click=${this.#doings.toggleSound}>Silent: press for sound</button>` : nothing}
        </div>
        ${live ? touchPad(this.#doings) : nothing}
        ${this.controls || live ? controls(model, this.#doings, this.#keys) : nothing}
        <p class="hidden" role="status">${this.#status()}</p>
        ${keys ? keyList(model, this.#doings, this.#keys) : nothing}
      </div>`;
  }

  /** For screen readers. */
  #status(): string {
    const { parted, paused, phase, opened } = this.#conductor.model;
    if (phase !== "ready" || !opened) return "";
    return `${paused ? "Paused" : "Playing"}${parted ? `. It parts at frame ${parted.frame}: ${parted.line}` : ""}`;
  }

  // What the conductor says.

  changed(): void {
    const { opened, phase } = this.#conductor.model;
    if (phase === "loading") this.#bar?.forget();
    this.#pads.watch(opened?.kind === "live" && this.isConnected);
    this.requestUpdate();
  }

  screen(canvas: HTMLCanvasElement): void {
    canvas.setAttribute("part", "screen");
    canvas.setAttribute("aria-hidden", "true");
    this.renderRoot.querySelector("#screen")!.replaceChildren(canvas);
  }

  /** What changes with every picture is written past the templates. */
  shown(frame: number): void {
    const { opened } = this.#conductor.model;
    const [time, number] = [".time", ".frame"].map((place) => this.renderRoot.querySelector(place));
    if (!opened || !time || !number) return;
    time.textContent = timeOf(frame, opened.fps);
    number.textContent = counted(frame);
    this.#bar?.show(frame);
  }

  thumbnail(frame: number, picture: ImageBitmap): void {
    this.#bar?.thumbnail(frame, picture);
  }

  say(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
    if (type === "ready" && this.autoplay && this.#conductor.model.opened?.kind === "replay") this.play();
  }

  get #bar(): InstepSeekBar | null {
    return this.renderRoot?.querySelector<InstepSeekBar>("instep-seek-bar") ?? null;
  }

  get #stage(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>("#stage")!;
  }

  // What people do.

  readonly #doings: Doings = {
    toggle: () => (this.paused ? this.play() : this.pause()),
    seek: (frame) => void this.seek(frame),
    peek: (frame) => this.#conductor.tell({ do: "thumbnail", frame }),
    step: (frames) => this.step(frames),
    rate: (rate) => {
      this.playbackRate = rate;
    },
    loopBetween: (from, to) => this.loopBetween(from, to),
    loopNext: () => {
      const { loopFrom, loopTo } = this.#conductor.model;
      if (loopFrom === undefined) this.loopBetween(this.frame);
      else if (loopTo === undefined && this.frame > loopFrom) this.loopBetween(loopFrom, this.frame);
      else this.loopBetween();
    },
    toggleSound: () => {
      if (this.#sound.state === "blocked") return this.#sound.wake();
      if (this.volume === 0) this.volume = 1;
      this.muted = !this.muted;
    },
    volume: (volume) => {
      this.muted = false;
      this.volume = volume;
    },
    toggleFull: () => {
      const done = this.matches(":fullscreen") ? document.exitFullscreen() : this.requestFullscreen?.();
      done?.catch(() => this.#conductor.set({ stumbled: "The browser gives this page no full screen." }));
    },
    choose: (files) => void this.#take(files).catch(() => {}),
    showKeys: (keys) => this.#conductor.set({ keys, binding: undefined }),
    bind: (binding) => this.#conductor.set({ binding }),
    resetKeys: () => {
      this.#keys.reset();
      this.requestUpdate();
    },
    finish: () => void this.#conductor.watchOwn().catch(() => {}),
    save: async () => {
      const bytes = await this.recording();
      if (bytes) saveFile(this.#conductor.recordingName, bytes);
    },
    finger: (event) => this.#pads.finger(event),
  };

  /** A recording, its game, or both. */
  async #take(files: FileList | null | undefined): Promise<void> {
    const all = [...(files ?? [])];
    const game = all.find(isGame);
    const recording = all.find((file) => !isGame(file));
    if (recording) await this.open(recording, { rom: game });
    else if (game && this.#conductor.model.phase === "wanted") await this.openRom(game);
    else if (game) await this.record(game);
  }

  readonly #wake = (): void => this.#sound.wake();

  /** In full screen the controls are there while the pointer moves. */
  readonly #move = (): void => {
    const full = this.matches(":fullscreen");
    const { model } = this.#conductor;
    clearTimeout(this.#rest);
    if (full) this.#rest = setTimeout(() => this.#conductor.set({ idle: !this.paused }), REST);
    if (model.full !== full || model.idle) this.#conductor.set({ full, idle: false });
  };

  readonly #press = ({ target }: Event): void => {
    if ((target as Element).closest("button, label, input")) return;
    this.#stage.focus({ preventScroll: true });
    const { opened, phase } = this.#conductor.model;
    if (phase === "ready" && opened?.kind === "replay" && this.controls) this.#doings.toggle();
  };

  readonly #drag = (event: DragEvent): void => {
    event.preventDefault();
    this.#conductor.set({ over: event.type === "dragover" });
    if (event.type === "drop") this.#doings.choose(event.dataTransfer?.files ?? null);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const { model } = this.#conductor;
    const down = event.type === "keydown";
    const key = event.key.toLowerCase();
    const target = event.composedPath()[0] as HTMLElement;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (model.keys) {
      if (!down || model.binding === undefined || key === "escape" || key === "tab") return;
      event.preventDefault();
      this.#keys.bind(model.binding as Action | PadKey, key);
      this.#conductor.set({ binding: undefined });
      return;
    }
    // A field takes its own keys.
    if (model.phase !== "ready" || target.closest("select, input")) return;
    const live = model.opened?.kind === "live";
    if (live && target === this.#stage && this.#pads.key(key, down)) {
      event.preventDefault();
      return;
    }
    const action = this.#keys.action(key, live);
    // A button that has the focus is pressed by these two.
    if (!action || (!this.controls && !live) || ((key === " " || key === "enter") && target.closest("button"))) return;
    event.preventDefault();
    if (action === "fast") this.#speedUp(down);
    else if (down) carryOut(action, event.repeat, model, this.frame, this.#doings);
  };

  #speedUp(on: boolean): void {
    if (on === this.#fast) return;
    this.#fast = on;
    this.#conductor.tell({ do: "rate", rate: on ? 0 : this.playbackRate });
    if (on && this.paused) this.play();
  }
}

if (!customElements.get("instep-player")) {
  customElements.define("instep-seek-bar", InstepSeekBar);
  customElements.define("instep-player", InstepPlayer);
}
