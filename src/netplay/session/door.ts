import { type Boot, bootDifferences } from "../../machine/boot.ts";
import type { RosterEntry, Rules } from "./messages.ts";
import type { Peer } from "./peer.ts";

/** The game that somebody has, and the core that they play it on. */
export interface Claim {
  readonly content: { readonly name: string; readonly sha256: string };
  readonly core: string;
}

/** What a host brings. */
export interface Hosting {
  readonly boot: Boot;
  /** Fingerprint of frame 0. */
  readonly print: bigint;
  readonly save: Uint8Array | undefined;
  readonly rules: Rules;
  /** Players, the host among them. */
  readonly seats: number;
}

const SAVE_PART = 65536;

interface Guest {
  readonly peer: Peer;
  /** -1: they watch. */
  readonly seat: number;
  ready: boolean;
}

/** The host's side of a session's beginning: who is let in, with which machine, and on which seat. */
export class Door {
  /** Who plays; empty until everybody is there. */
  roster: readonly RosterEntry[] = [];
  readonly #hosting: Hosting;
  readonly #claim: Claim;
  readonly #id: Uint8Array;
  readonly #host: RosterEntry;
  #guests: Guest[] = [];

  constructor(hosting: Hosting, claim: Claim, id: Uint8Array, host: RosterEntry) {
    this.#hosting = hosting;
    this.#claim = claim;
    this.#id = id;
    this.#host = host;
  }

  /** The other players. */
  get players(): readonly Peer[] {
    return this.#guests.filter(({ seat }) => seat >= 0).map(({ peer }) => peer);
  }

  /** Those who watch, with a machine that is right. */
  get watchers(): readonly Peer[] {
    return this.#guests.filter(({ seat, ready }) => seat < 0 && ready).map(({ peer }) => peer);
  }

  /** Somebody wants in. They get an offer and a seat, which is returned; or why they do not, in words. */
  join(peer: Peer, watch: boolean, claim: Claim): number | string {
    const { seats, boot, rules, save } = this.#hosting;
    const { content, core } = this.#claim;
    if (this.#guests.some((guest) => guest.peer === peer)) return `${peer.name} is here already`;
    if (claim.content.sha256 !== content.sha256)
      return `${peer.name} has another game: ${game(claim)}, not ${game(this.#claim)}`;
    if (claim.core !== core) return `${peer.name} plays on ${claim.core}, the host on ${core}; both need the same core`;
    if (!watch && this.roster.length > 0) return "the game has begun";
    const seat = watch ? -1 : Array.from({ length: seats }, (_, i) => i).find((i) => i > 0 && !this.#isTaken(i));
    if (seat === undefined) return `the game is full: ${seats} play`;
    this.#guests.push({ peer, seat, ready: false });
    peer.tell(["offer", this.#id, seat, boot, rules, save?.length ?? null]);
    for (let at = 0; save && at < save.length; at += SAVE_PART) peer.tell(["save", at, save.slice(at, at + SAVE_PART)]);
    return seat;
  }

  /** Somebody has opened their machine. Returns why it will not do, in words. */
  ready(peer: Peer, boot: Boot, print: string): string | undefined {
    const guest = this.#guests.find((g) => g.peer === peer);
    if (!guest || guest.ready) return undefined;
    const why = this.#differs(peer.name, boot, print);
    if (why !== undefined) return why;
    guest.ready = true;
    if (guest.seat >= 0) this.#fill();
    else if (this.roster.length > 0) peer.tell(["roster", [...this.roster]]);
    return undefined;
  }

  drop(peer: Peer): void {
    this.#guests = this.#guests.filter((guest) => guest.peer !== peer);
  }

  #isTaken(seat: number): boolean {
    return this.#guests.some((guest) => guest.seat === seat);
  }

  /** In what a newcomer's machine differs from the host's. */
  #differs(name: string, boot: Boot, print: string): string | undefined {
    const { "content.name": _name, ...differences } = bootDifferences(this.#hosting.boot, boot);
    const [first, ...more] = Object.entries(differences);
    if (first) {
      const [field, [mine, theirs]] = first;
      const others = more.slice(0, 5).map(([other]) => other);
      const rest = more.length > 0 ? ` (and ${more.length} more: ${others.join(", ")})` : "";
      return `${name}'s machine differs: ${field} is ${brief(theirs)}, the host's ${brief(mine)}${rest}`;
    }
    if (print === this.#hosting.print.toString(16)) return undefined;
    return `${name}'s machine starts otherwise, though all settings are equal: something of it is not pinned`;
  }

  /** Makes the roster when everybody is there. */
  #fill(): void {
    const players = this.#guests.filter(({ seat }) => seat >= 0);
    if (players.length < this.#hosting.seats - 1 || !players.every(({ ready }) => ready)) return;
    this.roster = [
      this.#host,
      ...players.map(({ seat, peer }) => ({ seat, name: peer.name, identity: peer.link.identity! })),
    ];
    for (const peer of [...this.players, ...this.watchers]) peer.tell(["roster", [...this.roster]]);
  }
}

const game = ({ content }: Claim): string => `${content.name} (SHA-256 ${content.sha256.slice(0, 12)}...)`;

const brief = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
