import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CoreCard } from "../server/cards-main.node.ts";
import type { Job, Plan } from "../server/jobs.node.ts";
import type { Entry } from "../server/library.node.ts";
import { ask, Fault } from "./ask.ts";

export type { CoreCard, Entry, Job };

/** A line that is shown in the corner for a while. */
export interface Notice {
  readonly text: string;
  readonly bad: boolean;
}

type Told = { entry?: Entry; job?: Job; jobs?: Job[]; changed?: true };

const AGAIN_AFTER = 1500;
const SHOWN_FOR = 9000;

/** What the page knows of the server's side; it is told of each change by a WebSocket, and asks anew when that was lost. */
class Store extends EventTarget {
  entries = new Map<string, Entry>();
  jobs = new Map<string, Job>();
  roots: readonly { readonly name: string; readonly path: string; readonly writable: boolean }[] = [];
  /** Undefined until it is known whether there is a connection. */
  connected: boolean | undefined;
  loaded = false;
  notices: readonly Notice[] = [];
  #cores: Promise<readonly CoreCard[]> | undefined;

  begin(): void {
    void this.load();
    this.#connect();
  }

  async load(): Promise<void> {
    try {
      const { roots, entries } = await ask<{ roots: Store["roots"]; entries: Entry[] }>("GET", "/api/library");
      this.roots = roots;
      // News by the socket may have come before this answer, which was written earlier.
      const newer = ({ id, size, time, card }: Entry): Entry | undefined => {
        const known = this.entries.get(id);
        return !card && known?.card && known.size === size && known.time === time ? known : undefined;
      };
      this.entries = new Map(entries.map((entry) => [entry.id, newer(entry) ?? entry]));
      this.loaded = true;
    } catch (error) {
      this.say(error);
    }
    this.#changed();
  }

  cores(): Promise<readonly CoreCard[]> {
    this.#cores ??= ask<readonly CoreCard[]>("GET", "/api/cores");
    this.#cores.catch(() => (this.#cores = undefined));
    return this.#cores;
  }

  get listedJobs(): Job[] {
    return [...this.jobs.values()].sort((a, b) => b.made - a.made);
  }

  /** Asks for a job; undefined where that was refused, which is shown. */
  async start(job: Pick<Plan, "kind"> & Record<string, unknown>): Promise<Job | undefined> {
    return this.try(async () => this.#keep(await ask<Job>("POST", "/api/jobs", job)));
  }

  async tell(job: Job, what: "cancel" | "resume" | "forget"): Promise<void> {
    await this.try(async () => {
      const now = await ask<Job>("POST", `/api/${what}/${job.id}`);
      if (what === "forget") this.jobs.delete(job.id);
      else this.#keep(now);
      this.#changed();
    });
  }

  /** Does it; what goes wrong is shown, and undefined returned. */
  async try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.say(error);
      return undefined;
    }
  }

  /** Shows a line in the corner: words, or why something went wrong. */
  say(what: unknown): void {
    const notice = what instanceof Error ? { text: what.message, bad: true } : { text: String(what), bad: false };
    if (what instanceof Fault && what.lost && this.connected === false) return; // the rail says it already
    if (this.notices.some(({ text }) => text === notice.text)) return;
    this.notices = [...this.notices, notice];
    setTimeout(() => this.dismiss(notice), SHOWN_FOR);
    this.#changed();
  }

  dismiss(notice: Notice): void {
    this.notices = this.notices.filter((one) => one !== notice);
    this.#changed();
  }

  #keep(job: Job): Job {
    this.jobs.set(job.id, job);
    this.#changed();
    return job;
  }

  #connect(): void {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/events`);
    socket.addEventListener("open", () => {
      if (this.connected === false) void this.load();
      this.connected = true;
      this.#changed();
    });
    socket.addEventListener("message", ({ data }) => this.#told(JSON.parse(data as string)));
    socket.addEventListener("close", () => {
      this.connected = false;
      this.#changed();
      setTimeout(() => this.#connect(), AGAIN_AFTER);
    });
  }

  #told({ entry, job, jobs, changed }: Told): void {
    // JSON of another kind is no profile.
    if (entry && !(entry.kind === "profile" && entry.card?.fault)) this.entries.set(entry.id, entry);
    if (jobs) this.jobs = new Map(jobs.map((one) => [one.id, one]));
    if (job) this.jobs.set(job.id, job);
    if (changed) void this.load();
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

export const store = new Store();

/** Draws an element anew when the store changes. */
export class Watching implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #update = (): void => this.#host.requestUpdate();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    store.addEventListener("change", this.#update);
  }

  hostDisconnected(): void {
    store.removeEventListener("change", this.#update);
  }
}
