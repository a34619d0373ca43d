import { embeddedCores } from "../../../machine/embedded.ts";
import { BUTTON, type InputSource, NO_PAD, type PadState } from "../../../machine/input.ts";
import type { Machine, Show } from "../../../machine/machine.ts";
import { deviceOf, liveMovie, Recorder } from "../../../replay/recorder.ts";
import { checkedProfile, checkProfile, defaultProfile, type Profile } from "../../../watch/profile.ts";
import { MemoryTape } from "../../netplay/memory-tape.ts";
import type { Command, Opened, Touched } from "../source.ts";
import { aspectOf, type Deck } from "./deck.ts";
import { NativeOnly } from "./open.ts";

/** Of a DS, which is played with one screen above the other. */
const TOUCH_SCREEN = { width: 256, height: 192 };
const UNTOUCHED = [NO_PAD.touchX, NO_PAD.touchY] as const;
/** Frames between two states in the recording. */
const KEYFRAME_EVERY = 600;

/** A game that is played here, and recorded from its first frame on. */
export class LiveDeck implements Deck, InputSource {
  readonly machine: Machine;
  /** Bits of BUTTON by port: what the next frame is played with. */
  buttons: readonly number[] = [];
  touch: Touched;
  readonly #recorder: Recorder;
  readonly #tape = new MemoryTape();
  readonly #pad = { ...NO_PAD };
  /** Directions push the stick: its games have hardly a use for the cross. */
  readonly #sticks: boolean;
  #finished = false;

  /** On a core of a page. Throws {@link NativeOnly} where none plays it. */
  static async open(asked: Extract<Command, { do: "record" }>): Promise<LiveDeck> {
    const { name, bytes } = asked.rom;
    const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
    const core = embeddedCores.find(
      (one) => one.extensions.includes(extension) && (asked.core === undefined || one.name === asked.core),
    );
    if (!core) {
      const known = embeddedCores.flatMap(({ extensions }) => extensions.map((one) => `.${one}`)).join(", ");
      const why = `in a page there are cores for ${known}${asked.core ? `; "${asked.core}" is none of them` : ""}`;
      throw new NativeOnly(`${name}: ${why}`, asked.core ?? "", extension);
    }
    const save = asked.save?.length ? asked.save : undefined;
    const machine = await core.open({ content: { name, bytes }, settings: asked.settings, ...(save && { save }) });
    const profile = asked.profile === undefined ? defaultProfile(machine.memory) : checkedProfile(name, asked.profile);
    checkProfile(name, profile, machine.memory);
    return new LiveDeck(machine, profile, save, KEYFRAME_EVERY);
  }

  /** `keyframeEvery`: frames between two states in the recording; 0 for none. */
  constructor(machine: Machine, profile: Profile, save: Uint8Array | undefined, keyframeEvery: number) {
    const { name, sha256 } = machine.boot.content;
    this.machine = machine;
    this.#sticks = machine.boot.system === "n64";
    this.#recorder = new Recorder(machine, {
      profile,
      movie: { ...liveMovie(machine, { name, sha256 }), ...(save && { start: { kind: "save", data: save } }) },
      keyframeEvery,
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
      aspect: aspectOf(this.machine.video),
      touch: deviceOf(boot.system) === "touch" ? TOUCH_SCREEN : undefined,
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
    const held = this.buttons[port] ?? 0;
    this.#pad.buttons = held;
    [this.#pad.touchX, this.#pad.touchY] = (port === 0 && this.touch) || UNTOUCHED;
    if (this.#sticks) {
      this.#pad.buttons = held & ~(BUTTON.Left | BUTTON.Right | BUTTON.Up | BUTTON.Down);
      this.#pad.lx = pushed(held, BUTTON.Left, BUTTON.Right);
      this.#pad.ly = pushed(held, BUTTON.Up, BUTTON.Down);
    }
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

/** Where a stick stands that is pushed all the way. */
const FAR = 32767;
const pushed = (held: number, less: number, more: number): number => (held & less ? -FAR : held & more ? FAR : 0);
