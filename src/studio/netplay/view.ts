import { figuresOf } from "../../netplay/told.ts";
import { byId, download } from "./dom.ts";
import type { PageGame } from "./game.ts";
import { Graph } from "./graph.ts";

/** Lines that are kept on the page. */
const MOST_LINES = 500;

export type State = "setup" | "waiting" | "playing" | "over";

/** What the page shows beside the picture: state, figures, lines, and what is to be decided. */
export class View {
  readonly lines: string[] = [];
  readonly #log = byId("log");
  readonly #choices = byId("choices");
  readonly #graph = new Graph(byId("graph").querySelector("canvas")!);

  get state(): State {
    return document.body.dataset.state as State;
  }

  set state(state: State) {
    document.body.dataset.state = state;
    byId<HTMLButtonElement>("pause").disabled = state !== "playing";
    byId<HTMLButtonElement>("leave").disabled = state === "setup" || state === "over";
    byId("room").hidden = state === "setup";
    byId("again").hidden = state !== "over";
  }

  /** One line on how it stands, which screen readers say; and in short over the picture. */
  now(line: string, told = ""): void {
    byId("now").textContent = line;
    byId("told").textContent = told;
  }

  /** Who plays, and in a word how that is, where it is not well. */
  player(seat: number, name: string, how: string, key?: string): void {
    const list = byId("people");
    let item = [...list.children].find((one) => (one as HTMLElement).dataset.seat === `${seat}`) as HTMLElement;
    if (!item) {
      item = document.createElement("li");
      list.insertBefore(
        item,
        [...list.children].find((one) => Number((one as HTMLElement).dataset.seat) > seat) ?? null,
      );
      item.dataset.seat = `${seat}`;
      item.dataset.number = `${seat + 1}`;
      for (const of of ["name", "how", "rtt"]) item.appendChild(document.createElement("span")).className = of;
    }
    item.querySelector(".name")!.textContent = name;
    item.querySelector(".how")!.textContent = how;
    if (key !== undefined) item.title = `key ${key}`;
  }

  /** Who is here before the game begins, and the places that wait for somebody. */
  lobby(seats: number): void {
    const taken = new Set([...byId("people").children].map((one) => (one as HTMLElement).dataset.seat));
    for (let seat = 0; seat < seats; seat++) if (!taken.has(`${seat}`)) this.player(seat, "", "nobody yet");
  }

  fault(line: string): void {
    byId("fault").textContent = line;
  }

  say(line: string, said = false): void {
    this.lines.push(line);
    const item = document.createElement("p");
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

  /** A desync, as long as the page is open: `lines` say what differs, `save` gives the evidence. */
  desync(frame: number, lines: readonly string[], save: () => void): void {
    this.lines.push(...lines);
    this.offer(`desync ${frame}`, "Save this side's evidence", save, false);
    const card = this.#choices.lastElementChild!;
    card.className = "desync";
    const told = lines.map((line) => {
      const part = document.createElement("p");
      part.textContent = line;
      return part;
    });
    card.prepend(...told);
  }

  /** Forgets the last game. */
  clear(): void {
    this.lines.length = 0;
    this.#log.replaceChildren();
    this.#choices.replaceChildren();
    byId("people").replaceChildren();
    this.#graph.clear();
    for (const id of ["frame", "ping", "delay", "rollbacks", "stalls", "way"]) byId(id).textContent = "–";
  }

  figures({ participant, room }: PageGame): void {
    const { ping, delay, rollbacks, stalls, ways } = figuresOf(participant, room);
    const { game, follower } = participant.session;
    if (game && this.state === "playing") this.#graph.take({ ping, rollbacks, stalls });
    for (const { seat, link } of participant.session.peers) {
      const place = byId("people").querySelector(`[data-seat="${seat}"] .rtt`);
      if (place) place.textContent = `${Math.round(link.rtt)} ms`;
    }
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
  keep({ participant, name }: PageGame): void {
    const save = participant.ownSave;
    if (save?.some((byte) => byte !== 0))
      this.offer("save", "Save the game's save RAM", () => download(`${name}.sav`, save.slice()), false);
  }
}
