import type { Boot } from "../../machine/boot.ts";
import type { PeerId } from "../transport/transport.ts";
import { Chain } from "./chain.ts";
import { type Claim, Door, type Hosting } from "./door.ts";
import { Feed } from "./feed.ts";
import { Follower } from "./follower.ts";
import { Game } from "./game.ts";
import { Link, PROTOCOL } from "./link.ts";
import type { MendingHost } from "./mending.ts";
import { frameMs, type Message, type RosterEntry, type Rules } from "./messages.ts";
import { inputWidth } from "./pads.ts";
import { Peer, readMessage } from "./peer.ts";
import type { PresenceEvent } from "./presence.ts";
import { Returning } from "./returning.ts";
import { Seats } from "./seats.ts";
import type { Suite } from "./suite.ts";
import type { Request } from "./timeline.ts";

/** What a session tells whoever runs it, in order. */
export type SessionEvent =
  /** Open the machine so, with this save RAM, then call `opened`. */
  | {
      readonly kind: "open";
      readonly seat: number;
      readonly boot: Boot;
      readonly save: Uint8Array | undefined;
      readonly rules: Rules;
    }
  | { readonly kind: "save"; readonly received: number; readonly size: number }
  | { readonly kind: "joined"; readonly name: string; readonly seat: number }
  /** Somebody was not let in, or this one was not. */
  | { readonly kind: "refused"; readonly name: string; readonly why: string }
  | { readonly kind: "started"; readonly players: readonly RosterEntry[] }
  | { readonly kind: "said"; readonly name: string; readonly text: string }
  | { readonly kind: "paused"; readonly name: string; readonly on: boolean }
  | PresenceEvent
  /** The others played on without this one, which catches up; and somebody is back, this one or another. */
  | { readonly kind: "fallen" }
  | { readonly kind: "back"; readonly name: string; readonly seat: number }
  | { readonly kind: "ended"; readonly why: string };

/** What a session wants of whoever runs its machine. */
export interface SessionHost extends MendingHost {
  /** All players' inputs of `count` settled frames from `first` on, for those who follow. */
  inputs(first: number, count: number): Uint8Array;
  /** Bring the machine back to a settled frame, at most `frame`; returns which. */
  rewind(frame: number): number;
}

export interface SessionOptions {
  readonly suite: Suite;
  /** What binds the session: all who were told of it have it. */
  readonly room: Uint8Array;
  readonly name: string;
  /** The game that this one has. */
  readonly game: Claim;
  readonly hosting?: Hosting;
  readonly watch?: boolean;
  /** 16 bytes that name the session. */
  readonly id: Uint8Array;
  readonly host: SessionHost;
}

const LARGEST_SAVE = 1 << 24;
/** Signatures that wait for whoever records; nobody may. */
const MOST_SIGNATURES = 1000;

/** From where on a player counts again who was away, who is away then, and the number of repairs until then. */
interface Comeback {
  readonly frame: number;
  readonly away: readonly number[];
  readonly epoch: number;
}

/**
 * A session from the first hello to the end, sans-IO: datagrams, time and pads go in; datagrams, requests for the machine
 * and events come out. Nobody's clock and no socket is in it, so a seed can play a whole one.
 */
