import type { Boot } from "../../machine/boot.ts";
import type { Claim, Message, Mode, RosterEntry, Rules } from "./messages.ts";
import { Parts, partsOf } from "./parts.ts";
import type { Peer } from "./peer.ts";
import { sameBytes } from "./people.ts";

/** What a newcomer was offered, whole. */
export interface Offer {
  readonly seat: number;
  readonly boot: Boot;
  /** Save RAM of each console. */
  readonly saves: readonly (Uint8Array | undefined)[];
  readonly rules: Rules;
  /** What is watched of the game, as JSON; "": what is usual for the core. */
  readonly profile: string;
}

/** What somebody says who wants in. */
export interface Application {
  readonly name: string;
  readonly mode: Mode;
  /** The games that this one has. */
  readonly games: readonly Claim[];
  /** Save RAM of this one's own console, for games in which every player brings theirs. */
  readonly save: Uint8Array | undefined;
  /** The game does not begin before this player says so, with `begin`. */
  readonly holds?: boolean | undefined;
}

/** A newcomer's side of a session's beginning: it asks everybody to be let in, and takes what the one who hosts offers. */
export class Lobby {
  /** Who hosts: they said so by their offer. */
  host: Peer | undefined;
  offer: Offer | undefined;
  /** The offer's save RAM as far as it has come. */
  received = 0;
  roster: readonly RosterEntry[] = [];
  /** The session's id. */
  id: Uint8Array | undefined;
  refused: string | undefined;
  /** The game may begin, as far as this one is concerned. */
  begins: boolean;
  #saves: (Parts | undefined)[] = [];
  #coming: Offer | undefined;
  readonly #application: Application;
  readonly #asked = new Set<Peer>();

  constructor(application: Application) {
    this.#application = application;
    this.begins = !application.holds;
  }

  get size(): number {
    return this.#saves.reduce((sum, save) => sum + (save?.bytes.length ?? 0), 0);
  }

  ask(peers: Iterable<Peer>): void {
    if (this.host) return;
    const { name, mode, games, save } = this.#application;
    for (const peer of peers) {
      if (!peer.link.open || this.#asked.has(peer)) continue;
      this.#asked.add(peer);
      peer.tell(["join", name, mode, [...games], save?.length ?? null]);
      if (!this.begins) peer.tell(["begin", false]);
      for (const [at, bytes] of save?.length ? partsOf(save) : []) peer.tell(["save", 0, at, bytes]);
    }
  }

  /** Takes a message; false: it is about something else. */
  receive(peer: Peer, message: Message): boolean {
    const fromHost = peer === this.host;
    switch (message[0]) {
      case "offer": {
        const [, id, seat, boot, rules, sizes, profile] = message;
        if (this.host && !sameBytes(id, this.id!)) return true;
        // Another leads now than the one who offered before, in the same session.
        this.host = peer;
        if (this.offer) return true;
        this.id = id;
        this.#saves = sizes.map((size) => (size === null ? undefined : new Parts(size)));
        this.#coming = { seat, boot, rules, profile, saves: this.#saves.map((save) => save?.bytes) };
        this.#complete();
        return true;
      }
      case "save":
        if (fromHost && this.#saves[message[1]]?.take(message[2], message[3])) this.#complete();
        return true;
      case "refuse":
        if (fromHost || !this.host) this.refused = message[1];
        return true;
      case "roster":
        if (fromHost) this.roster = message[1];
        return true;
      default:
        return false;
    }
  }

  #complete(): void {
    this.received = this.#saves.reduce((sum, save) => sum + (save?.received ?? 0), 0);
    if (this.received === this.size) this.offer ??= this.#coming;
  }
}
