import { History } from "../../../history/history.ts";
import { SHOW_ALL, type Show } from "../../../machine/machine.ts";
import type { Player } from "../../../replay/player.ts";
import { ReplaySeek, type Shown } from "../../../replay/seek.ts";
import type { SeekIndex } from "../../../replay/seek-index.ts";
import { describeDivergence, firstDivergence, newReadings, sliceReadings } from "../../../watch/readings.ts";
import { Watcher } from "../../../watch/watcher.ts";
import type { Mark, Opened } from "../source.ts";
import { aspectOf, type Deck } from "./deck.ts";

/** Memory for states of frames that were played, and frames between two, more where states are large. */
const BUDGET = 64 << 20;
const INTERVAL = 20;
const STATE_BYTES_A_FRAME = 64 << 10;
/** Frames that are compared at a time. */
const ROWS = 16;
/** Frames that a far seek plays before it looks whether another place is wanted by now: under 0.2 s. */
const STRETCH = 120;
const LONGEST_NAME = 60;
/** The most marks of one kind. */
const MOST_MARKS = 300;

/** What is known of a recording besides. */
export interface About {
  /** The game's file name. */
  readonly game: string;
  readonly remarks: readonly string[];
  /** States of the file may be loaded: to a native core they are a stranger's. */
  readonly fileStates: boolean;
}

/** What a deck finds while it plays. */
export interface Finds {
  /** It reads otherwise than recorded from this frame on. */
  parted(frame: number, line: string): void;
  marks(marks: readonly Mark[]): void;
}

/** Plays a recording: forwards with every frame compared, and to any frame. */
export class ReplayDeck implements Deck {
  readonly opened: Opened;
  readonly #player: Player;
  readonly #seek: ReplaySeek;
  readonly #index: SeekIndex;
  readonly #finds: Finds;
  readonly #interval: number;
  readonly #history: History;
  readonly #fileStates: boolean;
  readonly #watcher: Watcher | undefined;
  readonly #rows;
  /** Frame of the first row that waits to be compared, and rows that wait. */
  #first = 0;
  #count = 0;
  #inStep = true;
  readonly #marked = new Set<number>();
  /** Partings that the restorer noted and that were looked at. */
  #noted = 0;

  constructor(player: Player, index: SeekIndex, { game, remarks, fileStates }: About, finds: Finds) {
    const { machine, replay } = player;
    const { profile } = replay;
    this.#player = player;
    this.#index = index;
    this.#finds = finds;
    this.#seek = new ReplaySeek(player, { index, fileStates });
    this.#fileStates = fileStates;
    this.#interval = Math.max(INTERVAL, Math.ceil(machine.stateSize / STATE_BYTES_A_FRAME));
    this.#history = new History({ budget: BUDGET, interval: this.#interval });
    this.#watcher = profile && new Watcher(profile, machine);
    this.#rows = profile && newReadings(profile, 0, ROWS);
    const { core, system } = machine.boot;
    this.opened = {
      kind: "replay",
      game,
      system,
      core: `${core.name} ${core.version}`,
      players: namesOf(replay.recording.players),
      frames: replay.frames,
      fps: machine.timing.fps,
      aspect: aspectOf(machine.video),
      compares: replay.readings.length > 1,
      remarks,
      marks: marksOf(player),
    };
  }

  get end(): number {
    return this.#player.replay.frames;
  }

  get machine() {
    return this.#player.machine;
  }

