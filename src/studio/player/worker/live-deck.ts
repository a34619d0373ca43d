import { embeddedCores } from "../../../machine/embedded.ts";
import { type InputSource, NO_PAD, type PadState } from "../../../machine/input.ts";
import type { Machine, Show } from "../../../machine/machine.ts";
import { Problem } from "../../../problem.ts";
import { liveMovie, Recorder } from "../../../replay/recorder.ts";
import { checkedProfile, checkProfile, defaultProfile } from "../../../watch/profile.ts";
import { MemoryTape } from "../../netplay/memory-tape.ts";
import type { Command, Opened } from "../source.ts";
import { aspectOf, type Deck } from "./deck.ts";

/** Frames between two states in the recording. */
const KEYFRAME_EVERY = 600;

/** A game that is played here, and recorded from its first frame on. */
export class LiveDeck implements Deck, InputSource {
  readonly machine: Machine;
  /** Bits of BUTTON by port: what the next frame is played with. */
  buttons: readonly number[] = [];
  readonly #recorder: Recorder;
  readonly #tape = new MemoryTape();
  readonly #pad = { ...NO_PAD };
  #finished = false;

  /** Throws a Problem where no core here plays it. */
  static async open(asked: Extract<Command, { do: "record" }>): Promise<LiveDeck> {
    const { name, bytes } = asked.rom;
    const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
    const core = embeddedCores.find(
      (one) => one.extensions.includes(extension) && (asked.core === undefined || one.name === asked.core),
    );
    if (!core) {
      const known = embeddedCores.flatMap(({ extensions }) => extensions.map((one) => `.${one}`)).join(", ");
      throw new Problem(
        `${name}: in a page there are cores for ${known}${asked.core ? `; "${asked.core}" is none of them` : ""}`,
      );
    }
    const save = asked.save?.length ? asked.save : undefined;
    const machine = await core.open({ content: { name, bytes }, settings: asked.settings, ...(save && { save }) });
    const profile = asked.profile === undefined ? defaultProfile(machine.memory) : checkedProfile(name, asked.profile);
    checkProfile(name, profile, machine.memory);
    return new LiveDeck(machine, profile, save);
  }

  private constructor(machine: Machine, profile: ReturnType<typeof defaultProfile>, save: Uint8Array | undefined) {
    const { name, sha256 } = machine.boot.content;
    this.machine = machine;
    this.#recorder = new Recorder(machine, {
      profile,
      movie: { ...liveMovie(machine, { name, sha256 }), ...(save && { start: { kind: "save", data: save } }) },
      keyframeEvery: KEYFRAME_EVERY,
      append: (bytes) => this.#tape.append(bytes),
    });
  }

  get opened(): Opened {
    const { boot, frame, timing } = this.machine;
    return {
      kind: "live",
      game: boot.content.name,
      system: boot.system,
      core: `${boot.core.name} ${boot.core.version}`,
      players: [],
      frames: frame,
      fps: timing.fps,
      aspect: aspectOf(this.machine),
      compares: false,
      remarks: boot.unpinned,
      marks: [],
    };
  }

  get end(): number {
    return this.#finished ? this.machine.frame : Number.POSITIVE_INFINITY;
  }

  step(show: Show): void {
    this.#recorder.step(this, show);
  }

  poll(port: number): PadState {
    this.#pad.buttons = this.buttons[port] ?? 0;
    return this.#pad;
  }

  /** The .isr so far; with its `end` nothing more is played. */
  recording(end: boolean): Uint8Array<ArrayBuffer> {
    if (end && !this.#finished) {
      this.#finished = true;
      this.#recorder.finish();
    }
    return this.#tape.bytes().slice();
  }

  close(): void {
    this.machine.close();
  }
}
