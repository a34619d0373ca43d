import type { Boot } from "../../machine/boot.ts";
import type { PeerId } from "../transport/transport.ts";
import { CatchUp, type Comeback } from "./catch-up.ts";
import { Chain } from "./chain.ts";
import type { SessionEvent, SessionHost } from "./events.ts";
import { Feed } from "./feed.ts";
import { Follower } from "./follower.ts";
import { Game } from "./game.ts";
import { Gathering, type GatheringOptions } from "./gathering.ts";
import { frameMs, type Message, type RosterEntry, type Rules } from "./messages.ts";
import { inputWidth } from "./pads.ts";
import { type Peer, readMessage } from "./peer.ts";
import { People } from "./people.ts";
import { Readmission } from "./readmission.ts";
import { Returning } from "./returning.ts";
import { Seats } from "./seats.ts";
import type { Request } from "./timeline.ts";
import { admitWatcher, Beginning } from "./watching.ts";

export interface SessionOptions extends GatheringOptions {
  /** What binds the session: all who were told of it have it. */
  readonly room: Uint8Array;
  readonly host: SessionHost;
}

/** Signatures that wait for whoever records; nobody may. */
const MOST_SIGNATURES = 1000;
/** Bytes that wait for somebody, from which on signatures are not told. */
const WAITING = 1 << 17;
/** Milliseconds that the last frames may take until all agree on them. */
const LAST_FRAMES = 3000;

