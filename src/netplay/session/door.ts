import { type Boot, bootDifferences } from "../../machine/boot.ts";
import type { Claim, Message, Mode, RosterEntry, Rules, Waiting } from "./messages.ts";
import { Parts, partsOf } from "./parts.ts";
import type { Peer } from "./peer.ts";
import { sameBytes } from "./people.ts";

/** A machine as it was opened. */
export interface Opened {
  readonly boot: Boot;
  /** Fingerprint of frame 0. */
  readonly print: bigint;
  /** Save RAM of each console at the start. */
  readonly saves: readonly (Uint8Array | undefined)[];
  /** What is watched of the game, as JSON; "": what is usual for the core. */
  readonly profile: string;
}

/** What a host brings. */
export interface Hosting extends Opened {
  readonly rules: Rules;
  /** Players, the host among them. */
  readonly seats: number;
  /**
   * Each player brings the save RAM of their own console: the machine is opened again when all of it is there. The most
   * bytes that each console takes.
   */
  readonly gather?: readonly number[] | undefined;
}

interface Guest {
  readonly peer: Peer;
  /** -1: they watch. */
  readonly seat: number;
  readonly mode: Mode;
  /** Their own save RAM, on its way. */
  readonly save: Parts | undefined;
  offered: boolean;
  /** Their machine is open, and right. */
  ready: boolean;
  begins: boolean;
}

/** The host's side of a session's beginning: who is let in, with which machine, and on which seat. */
export class Door {
  /** Who plays; empty until everybody is there. */
  roster: readonly RosterEntry[] = [];
  /** Save RAM of all seats, once, when it is all there: the machine is to be opened with it. */
  gathered: (Uint8Array | undefined)[] | undefined;
  readonly #hosting: Hosting;
  readonly #id: Uint8Array;
  readonly #host: RosterEntry;
  #opened: Opened | undefined;
  #guests: Guest[] = [];
  /** The game may begin, as far as the host is concerned. */
  #begins: boolean;

  constructor(hosting: Hosting, id: Uint8Array, host: RosterEntry, begins: boolean) {
    this.#hosting = hosting;
    this.#id = id;
    this.#host = host;
    if (!hosting.gather) this.#opened = hosting;
    this.#begins = begins || hosting.seats === 1;
    // Who plays alone waits for nobody.
    this.#fill();
  }

  /** The other players. */
  get players(): readonly Peer[] {
    return this.#guests.filter(({ seat }) => seat >= 0).map(({ peer }) => peer);
  }

