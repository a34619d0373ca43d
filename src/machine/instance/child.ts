import { type ChildProcess, fork } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { EXIT, Problem } from "../../problem.ts";

// An instance is a process of its own: a core that crashes or hangs ends that process, never the program.

type Verbs = Record<string, (...args: never[]) => unknown>;
type Reply = {
  id: number;
  progress?: unknown;
  value?: unknown;
  error?: { message: string; exitCode?: number; stack?: string };
};
type Pending = {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  doing: string;
  timer: NodeJS.Timeout;
};

/** Longest silence, in ms, before a process that owes an answer counts as hung. Long work tells its progress meanwhile. */
const HANG_AFTER = 120_000;
const SIGN_EVERY = 5000;

/** A child process that answers calls, in order. `V` is the type of the verbs that its module gives to {@link serve}. */
export class Child<V extends Verbs> {
  readonly #process: ChildProcess;
  readonly #label: string;
  readonly #hangAfter: number;
  readonly #onProgress: ((value: unknown) => void) | undefined;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #over: Error | undefined;
  readonly exited: Promise<void>;

  /** `label` is what messages call it: "the native instance (nestopia)". */
  constructor(module: URL, label: string, options: { hangAfter?: number; onProgress?: (value: unknown) => void } = {}) {
    this.#label = label;
    this.#hangAfter = options.hangAfter ?? HANG_AFTER;
    this.#onProgress = options.onProgress;
    this.#process = fork(fileURLToPath(built(module)), {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: [],
    });
    let complaint = "";
    this.#process.stderr!.on("data", (text) => (complaint = (complaint + text).slice(-2000)));
    this.#process.on("message", (reply: Reply) => this.#settle(reply));
    this.#process.on("error", () => {}); // a message to a process that is gone; how it went is told by its exit
    this.exited = new Promise((resolve) =>
      this.#process.on("exit", (code, signal) => {
        this.#end(new Problem(`${this.#label} ${howItEnded(code, signal, complaint)}`, EXIT.desync));
        resolve();
      }),
    );
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Calls a verb. Rejects with what it threw, or with how its process ended. */
  call<K extends keyof V & string>(verb: K, ...args: Parameters<V[K]>): Promise<Awaited<ReturnType<V[K]>>> {
    if (this.#over) return Promise.reject(this.#over);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#hung(verb), this.#hangAfter);
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, doing: verb, timer });
      this.#process.send({ id, verb, args });
    });
  }

  /** Ends it at once; pending calls reject. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.exited;
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    if ("progress" in reply) {
      pending.timer.refresh();
      if (reply.progress !== undefined) this.#onProgress?.(reply.progress);
      return;
    }
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if (!reply.error) pending.resolve(reply.value);
    else pending.reject(this.#asError(reply.error));
  }

  #asError({ message, exitCode, stack }: NonNullable<Reply["error"]>): Error {
    if (exitCode !== undefined) return new Problem(message, exitCode);
    return Object.assign(new Error(`${this.#label}: ${message}`), { stack });
  }

  #hung(verb: string): void {
    this.#end(
      new Problem(
        `${this.#label} hangs: no answer to "${verb}" for ${this.#hangAfter / 1000} s; it was ended`,
        EXIT.desync,
      ),
    );
    this.#process.kill("SIGKILL");
  }

  #end(error: Error): void {
    this.#over ??= error;
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(this.#over);
    }
    this.#pending.clear();
  }
}

/** In a child process: the call that is being answered, and when something was last told of it. */
let current = -1;
let told = 0;

/** Answers calls in a child process, one after the other, until its parent is gone. Returns how a verb tells its progress. */
export function serve(verbs: Verbs): (progress: unknown) => void {
  let turn = Promise.resolve();
  process.on("message", ({ id, verb, args }: { id: number; verb: string; args: never[] }) => {
    turn = turn.then(async () => {
      current = id;
      try {
        process.send!({ id, value: await verbs[verb]!(...args) });
      } catch (error) {
        const { message, stack } = error as Error;
        process.send!({ id, error: { message, stack, ...(error instanceof Problem && { exitCode: error.exitCode }) } });
      }
    });
  });
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole group; the parent decides what its instances do then.
  process.on("SIGINT", () => {});
  return tell;
}

/** What a verb calls in each frame that it plays: a slow core takes minutes for one message, and says that it is not hung. */
export function signOfLife(): void {
  if (performance.now() - told > SIGN_EVERY) tell(undefined);
}

function tell(progress: unknown): void {
  told = performance.now();
  process.send!({ id: current, progress });
}

/** Children run compiled. Under a loader that runs the sources, the built file that belongs to a source is meant. */
export function built(module: URL): URL {
  const js = module.href.replace(/\.ts$/, ".js");
  if (!import.meta.url.endsWith(".ts")) return new URL(js);
  const at = js.lastIndexOf("/src/");
  return new URL(`${js.slice(0, at)}/dist/${js.slice(at + 5)}`);
}

/** How a process ended, in words that go on after what it is called. */
export function howItEnded(code: number | null, signal: NodeJS.Signals | null, complaint: string): string {
  const lines = complaint.trim().split("\n");
  const last = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
  const said = last ? `: ${last}` : "";
  if (signal === "SIGKILL") return `was killed (signal 9)${said}`;
  if (signal) return `crashed with ${signal} (signal ${constants.signals[signal]})${said}`;
  return `ended by itself with exit code ${code}${said}`;
}
