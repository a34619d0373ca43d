import type { Boot } from "../../machine/boot.ts";
import type { PeerId } from "../transport/transport.ts";
import { CatchUp, type Comeback } from "./catch-up.ts";
import { Chain } from "./chain.ts";
import { Door, type Hosting, type Opened } from "./door.ts";
import type { SessionEvent, SessionHost } from "./events.ts";
import { Feed } from "./feed.ts";
import { Follower } from "./follower.ts";
import { Game } from "./game.ts";
import { Hall } from "./hall.ts";
import { PROTOCOL } from "./link.ts";
import { type Application, Lobby } from "./lobby.ts";
import { frameMs, type Message, type RosterEntry, type Rules } from "./messages.ts";
import { inputWidth } from "./pads.ts";
import { type Peer, readMessage } from "./peer.ts";
import { People } from "./people.ts";
import { Readmission } from "./readmission.ts";
import { Returning } from "./returning.ts";
import { Seats } from "./seats.ts";
import type { Suite } from "./suite.ts";
import type { Request } from "./timeline.ts";
import { admitWatcher, Beginning } from "./watching.ts";

export interface SessionOptions extends Application {
  readonly suite: Suite;
  /** What binds the session: all who were told of it have it. */
  readonly room: Uint8Array;
  readonly hosting?: Hosting | undefined;
  /** 16 bytes that name the session, of a host. */
  readonly id: Uint8Array;
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
  /** This one hosts; or it wants in. */
  readonly #door: Door | undefined;
  readonly #lobby: Lobby;
  readonly #hall = new Hall();
  #opened: Opened | undefined;
  #openAsked = false;
  #linkedSaid = false;
  /** The game has begun: for this one too. */
  #begun = false;
  #closing: Closing | undefined;
  readonly #feed = new Feed();
  #returning: Returning | undefined;
  readonly #readmission = new Readmission();
  readonly #catchUp = new CatchUp();
  readonly #beginning = new Beginning();

  constructor(options: SessionOptions) {
    this.#options = options;
    const { hosting, id, name, suite } = options;
    this.#people = new People(suite, options.room);
    this.#door = hosting && new Door(hosting, id, { seat: 0, name, identity: suite.identity }, !options.holds);
    this.#lobby = new Lobby(options);
    this.#opened = hosting;
  }

  get name(): string {
    return this.#options.name;
  }

  /** This one's place in the game; -1: none yet, or it watches. */
  get seat(): number {
    return this.#door ? 0 : (this.#lobby.offer?.seat ?? -1);
  }

  get rules(): Rules | undefined {
    return this.#options.hosting?.rules ?? this.#lobby.offer?.rules;
  }

  /** The boot that all play with. */
  get boot(): Boot | undefined {
    return this.#opened?.boot;
  }

