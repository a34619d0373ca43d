import type { Mode } from "../../netplay/session/messages.ts";
import { byId, kept } from "./dom.ts";
import { explained } from "./explained.ts";
import type { Hosted } from "./game.ts";
import { type Rom, romOfFile, romOfUrl } from "./rom.ts";

/** What somebody chose before the game. */
export interface Choice {
  readonly rom: Rom;
  readonly name: string;
  readonly into: Hosted | { readonly code: string; readonly mode: Mode };
  /** The game begins only when this player says so. */
  readonly holds: boolean;
}

const GO = { host: "Host the game", play: "Join the game", watch: "Watch the game" };
const LAG_LIMIT = 16;
const DEFAULT_DELAY = 2;
const OFTEN_ENOUGH = 9;

/** The form before a game: which one, with whom, how. The address may fill it in (docs/netplay-page.md). */
export class Setup {
  onGo: (choice: Choice) => void = () => {};
  onFault: (line: string) => void = () => {};
  rom: Rom | undefined;
  /** A game that is not here yet: whoever goes on waits for it. */
  #coming: Promise<Rom> | undefined;
  readonly #form = byId<HTMLFormElement>("setup");

  constructor() {
    const form = this.#form;
    fill(this.#select("delay"), 30, `${DEFAULT_DELAY}`, { auto: "as the network needs" });
    fill(this.#select("window"), 12, `${OFTEN_ENOUGH}`, { 0: "0: lockstep" });
    fill(this.#select("players"), 2, "2", {}, 1);
    this.#input("name").value = kept.get("name");
    form.addEventListener("change", () => {
      this.#showMode();
      this.#explain();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(() => this.#go(true));
    });
    byId("rom").addEventListener("change", ({ target }) => this.#takeFile((target as HTMLInputElement).files?.[0]));
    byId("gleam").addEventListener("click", () => void this.#open(romOfUrl("gleam.nes")));
    const drop = byId("drop");
    const stage = byId("stage");
    stage.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    stage.addEventListener("dragleave", () => drop.classList.remove("over"));
    stage.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      this.#takeFile(event.dataTransfer?.files[0]);
    });
    this.#showMode();
  }

  /** Takes what the address says; begins at once where it says so. */
  async fromAddress(query: URLSearchParams, code: string): Promise<void> {
    for (const name of ["name", "players", "delay", "window", "lost"]) {
      const value = query.get(name);
      if (value !== null) (this.#form.elements.namedItem(name) as HTMLInputElement).value = value;
    }
    this.#explain();
    const mode = query.get("auto") ?? (code ? "play" : "host");
    this.#input("code").value = code;
    this.#select("from").value = mode === "watch now" ? "watch now" : "watch";
    this.#mode = mode.startsWith("watch") ? "watch" : code ? "play" : "host";
    const path = query.get("autohost") ?? query.get("rom");
    if (path !== null) void this.#open(romOfUrl(path));
    if (query.has("autohost") || query.has("auto")) await this.#try(() => this.#go(false));
  }

  show(shown: boolean): void {
    this.#form.hidden = !shown;
  }

  get #mode(): keyof typeof GO {
    return (this.#form.elements.namedItem("mode") as RadioNodeList).value as keyof typeof GO;
  }

  set #mode(mode: keyof typeof GO) {
    (this.#form.elements.namedItem("mode") as RadioNodeList).value = mode;
    this.#showMode();
  }

  #showMode(): void {
    const mode = this.#mode;
    for (const part of this.#form.querySelectorAll<HTMLElement>("[data-for]"))
      part.hidden = !part.dataset.for!.split(" ").includes(mode);
    byId("go").textContent = GO[mode];
  }

  #explain(): void {
    const delay = this.#select("delay").value;
    const window = Number(this.#select("window").value);
    byId("explained").textContent = explained(delay === "auto" ? undefined : Number(delay), window);
  }

  #takeFile(file: File | undefined): void {
    if (file) void this.#open(romOfFile(file));
  }

  #open(rom: Promise<Rom>): Promise<void> {
    this.#coming = rom;
    return this.#try(async () => {
      try {
        this.#take(await rom);
      } finally {
        this.#coming = undefined;
      }
    });
  }

  #take(rom: Rom): void {
    this.rom = rom;
    byId("rom-name").textContent = rom.name;
    byId("open").classList.remove("strong");
    byId("open-told").textContent = "Open another";
    byId("rom-told").textContent =
      `${rom.bytes.length} bytes, SHA-256 ${rom.sha256.slice(0, 12)}…, on ${rom.core.name}`;
    // A Game Boy without a cable is for one; others can watch.
    const most = rom.core.systems.includes("nes") ? 2 : 1;
    if (Number(this.#select("players").value) > most) this.#select("players").value = `${most}`;
    for (const option of this.#select("players").options) option.disabled = Number(option.value) > most;
    this.onFault("");
  }

  async #go(holds: boolean): Promise<void> {
    await this.#coming;
    const rom = this.rom;
    const name = this.#input("name").value.trim() || "Player";
    if (!rom) {
      this.onFault("Choose a game first: open a file, or take Gleam.");
      byId("rom").focus();
      return;
    }
    this.onFault("");
    kept.set("name", name);
    const mode = this.#mode;
    if (mode === "host") {
      this.onGo({ rom, name, into: await this.#hosted(), holds });
      return;
    }
    const code = this.#input("code").value;
    const into = { code, mode: mode === "play" ? mode : (this.#select("from").value as Mode) };
    this.onGo({ rom, name, into, holds: holds && mode === "play" });
  }

  async #hosted(): Promise<Hosted> {
    const delay = this.#select("delay").value;
    const save = this.#input("saveram").files?.[0];
    return {
      seats: Number(this.#select("players").value),
      rules: {
        delay: delay === "auto" ? DEFAULT_DELAY : Number(delay),
        adapts: delay === "auto",
        window: Number(this.#select("window").value),
        lagLimit: LAG_LIMIT,
        lost: this.#select("lost").value as Hosted["rules"]["lost"],
      },
      save: save && new Uint8Array(await save.arrayBuffer()),
    };
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.onFault((error as Error).message);
    }
  }

  #input(name: string): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement;
  }

  #select(name: string): HTMLSelectElement {
    return this.#form.elements.namedItem(name) as HTMLSelectElement;
  }
}

/** Numbers up to `most` to choose from, after words for other values, or in place of numbers. */
function fill(select: HTMLSelectElement, most: number, chosen: string, words: Record<string, string>, least = 0): void {
  const numbers = Array.from({ length: most - least + 1 }, (_, i) => `${least + i}`);
  for (const value of [...Object.keys(words).filter((word) => !numbers.includes(word)), ...numbers])
    select.add(new Option(words[value] ?? value, value, value === chosen, value === chosen));
}
