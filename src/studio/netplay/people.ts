import type { SessionEvent } from "../../netplay/session/events.ts";
import type { Waiting } from "../../netplay/session/messages.ts";
import { byId } from "./dom.ts";

export type Lobby = Extract<SessionEvent, { kind: "lobby" }>;

/** Who plays, watches or is awaited, one to a line: how that is in a word, and how far away they are. */
export class People {
  readonly #list = byId("people");

  /** Who plays, and in a word how that is, where it is not well. */
  player(seat: number, name: string, how: string, key?: string): HTMLElement {
    const item = this.#items.find(({ dataset }) => dataset.seat === `${seat}`) ?? this.#add(seat);
    item.querySelector(".name")!.textContent = name;
    item.querySelector(".how")!.textContent = how;
    if (key !== undefined) item.title = `key ${key}`;
    return item;
  }

  /** Who is here before the game begins, and the places that wait for somebody. */
  lobby({ people, seats }: Lobby, me: number): void {
    this.#watchers();
    for (let seat = 0; seat < seats; seat++) {
      const one = people.find((other) => other.seat === seat);
      const item = this.player(seat, one?.name ?? "", howOf(one, seat === me));
      item.className = one ? (one.ready ? "ready" : "") : "free";
      this.ping(seat, one && seat > 0 ? one.rtt : undefined);
    }
    for (const { name } of people.filter(({ seat }) => seat < 0)) {
      const item = this.#add(-1);
      item.querySelector(".name")!.textContent = name;
      item.querySelector(".how")!.textContent = "watches";
    }
  }

  /** The game begins: only those who play are listed from now on. */
  begin(): void {
    this.#watchers();
    for (const item of this.#items) item.className = "";
  }

  ping(seat: number, rtt: number | undefined): void {
    const place = this.#list.querySelector(`[data-seat="${seat}"] .rtt`);
    if (place) place.textContent = rtt === undefined ? "" : `${Math.round(rtt)} ms`;
  }

  clear(): void {
    this.#list.replaceChildren();
  }

  get #items(): HTMLElement[] {
    return [...this.#list.children] as HTMLElement[];
  }

  #watchers(): void {
    for (const item of this.#items) if (item.dataset.seat === "-1") item.remove();
  }

  #add(seat: number): HTMLElement {
    const item = document.createElement("li");
    item.dataset.seat = `${seat}`;
    item.dataset.number = seat < 0 ? "◦" : `${seat + 1}`;
    for (const of of ["name", "how", "rtt"]) item.appendChild(document.createElement("span")).className = of;
    const after = this.#items.find(
      ({ dataset }) => seat >= 0 && !(Number(dataset.seat) >= 0 && Number(dataset.seat) < seat),
    );
    this.#list.insertBefore(item, after ?? null);
    return item;
  }
}

function howOf(one: Waiting | undefined, me: boolean): string {
  if (!one) return "nobody yet";
  const how = !one.opened ? "opens the game" : one.ready ? "ready" : "not ready";
  return me ? `you, ${how}` : how;
}

/** What is waited for, in a few words. */
export function awaited({ people, seats }: Lobby, me: number): string {
  const players = people.filter(({ seat }) => seat >= 0);
  const missing = seats - players.length;
  if (missing > 0) return `Waiting for ${missing === 1 ? "one more player" : `${missing} more players`}`;
  const opening = players.find(({ opened }) => !opened);
  if (opening) return `${opening.name} opens the game`;
  const unready = players.filter(({ ready }) => !ready);
  if (unready.some(({ seat }) => seat === me)) return "Are you ready?";
  return unready.length > 0 ? `Waiting for ${unready.map(({ name }) => name).join(", ")}` : "It begins";
}
