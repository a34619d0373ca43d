import { html, type TemplateResult } from "lit";
import type { NetplayState } from "../server/netplay.node.ts";
import { ask } from "./ask.ts";
import { store } from "./store.ts";
import { View } from "./view.ts";

/** The page that plays together, and who can reach it. */
class Netplay extends View {
  #state: NetplayState | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
  }

  protected override render(): TemplateResult {
    const { url, open } = this.#state ?? { url: "", open: false };
    return html`
      <header class="head">
        <h1>Netplay</h1>
        <span class="chip ${open ? "warn" : ""}">${open ? "open to the network" : "this computer only"}</span>
        <button type="button" @click=${() => this.#ask(!open)}>${open ? "Close it" : "Open it to my network"}</button>
        <a class="button" href=${url || "/netplay/"} target="_blank" rel="noreferrer">Open in a tab</a>
      </header>
      ${open ? html`<p class="note">Whoever reaches <code>${url}</code> and has a room's code can join. Nothing else of the studio is served there.</p>` : ""}
      ${url ? html`<iframe class="frame" src=${url} title="Play together" allow="gamepad; autoplay; clipboard-write"></iframe>` : html`<div class="frame"></div>`}
    `;
  }

  async #ask(open?: boolean): Promise<void> {
    await store.try(async () => {
      this.#state = await (open === undefined
        ? ask<NetplayState>("GET", "/api/netplay")
        : ask<NetplayState>("POST", "/api/netplay", { open }));
    });
    this.requestUpdate();
  }
}
customElements.define("studio-netplay", Netplay);
