import { figuresOf } from "../../netplay/told.ts";
import { byId, download } from "./dom.ts";
import type { PageGame } from "./game.ts";

/** Lines that are kept on the page. */
const MOST_LINES = 500;

export type State = "setup" | "waiting" | "playing" | "over";

/** What the page shows beside the picture: state, figures, lines, and what is to be decided. */
export class View {
  readonly lines: string[] = [];
  readonly #log = byId("log");
  readonly #choices = byId("choices");

  get state(): State {
    return document.body.dataset.state as State;
  }

  set state(state: State) {
    document.body.dataset.state = state;
    for (const id of ["pause", "leave"]) byId<HTMLButtonElement>(id).disabled = state === "setup" || state === "over";
    byId("room").hidden = state === "setup";
    byId("again").hidden = state !== "over";
  }

  /** One line on how it stands, which screen readers say. */
  now(line: string): void {
    byId("now").textContent = line;
  }

  fault(line: string): void {
    byId("fault").textContent = line;
  }

  say(line: string, said = false): void {
    this.lines.push(line);
    const item = document.createElement("li");
    item.textContent = line;
    if (said) item.className = "said";
    const follows = this.#log.scrollTop + this.#log.clientHeight > this.#log.scrollHeight - 30;
    this.#log.append(item);
    if (this.#log.childElementCount > MOST_LINES) this.#log.firstElementChild!.remove();
    if (follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  invite(code: string, link: string): void {
    byId("code").textContent = code;
    byId<HTMLInputElement>("link").value = link;
  }

  /** A button for something that only a person can decide, or wants; one of each `name`. */
  offer(name: string, words: string, act: () => void, once = true): void {
    this.withdraw(name);
    const item = document.createElement("li");
    item.dataset.name = name;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => {
      if (once) item.remove();
      act();
    });
    item.append(button);
    this.#choices.append(item);
  }

  withdraw(name: string): void {
    for (const item of this.#choices.querySelectorAll<HTMLElement>("li")) if (item.dataset.name === name) item.remove();
  }

  /** Forgets the last game. */
  clear(): void {
    this.lines.length = 0;
    this.#log.replaceChildren();
    this.#choices.replaceChildren();
    for (const id of ["frame", "ping", "delay", "rollbacks", "stalls", "way"]) byId(id).textContent = "–";
  }

  figures({ participant, room }: PageGame): void {
    const { ping, delay, rollbacks, stalls, ways } = figuresOf(participant, room);
    const { game, follower } = participant.session;
    const shown = {
      frame: (game ?? follower)?.frame,
      ping: game && `${ping} ms`,
      delay,
      rollbacks: game && rollbacks,
      stalls: game && stalls,
      way: [...new Set(ways)].join(", "),
    };
    for (const [id, value] of Object.entries(shown)) {
      const text = `${value ?? "–"}` || "–";
      const place = byId(id);
      if (place.textContent !== text) place.textContent = text;
    }
  }

  /** Offers what is to be kept of a game. */
  keep({ participant, room, rom, evidence }: PageGame): void {
    const base = `${rom.name.replace(/\.[^.]*$/, "")}-${room.code}`;
    for (const { frame, tape } of evidence)
      this.offer(
        `desync ${frame}`,
        `Save the evidence of the desync at frame ${frame}`,
        () => download(`${base}-desync-${frame}.isr`, tape.bytes()),
        false,
      );
    const save = participant.ownSave;
    if (save?.some((byte) => byte !== 0))
      this.offer("save", "Save the game's save RAM", () => download(`${base}.sav`, save.slice()), false);
  }
}
