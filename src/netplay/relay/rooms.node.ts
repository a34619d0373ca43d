import { CODE_LENGTH, CODE_LETTERS, peerIdOf, type ToRelay } from "../transport/signal.ts";
import type { Limits } from "./limits.ts";
import type { Line } from "./line.node.ts";
import type { Metrics } from "./metrics.ts";
import { type Member, Room } from "./room.node.ts";

/** What happens at a relay; it names no code, since who knows a code can come in. */
export type RelayEvent =
  | { readonly kind: "opened" | "closed"; readonly rooms: number }
  | { readonly kind: "entered" | "left"; readonly members: number }
  | { readonly kind: "refused"; readonly why: string };

export type Hello = Extract<ToRelay, ["hello", ...unknown[]]>;
export type Refusal = readonly [kind: keyof Metrics["refused"], why: string];

/** The rooms of a relay. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #limits: Limits;
  readonly #metrics: Metrics;
  readonly #tell: (event: RelayEvent) => void;

  constructor(limits: Limits, metrics: Metrics, tell: (event: RelayEvent) => void) {
    this.#limits = limits;
    this.#metrics = metrics;
    this.#tell = tell;
  }

  get size(): number {
    return this.#rooms.size;
  }

  get members(): number {
    let members = 0;
    for (const room of this.#rooms.values()) members += room.members.size;
    return members;
  }

  /** Lets somebody into the room that they ask for, or a new one. */
  enter(line: Line, [, , secret, code, again]: Hello, now: number): Member | Refusal {
    const found = this.#find(line, code, again, now);
    if (!(found instanceof Room)) return found;
    const member = found.enter(peerIdOf(secret), line, this.#limits.members);
    if (!member) return ["full", `the room is full (${this.#limits.members})`];
    this.#tell({ kind: "entered", members: found.members.size });
    return member;
  }

  /** A member's connection is over; they left, or it broke. */
  exit(member: Member, left: boolean, now: number): void {
    const { room } = member;
    if (left) room.leave(member);
    else room.away(member, now);
    this.#tell({ kind: "left", members: room.members.size });
    this.#closeEmpty(room);
  }

  sweep(now: number): void {
    for (const room of this.#rooms.values()) {
      room.sweep(now, this.#limits.idle);
      this.#closeEmpty(room);
    }
  }

  #find({ address }: Line, code: string | null, again: boolean, now: number): Room | Refusal {
    if (code !== null) {
      // Who has used up their guesses learns nothing any more, not even by a code that is right.
      if (!address.guesses.holds(1, now))
        return ["code", "too many codes without a room came from your address; wait a minute"];
      const room = this.#rooms.get(code);
      if (room) return room;
      address.guesses.take(1, now);
      if (!again) return ["code", `there is no room ${code} (any more); ask for its code again`];
    }
    if (this.#rooms.size >= this.#limits.rooms) return ["rooms", "it has no room left; try later"];
    if (!address.opens.take(1, now)) return ["address", "too many rooms were opened from your address; wait a while"];
    // A relay that began anew knows nobody: the first who comes back opens their room again.
    return this.#open(code ?? this.#newCode(), now);
  }

  #open(code: string, now: number): Room {
    const room = new Room(code, this.#limits, now);
    this.#rooms.set(code, room);
    this.#metrics.roomsOpened++;
    this.#tell({ kind: "opened", rooms: this.size });
    return room;
  }

  #closeEmpty(room: Room): void {
    if (room.members.size === 0 && this.#rooms.delete(room.code)) this.#tell({ kind: "closed", rooms: this.size });
  }

  /** One that nobody can foresee. */
  #newCode(): string {
    for (;;) {
      const bytes = crypto.getRandomValues(new Uint8Array(CODE_LENGTH));
      const code = Array.from(bytes, (byte) => CODE_LETTERS[byte % CODE_LETTERS.length]).join("");
      if (!this.#rooms.has(code)) return code;
    }
  }
}
