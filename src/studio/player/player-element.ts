import { LitElement, type PropertyValues } from "lit";
import { Conductor } from "./conductor.ts";
import type { Openable } from "./files.ts";
import type { Host, OpenWith, RecordWith } from "./host.ts";
import { Keys } from "./keys.ts";
import { Pads } from "./pads.ts";
import type { InstepSeekBar } from "./seek-bar.ts";
import { Sound } from "./sound.ts";
import type { Beat, FrameSource, GameFile } from "./source.ts";
import { counted, timeOf } from "./times.ts";

/** What a page does with a player, and hears of it; what it shows is instep-player.ts. */
export abstract class PlayerElement extends LitElement implements Host {
  static override properties = {
    src: { type: String },
    rom: { type: String },
    against: { type: String },
    core: { type: String },
    autoplay: { type: Boolean },
    muted: { type: Boolean },
    loop: { type: Boolean },
    controls: { type: Boolean },
  };
  /** Addresses of the recording and its game. */
  declare src: string | null;
  declare rom: string | null;
  /** Address of another player's Slippi recording of the same match. */
  declare against: string | null;
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

  protected readonly conductor = new Conductor(this);
  protected readonly keys = new Keys();
  protected readonly pads = new Pads(this.keys);
  protected readonly sound = new Sound(new URL("./instep-speaker.js", import.meta.url));
  #closed = false;
  /** It is to play once it can. */
  #eager = false;

  constructor() {
    super();
    this.src = this.rom = this.against = this.core = null;
    this.autoplay = this.muted = this.loop = this.controls = false;
    this.conductor.onSource = (source) => this.sound.hear(source);
    this.sound.onChange = () => this.conductor.set({ sound: this.sound.state, volume: this.sound.volume });
  }

  /** The frame that is shown; set it to seek. */
  get frame(): number {
    return this.conductor.frame;
  }
  set frame(frame: number) {
    void this.seek(frame);
  }

  /** Frames of the recording; of a live game, those so far. */
  get frames(): number {
    const { opened } = this.conductor.model;
    return opened?.kind === "live" ? this.frame : (opened?.frames ?? 0);
  }

  get paused(): boolean {
    return this.conductor.model.paused;
  }

  /** 1/4 to 8; 0 is as fast as it goes. */
  get playbackRate(): number {
    return this.conductor.model.rate;
  }
  set playbackRate(rate: number) {
    if (!(rate === 0 || (rate >= 0.25 && rate <= 8))) throw new RangeError(`playbackRate ${rate}: 0.25 to 8, or 0`);
    this.conductor.rate(rate);
  }

  /** 0 to 1. */
  get volume(): number {
    return this.sound.volume;
  }
  set volume(volume: number) {
    this.sound.volume = volume;
  }

  /** Plays; what is not open yet plays once it is. */
  play(): void {
    this.sound.wake();
    this.#eager = this.conductor.model.phase !== "ready";
    if (this.#eager) return;
    this.conductor.set({ begun: true, stumbled: "" });
    this.conductor.tell({ do: "play" });
  }

  pause(): void {
    this.#eager = false;
    this.conductor.tell({ do: "pause" });
  }

  /** Resolves when that frame is shown, or one that was asked for after it. */
  seek(frame: number): Promise<void> {
    return this.conductor.seek(frame);
  }

  /** So many frames on, or back where it is below 0; pauses. */
  step(frames = 1): void {
    this.conductor.set({ begun: true });
    this.conductor.tell({ do: "step", frames });
  }

  /** Plays between two frames again and again; without frames, no more. */
  loopBetween(from?: number, to?: number): void {
    this.conductor.loopBetween(from, to);
  }

  /**
   * Opens a recording, or a movie of another program. Resolves when it can be played or its game is asked for; rejects
   * with a line for people.
   */
  async open(recording: Openable, options: OpenWith = {}): Promise<void> {
    await this.updateComplete;
    await this.conductor.open(recording, options);
  }

  /** Gives the game that is asked for. */
  openRom(rom: Openable, name?: string): Promise<void> {
    return this.conductor.openRom(rom, name);
  }

  /** Plays a game live, and records it from its first frame on. */
  async record(rom: Openable, options: RecordWith = {}): Promise<void> {
    await this.updateComplete;
    await this.conductor.record(rom, options);
    this.play();
    await this.updateComplete;
    this.stage.focus({ preventScroll: true });
  }

  /** The .isr of the game that is played, so far; with `end`, whole, and nothing more is played. */
  recording({ end = false } = {}): Promise<Uint8Array | undefined> {
    return this.conductor.recording(end);
  }

  /** Presses buttons (bits of BUTTON) of a live game's pad, until it is told otherwise. */
  press(port: number, buttons: number): void {
    this.pads.press(port, buttons);
  }

  /** How the clock ran since this was last asked. */
  beat(): Promise<Beat> {
    return this.conductor.beat();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, this.#wake, true);
    if (this.#closed) this.requestUpdate("src", null);
    this.#closed = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const type of ["pointerdown", "keydown"]) document.removeEventListener(type, this.#wake, true);
    this.pads.watch(false);
    this.pause();
    // It may only be moved to another place.
    setTimeout(() => {
      if (this.isConnected) return;
      this.conductor.close();
      this.sound.close();
      this.#closed = true;
    });
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("muted")) this.sound.muted = this.muted;
    if (changed.has("loop")) this.conductor.tellLoop();
    if (this.src && (["src", "rom", "against", "core"] as const).some((name) => changed.has(name)))
      this.open(this.src, { rom: this.rom ?? undefined, against: this.against ?? undefined }).catch(() => {});
    this.shown(this.frame);
  }

  changed(): void {
    const { opened, phase } = this.conductor.model;
    if (phase === "loading") this.#bar?.forget();
    this.pads.watch(opened !== undefined && this.isConnected && (this.controls || opened.kind === "live"));
    this.requestUpdate();
  }

  screen(canvas: HTMLCanvasElement): void {
    canvas.setAttribute("part", "screen");
    canvas.setAttribute("aria-hidden", "true");
    this.renderRoot.querySelector("#screen")!.replaceChildren(canvas);
  }

  /** What changes with every picture is written past the templates. */
  shown(frame: number): void {
    const { opened } = this.conductor.model;
    const [time, number] = [".time", ".frame"].map((place) => this.renderRoot.querySelector(place));
    if (!opened || !time || !number) return;
    time.textContent = timeOf(frame, opened.fps);
    number.textContent = counted(frame);
    this.#bar?.show(frame);
  }

  thumbnail(frame: number, picture: ImageBitmap): void {
    this.#bar?.thumbnail(frame, picture);
  }

  say(type: string, detail: unknown): boolean {
    if (type === "ready" && (this.autoplay || this.#eager)) this.play();
    return this.dispatchEvent(new CustomEvent(type, { detail, cancelable: type === "native" }));
  }

  get #bar(): InstepSeekBar | null {
    return this.renderRoot?.querySelector<InstepSeekBar>("instep-seek-bar") ?? null;
  }

  protected get stage(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>("#stage")!;
  }

  readonly #wake = (): void => this.sound.wake();
}
