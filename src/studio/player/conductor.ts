import { isSlp } from "../../movie/slp/raw.ts";
import { fileOf, nameOf, type Openable } from "./files.ts";
import type { Host, OpenWith, RecordWith } from "./host.ts";
import { type Model, newModel } from "./model.ts";
import { SlpSource } from "./slp-source.ts";
import type { Beat, Command, FrameSource, GameFile, News } from "./source.ts";
import { Waiting } from "./waiting.ts";
import { WorkerSource } from "./worker-source.ts";

const WORKER = new URL("./instep-player-worker.js", import.meta.url);
const SLP_WORKER = new URL("./instep-slp.js", import.meta.url);

/** Opens what is to be played, tells its source what to do, and keeps what the source says. */
export class Conductor {
  model: Model = newModel();
  frame = 0;
  /** Takes each new source, for its sound. */
  onSource: (source: FrameSource) => void = () => {};
  readonly #host: Host;
  #source: FrameSource | undefined;
  /** What is being opened, and the game of a live game. */
  #file: GameFile | undefined;
  #game: GameFile | undefined;
  /** How a live game was asked for. */
  #recorded: Extract<Command, { do: "record" }> | undefined;
  #loading = new AbortController();
  #opening: { resolve(): void; reject(error: Error): void } | undefined;
  readonly #waiting = new Waiting();

  constructor(host: Host) {
    this.#host = host;
  }

  set(change: Partial<Model>): void {
    Object.assign(this.model, change);
    this.#host.changed();
  }

  tell(command: Command): void {
    this.#source?.tell(command);
  }