/** The session is over after that frame, and why. */
interface Closing {
  readonly why: string;
  readonly frame: number | undefined;
  until: number | undefined;
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
  /** Instead of a game: this one watches, or catches up. */
  follower: Follower | undefined;
  /** Over, and why. */
  ended: string | undefined;
  readonly #options: SessionOptions;
  readonly #people: People;
  readonly #gathering: Gathering;
  #closing: Closing | undefined;
  readonly #feed = new Feed();
  #returning: Returning | undefined;
  readonly #readmission = new Readmission();
  readonly #catchUp = new CatchUp();
  readonly #beginning = new Beginning();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#people = new People(options.suite, options.room);
    this.#gathering = new Gathering(options, this.#people, this.events);
  }

  get name(): string {
    return this.#options.name;
  }

  /** This one's place in the game; -1: none yet, or it watches. */
  get seat(): number {
    return this.#gathering.seat;
  }

  get rules(): Rules | undefined {
    return this.#gathering.rules;
  }

  /** The boot that all play with. */
  get boot(): Boot | undefined {
    return this.#gathering.machine?.boot;
  }

  /** What is watched of the game, as JSON; "": what is usual for the core. */
  get profile(): string {
    return this.#gathering.profile;
  }

  /** Who plays, once that is sure. */
  get players(): readonly RosterEntry[] {
    return this.#people.roster;
  }

  /** What the machine runs for, once the game has begun. */
  get steps(): Game | Follower | undefined {
    return this.game ?? this.follower;
  }

  get peers(): Iterable<Peer> {
    return this.#people.peers.values();
  }

  /** The last frame, once the end is agreed. */
  get lastFrame(): number | undefined {
    return this.#closing?.frame;
  }

  /** Somebody can be reached, or cannot any more. */
  present(id: PeerId, here: boolean): void {
    if (here) this.#people.add(id);
    else if (!this.#gathering.begun || (this.#people.peers.get(id)?.seat ?? -1) < 0) this.#drop(id);
  }

  receive(id: PeerId, datagram: Uint8Array, now: number): void {
    const peer = this.#people.peers.get(id);
    const received = peer?.link.receive(datagram, now);
    if (!peer || !received) return;
    if (received.payload && peer.seat >= 0) this.game?.receivePayload(peer, received.payload, received.newest, now);
    for (const bytes of received.messages) {
      const message = readMessage(bytes);
      if (message && (this.ended === undefined || message[0] === "signature")) this.#message(peer, message, now);
    }
  }

  /** What is to be sent now. Call it after each tick, some twenty times a second when nothing ticks, and for a while after the end. */
  flush(now: number): { to: PeerId; datagram: Uint8Array }[] {
    if (this.ended === undefined) this.#update(now);
    this.#feedFollowers();
    const out: { to: PeerId; datagram: Uint8Array }[] = [];
    for (const peer of this.peers) {
      const payload = peer.seat >= 0 ? this.game?.payloadFor(peer, now) : undefined;
      for (const datagram of peer.link.flush(now, payload)) out.push({ to: peer.id, datagram });
    }
    return out;
  }

  /** A frame's time has come. The requests are to be carried out before anything else is called. */
  tick(now: number, pad: Uint8Array): readonly Request[] {
    if (this.ended !== undefined) return [];
    if (this.game) return this.game.tick(now, pad);
    const { follower } = this;
    const left = (this.#closing?.frame ?? Number.POSITIVE_INFINITY) - (follower?.frame ?? 0);
    return follower?.advance(Math.min(paceOf(follower.waiting), left)) ?? [];
  }

  /** The machine is open as was asked for: its boot, and the fingerprint of frame 0. */
  opened(boot: Boot, print: bigint): void {
    this.#gathering.opened(boot, print);
  }

  say(text: string): void {
    this.#people.tellAll(["chat", text.slice(0, 500)]);
  }

  /** The game may begin, or may not yet, as far as this player is concerned. */
  begin(may: boolean): void {
    this.#gathering.begins(may);
    this.#people.tellAll(["begin", may]);
  }

  /** Players may. */
  pause(on: boolean): void {
    if (!this.game) return;
    this.game.paused = on;
    this.#people.tellAll(["pause", on]);
  }

  /** Signs a link of the recording, and tells the others. */
  sign(link: number, message: Uint8Array): Uint8Array {
    const signature = this.#options.suite.sign(message);
    // Somebody who is away for hours has no use for thousands of them.
    for (const peer of this.peers)
      if (peer.link.open && peer.link.queued < WAITING) peer.tell(["signature", link, signature]);
    return signature;
  }

  /** Goes on without a player that is lost, as soon as those who are left may. */
  without(seat: number): void {
    this.#people.tellAll(["without", seat]);
    this.game?.presence.dismissed.add(seat);
  }

  /** Leaves; the others may go on. */
  leave(): void {
    this.#people.tellAll(["leave"]);
    this.#end("you left");
  }

  /** Ends the session for all, after the frame that this one is at. */
  end(why: string): void {
    if (this.ended !== undefined) return;
    const frame = this.steps?.frame;
    this.#people.tellAll(["end", why, frame ?? null]);
    this.#close(why, frame);
  }

  /** Ends the session at once: this one cannot go on. */
  quit(why: string): void {
    this.#people.tellAll(["end", why, null]);
    this.#end(why);
  }

  /** Stops at once, whatever the others do. */
  #end(why: string): void {
    if (this.ended !== undefined) return;
    this.ended = why;
    this.events.push({ kind: "ended", why });
  }

  /** All stop after the same frame: so their recordings are the same. */
  #close(why: string, frame: number | undefined): void {
    const before = this.#closing?.frame ?? 0;
    this.#closing ??= { why, frame, until: undefined };
    if (frame !== undefined && frame > before) this.#closing = { ...this.#closing, frame };
    if (this.game) this.game.last = this.#closing.frame ?? Number.POSITIVE_INFINITY;
    if (!this.steps) this.#end(why);
  }

  /** What time brings. */
  #update(now: number): void {
    if (this.#gathering.begun)
      for (const seat of this.#people.recognise(this.seat)) this.game?.presence.dismissed.add(seat);
    else if (this.#gathering.update(now)) this.#start();
    this.#heed();
    this.#own(now);
    this.game?.update(now);
    this.#own(now);
    if (this.game) this.#readmission.update(this.game, this.#gathering.id, this.#gathering.machine!, this.rules!);
    this.#returning?.update(now, this.peers);
    const come = this.follower?.news;
    if (come !== undefined) (this.#catchUp.leader ?? this.#gathering.lobby.host)?.tell(["hasCome", come]);
    if (this.follower) this.#catchUp.ask(now, this.follower, this.#people.players);
    const comeback = this.follower && this.#catchUp.due(this.follower);
    if (comeback) this.#comeBack(comeback);
    for (const seat of this.#returning?.returned.splice(0) ?? []) this.#returned(seat);
    if (this.follower?.parted !== undefined) this.#parted(this.follower, this.follower.parted);
    for (const event of this.game?.presence.events.splice(0) ?? []) {
      this.events.push(event);
      if (event.kind === "lost" && this.rules?.lost === "end") this.end(`${event.name} is lost`);
    }
    if (this.#closing) this.#finish(this.#closing, now);
  }

  #finish(closing: Closing, now: number): void {
    closing.until ??= now + LAST_FRAMES;
    if ((this.steps?.agreed ?? 0) >= (closing.frame ?? 0) || now > closing.until) this.#end(closing.why);
  }

  /** Takes what this one told itself. */
  #own(now: number): void {
    const own = this.game?.seats.own;
    for (let message = own?.shift(); message; message = own?.shift()) this.#inGame(undefined, message, now);
  }

  #message(peer: Peer, message: Message, now: number): void {
    if (peer.seat >= 0 && this.#inGame(peer, message, now)) return;
    if (message[0] === "join") peer.name = message[1];
    if (this.#comesBack(peer, message)) return;
    this.#gathering.receive(peer, message);
    this.#heed();
    const { begun, door, lobby } = this.#gathering;
    const fromHost = peer === lobby.host;
    switch (message[0]) {
      case "inputs":
        if ((fromHost || peer === this.#catchUp.leader) && !this.game)
          this.#follow(message[1], message[2], message[4] ? message[3] : undefined);
        break;
      case "keyframe":
        if (fromHost && !this.steps) this.#beginAt(message);
        break;
      case "start":
        if (fromHost && !begun) this.#start();
        break;
      case "chat":
        this.events.push({ kind: "said", name: peer.name, text: message[1] });
        break;
      case "signature":
        if (peer.seat >= 0 && this.signatures.length < MOST_SIGNATURES)
          this.signatures.push({ seat: peer.seat, link: message[1], signature: message[2] });
        break;
      case "hasCome":
        this.#feed.hasCome(peer, message[1]);
        break;
      case "fallen":
        if (peer.seat >= 0) this.#fallen(peer, message[1], message[2]);
        break;
      case "back":
        if (message[1] !== this.seat || peer.seat < 0 || !this.follower) break;
        this.#catchUp.agreed(peer, { frame: message[2], away: message[3], rests: message[4], epoch: message[5] });
        break;
      case "pause":
        if (peer.seat < 0) break;
        if (this.game) this.game.paused = message[1];
        this.events.push({ kind: "paused", name: peer.name, on: message[1] });
        break;
      case "end":
        if (peer.seat >= 0 || fromHost)
          this.#close(`${peer.name || "the host"}: ${message[1]}`, message[2] ?? undefined);
        else if (door?.awaits(peer)) this.#gathering.refuse(peer, message[1]);
        break;
      default:
    }
  }

  /** Takes what a player says who wants back into the game. */
  #comesBack(peer: Peer, message: Message): boolean {
    if (message[0] === "join" && this.#gathering.begun) {
      // Who plays said this before the game began, and it came late.
      if (peer.playsSince === peer.link.restarts) return true;
      if (this.#people.seatOf(peer) < 0) return false;
      this.#people.recognise(this.seat);
      // What the process before was given is gone with it.
      this.#feed.remove(peer);
      this.#readmission.ask(peer, this.game);
      return true;
    }
    if (message[0] !== "ready" || !this.#readmission.has(peer)) return false;
    const why = this.#readmission.ready(peer, this.#gathering.machine!, message[1], message[2]);
    if (why !== undefined) this.#gathering.refuse(peer, why);
    else peer.tell(["roster", [...this.players]]);
    return true;
  }

  /** There may be no game for this one. */
  #heed(): void {
    if (this.#gathering.over !== undefined) this.#end(this.#gathering.over);
  }

  #returned(seat: number): void {
    this.events.push({ kind: "back", name: this.game?.seats.peer(seat)?.name ?? "", seat });
    for (const peer of this.#people.players.filter((other) => other.seat === seat)) {
      peer.playsSince = peer.link.restarts;
      this.#readmission.forget(peer);
    }
  }

  #start(): void {
    if (!this.#people.seatAll(this.seat) || !this.rules) return;
    this.#begin();
    this.#play(this.#seats());
  }

  #begin(): void {
    if (this.#gathering.begun) return;
    this.#gathering.begun = true;
    for (const peer of this.#people.players) peer.playsSince = peer.link.restarts;
    this.events.push({ kind: "started", players: this.players });
  }

  #seats(): Seats {
    return new Seats(this.seat, this.players.length, this.#people.players);
  }

  #firstChain(): Chain {
    return new Chain(0, this.#gathering.machine?.print ?? 0n);
  }

  #play(seats: Seats, chain = this.#firstChain(), from?: number): void {
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
    const returner = this.#people.players.find((other) => other.seat === message[1]);
    if (returner) this.#returning!.back(returner, message[2]);
    return true;
  }

  /** The others played on, and that one leads them: maybe another than when this one began to follow. */
  #fallen(leader: Peer, rests: number, fed: boolean): void {
    const { follower } = this;
    if (this.seat < 0 || !this.#gathering.machine || !this.#people.seatAll(this.seat)) return;
    if (!this.#catchUp.heed(leader, rests, fed)) return;
    if (follower) leader.tell(["follow", follower.known, follower.frame]);
    else this.#fall(leader, rests);
  }

  /** From now on this one follows, until it is near enough to play again. It may have begun anew. */
  #fall(leader: Peer, rests: number): void {
    const { game } = this;
    // What this one settled alone may hold input of others that nobody else has.
    const frame = game ? this.#options.host.rewind(Math.min(game.chain.settled, rests, leader.claims.agreed)) : 0;
    game?.chain.rewind(frame);
    this.game = undefined;
    this.#returning = undefined;
    this.#begin();
    this.#watch(game?.chain ?? this.#firstChain());
    leader.tell(["follow", frame, frame]);
    this.events.push({ kind: "fallen" });
  }

  /** This one follows, and came to something else than the players. Who is to play again tries once more, from before. */
  #parted(follower: Follower, frame: number): void {
    if (!this.#catchUp.parted(follower)) return;
    this.events.push({ kind: "parted", frame });
    if (!this.#catchUp.leader) return;
    const from = this.#options.host.rewind(follower.agreed);
    follower.chain.rewind(from);
    this.#watch(follower.chain);
    this.#catchUp.leader.tell(["follow", from, from]);
  }

  #watch(chain: Chain): void {
    const { rules } = this;
    this.follower = new Follower(this.players.length, inputWidth(rules!.device), chain, frameMs(rules!));
  }

  #comeBack({ frame, away, epoch }: Comeback): void {
    const seats = this.#seats();
    for (const seat of away) seats.away.add(seat);
    for (const peer of seats.peers) peer.lost = false;
    this.#play(seats, this.follower!.chain, frame);
    this.game!.mending.epoch = epoch;
    this.follower = undefined;
    this.events.push({ kind: "back", name: this.name, seat: this.seat });
  }

  #feedFollowers(): void {
    if (!this.game || !this.rules) return;
    for (const { peer, mode } of this.#gathering.door?.watchers ?? [])
      if (!this.#feed.has(peer)) admitWatcher(peer, mode, this.#feed, this.game, this.#options.host);
    const { agreed, chain } = this.game;
    this.#feed.update(agreed, chain, (first, count) => this.#options.host.inputs(first, count));
  }

  #beginAt([, ...piece]: Extract<Message, ["keyframe", ...unknown[]]>): void {
    if (this.#options.mode !== "watch now" || this.players.length === 0) return;
    const begin = this.#beginning.take(...piece);
    if (!begin) return;
    if (!this.#options.host.startFrom(begin.frame, begin.state)) {
      this.#end("this core takes no states of others; watch from the start");
      return;
    }
    const chain = this.#firstChain();
    chain.adopt(begin.frame, begin.link);
    this.#begin();
    this.#watch(chain);
  }

  #follow(first: number, bytes: Uint8Array, link: number | undefined): void {
    if (this.players.length === 0) return;
    if (!this.follower) {
      this.#begin();
      this.#watch(this.#firstChain());
    }
    this.follower!.take(first, bytes, link);
  }

  #drop(id: PeerId): void {
    const { peers } = this.#people;
    const peer = peers.get(id);
    peers.delete(id);
    if (!peer) return;
    this.#gathering.drop(peer);
    this.#feed.remove(peer);
    this.#readmission.forget(peer);
    this.#heed();
  }
}

/** Frames that one who follows steps at once: one, and more when many wait. */
const paceOf = (waiting: number): number => (waiting > 90 ? 60 : waiting > 8 ? 2 : Math.min(1, waiting));
