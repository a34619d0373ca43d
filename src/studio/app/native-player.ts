import { html, type TemplateResult } from "lit";
import { pathOf } from "./ask.ts";
import { View } from "./view.ts";
import { clock, count } from "./words.ts";

/** A recording of a native core: the server plays it, and sends the pictures that are looked at. */
class NativePlayer extends View {
  static override properties = { ...View.properties, frames: {}, rate: {} };
  declare frames: number;
  declare rate: number;
  frame = 1;
  #picture = "";
  #asking = false;
  #fault = "";
  #playing = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.seek(1);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#playing = false;
    URL.revokeObjectURL(this.#picture);
  }

  /** Shows a frame; of those that are asked for while one is on its way only the last. */
  async seek(frame: number): Promise<void> {
    this.frame = Math.max(1, Math.min(frame, this.frames));
    this.requestUpdate();
    if (this.#asking) return;
    this.#asking = true;
    for (let shown = 0; shown !== this.frame && this.isConnected; ) {
      shown = this.frame;
      await this.#show(shown);
      if (this.#playing && this.frame === shown) this.frame = Math.min(this.frames, shown + 2);
      if (this.frame === this.frames) this.#playing = false;
    }
    this.#asking = false;
  }

  async #show(frame: number): Promise<void> {
    const response = await fetch(`${pathOf("frames", this.rest)}?frame=${frame}`).catch(() => undefined);
    if (response?.ok) {
      URL.revokeObjectURL(this.#picture);
      this.#picture = URL.createObjectURL(await response.blob());
      this.#fault = "";
    } else {
      this.#playing = false;
      this.#fault =
        ((await response?.json().catch(() => undefined)) as { error?: string })?.error ?? "The studio does not answer.";
    }
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    return html`
      ${this.#fault ? html`<p class="fault" role="alert">${this.#fault}</p>` : ""}
      <img class="screen" src=${this.#picture || "data:,"} alt="Frame ${this.frame}" />
      <div class="seek">
        <button type="button" @click=${this.#toggle}>${this.#playing ? "Pause" : "Play"}</button>
        <button type="button" aria-label="One frame back" @click=${() => this.seek(this.frame - 1)}>‹</button>
        <button type="button" aria-label="One frame on" @click=${() => this.seek(this.frame + 1)}>›</button>
        <input type="range" min="1" max=${this.frames} .value=${`${this.frame}`} aria-label="Frame" @input=${(event: Event) => this.seek(Number((event.target as HTMLInputElement).value))} />
        <span class="num small soft">${clock(this.frame / this.rate)} · ${count(this.frame)} of ${count(this.frames)}</span>
      </div>
      <p class="soft small">This core is native: this computer plays it and sends the pictures, without sound. Make a clip for a video with sound.</p>
    `;
  }

  #toggle = (): void => {
    this.#playing = !this.#playing;
    if (this.#playing) void this.seek(this.frame + 1);
    this.requestUpdate();
  };
}
customElements.define("studio-native-player", NativePlayer);
