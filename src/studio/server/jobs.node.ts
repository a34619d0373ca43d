import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeWhole } from "../../follow/job.node.ts";
import { Refusal } from "./fault.node.ts";
import type { Folders } from "./folders.node.ts";
import { type Ended, type Progress, runStep } from "./step.node.ts";

/** One run of the program. */
export interface Step {
  /** What is going on, for people: "Looking for canaries". */
  readonly name: string;
  /** As they are typed after `instep`. */
  readonly args: readonly string[];
  /** The recording that it tells something of. */
  readonly about?: string;
}

/** What somebody asks for. */
export interface Plan {
  readonly kind: "sync" | "clip" | "verify" | "explain";
  readonly title: string;
  readonly steps: readonly Step[];
  /** Ids of the files that it makes, the one to look at first. */
  readonly outputs: readonly string[];
  /** Of a force-sync: where its readings and strips are. */
  readonly folder?: string;
  /** A step that fails does not end it. */
  readonly goesOn?: boolean;
}

export interface Outcome extends Ended {
  readonly step: number;
}

export interface Job extends Plan {
  readonly id: string;
  readonly made: number;
  state: "waiting" | "running" | "done" | "failed" | "cancelled" | "interrupted";
  /** The step that runs, or ran last. */
  step: number;
  progress?: Progress;
  /** What it said last. */
  lines: string[];
  outcomes: Outcome[];
  began?: number;
  ended?: number;
  fault?: string;
}

const MOST_LINES = 200;
const TELL_EVERY = 200;
const KILL_AFTER = 4000;
/** A force-sync may take hours: shorter things do not wait for it. */
const laneOf = ({ kind }: Plan): string => (kind === "sync" ? "long" : "short");

/**
 * What takes long: each job runs the program's own commands, one after the other, in processes of their own. It is kept
 * in a file, so that a studio that begins again knows it, and can go on with it.
 */
export class Jobs {
  readonly #folders: Folders;
  readonly #cli: string;
  readonly #tell: (job: Job) => void;
  readonly #ended: (job: Job, outcome: Outcome) => void;
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, ChildProcess>();
  readonly #told = new Map<string, number>();
  #closing = false;

  /** `cli` is the program's main file; `ended` is called for each step that is over. */
  constructor(folders: Folders, cli: string, tell: (job: Job) => void, ended: (job: Job, outcome: Outcome) => void) {
    this.#folders = folders;
    this.#cli = cli;
    this.#tell = tell;
    this.#ended = ended;
    const folder = folders.own("jobs");
    for (const file of existsSync(folder) ? readdirSync(folder) : []) {
      if (!file.endsWith(".json")) continue;
      try {
        const job = JSON.parse(readFileSync(folders.own("jobs", file), "utf8")) as Job;
        if (job.state === "running" || job.state === "waiting") job.state = "interrupted";
        this.#jobs.set(job.id, job);
      } catch {
        // Half a file of a full disk: there is nothing to go on with.
      }
    }
  }

  /** The newest first. */
  get list(): Job[] {
    return [...this.#jobs.values()].sort((a, b) => b.made - a.made);
  }

  get(id: string): Job {
    const job = this.#jobs.get(id);
    if (!job) throw new Refusal(404, "there is no such job");
    return job;
  }

  start(plan: Plan): Job {
    const id = `${Date.now().toString(36)}${randomBytes(3).toString("hex")}`;
    const job: Job = { ...plan, id, made: Date.now(), state: "waiting", step: 0, lines: [], outcomes: [] };
    this.#keep(job, true);
    this.#jobs.set(id, job);
    this.#next();
    return job;
  }

  cancel(id: string): Job {
    const job = this.get(id);
    if (job.state !== "waiting" && job.state !== "running") return job;
    this.#settle(job, "cancelled");
    this.#end(id);
    return job;
  }

  /** Goes on with one that was cancelled, interrupted or failed: its commands begin where they were. */
  resume(id: string): Job {
    const job = this.get(id);
    if (this.#running.has(id)) throw new Refusal(409, "it is still ending; try again in a moment");
    if (job.state === "waiting" || job.state === "running" || job.state === "done") return job;
    delete job.fault;
    delete job.ended;
    job.state = "waiting";
    this.#keep(job);
    this.#next();
    return job;
  }

  /** Forgets a job; the files that it made stay. */
  forget(id: string): void {
    this.cancel(id);
    this.#jobs.delete(id);
    rmSync(this.#folders.own("jobs", `${id}.json`), { force: true });
  }

  /** Ends what runs; it can be gone on with by the next studio. */
  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#running];
    for (const job of this.#jobs.values())
      if (job.state === "running" || job.state === "waiting") this.#settle(job, "interrupted");
    await Promise.all(
      running.map(([id, child]) => {
        const over = new Promise((resolve) => child.once("close", resolve));
        this.#end(id);
        return over;
      }),
    );
  }

  #next(): void {
    if (this.#closing) return;
    const busy = new Set([...this.#jobs.values()].filter(({ state }) => state === "running").map(laneOf));
    for (const job of this.list.reverse()) {
      if (job.state !== "waiting" || this.#running.has(job.id) || busy.has(laneOf(job))) continue;
      busy.add(laneOf(job));
      job.state = "running";
      job.began ??= Date.now();
      void this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    while (job.state === "running" && job.step < job.steps.length) {
      this.#keep(job);
      const outcome = await this.#runStep(job);
      if (job.state !== "running") break;
      job.outcomes = [...job.outcomes.filter(({ step }) => step !== job.step), outcome];
      this.#ended(job, outcome);
      if (outcome.code !== 0 && !job.goesOn) {
        job.fault = outcome.fault!;
        this.#settle(job, "failed");
        break;
      }
      job.step++;
    }
    if (job.state === "running") {
      job.step = job.steps.length - 1;
      this.#settle(job, "done");
    }
    this.#next();
  }

  async #runStep(job: Job): Promise<Outcome> {
    const ended = await runStep(this.#cli, this.#folders.home, job.steps[job.step]!.args, {
      started: (child) => this.#running.set(job.id, child),
      lines: (lines) => {
        job.lines = [...job.lines, ...lines].slice(-MOST_LINES);
        this.#change(job);
      },
      progress: (progress) => {
        job.progress = progress;
        this.#change(job, progress.done >= progress.total);
      },
    });
    this.#running.delete(job.id);
    return { step: job.step, ...ended };
  }

  #end(id: string): void {
    const child = this.#running.get(id);
    child?.kill("SIGTERM");
    if (child) setTimeout(() => child.kill("SIGKILL"), KILL_AFTER).unref();
  }

  #settle(job: Job, state: Job["state"]): void {
    job.state = state;
    job.ended = Date.now();
    this.#keep(job);
  }

  /** `insist`: who asked for it is told where it cannot be written. */
  #keep(job: Job, insist = false): void {
    this.#change(job, true);
    try {
      writeWhole(this.#folders.own("jobs", `${job.id}.json`), JSON.stringify(job));
    } catch (error) {
      if (insist) throw error;
      job.lines = [...job.lines, `how it stands could not be kept: ${(error as Error).message}`].slice(-MOST_LINES);
    }
  }

  #change(job: Job, now = false): void {
    const time = Date.now();
    if (!now && time - (this.#told.get(job.id) ?? 0) < TELL_EVERY) return;
    this.#told.set(job.id, time);
    this.#tell(job);
  }
}