  step(show: Show): void {
    const player = this.#player;
    player.step(show);
    this.#watch();
    if (this.#inStep && this.#history.wants(player.frame)) this.#history.keep(player.frame, player.machine.saveState());
  }

  /** Compares what waits; for a pause or an end. */
  settle(): void {
    const { profile, readings } = this.#player.replay;
    const count = Math.min(this.#count, readings.length - this.#first);
    this.#count = 0;
    if (!profile || count <= 0) return;
    const actual = { ...sliceReadings(this.#rows!, 0, count), first: this.#first };
    const parted = firstDivergence(profile, readings.slice(this.#first, count), actual);
    if (parted && this.#inStep) this.#tell(parted.frame, describeDivergence(parted));
    this.#inStep = parted === undefined;
    this.#tellRepairs();
  }

  /**
   * Goes to a frame and draws it. A far way is gone in stretches; undefined where `stale` says after one of them that it
   * is not wanted any more.
   */
  async goTo(frame: number, stale: () => boolean, onWay: (frame: number) => void): Promise<Shown | undefined> {
    this.settle();
    const near = this.#enterNear(frame);
    for (let at = near + STRETCH; at < frame; at += STRETCH) {
      this.#seek.seek(at);
      onWay(at);
      await turn();
      if (stale()) return undefined;
    }
    const shown = this.#seek.show(frame, SHOW_ALL);
    this.#inStep = shown.inStep !== false;
    this.#first = this.#player.frame + 1;
    return shown;
  }

  close(): void {
    this.#player.machine.close();
  }

  /** Where a seek to that frame starts; loads a state of this deck's own where none is nearer. */
  #enterNear(frame: number): number {
    const player = this.#player;
    const before = frame - 1;
    const here = player.frame <= before ? player.frame : 0;
    const known = Math.max(
      here,
      this.#index.nearest(before)?.frame ?? 0,
      (this.#fileStates && player.replay.keyframes.findLast((k) => k.frame <= before && k.verified !== false)?.frame) ||
        0,
    );
    if (before - known < this.#interval) return known;
    const own = this.#history.nearest(before);
    if (!own || own.frame <= known) return known;
    player.load(own.state, own.frame, player.sampleAt(own.frame), player.sampleAt(own.frame - 1));
    return own.frame;
  }

  #watch(): void {
    if (!this.#rows) return;
    const { frame } = this.#player;
    if (this.#count === 0 || frame !== this.#first + this.#count) {
      this.#first = frame;
      this.#count = 0;
    }
    this.#watcher!.read(this.#rows, this.#count++);
    if (this.#count === ROWS) this.settle();
  }

  #tell(frame: number, line: string): void {
    this.#finds.parted(frame, line);
    if (this.#marked.size >= MOST_MARKS || this.#marked.has(frame)) return;
    this.#marked.add(frame);
    this.#finds.marks([{ frame, kind: "desync", text: line }]);
  }

  /** Tells what was put back. */
  #tellRepairs(): void {
    const partings = this.#player.restorer?.notes.partings ?? [];
    const marks: Mark[] = [];
    for (; this.#noted < partings.length; this.#noted++) {
      const { frame, entry, restored } = partings[this.#noted]!;
      if (!restored || this.#marked.has(frame) || this.#marked.size >= MOST_MARKS) continue;
      this.#marked.add(frame);
      marks.push({ frame, kind: "repair", text: `"${entry}" was other than recorded and was put back` });
    }
    if (marks.length > 0) this.#finds.marks(marks);
  }
}

/** Lets messages in. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Names that a recording's header gives its players. */
function namesOf(players: unknown): string[] {
  if (!Array.isArray(players)) return [];
  return players.flatMap((player: { name?: unknown } | null) =>
    typeof player?.name === "string" ? [player.name.slice(0, LONGEST_NAME)] : [],
  );
}

/** What the file itself says of places in it. */
function marksOf({ replay }: Player): Mark[] {
  const { movie, profile, happenings, frames, damage, complete } = replay;
  const events = movie.by === "frame" ? movie.events : [];
  const ends = damage !== undefined ? "The file is damaged here" : complete ? undefined : "The file was cut off here";
  return [
    ...events.slice(0, MOST_MARKS).map(
      ({ at, kind, data }): Mark => ({
        frame: at,
        kind: "event",
        text: { reset: "Reset", power: "Power off and on" }[kind as string] ?? data ?? kind,
      }),
    ),
    ...happenings
      .slice(0, MOST_MARKS)
      .map(({ frame, event }): Mark => ({ frame, kind: "event", text: profile?.events[event]?.name ?? "Event" })),
    ...(ends === undefined ? [] : [{ frame: frames, kind: "end" as const, text: ends }]),
  ];
}
