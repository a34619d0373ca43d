import { html, type TemplateResult } from "lit";
import { iconButton } from "./controls.ts";
import { ICONS } from "./icons.ts";
import { ACTIONS, type Action, type Keys, nameOf, PAD, type PadKey } from "./keys.ts";
import type { Doings, Model } from "./model.ts";

/** The list of keys, each of which can be changed. */
export function keyList({ opened, binding }: Model, act: Doings, keys: Keys): TemplateResult {
  const live = opened?.kind === "live";
  const row = (what: Action | PadKey, label: string): TemplateResult => html`<li>
    <span>${label}</span>
    <button type="button" class="chip" aria-pressed="${binding === what}" @click=${() => act.bind(what)}>
      <span class="hidden">${label}: </span>
      ${binding === what ? "Press a key" : keys.of(what, live).map((key) => html`<kbd>${nameOf(key)}</kbd>`)}
    </button>
  </li>`;
  return html`<dialog aria-label="Keys" @close=${() => act.showKeys(false)}>
    <header>
      <h2>Keys</h2>
      ${iconButton("Close", ICONS.close, () => act.showKeys(false))}
    </header>
    <div class="lists">
      <section>
        <h3>Player</h3>
        <ul>${(Object.keys(ACTIONS) as Action[]).map((action) => row(action, ACTIONS[action].label))}</ul>
      </section>
      <section>
        <h3>Pad of a game</h3>
        <ul>${(Object.keys(PAD) as PadKey[]).map((one) => row(one, one))}</ul>
        <p class="soft">Gamepads are pad 1 and pad 2.</p>
      </section>
    </div>
    <footer><button type="button" class="chip" @click=${act.resetKeys}>As they were</button></footer>
  </dialog>`;
}

/** The pad under fingers. */
export const touchPad = (act: Doings): TemplateResult => html`<div class="touch" aria-hidden="true"
  @pointerdown=${act.finger} @pointermove=${act.finger} @pointerup=${act.finger} @pointercancel=${act.finger}
  @contextmenu=${(event: Event) => event.preventDefault()}>
  <div class="cross" data-button="cross"></div>
  <div class="middle"><span data-button="Select">Select</span><span data-button="Start">Start</span></div>
  <div class="right"><span data-button="B">B</span><span data-button="A">A</span></div>
</div>`;
