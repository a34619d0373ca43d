import { BUTTON, NO_PAD } from "../../machine/input.ts";
import type { Machine } from "../../machine/machine.ts";
import { checkedProfile, type Profile } from "../../watch/profile.ts";
import { NetRecording } from "../recording.ts";
import { type NamedDifference, Runner } from "../runner.ts";
import type { Drift } from "../session/drift.ts";
import type { SessionEvent } from "../session/events.ts";
import type { Rules } from "../session/messages.ts";
import { inputWidth, writePad } from "../session/pads.ts";
import { Session } from "../session/session.ts";
import type { Suite } from "../session/suite.ts";
import { ArithmeticMachine, arithmeticBoot } from "./arithmetic.ts";
import { Hostile } from "./hostile.ts";
import { Network, type Weather } from "./network.ts";
import { type Random, seeded } from "./random.ts";
import { toySuite } from "./suite.ts";

/** A whole session that is simulated. */
export interface Scenario {
  readonly seed: number;
  readonly players: number;
  readonly rules: Rules;
  readonly weather: Weather;
  /** Frames to be played. */
  readonly frames: number;
  /** Clocks run that much apart: 0.001 is a frame in a thousand. */
  readonly skew: number;
  /** Opens a machine; an arithmetic one unless it is said otherwise. */
  open?(seat: number): Machine;
  readonly profile?: Profile;
  readonly takeStates?: boolean;
  /** Cryptography; that of toys where it is absent. */
  suite?(): Suite;
  /** Everybody records. */
  readonly record?: boolean;
  /** Those who watch, and from when on. */
  readonly watchers?: number;
  readonly watchFrom?: number;
  /** Players who are ready only when they say so. */
  readonly holds?: readonly number[];
  /** They watch from then on, not from the start. */
  readonly watchNow?: boolean;
  /** Somebody in the room, and on the way of all datagrams, means harm. */
  readonly hostile?: boolean;
  /** Something is done to a machine: a desync is to be noticed; or it may be, where going back may undo it first. */
  readonly desync?: "surely" | "maybe";
  /** Called before each tick of a player, to do mischief. */
  readonly mischief?: ((world: World, seat: number) => void) | undefined;
}

/** What a seat noticed. */
export interface Noticed {
  readonly drift: Drift;
  readonly bytes: readonly NamedDifference[];
}

const ROOM = Uint8Array.of(1);
const PROFILE = checkedProfile("arithmetic", { game: "sum", fingerprint: { regions: ["ram"] } });

/** A player in the simulation, with its session and machine. */
export class Somebody {
  readonly seat: number;
  readonly session: Session;
  readonly runner: Runner;
  readonly events: SessionEvent[] = [];
  readonly noticed: Noticed[] = [];
  readonly resumed: number[] = [];
  failed: string | undefined;
  /** When its next frame is due, and how fast its clock runs. */
  due: number;
  readonly rate: number;
  /** It stands still until then: its process was stopped, or is busy. */
  stalledUntil = 0;
  buttons = 0;
  /** Its recording so far. */
  readonly recorded: Uint8Array[] = [];
  recording: NetRecording | undefined;
  readonly #pad: Uint8Array;
  readonly #suite: Suite;
  readonly #record: boolean;

  /** `before`: it takes the place of a process of the same player that is gone. */
  constructor(scenario: Scenario, seat: number, random: Random, before?: Somebody) {
    const { rules, players } = scenario;
    this.seat = seat;
    this.rate = 1 + (random(2) - 1) * scenario.skew;
    this.due = random(50);
    const open = (): Machine => scenario.open?.(seat) ?? new ArithmeticMachine(arithmeticBoot(players));
    this.runner = new Runner({
      machine: open(),
      profile: scenario.profile ?? PROFILE,
      device: rules.device,
      open,
      takesStates: () => scenario.takeStates ?? true,
      onDesync: (drift, bytes) => this.noticed.push({ drift, bytes }),
      onResumed: (frame) => this.resumed.push(frame),
      onFailed: (why) => (this.failed = why),
    });
    const { boot } = this.runner.machine;
    this.#suite = before ? before.#suite : (scenario.suite?.() ?? toySuite(random));
    this.#record = scenario.record ?? false;
    this.session = new Session({
      suite: this.#suite,
      room: ROOM,
      id: new Uint8Array(16),
      name: `player ${seat + 1}`,
      games: [boot.content],
      save: undefined,
      holds: scenario.holds?.includes(seat),
      mode: seat >= players ? (scenario.watchNow ? "watch now" : "watch") : "play",
      ...(seat === 0 &&
        !before && { hosting: { boot, print: this.runner.print, saves: [], profile: "", rules, seats: players } }),
      host: this.runner,
    });
    this.#pad = new Uint8Array(inputWidth(rules.device));
  }

  get frame(): number {
    return this.session.game?.timeline.frame ?? this.session.follower?.frame ?? 0;
  }

