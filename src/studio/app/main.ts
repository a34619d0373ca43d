import { html, LitElement, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { icons, mark } from "./icons.ts";
import { store, Watching } from "./store.ts";
import "./compare.ts";
import "./jobs.ts";
import "./library.ts";
import "./netplay.ts";
import "./play.ts";
import "./sync.ts";
import "./watch.ts";

interface Place {
  readonly name: string;
  readonly rest: string;
  readonly query: URLSearchParams;
}

const RAIL = [
  ["library", "Library"],
  ["play", "Play"],
  ["compare", "Compare"],
  ["sync", "Force-sync"],
  ["netplay", "Netplay"],
  ["jobs", "Jobs"],
] as const;

/** Each view by the first word of the address after "#/". */
const VIEWS: Readonly<Record<string, (place: Place) => TemplateResult>> = {
  library: () => html`<studio-library></studio-library>`,
  watch: ({ rest, query }) => html`<studio-watch .rest=${rest} .query=${query}></studio-watch>`,
  play: ({ rest }) => html`<studio-play .rest=${rest}></studio-play>`,
  compare: ({ query }) => html`<studio-compare .query=${query}></studio-compare>`,
  sync: ({ query }) => html`<studio-sync .query=${query}></studio-sync>`,
  netplay: () => html`<studio-netplay></studio-netplay>`,
  jobs: ({ rest }) => html`<studio-jobs .rest=${rest}></studio-jobs>`,
};
/** The word of the rail that is lit for a view that has none of its own. */
const UNDER: Readonly<Record<string, string>> = { watch: "library" };

const THEMES = ["auto", "light", "dark"] as const;

function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name = "", ...rest] = path.split("/");
  const known = Object.hasOwn(VIEWS, name) ? name : "library";
  return { name: known, rest: rest.map(decodeURIComponent).join("/"), query: new URLSearchParams(query) };
}

/** The frame around the views: the rail, what is said in the corner, the address. */
class Studio extends LitElement {
  readonly watching = new Watching(this);
  #place = placeOf(location.hash);
  #theme = localStorage.getItem("theme") ?? "auto";

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    store.begin();
    this.#dress();
    addEventListener("hashchange", () => {
      this.#place = placeOf(location.hash);
      this.requestUpdate();
      // Who came by keyboard goes on in the view; a screen reader reads its title.
      void this.updateComplete.then(() => this.querySelector("main")?.focus());
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = event.target as HTMLElement;
      if (/^(INPUT|SELECT|TEXTAREA|INSTEP-PLAYER)$/.test(at.tagName)) return;
      event.preventDefault();
      if (this.#place.name !== "library") location.hash = "#/library";
      requestAnimationFrame(() => this.querySelector<HTMLElement>("input[type=search]")?.focus());
    });
  }

  protected override render(): TemplateResult {
    const { name, rest } = this.#place;
    const lit = UNDER[name] ?? name;
    return html`
      <div class="rail">
        <a class="brand" href="#/library">${mark}Instep</a>
        <nav aria-label="Parts of the studio">
          ${RAIL.map(
            ([to, label]) => html`<a class="to" href="#/${to}" aria-current=${to === lit ? "page" : nothing}>
              ${icons[to]}<span>${label}</span>${to === "jobs" ? this.#busy() : nothing}
            </a>`,
          )}
        </nav>
        <div class="foot">
          <button type="button" class="plain small" @click=${this.#turn}>Colours: ${this.#theme}</button>
          <p role="status">
            ${
              store.connected === false
                ? html`<span class="lost">The studio does not answer. Start it again: this page waits for it.</span>`
                : html`On this computer only, ${location.host}`
            }
          </p>
        </div>
      </div>
      <main tabindex="-1">${keyed(`${name}/${rest}`, VIEWS[name]!(this.#place))}</main>
      <ul class="notices" aria-live="polite">
        ${store.notices.map(
          (notice) => html`<li class=${notice.bad ? "bad" : ""}>
            <p>${notice.text}</p>
            <button type="button" class="plain" @click=${() => store.dismiss(notice)}>Close</button>
          </li>`,
        )}
      </ul>
    `;
  }

  #busy(): TemplateResult | typeof nothing {
    const busy = store.listedJobs.filter(({ state }) => state === "running" || state === "waiting").length;
    return busy ? html`<span class="count">${busy}<span class="unseen"> running</span></span>` : nothing;
  }

  #turn = (): void => {
    this.#theme = THEMES[(THEMES.indexOf(this.#theme as "auto") + 1) % THEMES.length]!;
    localStorage.setItem("theme", this.#theme);
    this.#dress();
    this.requestUpdate();
  };

  #dress(): void {
    if (this.#theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.#theme;
  }
}
customElements.define("instep-studio", Studio);