  /** Resolves when it can be played or its game is asked for; rejects with a line for people. */
  open(recording: Openable, { name, rom, against }: OpenWith): Promise<void> {
    return this.#try(name ?? nameOf(recording), async (signal) => {
      const game = rom === undefined ? undefined : fileOf(rom, undefined, signal).catch((error: Error) => error);
      const file = await fileOf(recording, name, signal);
      const other = against === undefined ? undefined : await fileOf(against, undefined, signal);
      const given = await game;
      if (signal.aborted) return;
      this.#file = file;
      this.set({ file: file.name });
      this.#renew(isSlp(file.bytes) ? new SlpSource(SLP_WORKER) : new WorkerSource(WORKER));
      const found = given instanceof Error ? undefined : given;
      await this.#order({ do: "open", file, rom: found, core: this.#host.core ?? undefined, against: other });
      const { phase, wanted } = this.model;
      if (given instanceof Error && phase === "wanted") this.set({ wanted: { ...wanted!, refused: given.message } });
    });
  }

  /** Gives the game that is asked for. */
  async openRom(rom: Openable, name: string | undefined): Promise<void> {
    const file = await fileOf(rom, name, this.#loading.signal);
    this.set({ phase: "loading", line: `Opening ${file.name} …` });
    await this.#order({ do: "rom", rom: file });
  }

  /** Plays a game live, and records it from its first frame on. */
  record(rom: Openable, { name, settings = {}, save, profile }: RecordWith): Promise<void> {
    return this.#try(name ?? nameOf(rom), async (signal) => {
      const file = await fileOf(rom, name, signal);
      if (signal.aborted) return;
      this.#game = file;
      this.#renew(new WorkerSource(WORKER));
      this.#recorded = { do: "record", rom: file, core: this.#host.core ?? undefined, save, settings, profile };
      await this.#order(this.#recorded);
    });
  }

  recording(end: boolean): Promise<Uint8Array | undefined> {
    if (end) this.set({ finished: true });
    return this.#ask(end ? "finish" : "recording");
  }

  beat(): Promise<Beat> {
    return this.#ask("beat");
  }

  /** Opens what was recorded of the live game that is over. */
  async watch(recording: Uint8Array): Promise<void> {
    const game = this.#game!;
    await this.open(recording, { name: this.recordingName, rom: new File([game.bytes.slice()], game.name) });
  }

  /** Ends its workers; something may be opened again. */
  close(): void {
    this.#loading.abort();
    this.#leave();
    this.model = newModel();
  }

  get recordingName(): string {
    return `${(this.model.opened?.game ?? "game").replace(/\.[^.]*$/, "")}.isr`;
  }

  seek(frame: number): Promise<void> {
    const { opened } = this.model;
    if (opened?.kind !== "replay") return Promise.resolve();
    const to = Math.max(0, Math.min(Math.round(frame), opened.frames));
    this.set({ begun: true });
    const arrives = this.#waiting.seek(to);
    this.tell({ do: "seek", frame: to });
    return arrives;
  }

  rate(rate: number): void {
    this.set({ rate });
    this.tell({ do: "rate", rate });
  }

  loopBetween(from: number | undefined, to: number | undefined): void {
    this.set({ loopFrom: from, loopTo: to });
    this.tellLoop();
  }

  tellLoop(): void {
    const { loopFrom, loopTo, opened } = this.model;
    if (opened?.kind !== "replay") return;
    if (loopFrom !== undefined && loopTo !== undefined) this.tell({ do: "loop", from: loopFrom, to: loopTo });
    else this.tell({ do: "loop", from: 0, to: this.#host.loop ? opened.frames : 0 });
  }

  /** Opens something, in place of what is open. */
  async #try(name: string, open: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.#opening?.reject(new Error(`${this.model.file || "it"}: something else was opened`));
    this.#opening = undefined;
    const { rate, volume, full, sound } = this.model;
    this.model = { ...newModel(), phase: "loading", line: `Opening ${name} …`, rate, volume, full, sound };
    this.frame = 0;
    this.#file = this.#game = undefined;
    this.#host.changed();
    try {
      await open(signal);
    } catch (error) {
      // What the source said itself is told already.
      if (!signal.aborted && this.model.phase === "loading") this.#fail((error as Error).message);
      throw error;
    }
  }

  /** Takes frames from there from now on: a canvas is given away once, so each source has its own. */
  #renew(source: FrameSource): void {
    this.#leave();
    this.#source = source;
    source.onNews = (news) => this.#hear(news);
    const canvas = document.createElement("canvas");
    this.#host.screen(canvas);
    this.tell({ do: "screen", canvas: canvas.transferControlToOffscreen() });
    this.tell({ do: "rate", rate: this.model.rate });
    this.onSource(source);
  }

  #leave(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#waiting.leave();
  }

  /** Tells it, and waits until what it opens is open. */
  #order(command: Command): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.tell(command);
    });
  }

  #ask<T>(what: "recording" | "finish" | "beat"): Promise<T> {
    if (!this.#source) return Promise.resolve(undefined as T);
    return this.#waiting.ask((id) => this.tell({ do: "ask", what, id }));
  }

  #hear(news: News): void {
    const { model } = this;
    switch (news.news) {
      case "opened":
        this.set({ phase: "ready", opened: news.opened, marks: news.opened.marks });
        this.tellLoop();
        this.#opened();
        this.#host.say("ready", news.opened);
        return;
      case "wanted":
        this.set({ phase: "wanted", wanted: news.rom });
        this.#opened();
        return;
      case "native": {
        const file = (this.#file ?? this.#game)!;
        const source = this.#host.sourceFor?.(file, news.core, news.system);
        if (source) {
          this.#renew(source);
          if (this.#file) this.tell({ do: "open", file, rom: undefined, core: undefined });
          else this.tell(this.#recorded!);
        } else if (this.#host.say("native", { core: news.core, system: news.system, message: news.line }))
          this.#fail(news.line, "native");
        return;
      }
      case "aspect":
        if (model.opened) this.set({ opened: { ...model.opened, aspect: news.aspect } });
        return;
      case "frame":
        this.frame = news.frame;
        this.#host.shown(news.frame);
        this.#host.say("frame", { frame: news.frame });
        return;
      case "seeking":
        this.set({ seeking: news });
        return;
      case "seeked":
        if (model.seeking) this.set({ seeking: undefined });
        this.#waiting.seeked(news.frame);
        this.#host.say("seeked", { frame: news.frame });
        return;
      case "paused":
        this.set({ paused: news.paused });
        if (news.ended) this.#host.say("ended", { frame: this.frame });
        return;
      case "parted":
        if (model.parted && model.parted.frame <= news.frame) return;
        this.set({ parted: news });
        this.#host.say("divergence", { frame: news.frame, message: news.line });
        return;
      case "marks": {
        const known = new Set(model.marks.map(({ frame, kind }) => `${kind} ${frame}`));
        const fresh = news.marks.filter(({ frame, kind }) => !known.has(`${kind} ${frame}`));
        if (fresh.length > 0) this.set({ marks: [...model.marks, ...fresh] });
        return;
      }
      case "scouted":
        this.set({ scouted: news.frame });
        return;
      case "thumbnail":
        this.#host.thumbnail(news.frame, news.picture);
        return;
      case "poster":
        this.set({ poster: news.picture });
        return;
      case "fault":
        this.#fail(news.line);
        return;
      case "answer":
        this.#waiting.answered(news.id, news.value);
    }
  }

  #opened(): void {
    this.#opening?.resolve();
    this.#opening = undefined;
  }

  /** Says what is wrong; what plays already stays. */
  #fail(line: string, phase: "fault" | "native" = "fault"): void {
    if (this.model.phase === "ready") this.set({ stumbled: line, seeking: undefined });
    else this.set({ phase, line });
    this.#waiting.stumbled();
    this.#opening?.reject(new Error(line));
    this.#opening = undefined;
    this.#host.say("fault", { message: line });
  }
}
