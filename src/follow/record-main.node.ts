import { basename, parse } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Boot, sha256Hex } from "../machine/boot.ts";
import { NO_INPUT } from "../machine/input.ts";
import { serve } from "../machine/instance/child.ts";
import { type Machine, SHOW_NOTHING, type Timing } from "../machine/machine.ts";
import { type Movie, MovieInput } from "../movie/movie.ts";
import type { BotInput } from "../replay/bot.ts";
import { GrowingFile } from "../replay/growing-file.node.ts";
import { openKey } from "../replay/keys.node.ts";
import { uncovered } from "../replay/moments.ts";
import { Pacer } from "../replay/pacer.ts";
import type { RecordedPlayer } from "../replay/proof.ts";
import { liveMovie, Recorder } from "../replay/recorder.ts";
import { loadBot } from "./load-bot.node.ts";
import { type MachineSpec, openMachine, readInput } from "./open-run.node.ts";

/** A recording that is to be made; plain data. */
export interface RecordSpec extends MachineSpec {
  /** Who plays: a movie, a bot ("random:7", or a JavaScript file and its argument after a colon), or nobody. */
  readonly movie?: Movie | undefined;
  readonly bot?: string | undefined;
  readonly out: string;
  readonly overwrite?: boolean | undefined;
  /** Frames between stored states; 0 for none; unset: as the machine's states allow. */
  readonly keyframeEvery?: number | undefined;
  /** Keys of those who play, by their port; files that are not there are made. */
  readonly signers?: readonly { readonly key: string; readonly port: number }[] | undefined;
  /** At the console's own speed, and written down so often that mirrors are near. */
  readonly live?: boolean | undefined;
}

export interface Recording {
  readonly boot: Boot;
  readonly timing: Timing;
  readonly uncovered: readonly string[];
  /** Files of keys that were made. */
  readonly keysMade: readonly string[];
}

/** How far a live recording is. */
export interface Grown {
  readonly frame: number;
  /** Bytes of the file. */
  readonly length: number;
}

/** A keyframe is kept so seldom that it costs a frame's time nearly nothing. */
const STATE_BYTES_A_FRAME = 64 << 10;
const KEYFRAME_EVERY = 600;
/** Frames in a block of a live recording: a mirror is so many behind at least. */
const LIVE_ROWS = 3;

let machine: Machine;
let recorder: Recorder;
let source: MovieInput | BotInput | undefined;
let file: GrowingFile;
let pacer: Pacer | undefined;

const verbs = {
  async open(spec: RecordSpec): Promise<Recording> {
    const opened = await openMachine(spec, spec.movie?.start);
    machine = opened.machine;
    if (spec.movie) source = new MovieInput(spec.movie);
    else if (spec.bot) source = await loadBot(spec.bot, machine);
    const rom = { name: basename(spec.rom), sha256: sha256Hex(await readInput(spec.rom)) };
    const seats = (spec.signers ?? []).map(({ key, port }) => ({ path: key, port, key: openKey(key) }));
    const players = seats.map(
      ({ path, port, key }): RecordedPlayer => ({ name: parse(path).name, port, key: key.publicKey }),
    );
    file = new GrowingFile(spec.out, spec.overwrite);
    recorder = new Recorder(machine, {
      profile: opened.profile,
      movie: spec.movie ? { ...spec.movie, rom } : liveMovie(machine, rom),
      recording: { ...(spec.patches && { patches: spec.patches }), ...(players.length > 0 && { players }) },
      signers: seats.map(({ port, key }) => ({ player: port, sign: key.sign })),
      keyframeEvery: spec.keyframeEvery ?? Math.max(KEYFRAME_EVERY, Math.ceil(machine.stateSize / STATE_BYTES_A_FRAME)),
      ...(spec.live && { rows: LIVE_ROWS }),
      append: (bytes) => file.append(bytes),
    });
    if (spec.live) pacer = new Pacer(machine.timing.fps, performance.now());
    return {
      boot: machine.boot,
      timing: machine.timing,
      uncovered: uncovered(machine, opened.profile),
      keysMade: seats.flatMap(({ path, key }) => (key.made ? [path] : [])),
    };
  },
  /** Records so many frames more. Returns the file's length; a live recording tells it also whenever it grows. */
  async record(frames: number): Promise<number> {
    for (let left = frames; left > 0; left--) {
      const wait = pacer?.next(performance.now()) ?? 0;
      if (wait > 0) await sleep(wait);
      const { length } = file;
      if (source instanceof MovieInput)
        for (const { kind } of source.eventsAt(machine.frame))
          if (kind === "reset" || kind === "power") recorder.reset(kind === "reset" ? "soft" : "power");
      recorder.step(source ?? NO_INPUT, SHOW_NOTHING);
      if (pacer && file.length > length) progress({ frame: machine.frame, length: file.length } satisfies Grown);
    }
    return file.length;
  },
  /** Writes down whether a keyframe was found right. */
  verdict(frame: number, ok: boolean): number {
    recorder.verdict(frame, ok);
    return file.length;
  },
  finish(): number {
    recorder.finish();
    file.close();
    machine.close();
    return file.length;
  },
};
export type RecordVerbs = typeof verbs;
const progress = serve(verbs);
