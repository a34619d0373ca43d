import type { Session } from "../../netplay/session/session.ts";
import { figuresOf } from "../../netplay/told.ts";
import { byId, download } from "./dom.ts";
import type { PageGame } from "./game.ts";
import { Graph } from "./graph.ts";
import { awaited, type Lobby, People } from "./people.ts";

/** Lines that are kept on the page. */
const MOST_LINES = 500;

export type State = "setup" | "waiting" | "playing" | "over";

/** What the page shows beside the picture: state, figures, lines, and what is to be decided. */
export class View {
  readonly lines: string[] = [];
  readonly people = new People();
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

  /** Who is here before the game begins; `boot`: what all play on, once it is known here. */
  lobby(lobby: Lobby, { seat, boot }: Session): void {
    this.people.lobby(lobby, seat);
    const waits = lobby.people.some((one) => one.seat === seat && seat >= 0) && lobby.seats > 1;
    byId("lobby").hidden = false;
    byId("ready").hidden = !waits;
    byId("told").textContent = awaited(lobby, seat);
    const same = lobby.people.every(({ opened }) => opened) && lobby.people.length > 1;
    byId("boot").textContent = boot
      ? `${same ? "The same machine for all" : "The machine"}: ${boot.core.name} ${boot.core.version}, ${boot.content.name} (${boot.content.sha256.slice(0, 12)}…)`
      : "";
  }

  begin(): void {
    byId("lobby").hidden = true;
    this.people.begin();
    for (const card of this.#choices.querySelectorAll(".refused")) card.remove();
  }

  /** Somebody was not let in. */
  refused(line: string): void {
    const item = document.createElement("li");
    item.className = "refused";
    item.textContent = line;
    this.#choices.append(item);
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
    this.people.clear();
    byId("lobby").hidden = true;
    this.#graph.clear();
    for (const id of ["frame", "ping", "delay", "rollbacks", "stalls", "way"]) byId(id).textContent = "–";
  }

  figures({ participant, room }: PageGame): void {
    const { ping, delay, rollbacks, stalls, ways } = figuresOf(participant, room);
    const { game, follower } = participant.session;
    if (game && this.state === "playing") this.#graph.take({ ping, rollbacks, stalls });
    for (const { seat, link } of participant.session.peers) if (seat >= 0) this.people.ping(seat, link.rtt);
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
