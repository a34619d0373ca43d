import type { InputSource, PadState } from "../machine/input.ts";
import { type Machine, regionOf, SHOW_ALL, type Show } from "../machine/machine.ts";
import { GrowingMovie } from "../movie/growing.ts";
import { type Movie, MovieInput, type System, type Track } from "../movie/movie.ts";
import type { Profile } from "../watch/profile.ts";
import { newReadings, type Readings, sliceReadings } from "../watch/readings.ts";
import { Watcher } from "../watch/watcher.ts";
import { Capture } from "./capture.ts";
import type { Recording } from "./isr-header.ts";
import { signedMessage } from "./isr-items.ts";
import { IsrWriter } from "./isr-write.ts";

/** Rows in a block: under a second at 60 frames a second, which is what a kill may lose. */
const ROWS = 48;
/** Frames between two links of the chain. */
const LINK_EVERY = 600;

export interface RecordOptions {
  readonly profile: Profile;
  /** What the file says of the movie: its system, devices, ROM. Its samples and events are not read. */
  readonly movie: Movie;
  readonly recording?: Partial<Recording>;
  /** Frames between stored states; 0 for none. */
  readonly keyframeEvery?: number;
  /** Frames in a block, to {@link ROWS}, which is the default: a mirror is that far behind at least, and each block costs some 100 bytes. */
  readonly rows?: number;
  /** Signs each link for a player: 64 bytes of Ed25519 over the message. */
  readonly signers?: readonly { readonly player: number; sign(message: Uint8Array): Uint8Array }[];
  /** Takes the file's next bytes. They are its own. */
  append(bytes: Uint8Array): void;
}

/**
 * Plays a machine with live inputs and writes down all of it. With `by: "frame"` every port is asked once, at the start
 * of each frame, and says the same through it: so the recording says all that the machine was told. With `by: "poll"`
 * each poll of port 0 is a sample of its own.
 */
export class Recorder {
  readonly machine: Machine;
  /** What was played so far. */
  readonly movie: GrowingMovie;
  readonly #options: RecordOptions;
  readonly #watcher: Watcher;
  readonly #capture: Capture;
  readonly #writer: IsrWriter;
  readonly #rows: Readings;
  readonly #input: InputSource;
  #source!: InputSource;
  /** Frame of the block's first row, and rows that it has. */
  #first: number;
  #count = 0;
  #written = 0;
  /** The first frame after the last link, and links so far. */
  #linked = 0;
  #links = 0;

