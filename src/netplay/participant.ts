import type { Boot } from "../machine/boot.ts";
import { type Machine, regionOf, type Show } from "../machine/machine.ts";
import { BYTES, checkProfile, defaultProfile, type Profile, parseProfile } from "../watch/profile.ts";
import { evidenceOf } from "./evidence.ts";
import { Play, type Wait } from "./play.ts";
import { NetRecording } from "./recording.ts";
import { type NamedDifference, Runner } from "./runner.ts";
import type { SessionEvent } from "./session/events.ts";
import type { Application } from "./session/lobby.ts";
import type { RosterEntry, Rules } from "./session/messages.ts";
import { Session } from "./session/session.ts";
import type { Suite } from "./session/suite.ts";
import type { Transport } from "./transport/transport.ts";

/** What is told of a session and its machine, in order. */
export type PlayEvent =
  | SessionEvent
  /** This machine parted from that player's in the step that led to `frame`. */
  | {
      readonly kind: "desync";
      readonly frame: number;
      /** The frame, settled on both sides, at which it was noticed. */
      readonly noticedAt: number;
      readonly name: string;
      readonly bytes: readonly NamedDifference[];
      /** Probes of the profile that hold bytes that differ. */
      readonly probes: readonly string[];
    }
  /** All are in step again, and go on from there. */
  | { readonly kind: "repaired"; readonly frame: number }
  | { readonly kind: "failed"; readonly why: string };

/** Save RAM of each console. */
export type Saves = readonly (Uint8Array | undefined)[];

/** Where a recording goes. */
export interface Tape {
  append(bytes: Uint8Array): void;
  /** All that was appended. */
  bytes(): Uint8Array;
}

export interface ParticipantOptions extends Application {
  readonly transport: Transport;
  readonly suite: Suite;
  /** What all who were told of the session have: its code. */
  readonly room: Uint8Array;
  /** The host's machine at frame 0, and how it is to be played. */
  readonly hosting?: {
    readonly machine: Machine;
    readonly saves: Saves;
    readonly rules: Rules;
    readonly seats: number;
    readonly gather?: readonly number[] | undefined;
    /** As JSON; "": what is usual for the core. */
    readonly profile: string;
  };
  /** Opens the machine that a boot describes, as this seat sees it. Throws a Problem where it cannot be. */
  open(boot: Boot, saves: Saves, seat: number): Promise<Machine>;
  /** States of peers may be loaded: to this core they are only data, or the user trusts them. */
  takesStates(machine: Machine): boolean;
  /** Writes this player's input of the frame that comes. */
  pad(machine: Machine, seat: number, into: Uint8Array): void;
  readonly show?: Show;
  onFrame?(machine: Machine): void;
  /** Where the recording goes; nowhere where this is absent. */
  record?(players: readonly RosterEntry[]): Tape;
  /** Where this side's evidence of a desync at `frame` goes. */
  evidence?(frame: number): (bytes: Uint8Array) => void;
  /** A clock in place of setTimeout. */
  readonly wait?: Wait;
  onEvent(event: PlayEvent): void;
}

/** Somebody who takes part in a session: its machine, what it records, its place in the session. */
export class Participant {
  readonly session: Session;
  readonly play: Play;
  /** Save RAM of this player's own console, when it is over. */
  ownSave: Uint8Array | undefined;
  #runner: Runner | undefined;
  #recording: NetRecording | undefined;
  #tape: Tape | undefined;
  readonly #options: ParticipantOptions;