export class Session {
  readonly events: SessionEvent[] = [];
  /** Signatures of the others' recordings, for whoever records. */
  readonly signatures: { readonly seat: number; readonly link: number; readonly signature: Uint8Array }[] = [];
  game: Game | undefined;
  /** Instead of a game: this one watches. */
  follower: Follower | undefined;
  seat: number;
  rules: Rules | undefined;
  /** Over, and why. */
  ended: string | undefined;
  readonly #options: SessionOptions;
  readonly #peers = new Map<PeerId, Peer>();
  #roster: readonly RosterEntry[] = [];
  /** Who hosts: they said so by their offer. */
  #host: Peer | undefined;
  #boot: Boot | undefined;
  #print = 0n;
  #save: { parts: Uint8Array; received: number } | undefined;
  readonly #asked = new Set<Peer>();
  readonly #feed = new Feed();
  #returning: Returning | undefined;
  /** Whom this one asks to come back, when it did so last, and what was agreed. */
  #leader: Peer | undefined;
  #askedBack = 0;
  /** The others let this one rest from this frame on: before it, its input was its own. */
  #restsFrom = 0;
  #back: Comeback | undefined;
  /** This one hosts. */
  readonly #door: Door | undefined;
  #linkedSaid = false;
  /** The game has begun: for this one too. */
  #begun = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { hosting, game, id, name, suite } = options;
    this.#door = hosting && new Door(hosting, game, id, { seat: 0, name, identity: suite.identity });
    this.seat = hosting ? 0 : -1;
    this.rules = hosting?.rules;
    this.#boot = hosting?.boot;
    this.#print = hosting?.print ?? 0n;
  }

  get name(): string {
    return this.#options.name;
  }

  /** What the machine runs for, once the game has begun. */
  get steps(): Game | Follower | undefined {
    return this.game ?? this.follower;
  }

  get peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  /** Somebody can be reached, or cannot any more. */
  present(id: PeerId, here: boolean): void {
    if (here && !this.#peers.has(id))
      this.#peers.set(id, new Peer(id, new Link(this.#options.suite, this.#options.room)));
    if (!here && !this.#begun) this.#drop(id);
  }

  receive(id: PeerId, datagram: Uint8Array, now: number): void {
    const peer = this.#peers.get(id);
    const received = peer?.link.receive(datagram, now);
    if (!peer || !received || this.ended !== undefined) return;
    if (received.payload && peer.seat >= 0) this.game?.receivePayload(peer, received.payload, received.newest, now);
    for (const bytes of received.messages) {
      const message = readMessage(bytes);
      if (message) this.#message(peer, message, now);
    }
  }

  /** What is to be sent now. Call it after each tick, and some twenty times a second when nothing ticks. */
  flush(now: number): { to: PeerId; datagram: Uint8Array }[] {
    if (!this.#begun) this.#lobby();
    this.#own(now);
    this.game?.update(now);
    this.#own(now);
    this.#feedFollowers();
    this.#returning?.update(now, this.#peers.values());
    this.#askBack(now);
    if (this.#back && this.follower?.waiting === 0) this.#comeBack(this.#back);
    for (const seat of this.#returning?.returned.splice(0) ?? [])
      this.events.push({ kind: "back", name: this.game?.seats.peer(seat)?.name ?? "", seat });
    for (const event of this.game?.presence.events.splice(0) ?? []) {
      this.events.push(event);
      if (event.kind === "lost" && this.rules?.lost === "end") this.end(`${event.name} is lost`);
    }
    const out: { to: PeerId; datagram: Uint8Array }[] = [];
    for (const peer of this.#peers.values()) {
      const payload =
        this.game && peer.seat >= 0 && this.ended === undefined ? this.game.payloadFor(peer, now) : undefined;
      for (const datagram of peer.link.flush(now, payload)) out.push({ to: peer.id, datagram });
    }
    return out;
  }

  /** A frame's time has come. The requests are to be carried out before anything else is called. */
  tick(now: number, pad: Uint8Array): readonly Request[] {
    if (this.ended !== undefined) return [];
    return this.game?.tick(now, pad) ?? this.follower?.advance(paceOf(this.follower.waiting)) ?? [];
  }

  /** The machine is open as the host asked: its boot, and the fingerprint of frame 0. */
  opened(boot: Boot, print: bigint): void {
    this.#print = print;
    this.#host?.tell(["ready", boot, print.toString(16)]);
  }

  say(text: string): void {
    this.#tellAll(["chat", text.slice(0, 500)]);
  }

  pause(on: boolean): void {
    if (this.game) this.game.paused = on;
    this.#tellAll(["pause", on]);
  }

  /** Signs a link of the recording, and tells the others. */
  sign(link: number, message: Uint8Array): Uint8Array {
    const signature = this.#options.suite.sign(message);
    this.#tellAll(["signature", link, signature]);
    return signature;
  }

  /** The boot that all play with. */
  get boot(): Boot | undefined {
    return this.#boot;
  }

  /** Goes on without a player that is lost, as soon as those who are left may. */
  without(seat: number): void {
    this.#tellAll(["without", seat]);
    this.game?.presence.dismissed.add(seat);
  }

  /** Leaves; the others may go on. */
  leave(): void {
    this.#tellAll(["leave"]);
    this.#end("you left");
  }

  /** Ends the session for all. */
  end(why: string): void {
    this.#tellAll(["end", why]);
    this.#end(why);
  }

  #end(why: string): void {
    if (this.ended !== undefined) return;
    this.ended = why;
    this.events.push({ kind: "ended", why });
  }

  #tellAll(message: Message): void {
    for (const peer of this.#peers.values()) if (peer.link.open) peer.tell(message);
  }

  /** Takes what this one told itself. */
  #own(now: number): void {
    const own = this.game?.seats.own;
    for (let message = own?.shift(); message; message = own?.shift()) this.#inGame(undefined, message, now);
  }

  #message(peer: Peer, message: Message, now: number): void {
    if (peer.seat >= 0 && this.#inGame(peer, message, now)) return;
    const fromHost = peer === this.#host;
    switch (message[0]) {
      case "join":
        this.#join(peer, message[1], message[2] === "watch", message[3]);
        break;
      case "inputs":
        if ((fromHost || peer === this.#leader) && !this.game)
          this.#follow(message[1], message[2], message[4] ? message[3] : undefined);
        break;
      case "offer":
        if (!this.#door && !this.#host) this.#offer(peer, message[2], message[3], message[4], message[5]);
        break;
      case "save":
        if (fromHost) this.#takeSave(message[1], message[2]);
        break;
      case "refuse":
        if (fromHost || !this.#host) {
          this.events.push({ kind: "refused", name: this.name, why: message[1] });
          this.#end(message[1]);
        }
        break;
      case "ready": {
        const why = this.#door?.ready(peer, message[1], message[2]);
        if (why !== undefined) this.#refuse(peer, why);
        break;
      }
      case "roster":
        if (fromHost && !this.#begun) this.#roster = message[1];
        break;
      case "linked":
        peer.linked = message[1];
        break;
      case "start":
        if (fromHost && !this.#begun) this.#start();
        break;
      case "chat":
        this.events.push({ kind: "said", name: peer.name, text: message[1] });
        break;
      case "signature":
        if (peer.seat >= 0 && this.signatures.length < MOST_SIGNATURES)
          this.signatures.push({ seat: peer.seat, link: message[1], signature: message[2] });
        break;
      case "fallen":
        if (this.game && peer.seat >= 0) this.#fall(this.game, peer, message[1]);
        break;
      case "back":
        if (message[1] === this.seat && peer === this.#leader)
          this.#back = { frame: message[2], away: message[3], epoch: message[4] };
        break;
      case "pause":
        if (this.game && peer.seat >= 0) this.game.paused = message[1];
        this.events.push({ kind: "paused", name: peer.name, on: message[1] });
        break;
      case "end":
        if (peer.seat >= 0 || fromHost) this.#end(`${peer.name || "the host"}: ${message[1]}`);
        break;
      default:
    }
  }

  /** What is due before the game: asking to join, and finding everybody. */
  #lobby(): void {
    for (const { link } of this.#peers.values())
      if (link.wrongVersion !== undefined && this.ended === undefined)
        this.#end(
          `the other side speaks version ${link.wrongVersion} of netplay, this one ${PROTOCOL}; update the older one`,
        );
    const { name, game, watch } = this.#options;
    if (!this.#door && !this.#host)
      for (const peer of this.#peers.values())
        if (peer.link.open && !this.#asked.has(peer)) {
          peer.tell(["join", name, watch ? "watch" : "play", game]);
          this.#asked.add(peer);
        }
    if (this.#door) this.#roster = this.#door.roster;
    if (this.#roster.length === 0 || !this.#seatAll() || watch) return;
    if (this.#door) {
      if (!this.#door.players.every(({ linked }) => linked === this.#roster.length)) return;
      for (const peer of this.#door.players) peer.tell(["start"]);
      this.#start();
    } else if (!this.#linkedSaid) {
      this.#linkedSaid = true;
      this.#host!.tell(["linked", this.#roster.length]);
    }
  }

  /** Gives everybody on the roster their seat; false while somebody is not linked yet. */
  #seatAll(): boolean {
    return this.#roster.every(({ seat, name, identity }) => {
      if (seat === this.seat) return true;
      const peer = [...this.#peers.values()].find(({ link }) => link.identity && sameBytes(link.identity, identity));
      if (!peer) return false;
      peer.seat = seat;
      peer.name = name;
      return true;
    });
  }

  #join(peer: Peer, name: string, watch: boolean, claim: Claim): void {
    if (!this.#door) return;
    peer.name = name;
    const seat = this.#door.join(peer, watch, claim);
    if (typeof seat === "string") this.#refuse(peer, seat);
    else this.events.push({ kind: "joined", name, seat });
  }

  #refuse(peer: Peer, why: string): void {
    this.#door?.drop(peer);
    this.events.push({ kind: "refused", name: peer.name, why });
    peer.tell(["refuse", why]);
  }

  #offer(peer: Peer, seat: number, boot: Boot, rules: Rules, save: number | null): void {
    if (save !== null && save > LARGEST_SAVE) return;
    this.#host = peer;
    this.seat = seat;
    this.rules = rules;
    this.#boot = boot;
    this.#save = save === null ? undefined : { parts: new Uint8Array(save), received: 0 };
    if (!this.#save || save === 0) this.events.push({ kind: "open", seat, boot, save: this.#save?.parts, rules });
  }

  #takeSave(at: number, bytes: Uint8Array): void {
    const save = this.#save;
    if (!save || at !== save.received || at + bytes.length > save.parts.length) return;
    save.parts.set(bytes, at);
    save.received += bytes.length;
    this.events.push({ kind: "save", received: save.received, size: save.parts.length });
    if (save.received === save.parts.length)
      this.events.push({ kind: "open", seat: this.seat, boot: this.#boot!, save: save.parts, rules: this.rules! });
  }

  #start(): void {
    if (!this.#seatAll() || !this.rules) return;
    this.#begun = true;
    this.#play(new Seats(this.seat, this.#roster.length, this.#others()));
    this.events.push({ kind: "started", players: this.#roster });
  }

  #others(): Peer[] {
    return [...this.#peers.values()].filter((peer) => peer.seat >= 0);
  }

  #play(seats: Seats, chain = new Chain(0, this.#print), from?: number): void {
    this.game = new Game(seats, this.rules!, chain, this.#options.host, from);
    this.#returning = new Returning(this.game, this.#feed);
  }

  /** Takes a message that concerns the game; `peer` undefined: this one told itself. */
  #inGame(peer: Peer | undefined, message: Message, now: number): boolean {
    const { game } = this;
    const seat = peer?.seat ?? this.seat;
    if (!game) return false;
    if (game.receive(seat, message, now) || this.#returning!.receive(peer, seat, message, now)) return true;
    if (message[0] !== "back" || message[1] === this.seat || seat !== game.seats.leader) return false;
    const returner = this.#others().find((other) => other.seat === message[1]);
    if (returner) this.#returning!.back(returner, message[2]);
    return true;
  }

  /** The others played on: from now on this one follows, until it is near enough to play again. */
  #fall(game: Game, leader: Peer, rests: number): void {
    const frame = this.#options.host.rewind(Math.min(game.chain.settled, rests));
    game.chain.rewind(frame);
    this.game = undefined;
    this.#returning = undefined;
    this.#leader = leader;
    this.#restsFrom = rests;
    const width = inputWidth(this.rules!.device);
    this.follower = new Follower(this.#roster.length, width, game.chain, game.frameMs);
    leader.tell(["follow", frame]);
    this.events.push({ kind: "fallen" });
  }

  #askBack(now: number): void {
    if (!this.#leader || this.#back || !this.follower || now - this.#askedBack < 300) return;
    if (this.follower.waiting > 8 || this.follower.frame < this.#restsFrom) return;
    this.#askedBack = now;
    this.#leader.tell(["caughtUp", this.follower.frame]);
  }

  #comeBack({ frame, away, epoch }: Comeback): void {
    const seats = new Seats(this.seat, this.#roster.length, this.#others());
    for (const seat of away) seats.away.add(seat);
    for (const peer of seats.peers) peer.lost = false;
    this.#play(seats, this.follower!.chain, frame);
    this.game!.mending.epoch = epoch;
    this.follower = undefined;
    this.#leader = undefined;
    this.#back = undefined;
    this.events.push({ kind: "back", name: this.name, seat: this.seat });
  }

  #feedFollowers(): void {
    if (!this.game || !this.rules) return;
    for (const peer of this.#door?.watchers ?? []) if (!this.#feed.has(peer)) this.#feed.add(peer, 0);
    const size = this.game.players * inputWidth(this.rules.device);
    const { agreed, chain } = this.game;
    this.#feed.update(agreed, size, chain, (first, count) => this.#options.host.inputs(first, count));
  }

  #follow(first: number, bytes: Uint8Array, link: number | undefined): void {
    const width = inputWidth(this.rules!.device);
    if (this.#roster.length === 0) return;
    if (!this.follower) {
      this.follower = new Follower(this.#roster.length, width, new Chain(0, this.#print), frameMs(this.rules!));
      this.events.push({ kind: "started", players: this.#roster });
    }
    this.follower.take(first, bytes, link);
  }

  #drop(id: PeerId): void {
    const peer = this.#peers.get(id);
    this.#peers.delete(id);
    if (peer) this.#door?.drop(peer);
    if (peer) this.#feed.remove(peer);
    if (peer && peer === this.#host) this.#end("the host is gone");
  }
}

/** Frames that one who follows steps at once: one, and more when many wait. */
const paceOf = (waiting: number): number => (waiting > 90 ? 60 : waiting > 8 ? 2 : Math.min(1, waiting));

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
