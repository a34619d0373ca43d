import type { Boot } from "../machine/boot.ts";
import type { Machine, Show } from "../machine/machine.ts";
import { BYTES, type Profile } from "../watch/profile.ts";
import { evidenceOf } from "./evidence.ts";
import { Play } from "./play.ts";
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
      readonly name: string;
      readonly bytes: readonly NamedDifference[];
      /** Probes of the profile that hold bytes that differ. */
      readonly probes: readonly string[];
    }
  /** All are in step again, and go on from there. */
  | { readonly kind: "repaired"; readonly frame: number }
  | { readonly kind: "failed"; readonly why: string };

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
    readonly saves: readonly (Uint8Array | undefined)[];
    readonly rules: Rules;
    readonly seats: number;
    readonly gather?: boolean;
  };
  /** Opens the machine that a boot describes. Throws a Problem where it cannot be. */
  open(boot: Boot, saves: readonly (Uint8Array | undefined)[]): Promise<Machine>;
  profileOf(machine: Machine): Profile;
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
  onEvent(event: PlayEvent): void;
}

/** Somebody who takes part in a session: its machine, what it records, its place in the session. */
export class Participant {
  readonly session: Session;
  readonly play: Play;
  #runner: Runner | undefined;
  #recording: NetRecording | undefined;
  #tape: Tape | undefined;
  readonly #options: ParticipantOptions;

  constructor(options: ParticipantOptions) {
    this.#options = options;
    const { hosting, transport } = options;
    if (hosting) this.#runner = this.#runnerOf(hosting.machine, hosting.rules, hosting.saves);
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
      open: async (boot, saves) => {
        const machine = await options.open(boot, saves);
        this.#runner?.machine.close();
        this.#runner = this.#runnerOf(machine, this.session.rules!, saves);
        return this.#runner;
      },
      pad: ({ machine }, into) => options.pad(machine, this.session.seat, into),
      ...(options.show && { show: options.show }),
      onFrame: ({ machine }) => {
        this.#recording?.update();
        options.onFrame?.(machine);
      },
      isDone: () => this.#isDone(),
      onEvent: (event) => this.#hear(event),
    });
  }

  get machine(): Machine | undefined {
    return this.#runner?.machine;
  }

  /** Plays until the session is over, and what is left of the recording is written. */
  async run(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.play.onStop = resolve;
    });
    this.play.start();
    await stopped;
    this.#recording?.finish();
    this.#recording = undefined;
    this.#runner?.machine.close();
  }

  #runnerOf(machine: Machine, { device }: Rules, saves: readonly (Uint8Array | undefined)[]): Runner {
    const { onEvent, open, profileOf, takesStates } = this.#options;
    return new Runner({
      machine,
      profile: profileOf(machine),
      device,
      open: () => open(machine.boot, saves),
      takeStates: takesStates(machine),
      onDesync: ({ frame, seat }, bytes) => {
        const name = this.session.players[seat]?.name ?? "";
        onEvent({ kind: "desync", frame, name, bytes, probes: probesAt(this.#runner!.profile, bytes) });
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

function probesAt({ probes }: Profile, bytes: readonly NamedDifference[]): string[] {
  return probes
    .filter(({ region, address, type }) =>
      bytes.some((byte) => byte.region === region && byte.address >= address && byte.address < address + BYTES[type]),
    )
    .map(({ name }) => name);
}