  /** The machine is at its boot. Check the profile with checkProfile before. */
  constructor(machine: Machine, options: RecordOptions) {
    if (machine.frame !== 0) throw new RangeError(`a recording starts at frame 0, not at ${machine.frame}`);
    this.machine = machine;
    this.#options = options;
    const profile = withEndians(options.profile, machine);
    this.movie = new GrowingMovie({ ...options.movie, length: 0, events: [] });
    const recording = { ...options.recording, boot: machine.boot, profile, hooks: machine.hooks !== undefined };
    this.#writer = new IsrWriter(this.movie, recording);
    this.#watcher = new Watcher(profile, machine);
    this.#capture = new Capture(machine, profile, 0);
    this.#rows = newReadings(profile, 0, ROWS);
    this.#first = 0;
    const played = new MovieInput(this.movie);
    this.#input = this.movie.by === "frame" ? played : this.#byPoll(played);
    options.append(this.#writer.header);
    this.#capture.afterStep();
    this.#row();
    this.#flush();
  }

  get frame(): number {
    return this.machine.frame;
  }

  /** One frame with these inputs. */
  step(input: InputSource, show: Show = SHOW_ALL): void {
    const { machine, movie } = this;
    this.#source = input;
    input.beginFrame?.(machine.frame);
    if (movie.by === "frame") this.#sample();
    this.#capture.beforeStep();
    machine.step(this.#input, show);
    this.#capture.afterStep();
    this.#row();
    const { keyframeEvery = 0 } = this.#options;
    const due = keyframeEvery > 0 && machine.frame % keyframeEvery === 0;
    if (this.#count >= (this.#options.rows ?? ROWS) || due) this.#flush();
  }

  /** The console's reset button or power switch, between frames. */
  reset(kind: "soft" | "power"): void {
    const event = { at: this.movie.length, kind: kind === "soft" ? ("reset" as const) : ("power" as const) };
    this.movie.events.push(event);
    this.#options.append(this.#writer.event(event));
    this.machine.reset(kind);
  }

  /** Says whether a keyframe of the file was found right; see docs/seeking.md. */
  verdict(frame: number, ok: boolean): void {
    this.#options.append(this.#writer.verdict(frame, ok));
  }

  /** Writes what is left and the end. The machine stays as it is. */
  finish(): void {
    this.#flush();
    this.#link();
    this.#options.append(this.#writer.end());
  }

  #sample(): void {
    const { movie } = this;
    const at = movie.grow(1);
    for (let port = 0; port < movie.tracks.length; port++) movie.set(port, at, this.#source.poll(port));
  }

  #byPoll(played: MovieInput): InputSource {
    return {
      beginFrame: (frame) => played.beginFrame(frame),
      poll: (port): PadState => {
        if (port === 0) this.#sample();
        return played.poll(port);
      },
    };
  }

  #row(): void {
    this.#watcher.read(this.#rows, this.#count++);
  }

  #flush(): void {
    const { append, keyframeEvery = 0 } = this.#options;
    const { movie, machine } = this;
    if (this.#count === 0) return;
    for (const happening of this.#capture.happenings) append(this.#writer.happening(happening));
    this.#capture.happenings.length = 0;
    if (movie.length > this.#written) append(this.#writer.block(movie, movie.length - this.#written));
    this.#written = movie.length;
    append(
      this.#writer.observed({ ...sliceReadings(this.#rows, 0, this.#count), first: this.#first }, this.#capture.tapes),
    );
    this.#first += this.#count;
    this.#count = 0;
    for (const tape of this.#capture.tapes) tape.clear(this.#first);
    if (keyframeEvery > 0 && machine.frame % keyframeEvery === 0)
      append(this.#writer.keyframe(machine.frame, movie.length, machine.saveState()));
    if (this.#first - this.#linked >= LINK_EVERY) this.#link();
  }

  #link(): void {
    const { append, signers = [] } = this.#options;
    this.#linked = this.#first;
    const { bytes, hash } = this.#writer.link();
    append(bytes);
    for (const { player, sign } of signers)
      append(this.#writer.signature(player, this.#links, sign(signedMessage(hash, player))));
    this.#links++;
  }
}

/** Consoles whose first pad has more than buttons. */
const DEVICES: Readonly<Record<string, Track["device"]>> = { nds: "touch", n64: "analog", psx: "analog" };

/** What is on the ports of a console of this kind. */
export const deviceOf = (system: string): Track["device"] => DEVICES[system] ?? "pad";

/** What a recording from live play says of its movie: power-on, by frame, a pad on each port that the machine has. */
export function liveMovie(machine: Machine, rom: Movie["rom"]): Movie {
  const { core, system, ports } = machine.boot;
  const device = deviceOf(system);
  const track: Track = {
    device,
    buttons: new Uint32Array(0),
    ...(device === "analog" && { sticks: new Int16Array(0) }),
    ...(device === "touch" && { touch: new Int16Array(0) }),
  };
  return {
    system: system as System,
    by: "frame",
    length: 0,
    tracks: ports.map(() => track),
    events: [],
    start: { kind: "power-on" },
    rom,
    emulator: `${core.name} ${core.version}`,
  };
}

/** The profile with every byte order said: whoever reads the file has no machine to ask. */
function withEndians(profile: Profile, machine: Machine): Profile {
  const said = <T extends { region: string; endian?: "little" | "big" | undefined }>(place: T): T => ({
    ...place,
    endian: place.endian ?? regionOf(machine, place.region)!.endian,
  });
  return { ...profile, probes: profile.probes.map(said), rng: profile.rng.map(said) };
}