  /** Who is here, the host first. */
  get people(): Waiting[] {
    const { seat, name } = this.#host;
    const guests = this.#guests.map(({ peer, seat, ready, begins }) => {
      const rtt = Math.round(Math.min(peer.link.rtt, 60_000));
      return { seat, name: peer.name, rtt, opened: ready, ready: ready && begins };
    });
    return [{ seat, name, rtt: 0, opened: this.#opened !== undefined, ready: this.#begins }, ...guests].slice(0, 64);
  }

  /** Those who watch, with a machine that is right. */
  get watchers(): readonly { readonly peer: Peer; readonly mode: Mode }[] {
    return this.#guests.filter(({ seat, ready }) => seat < 0 && ready);
  }

  /** Somebody wants in. They get a seat, which is returned, and an offer; or why they do not, in words. */
  join(peer: Peer, mode: Mode, games: readonly Claim[], saveSize: number | null): number | string {
    const { seats, boot, gather } = this.#hosting;
    if (this.#guests.some((guest) => guest.peer === peer)) return `${peer.name} is here already`;
    const missing = [boot, ...(boot.more ?? [])].find(
      ({ content }) => !games.some(({ sha256 }) => sha256 === content.sha256),
    );
    if (missing) {
      const { name, sha256 } = missing.content;
      const theirs = games.map(describe).join(", ") || "no game at all";
      return `${peer.name} has another game: ${theirs}, not ${describe({ name, sha256 })}`;
    }
    const { identity } = peer.link;
    const same = [this.#host, ...this.players.map(({ name, link }) => ({ name, identity: link.identity }))].find(
      (one) => identity && one.identity && sameBytes(identity, one.identity),
    );
    if (same) return `${peer.name} comes with the key of ${same.name}: who plays on one computer has a --key FILE each`;
    const plays = mode === "play";
    if (plays && this.roster.length > 0) return "the game has begun";
    const seat = plays ? Array.from({ length: seats }, (_, i) => i).find((i) => i > 0 && !this.#isTaken(i)) : -1;
    if (seat === undefined) return `the game is full: ${seats} play`;
    const most = gather?.[seat];
    if (most !== undefined && saveSize !== null && saveSize > most)
      return `${peer.name}'s save has ${saveSize} bytes, and the game of console ${seat + 1} keeps ${most}`;
    const save = most !== undefined && saveSize !== null ? new Parts(saveSize) : undefined;
    this.#guests.push({ peer, seat, mode, save, offered: false, ready: false, begins: true });
    this.#gather();
    this.#offer();
    return seat;
  }

  /** Whether the game may begin, as far as somebody is concerned; `peer` undefined: the host. */
  begins(peer: Peer | undefined, may: boolean): void {
    const guest = this.#guests.find((one) => one.peer === peer);
    if (guest) guest.begins = may;
    else if (!peer) this.#begins = may;
    if (this.roster.length === 0) this.#fill();
  }

  /** A piece of a player's own save RAM. */
  takeSave(peer: Peer, at: number, bytes: Uint8Array): void {
    this.#guests.find((guest) => guest.peer === peer)?.save?.take(at, bytes);
    this.#gather();
  }

  /** The machine is open with what was gathered. */
  opened(opened: Opened): void {
    this.#opened = opened;
    this.#offer();
  }

  /** Somebody has opened their machine. Returns why it will not do, in words. */
  ready(peer: Peer, boot: Boot, print: string): string | undefined {
    const guest = this.#guests.find((g) => g.peer === peer);
    if (!guest || guest.ready || !this.#opened) return undefined;
    const why = differs(this.#opened, peer.name, boot, print);
    if (why !== undefined) return why;
    guest.ready = true;
    if (guest.seat >= 0) this.#fill();
    else if (this.roster.length > 0) peer.tell(["roster", [...this.roster]]);
    return undefined;
  }

  /** Somebody was let in who has not opened the machine yet. */
  awaits(peer: Peer): boolean {
    return this.#guests.some((guest) => guest.peer === peer && !guest.ready);
  }

  drop(peer: Peer): void {
    this.#guests = this.#guests.filter((guest) => guest.peer !== peer);
  }

  /** To all who were let in. */
  tellAll(message: Message): void {
    for (const { peer } of this.#guests) peer.tell(message);
  }

  #isTaken(seat: number): boolean {
    return this.#guests.some((guest) => guest.seat === seat);
  }

  #gather(): void {
    const { seats, saves, gather } = this.#hosting;
    const players = this.#guests.filter(({ seat }) => seat >= 0);
    if (!gather || this.gathered || players.length < seats - 1) return;
    if (!players.every(({ save }) => save?.complete ?? true)) return;
    this.gathered = Array.from({ length: seats }, (_, seat) =>
      seat === 0 ? saves[0] : players.find((player) => player.seat === seat)?.save?.bytes,
    );
  }

  #offer(): void {
    if (!this.#opened) return;
    for (const guest of this.#guests) {
      if (guest.offered) continue;
      guest.offered = true;
      offer(guest.peer, this.#id, guest.seat, this.#opened, this.#hosting.rules);
    }
  }

  /** Makes the roster when everybody is there. */
  #fill(): void {
    const players = this.#guests.filter(({ seat }) => seat >= 0);
    if (players.length < this.#hosting.seats - 1 || !this.#begins) return;
    if (!players.every(({ ready, begins }) => ready && begins)) return;
    this.roster = [
      this.#host,
      ...players.map(({ seat, peer }) => ({ seat, name: peer.name, identity: peer.link.identity! })),
    ];
    this.tellAll(["roster", [...this.roster]]);
  }
}

/** Offers a seat: the machine that is to be opened, with its save RAM. */
export function offer(peer: Peer, id: Uint8Array, seat: number, { boot, saves, profile }: Opened, rules: Rules): void {
  peer.tell(["offer", id, seat, boot, rules, saves.map((save) => save?.length ?? null), profile]);
  for (const [console, save] of saves.entries())
    for (const [at, bytes] of save?.length ? partsOf(save) : []) peer.tell(["save", console, at, bytes]);
}

/** In what a newcomer's machine differs from ours, in words; undefined: in nothing. */
export function differs(ours: Opened, name: string, boot: Boot, print: string): string | undefined {
  const { "content.name": _name, ...differences } = bootDifferences(ours.boot, boot);
  const [first, ...more] = Object.entries(differences);
  if (first) {
    const [field, [mine, theirs]] = first;
    const others = more.slice(0, 5).map(([other]) => other);
    const rest = more.length > 0 ? ` (and ${more.length} more: ${others.join(", ")})` : "";
    return `${name}'s machine differs: ${field} is ${brief(theirs)}, the host's ${brief(mine)}${rest}`;
  }
  if (print === ours.print.toString(16)) return undefined;
  return `${name}'s machine starts otherwise, though all settings are equal: something of it is not pinned`;
}

const describe = ({ name, sha256 }: Claim): string => `${name} (SHA-256 ${sha256.slice(0, 12)}...)`;

const brief = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
