import { type Action, type Keys, nameOf, PAD, type PadKey } from "../player/keys.ts";
import { byId } from "./dom.ts";

/** What keys do in a game, in the order in which it is listed. */
const WHAT: readonly (PadKey | Action)[] = [...(Object.keys(PAD) as PadKey[]), "play"];
const LABELS: Readonly<Record<string, string>> = { play: "Pause" };
/** What a line under the picture tells; the directions are told as one. */
const TOLD: readonly (PadKey | Action)[] = ["A", "B", "Start", "Select", "play"];
const DIRECTIONS: readonly PadKey[] = ["Up", "Down", "Left", "Right"];

/** The list of the pad's keys, each of which can be changed; and the line that tells them. */
export class KeyDialog {
  readonly #dialog = byId<HTMLDialogElement>("key-list");
  readonly #keys: Keys;
  /** What waits for its new key. */
  #binding: PadKey | Action | undefined;

  constructor(keys: Keys) {
    this.#keys = keys;
    byId("change-keys").addEventListener("click", () => {
      this.#show();
      this.#dialog.showModal();
    });
    byId("keys-close").addEventListener("click", () => this.#dialog.close());
    byId("keys-reset").addEventListener("click", () => {
      keys.reset();
      this.#bound();
    });
    this.#dialog.addEventListener("keydown", (event) => this.#press(event));
    this.#dialog.addEventListener("close", () => (this.#binding = undefined));
    this.#tell();
  }

  #press(event: KeyboardEvent): void {
    if (!this.#binding || event.key === "Tab") return;
    event.preventDefault();
    // Escape leaves it as it was.
    if (event.key !== "Escape") this.#keys.bind(this.#binding, event.key.toLowerCase());
    this.#bound();
  }

  #bound(): void {
    const last = this.#binding;
    this.#binding = undefined;
    this.#show();
    this.#tell();
    if (last) this.#dialog.querySelector<HTMLElement>(`[data-what="${last}"]`)?.focus();
  }

  #show(): void {
    byId("key-rows").replaceChildren(...WHAT.map((what) => this.#row(what)));
  }

  #row(what: PadKey | Action): HTMLElement {
    const label = LABELS[what] ?? what;
    const waits = this.#binding === what;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.what = what;
    button.setAttribute("aria-pressed", `${waits}`);
    const keys = this.#keys.of(what, true);
    button.setAttribute("aria-label", `${label}: ${waits ? "press a key" : keys.map(nameOf).join(", ")}`);
    button.append(...(waits ? ["Press a key"] : keys.map(keyOf)));
    button.addEventListener("click", () => {
      this.#binding = waits ? undefined : what;
      this.#show();
      this.#dialog.querySelector<HTMLElement>(`[data-what="${what}"]`)?.focus();
    });
    const name = document.createElement("span");
    name.textContent = label;
    const row = document.createElement("li");
    row.append(name, button);
    return row;
  }

  #tell(): void {
    const directions = DIRECTIONS.flatMap((what) => this.#keys.of(what, true));
    const usual = DIRECTIONS.every((what) => this.#keys.of(what, true)[0] === PAD[what][0]);
    const parts: (string | HTMLElement)[] = usual ? ["Arrows"] : directions.map(keyOf);
    for (const what of TOLD) parts.push(", ", ...this.#keys.of(what, true).map(keyOf), ` ${LABELS[what] ?? what}`);
    byId("key-line").replaceChildren(...parts);
  }
}

function keyOf(key: string): HTMLElement {
  const shown = document.createElement("kbd");
  shown.textContent = nameOf(key);
  return shown;
}