  /** A frame's time has come. */
  tick(now: number, random: Random): void {
    const { session, runner } = this;
    if (random(1) < 0.15) this.buttons = Math.floor(random(1 << 16)) & ~(BUTTON.L3 | BUTTON.R3);
    writePad({ ...NO_PAD, buttons: this.buttons }, 0, session.rules?.device ?? "pad", this.#pad);
    runner.steps = session.steps;
    if (session.steps) runner.run(session.tick(now, this.#pad));
    this.recording?.update();
    const period = (session.game?.frameMs ?? 1000 / 60) * (1 + (session.game?.pace ?? 0));
    this.due += period / this.rate;
    if (this.due < now - 200) this.due = now;
  }

  hear(): void {
    for (const event of this.session.events.splice(0)) {
      this.events.push(event);
      if (event.kind === "open") this.session.opened(this.runner.machine.boot, this.runner.print);
      if (event.kind !== "started" || !this.#record) continue;
      const { session, runner } = this;
      const append = (bytes: Uint8Array): void => void this.recorded.push(bytes);
      this.recording = new NetRecording({ runner, session, suite: this.#suite, players: event.players, append });
    }
  }
}

/** All players of a scenario and the network between them, in virtual time. */
export class World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly network: Network;
  readonly people: Somebody[];
  now = 0;
  readonly #hostile: Hostile | undefined;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.random = seeded(scenario.seed);
    this.network = new Network(scenario.weather, this.random);
    const { players, watchers = 0, watchFrom = 0 } = scenario;
    this.people = Array.from({ length: players + watchers }, (_, seat) => new Somebody(scenario, seat, this.random));
    for (const one of this.people) if (one.seat >= players) one.stalledUntil = watchFrom;
    if (scenario.hostile) this.#hostile = new Hostile(this.people.length, ROOM, seeded(scenario.seed ^ 0x27d4eb2f));
    for (const one of this.people) this.#introduce(one);
  }

  /** A player's process ends, and another is begun some time later, which knows nothing. */
  restart(seat: number, after: number): void {
    const one = new Somebody(this.scenario, seat, this.random, this.people[seat]);
    one.stalledUntil = this.now + after;
    one.due = one.stalledUntil;
    this.people[seat] = one;
    this.#introduce(one);
  }

  /** Until that time nothing goes between the first so many and the others. */
  part(first: number, until: number): void {
    for (const { seat: a } of this.people.slice(0, first))
      for (const { seat: b } of this.people.slice(first)) this.network.cut(a, b, until);
  }

  /** Those who did not stop for good. */
  get alive(): readonly Somebody[] {
    return this.people.filter(({ stalledUntil }) => stalledUntil !== Number.POSITIVE_INFINITY);
  }

  /** Runs until all have settled the scenario's frames or agreed on the end, or that time has come: false. */
  async run(until: number): Promise<boolean> {
    for (; this.now < until; this.now += 2) {
      for (const { from, to, datagram } of this.network.arrived(this.now)) this.#deliver(from, to, datagram);
      if (this.#hostile) this.#forge(this.#hostile);
      let moved = false;
      for (const one of this.people) {
        if (one.stalledUntil > this.now || one.due > this.now) continue;
        moved = true;
        this.scenario.mischief?.(this, one.seat);
        one.tick(this.now, this.random);
        for (const { to, datagram } of one.session.flush(this.now))
          if (this.people[Number(to)]) this.network.send(one.seat, Number(to), datagram, this.now);
          else this.#hostile?.receive(one.seat, datagram, this.now);
        one.hear();
      }
      if (!moved) continue;
      // Repairs that open a machine are promises.
      if (this.people.some(({ session }) => session.game?.mending.active)) await Promise.resolve();
      const { alive } = this;
      if (alive.every((one) => this.#hasPlayed(one))) return true;
      if (alive.every(({ session }) => session.ended !== undefined)) return true;
      if (alive.some(({ session, failed }) => failed !== undefined || (session.ended && !session.lastFrame)))
        return false;
    }
    return false;
  }

  /** All frames, and whoever plays is back in the game. */
  #hasPlayed({ seat, session }: Somebody): boolean {
    const { players, frames } = this.scenario;
    return (seat < players ? session.game : session.follower) !== undefined && (session.steps?.agreed ?? 0) >= frames;
  }

  /** All others can be reached. */
  #introduce(one: Somebody): void {
    for (const { seat } of this.people) if (seat !== one.seat) one.session.present(`${seat}`, true);
    if (this.#hostile) one.session.present(`${this.#hostile.number}`, true);
  }

  #deliver(from: number, to: number, datagram: Uint8Array): void {
    const one = this.people[to]!;
    if (one.stalledUntil <= this.now) one.session.receive(`${from}`, datagram, this.now);
    this.#hostile?.overhears({ from, to, datagram });
  }

  #forge(hostile: Hostile): void {
    const playing = this.people.filter(({ session }) => session.game).map(({ seat }) => seat);
    for (const { from, to, datagram } of hostile.sends(playing, this.now))
      if (this.people[to]!.stalledUntil <= this.now) this.people[to]!.session.receive(`${from}`, datagram, this.now);
  }
}