  /** What is watched of the game, as JSON; "": what is usual for the core. */
  get profile(): string {
    return (this.#options.hosting ?? this.#lobby.offer)?.profile ?? "";
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
    else if (!this.#begun || (this.#people.peers.get(id)?.seat ?? -1) < 0) this.#drop(id);
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
    const { saves, profile } = this.#options.hosting ?? this.#lobby.offer!;
    this.#opened = { boot, print, profile, saves: this.#door?.gathered ?? saves };
    this.#door?.opened(this.#opened);
    this.#tellReady();
  }

  #tellReady(): void {
    if (this.#opened) this.#lobby.host?.tell(["ready", this.#opened.boot, this.#opened.print.toString(16)]);
  }

  say(text: string): void {
    this.#people.tellAll(["chat", text.slice(0, 500)]);
  }

  /** The game may begin, or may not yet, as far as this player is concerned. */
  begin(may: boolean): void {
    this.#lobby.begins = may;
    this.#door?.begins(undefined, may);
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
    if (this.#begun) for (const seat of this.#people.recognise(this.seat)) this.game?.presence.dismissed.add(seat);
    else this.#gather(now);
    this.#own(now);
    this.game?.update(now);
    this.#own(now);
    if (this.game) this.#readmission.update(this.game, this.#lobby.id ?? this.#options.id, this.#opened!, this.rules!);
    this.#returning?.update(now, this.peers);
    const come = this.follower?.news;
    if (come !== undefined) (this.#catchUp.leader ?? this.#lobby.host)?.tell(["hasCome", come]);
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
    if (!this.#door && !this.#begun && this.#lobby.receive(peer, message)) this.#heardInLobby();
    if (message[0] === "offer" && peer === this.#lobby.host && !this.#begun) this.#tellReady();
    const fromHost = peer === this.#lobby.host;
    switch (message[0]) {
      case "join":
        peer.name = message[1];
        // Who plays said this before the game began, and it came late.
        if (this.#begun && peer.playsSince === peer.link.restarts) break;
        if (this.#people.seatOf(peer) >= 0 && this.#begun) {
          this.#people.recognise(this.seat);
          // What the process before was given is gone with it.
          this.#feed.remove(peer);
          this.#readmission.ask(peer, this.game);
        } else if (this.#door) this.#letIn(this.#door, peer, message);
        break;
      case "save":
        this.#door?.takeSave(peer, message[2], message[3]);
        break;
      case "inputs":
        if ((fromHost || peer === this.#catchUp.leader) && !this.game)
          this.#follow(message[1], message[2], message[4] ? message[3] : undefined);
        break;
      case "keyframe":
        if (fromHost && !this.steps) this.#beginAt(message);
        break;
      case "ready":
        this.#ready(peer, message[1], message[2]);
        break;
      case "begin":
        this.#door?.begins(peer, message[1]);
        break;
      case "lobby":
        if (fromHost && !this.#begun) this.events.push({ kind: "lobby", people: message[1], seats: message[2] });
        break;
      case "turnedAway":
        if (fromHost && !this.#begun) this.events.push({ kind: "refused", name: message[1], why: message[2] });
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
        else if (this.#door?.awaits(peer)) this.#refuse(peer, message[1]);
        break;
      default:
    }
  }

  /** What is due before the game: asking to join, and finding everybody. */
  #gather(now: number): void {
    const { mode, name } = this.#options;
    for (const peer of this.peers) {
      const { wrongVersion } = peer.link;
      if (wrongVersion === undefined || peer.outdated || this.#lobby.host) continue;
      const why = `the other side speaks version ${wrongVersion} of netplay, this one ${PROTOCOL}; update the older one`;
      this.events.push({ kind: "refused", name: this.#door ? "somebody" : name, why });
      // They stay, so that they hear this one's hello and are told too.
      peer.outdated = true;
      if (!this.#door) this.#end(why);
    }
    if (this.#door) {
      const { gathered } = this.#door;
      if (gathered && !this.#openAsked)
        this.events.push({ kind: "gathered", boot: this.#options.hosting!.boot, saves: gathered });
      this.#openAsked = gathered !== undefined;
      this.#people.roster = this.#door.roster;
      this.#tellLobby(this.#door, now);
    } else this.#lobby.ask(this.peers);
    const { length } = this.players;
    if (length === 0 || !this.#people.seatAll(this.seat) || mode !== "play") return;
    if (this.#door) {
      if (!this.#door.players.every(({ linked }) => linked === length)) return;
      for (const peer of this.#door.players) peer.tell(["start"]);
      this.#start();
    } else if (!this.#linkedSaid) {
      this.#linkedSaid = true;
      this.#lobby.host!.tell(["linked", length]);
    }
  }

  #tellLobby(door: Door, now: number): void {
    const people = this.#hall.news(now, door);
    if (!people) return;
    const { seats } = this.#options.hosting!;
    door.tellAll(["lobby", [...people], seats]);
    this.events.push({ kind: "lobby", people, seats });
  }

  #heardInLobby(): void {
    const { refused, offer, received, size, roster } = this.#lobby;
    if (refused !== undefined) {
      this.events.push({ kind: "refused", name: this.name, why: refused });
      this.#end(refused);
    }
    this.#people.roster = roster;
    if (this.#openAsked) return;
    if (size > 0) this.events.push({ kind: "save", received, size });
    if (offer) this.events.push({ kind: "open", ...offer });
    this.#openAsked = offer !== undefined;
  }

  #returned(seat: number): void {
    this.events.push({ kind: "back", name: this.game?.seats.peer(seat)?.name ?? "", seat });
    for (const peer of this.#people.players.filter((other) => other.seat === seat)) {
      peer.playsSince = peer.link.restarts;
      this.#readmission.forget(peer);
    }
  }

  #letIn(door: Door, peer: Peer, [, name, mode, games, save]: Extract<Message, ["join", ...unknown[]]>): void {
    const seat = door.join(peer, mode, games, save);
    if (typeof seat === "string") this.#refuse(peer, seat);
    else this.events.push({ kind: "joined", name, seat });
  }

  #ready(peer: Peer, boot: Boot, print: string): void {
    const returns = this.#readmission.has(peer);
    const why = returns
      ? this.#readmission.ready(peer, this.#opened!, boot, print)
      : this.#door?.ready(peer, boot, print);
    if (why !== undefined) this.#refuse(peer, why);
    else if (returns) peer.tell(["roster", [...this.players]]);
  }

  #refuse(peer: Peer, why: string): void {
    this.#door?.drop(peer);
    this.events.push({ kind: "refused", name: peer.name, why });
    peer.tell(["refuse", why]);
    if (!this.#begun) this.#door?.tellAll(["turnedAway", peer.name, why]);
  }

  #start(): void {
    if (!this.#people.seatAll(this.seat) || !this.rules) return;
    this.#begin();
    this.#play(this.#seats());
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    for (const peer of this.#people.players) peer.playsSince = peer.link.restarts;
    this.events.push({ kind: "started", players: this.players });
  }

  #seats(): Seats {
    return new Seats(this.seat, this.players.length, this.#people.players);
  }

  #firstChain(): Chain {
    return new Chain(0, this.#opened?.print ?? 0n);
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
    if (this.seat < 0 || !this.#opened || !this.#people.seatAll(this.seat)) return;
    if (!this.#catchUp.heed(leader, rests, fed)) return;
    if (follower) leader.tell(["follow", follower.known, follower.frame]);
    else this.#fall(leader, rests);
  }

  /** From now on this one follows, until it is near enough to play again. It may have begun anew. */
  #fall(leader: Peer, rests: number): void {
    const { game } = this;
    // What this one settled alone may hold input of others that nobody else has.
    const frame = game ? this.#options.host.rewind(Math.min(game.chain.settled, rests, leader.agreed)) : 0;
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
    for (const { peer, mode } of this.#door?.watchers ?? [])
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
    this.#door?.drop(peer);
    this.#feed.remove(peer);
    this.#readmission.forget(peer);
    if (peer === this.#lobby.host) this.#end("the host is gone");
  }
}

/** Frames that one who follows steps at once: one, and more when many wait. */
const paceOf = (waiting: number): number => (waiting > 90 ? 60 : waiting > 8 ? 2 : Math.min(1, waiting));
