import type { Boot } from "../../machine/boot.ts";
import { Door, type Hosting, type Opened } from "./door.ts";
import type { SessionEvent } from "./events.ts";
import { Hall } from "./hall.ts";
import { PROTOCOL } from "./link.ts";
import { type Application, Lobby } from "./lobby.ts";
import type { Message, Rules } from "./messages.ts";
import type { Peer } from "./peer.ts";
import type { People } from "./people.ts";
import type { Suite } from "./suite.ts";

export interface GatheringOptions extends Application {
  readonly suite: Suite;
  readonly hosting?: Hosting | undefined;
  /** 16 bytes that name the session, of a host. */
  readonly id: Uint8Array;
}

/**
 * What comes before the game: who is let in, what all play on, and whether everybody is there. Whoever wants to watch later
 * on comes through here too.
 */
export class Gathering {
  /** This one hosts; or it wants in, by `lobby`. */
  readonly door: Door | undefined;
  readonly lobby: Lobby;
  /** The game has begun: for this one too. */
  begun = false;
  /** This one's machine, once it is open as all have it. */
  machine: Opened | undefined;
  /** There will be no game for this one, and why. */
  over: string | undefined;
  readonly #options: GatheringOptions;
  readonly #people: People;
  readonly #events: SessionEvent[];
  readonly #hall = new Hall();
  #openAsked = false;
  #linkedSaid = false;

  constructor(options: GatheringOptions, people: People, events: SessionEvent[]) {
    const { hosting, id, name, suite } = options;
    this.#options = options;
    this.#people = people;
    this.#events = events;
    this.door = hosting && new Door(hosting, id, { seat: 0, name, identity: suite.identity }, !options.holds);
    this.lobby = new Lobby(options);
    this.machine = hosting;
  }

  get seat(): number {
    return this.door ? 0 : (this.lobby.offer?.seat ?? -1);
  }

  get rules(): Rules | undefined {
    return (this.#options.hosting ?? this.lobby.offer)?.rules;
  }

  get profile(): string {
    return (this.#options.hosting ?? this.lobby.offer)?.profile ?? "";
  }

  /** The session's name. */
  get id(): Uint8Array {
    return this.lobby.id ?? this.#options.id;
  }

  opened(boot: Boot, print: bigint): void {
    const { saves, profile } = this.#options.hosting ?? this.lobby.offer!;
    this.machine = { boot, print, profile, saves: this.door?.gathered ?? saves };
    this.door?.opened(this.machine);
    this.#tellReady();
  }

  begins(may: boolean): void {
    this.lobby.begins = may;
    this.door?.begins(undefined, may);
  }

  receive(peer: Peer, message: Message): void {
    if (!this.door && !this.begun && this.lobby.receive(peer, message)) this.#heard();
    const fromHost = peer === this.lobby.host && !this.begun;
    switch (message[0]) {
      case "offer":
        if (fromHost) this.#tellReady();
        break;
      case "join":
        if (this.door) this.#letIn(this.door, peer, message);
        break;
      case "save":
        this.door?.takeSave(peer, message[2], message[3]);
        break;
      case "ready": {
        const why = this.door?.ready(peer, message[1], message[2]);
        if (why !== undefined) this.refuse(peer, why);
        break;
      }
      case "begin":
        this.door?.begins(peer, message[1]);
        break;
      case "lobby":
        if (fromHost) this.#events.push({ kind: "lobby", people: message[1], seats: message[2] });
        break;
      case "turnedAway":
        if (fromHost) this.#events.push({ kind: "refused", name: message[1], why: message[2] });
        break;
      case "linked":
        peer.linked = message[1];
        break;
      default:
    }
  }

  refuse(peer: Peer, why: string): void {
    this.door?.drop(peer);
    this.#events.push({ kind: "refused", name: peer.name, why });
    peer.tell(["refuse", why]);
    if (!this.begun) this.door?.tellAll(["turnedAway", peer.name, why]);
  }

  drop(peer: Peer): void {
    this.door?.drop(peer);
    if (peer === this.lobby.host) this.over = "the host is gone";
  }

  /** What is due before the game: asking to join, and finding everybody. True where a host's game begins. */
  update(now: number): boolean {
    for (const peer of this.#people.peers.values()) this.#checkVersion(peer);
    if (this.door) {
      const { gathered } = this.door;
      if (gathered && !this.#openAsked)
        this.#events.push({ kind: "gathered", boot: this.#options.hosting!.boot, saves: gathered });
      this.#openAsked = gathered !== undefined;
      this.#people.roster = this.door.roster;
      this.#tellLobby(this.door, now);
    } else this.lobby.ask(this.#people.peers.values());
    const { length } = this.#people.roster;
    if (length === 0 || !this.#people.seatAll(this.seat) || this.#options.mode !== "play") return false;
    if (this.door) {
      if (!this.door.players.every(({ linked }) => linked === length)) return false;
      for (const peer of this.door.players) peer.tell(["start"]);
      return true;
    }
    if (!this.#linkedSaid) this.lobby.host!.tell(["linked", length]);
    this.#linkedSaid = true;
    return false;
  }

  #checkVersion(peer: Peer): void {
    const { wrongVersion } = peer.link;
    if (wrongVersion === undefined || peer.outdated || this.lobby.host) return;
    const why = `the other side speaks version ${wrongVersion} of netplay, this one ${PROTOCOL}; update the older one`;
    this.#events.push({ kind: "refused", name: this.door ? "somebody" : this.#options.name, why });
    // They stay, so that they hear this one's hello and are told too.
    peer.outdated = true;
    if (!this.door) this.over = why;
  }

  #tellReady(): void {
    if (this.machine) this.lobby.host?.tell(["ready", this.machine.boot, this.machine.print.toString(16)]);
  }

  #tellLobby(door: Door, now: number): void {
    const people = this.#hall.news(now, door);
    if (!people) return;
    const { seats } = this.#options.hosting!;
    door.tellAll(["lobby", [...people], seats]);
    this.#events.push({ kind: "lobby", people, seats });
  }

  #heard(): void {
    const { refused, offer, received, size, roster } = this.lobby;
    if (refused !== undefined) {
      this.#events.push({ kind: "refused", name: this.#options.name, why: refused });
      this.over = refused;
    }
    this.#people.roster = roster;
    if (this.#openAsked) return;
    if (size > 0) this.#events.push({ kind: "save", received, size });
    if (offer) this.#events.push({ kind: "open", ...offer });
    this.#openAsked = offer !== undefined;
  }

  #letIn(door: Door, peer: Peer, [, name, mode, games, save]: Extract<Message, ["join", ...unknown[]]>): void {
    const seat = door.join(peer, mode, games, save);
    if (typeof seat === "string") this.refuse(peer, seat);
    else this.#events.push({ kind: "joined", name, seat });
  }
}
