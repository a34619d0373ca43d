import { KEPT } from "../transport/signal.ts";
import type { PeerId } from "../transport/transport.ts";
import { type Limits, Traffic } from "./limits.ts";
import type { Line } from "./line.node.ts";

/** Somebody in a room; without a line while their connection is broken. */
export interface Member {
  readonly room: Room;
  readonly number: number;
  readonly id: PeerId;
  line: Line | undefined;
  awaySince: number;
}

/** Numbers that a room can give. */
const MOST_NUMBERS = 65536;

/** A room at the relay. What its members say to each other is opaque here. */
export class Room {
  readonly code: string;
  readonly traffic: Traffic;
  readonly members = new Map<number, Member>();
  used: number;
  /** Numbers are never given twice: what is under way to one who left reaches nobody else. */
  #next = 0;

  constructor(code: string, limits: Limits, now: number) {
    this.code = code;
    this.traffic = new Traffic(limits.roomMessages, limits.roomBytes, now);
    this.used = now;
  }

  find(id: PeerId): Member | undefined {
    for (const member of this.members.values()) if (member.id === id) return member;
    return undefined;
  }

  /** Lets somebody in, or in again, and tells all; undefined: there is no place. */
  enter(id: PeerId, line: Line, most: number): Member | undefined {
    let member = this.find(id);
    if (!member) {
      if (this.members.size >= most || this.#next === MOST_NUMBERS) return undefined;
      member = { room: this, number: this.#next++, id, line, awaySince: 0 };
      this.members.set(member.number, member);
    }
    // The old connection may be broken, and that not known yet.
    if (member.line !== line) member.line?.cut();
    member.line = line;
    const others = [...this.members.values()].filter((other) => other !== member && other.line);
    line.tell(["welcome", this.code, others.map((other): [number, PeerId] => [other.number, other.id])]);
    for (const other of others) other.line!.tell(["peer", member.number, id]);
    return member;
  }

  /** Their connection broke. */
  away(member: Member, now: number): void {
    member.line = undefined;
    member.awaySince = now;
    this.#tell(["away", member.number]);
  }

  leave(member: Member): void {
    this.members.delete(member.number);
    this.#tell(["gone", member.number]);
  }

  sweep(now: number, idle: number): void {
    for (const { number, line, awaySince } of this.members.values())
      if (!line && now - awaySince > KEPT) this.members.delete(number);
    if (now - this.used < idle * 1000) return;
    const why = `nobody used the room for ${Math.round(idle / 60)} minutes`;
    for (const { line } of this.members.values()) line?.end(["bye", why, false]);
  }

  #tell(message: ["away" | "gone", number]): void {
    for (const { line } of this.members.values()) line?.tell(message);
  }
}
