import { html, nothing, type PropertyValues } from "lit";
import { actionOf, carryOut } from "./actions.ts";
import { controls } from "./controls.ts";
import { isGame, saveFile } from "./files.ts";
import { keyList, touchPad } from "./key-list.ts";
import type { Action, PadKey } from "./keys.ts";
import type { Doings } from "./model.ts";
import { overlay } from "./overlay.ts";
import { PlayerElement } from "./player-element.ts";
import { InstepSeekBar } from "./seek-bar.ts";
import type { Touched } from "./source.ts";
import { controls as controlsStyle } from "./style/controls.ts";
import { fit } from "./style/fit.ts";
import { keys as keysStyle } from "./style/keys.ts";
import { overlay as overlayStyle } from "./style/overlay.ts";
import { stage } from "./style/stage.ts";
import { titleOf } from "./words.ts";

/** Milliseconds after which the controls go in full screen. */
const REST = 2500;

/**
 * Plays recordings of emulators, and games live: docs/player.md. Frames are counted as everywhere in Instep: frame n is
 * the state after n steps.
 */
export class InstepPlayer extends PlayerElement {
  static override styles = [stage, overlayStyle, controlsStyle, keysStyle, fit];
  #dialog: HTMLDialogElement | null = null;
  #fast = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.pads.onChange = (buttons, pressed, touched) => this.#pad(buttons, pressed, touched);
    for (const type of ["keydown", "keyup"] as const) this.addEventListener(type, this.#key);
    for (const type of ["dragover", "dragleave", "drop"] as const) this.addEventListener(type, this.#drag);
    for (const type of ["pointermove", "fullscreenchange"]) this.addEventListener(type, this.#move);
    this.addEventListener("focusout", () => this.pads.release());
  }

  override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const dialog = this.renderRoot.querySelector("dialog");
    // Once each: one that was just closed by Escape is still there.
    if (dialog !== this.#dialog) dialog?.showModal();
    this.#dialog = dialog;
  }

  override render() {
    const { model } = this.conductor;
    const { phase, opened, over, seeking, sound, paused, keys } = model;
    const live = opened?.kind === "live";
    const blocked = phase === "ready" && sound === "blocked" && !paused;
    return html`
      <div class="deck ${phase} ${over ? "over" : ""} ${live ? "live" : ""} ${opened?.drawn ? "drawn" : ""} ${model.idle ? "idle" : ""}" role="region"
        aria-label="Player${opened ? `: ${titleOf(opened.game)}` : ""}">
        <div id="stage" part="stage" .style=${`--_aspect: ${opened?.aspect ?? 4 / 3}`} role=${live ? "application" : "group"}
          tabindex="0" aria-label=${live ? "The game's pad" : "Picture"} @click=${this.#press}>
          <div id="screen" class=${opened?.touch ? "touchable" : ""} @pointerdown=${this.#touch} @pointermove=${this.#touch}
            @pointerup=${this.#touch} @pointercancel=${this.#touch}></div>
          ${overlay(model, this.#doings)}
          ${seeking ? html`<p class="seeking">${Math.floor((100 * seeking.frame) / seeking.to)} %</p>` : nothing}
          ${blocked ? html`<button type="button" class="hush" @click=${this.#doings.toggleSound}>Silent: press for sound</button>` : nothing}
        </div>
        ${live ? touchPad(this.#doings) : nothing}
        ${this.controls || live ? controls(model, this.#doings, this.keys) : nothing}
        <p class="hidden" role="status">${this.#status()}</p>
        ${keys ? keyList(model, this.#doings, this.keys) : nothing}
      </div>`;
  }

  /** For screen readers. */
  #status(): string {
    const { parted, paused, phase, opened } = this.conductor.model;
    if (phase !== "ready" || !opened) return "";
    return `${paused ? "Paused" : "Playing"}${parted ? `. It parts at frame ${parted.frame}: ${parted.line}` : ""}`;
  }

  // What people do.

  readonly #doings: Doings = {
    toggle: () => (this.paused ? this.play() : this.pause()),
    seek: (frame) => void this.seek(frame),
    peek: (frame) => this.conductor.tell({ do: "thumbnail", frame }),
    step: (frames) => this.step(frames),
    rate: (rate) => {
      this.playbackRate = rate;
    },
    loopBetween: (from, to) => this.loopBetween(from, to),
    loopNext: () => {
      const { loopFrom, loopTo } = this.conductor.model;
      if (loopFrom === undefined) this.loopBetween(this.frame);
      else if (loopTo === undefined && this.frame > loopFrom) this.loopBetween(loopFrom, this.frame);
      else this.loopBetween();
    },
    toggleSound: () => {
      if (this.sound.state === "blocked") return this.sound.wake();
      if (this.volume === 0) this.volume = 1;
      this.muted = !this.muted;
    },
    volume: (volume) => {
      this.muted = false;
      this.volume = volume;
    },
    toggleFull: () => {
      const done = this.matches(":fullscreen") ? document.exitFullscreen() : this.requestFullscreen?.();
      done?.catch(() => this.conductor.set({ stumbled: "The browser gives this page no full screen." }));
    },
    choose: (files) => void this.#take(files).catch(() => {}),
    showKeys: (keys) => this.conductor.set({ keys, binding: undefined }),
    bind: (binding) => this.conductor.set({ binding }),
    resetKeys: () => {
      this.keys.reset();
      this.requestUpdate();
    },
    finish: async () => {
      const bytes = await this.recording({ end: true });
      if (bytes) await this.conductor.watch(bytes).catch(() => {});
    },
    save: async () => {
      const bytes = await this.recording();
      if (bytes) saveFile(this.conductor.recordingName, bytes);
    },
    finger: (event) => this.pads.finger(event),
  };

  /** A recording, its game, or both; two of Slippi's. */
  async #take(files: FileList | null | undefined): Promise<void> {
    const all = [...(files ?? [])];
    const game = all.find(isGame);
    const [recording, against] = all.filter((file) => !isGame(file));
    if (recording) await this.open(recording, { rom: game, against });
    else if (game && this.conductor.model.phase === "wanted") await this.openRom(game);
    else if (game) await this.record(game);
  }

  /** In full screen the controls are there while the pointer moves. */
  readonly #move = (): void => {
    const full = this.matches(":fullscreen");
    const { model } = this.conductor;
    clearTimeout(this.#rest);
    if (full) this.#rest = setTimeout(() => this.conductor.set({ idle: !this.paused }), REST);
    if (model.full !== full || model.idle) this.conductor.set({ full, idle: false });
  };

  readonly #press = ({ target }: Event): void => {
    if ((target as Element).closest("button, label, input")) return;
    this.stage.focus({ preventScroll: true });
    const { opened, phase } = this.conductor.model;
    if (phase === "ready" && opened?.kind === "replay" && this.controls) this.#doings.toggle();
  };

  readonly #touch = (event: PointerEvent): void => {
    const { touch, kind } = this.conductor.model.opened ?? {};
    const picture = (event.currentTarget as Element).querySelector("canvas");
    if (touch && kind === "live" && picture) this.pads.touch(event, picture, touch);
  };

  readonly #drag = (event: DragEvent): void => {
    event.preventDefault();
    this.conductor.set({ over: event.type === "dragover" });
    if (event.type === "drop") this.#doings.choose(event.dataTransfer?.files ?? null);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const { model } = this.conductor;
    const down = event.type === "keydown";
    const key = event.key.toLowerCase();
    const target = event.composedPath()[0] as HTMLElement;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (this.#dialog?.open) {
      if (!down || model.binding === undefined || key === "escape" || key === "tab") return;
      event.preventDefault();
      this.keys.bind(model.binding as Action | PadKey, key);
      this.conductor.set({ binding: undefined });
      return;
    }
    // A field takes its own keys.
    if (model.phase !== "ready" || target.closest("select, input")) return;
    const live = model.opened?.kind === "live";
    if (live && target === this.stage && this.pads.key(key, down)) {
      event.preventDefault();
      return;
    }
    const action = this.keys.action(key, live);
    // A button that has the focus is pressed by these two.
    if (!action || (!this.controls && !live) || ((key === " " || key === "enter") && target.closest("button"))) return;
    event.preventDefault();
    if (action === "fast") this.#speedUp(down);
    else if (down) carryOut(action, event.repeat, model, this.frame, this.#doings);
  };

  /** Buttons of the pads, and those of the first that are pressed just now. */
  #pad(buttons: readonly number[], pressed: number, touch: Touched): void {
    const { model } = this.conductor;
    if (model.opened?.kind === "live") this.conductor.tell({ do: "pads", buttons, ...(touch && { touch }) });
    const action = this.matches(":focus-within") && model.opened?.kind === "replay" ? actionOf(pressed) : undefined;
    if (action) carryOut(action, false, model, this.frame, this.#doings);
  }

  #speedUp(on: boolean): void {
    if (on === this.#fast) return;
    this.#fast = on;
    this.conductor.tell({ do: "rate", rate: on ? 0 : this.playbackRate });
    if (on && this.paused) this.play();
  }
}

if (!customElements.get("instep-player")) {
  customElements.define("instep-seek-bar", InstepSeekBar);
  customElements.define("instep-player", InstepPlayer);
}