  constructor(options: ParticipantOptions) {
    this.#options = options;
    const { hosting, transport } = options;
    if (hosting) this.#runner = this.#runnerOf(hosting.machine, hosting.rules, hosting.saves, hosting.profile);
    this.session = new Session({
      ...options,
      id: crypto.getRandomValues(new Uint8Array(16)),
      host: {
        memory: (frame) => this.#runner?.memory(frame),
        desync: (drift) => this.#runner?.desync(drift),
        replay: (...step) => void this.#runner?.replay(...step),
        stateAt: (frame) => this.#runner?.stateAt(frame),
        keyframe: () => this.#runner?.keyframe(),
        startFrom: (frame, state) => this.#runner?.startFrom(frame, state) ?? false,
        inputs: (first, count) => this.#runner?.inputs(first, count) ?? new Uint8Array(0),
        rewind: (frame) => this.#runner?.rewind(frame) ?? 0,
        resumed: (frame) => this.#runner?.resumed(frame),
        failed: (why) => this.#runner?.failed(why),
      },
      hosting: hosting && { ...hosting, boot: hosting.machine.boot, print: this.#runner!.print },
    });
    this.play = new Play({
      transport,
      session: this.session,
      ...(this.#runner && { runner: this.#runner }),
      open: async ({ boot, saves }) => {
        const machine = await options.open(boot, saves, this.session.seat);
        this.#runner?.machine.close();
        this.#runner = this.#runnerOf(machine, this.session.rules!, saves, this.session.profile);
        return this.#runner;
      },
      pad: ({ machine }, into) => options.pad(machine, this.session.seat, into),
      ...(options.show && { show: options.show }),
      onFrame: ({ machine }) => {
        this.#recording?.update();
        options.onFrame?.(machine);
      },
      isDone: () => this.#isDone(),
      wait: options.wait,
      onEvent: (event) => this.#hear(event),
    });
  }

  get machine(): Machine | undefined {
    return this.#runner?.machine;
  }

  /** Plays until the session is over, and what is left of the recording is written. */
  async run(): Promise<void> {
    const stopped = new Promise<unknown>((resolve) => {
      this.play.onStop = resolve;
    });
    this.play.start();
    const fault = await stopped;
    if (fault === undefined) this.#recording?.finish();
    this.#recording = undefined;
    if (this.#runner && this.session.seat >= 0) this.ownSave = saveOf(this.#runner.machine, this.session.seat);
    this.#runner?.machine.close();
    if (fault !== undefined) throw fault;
  }

  #runnerOf(machine: Machine, { device }: Rules, saves: Saves, profile: string): Runner {
    const { onEvent, open, takesStates } = this.#options;
    return new Runner({
      machine,
      saves,
      profile: profileOf(machine, profile),
      device,
      open: () => open(machine.boot, saves, this.session.seat),
      takesStates: () => takesStates(machine),
      onDesync: ({ frame, noticedAt, seat }, bytes) => {
        const name = this.session.players[seat]?.name ?? "";
        onEvent({ kind: "desync", frame, noticedAt, name, bytes, probes: probesAt(this.#runner!.profile, bytes) });
        if (this.#tape && this.#options.evidence)
          evidenceOf(this.#tape.bytes(), this.#runner!, this.#options.evidence(frame));
      },
      onResumed: (frame) => onEvent({ kind: "repaired", frame }),
      onFailed: (why) => {
        onEvent({ kind: "failed", why });
        this.session.end(why);
      },
    });
  }

  #hear(event: SessionEvent): void {
    const { session } = this;
    if (event.kind === "started" && this.#options.record && (session.steps?.settled ?? 0) === 0) {
      this.#tape = this.#options.record(event.players);
      this.#recording = new NetRecording({
        runner: this.#runner!,
        session,
        suite: this.#options.suite,
        players: event.players,
        append: (bytes) => this.#tape!.append(bytes),
      });
    }
    this.#options.onEvent(event);
  }

  #isDone(): boolean {
    this.#recording?.update();
    return this.#recording?.signed ?? true;
  }
}

/** Of linked consoles it is each player's own; of one that several play on, everybody's. */
function saveOf(machine: Machine, seat: number): Uint8Array | undefined {
  const region = regionOf(machine, `${seat + 1}.save`) ?? regionOf(machine, "save");
  region?.refresh?.();
  return region?.bytes.slice();
}

/** Throws a Problem for one that does not fit the machine. */
function profileOf({ memory }: Machine, json: string): Profile {
  if (json === "") return defaultProfile(memory);
  const profile = parseProfile("the host's profile", json);
  checkProfile("the host's profile", profile, memory);
  return profile;
}

function probesAt({ probes }: Profile, bytes: readonly NamedDifference[]): string[] {
  return probes
    .filter(({ region, address, type }) =>
      bytes.some((byte) => byte.region === region && byte.address >= address && byte.address < address + BYTES[type]),
    )
    .map(({ name }) => name);
}
