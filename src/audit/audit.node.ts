import { availableParallelism } from "node:os";
import type { MachineSpec } from "../follow/open-run.node.ts";
import { readInput } from "../follow/open-run.node.ts";
import { type Boot, bootHash, sha256Hex } from "../machine/boot.ts";
import { findCore } from "../machine/cores.node.ts";
import { Child } from "../machine/instance/child.ts";
import { framesOf, type Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
import type { Profile } from "../watch/profile.ts";
import { AuditLog } from "./audit-log.node.ts";
import type { AuditVerbs } from "./audit-main.node.ts";
import { type Parted, type Place, partedAt, placesIn, probeIn, type Trace, type TraceSpec } from "./audit-trace.ts";
import { type Trial, trialsOf } from "./audit-trials.ts";

/** What came of a trial. */
export interface Finding {
  readonly id: string;
  readonly kind: Trial["kind"];
  /**
   * "output": the game's memory is the same on every frame, picture or sound is not. "unsure": it differs, and so does
   * the plain run from itself.
   */
  readonly verdict: "same" | "differs" | "output" | "unsure" | "untried";
  /** First frame that differs: of memory, or else of picture or sound. */
  readonly frame?: number;
  readonly output?: "picture" | "sound" | "picture and sound";
  /** The first byte, how many differ in that frame, and the profile's probe that holds one. */
  readonly place?: Place;
  readonly bytes?: number;
  readonly probe?: string;
  /** The trial parts otherwise when it is run once more: what was changed is itself not deterministic. */
  readonly unsteady?: true;
  readonly pin?: string;
  /** Why it could not be tried. */
  readonly why?: string;
}

export interface Audit {
  readonly boot: Boot;
  readonly bootHash: string;
  readonly frames: number;
  readonly findings: readonly Finding[];
  readonly seconds: number;
  /** Frames that all trials ran in a second, on all cores, and those of the plain run alone in its process. */
  readonly fps: { readonly audit: number; readonly plain: number };
}

export interface AuditRequest extends MachineSpec {
  readonly movie: Movie;
  /** By default the movie's or 600, or fewer where the budget would not do. */
  readonly frames?: number | undefined;
  /** Seconds. */
  readonly budget: number;
  readonly jobs?: number | undefined;
  /** A file that finished trials are kept in. */
  readonly job?: string | undefined;
  readonly seed?: number;
  /** Only trials whose id has this in it, or that it matches. */
  readonly only?: string | RegExp | undefined;
  /** False: the core's options are left alone. */
  readonly options?: boolean | undefined;
  readonly onTrial?: (done: number, of: number, finding: Finding) => void;
}

const SHORTEST = 120;
const USUAL = 600;
const OVER = "the budget was used up; run the same command again, it goes on from here";

const MAIN = new URL("./audit-main.node.ts", import.meta.url);

/** Changes one thing at a time and compares whole runs. Throws a Problem where the plain run itself cannot be played. */
export async function audit(request: AuditRequest): Promise<Audit> {
  const started = performance.now();
  const deadline = started + request.budget * 1000;
  const jobs = request.jobs ?? availableParallelism();
  const seed = request.seed ?? 1;
  const { movie, profile, patches } = request;
  const core = await findCore(request.core, request.rom);
  const log = new AuditLog(request.job);
  const plain = { ...request, treatment: "plain", seed } as const;
  const first = request.frames ?? SHORTEST;
  const probe = await played({ ...plain, frames: first });
  const settings = probe.boot.settings;
  const subject = {
    options: core.options,
    flip: request.options !== false,
    states: core.abilities.states,
    settings,
    regions: probe.regions,
    movie,
    profile: profile?.profile,
    patches,
  };
  const count = trialsOf({ ...subject, frames: SHORTEST }, seed).filter((trial) => !trial.untried).length;
  const speed = (first / Math.max(probe.seconds, 1e-3)) * jobs;
  const affordable = Math.floor((request.budget * AFFORD * speed) / (count + 1) - speed * STARTUP);
  const wished = framesOf(movie) || USUAL;
  const identity = {
    boot: bootHash(probe.boot),
    rom: sha256Hex(await readInput(request.rom)),
    seed,
    movie: sha256Hex(movieBytes(movie)),
    events: movie.events,
    profile: profile?.profile ?? null,
    patches: patches ?? {},
  };
  const frames = request.frames ?? log.frames(identity) ?? Math.max(SHORTEST, Math.min(wished, affordable));
  log.claim(identity, frames);
  const spec = specOf({ ...plain, frames });
  const trace = frames === first ? probe : await played(spec);
  const trials = trialsOf({ ...subject, frames }, seed).filter(({ id }) => id.search(escaped(request.only)) >= 0);
  if (trials.length === 0) throw new Problem(`no trial has "${request.only}" in its name; --all lists every one`);
  const bench = new Bench(spec, trace, deadline);
  const findings = new Map<string, Finding>();
  const keep = (finding: Finding): void => {
    findings.set(finding.id, finding);
    if (finding.why !== OVER) log.keep(finding);
    request.onTrial?.(findings.size, trials.length, finding);
  };
  const queue = trials.filter((trial) => {
    const known = log.finding(trial.id);
    if (known) findings.set(trial.id, known);
    return !known;
  });
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (let trial = queue.shift(); trial; trial = queue.shift()) keep(await bench.finding(trial));
    }),
  );
  await bench.close();
  const seconds = (performance.now() - started) / 1000;
  const all = trials.map(({ id }) => findings.get(id)!);
  return {
    boot: probe.boot,
    bootHash: bootHash(probe.boot),
    frames,
    findings: unsure(all),
    seconds,
    fps: { audit: Math.round(bench.framesRun / seconds), plain: Math.round(frames / trace.seconds) },
  };
}

/** Of the budget, what is planned for; the rest is for runs that are repeated, and for a machine that does other things. */
const AFFORD = 0.5;
/** Runs in one child: some cores leak each time that they are opened. */
const RUNS = 16;
/** Seconds until a child has opened its machine. */
const STARTUP = 0.4;

const specOf = ({ rom, more, core, settings, profile, patches, movie, frames, treatment, seed }: TraceSpec): TraceSpec => ({
  rom, more, core, settings, profile, patches, movie, frames, treatment, seed,
}); // biome-ignore format: a list of words

function movieBytes({ tracks, start }: Movie): Uint8Array {
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const arrays = tracks.flatMap(({ buttons, sticks, touch }) =>
    [buttons, sticks, touch].filter((a) => a !== undefined),
  );
  return Buffer.concat([...arrays.map(bytes), ...(start.kind === "save" ? [start.data] : [])]);
}

const escaped = (only: string | RegExp = ""): RegExp =>
  typeof only === "string" ? new RegExp(only.replace(/[^\w\s]/g, "\\$&")) : only;

const played = (spec: TraceSpec): Promise<Trace> =>
  inChild("the plain run", (child) => child.call("trace", specOf(spec)));

/** Runs something in a process of its own, which is ended afterwards. */
export async function inChild<T>(role: string, what: (child: Child<AuditVerbs>) => Promise<T>): Promise<T> {
  const child = new Child<AuditVerbs>(MAIN, role);
  try {
    return await what(child);
  } finally {
    await child.kill();
  }
}

/** Where the plain run differs from itself, everything after that may. */
function unsure(findings: Finding[]): Finding[] {
  const noise = findings.find(({ id }) => id === "same boot, another process");
  if (noise?.frame === undefined) return findings;
  const { frame, verdict } = noise;
  return findings.map((finding) => {
    if (finding.kind === "control" || finding.frame === undefined || finding.frame < frame) return finding;
    return verdict === "differs" || finding.verdict === verdict ? { ...finding, verdict: "unsure" } : finding;
  });
}

/** Plays trials against the plain run, until the deadline. */
class Bench {
  readonly #spec: TraceSpec;
  readonly #trace: Trace;
  readonly #deadline: number;
  readonly #profile: Profile | undefined;
  readonly #idle: { readonly child: Child<AuditVerbs>; left: number }[] = [];
  framesRun = 0;

  constructor(spec: TraceSpec, trace: Trace, deadline: number) {
    this.#spec = spec;
    this.#trace = trace;
    this.#deadline = deadline;
    this.#profile = spec.profile?.profile;
  }

  async finding(trial: Trial): Promise<Finding> {
    const { id, kind, pin } = trial;
    if (trial.untried) return { id, kind, verdict: "untried", why: trial.untried };
    if (performance.now() > this.#deadline) return { id, kind, verdict: "untried", why: OVER };
    try {
      const found = await (trial.touchedOnly ? this.#fromTouched(trial) : this.#whole(trial));
      return { id, kind, ...found, ...(found.verdict !== "same" && { pin }) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { id, kind, verdict: "untried", why: performance.now() > this.#deadline ? OVER : error.message };
    }
  }

  #specOf({ treatment, settings, movie, patches, written }: Trial): TraceSpec {
    return {
      ...this.#spec,
      treatment,
      settings: { ...this.#spec.settings, ...settings },
      ...(movie && { movie }),
      ...(patches && { patches }),
      ...(written && { written }),
    };
  }

  /** In a child of its own that is ended at the deadline. */
  async #in<T>(role: string, what: (child: Child<AuditVerbs>) => Promise<T>): Promise<T> {
    return inChild(role, (child) => this.#until(child, what));
  }

  /** In a child that other trials use as well, one after the other: of runs that part, all are played again in another one. */
  async #inAny<T>(what: (child: Child<AuditVerbs>) => Promise<T>): Promise<T> {
    const worker = this.#idle.pop() ?? { child: new Child<AuditVerbs>(MAIN, "the run"), left: RUNS };
    try {
      const result = await this.#until(worker.child, what);
      if (--worker.left > 0) this.#idle.push(worker);
      else await worker.child.kill();
      return result;
    } catch (error) {
      await worker.child.kill();
      throw error;
    }
  }

  async #until<T>(child: Child<AuditVerbs>, what: (child: Child<AuditVerbs>) => Promise<T>): Promise<T> {
    const timer = setTimeout(() => void child.kill(), Math.max(0, this.#deadline - performance.now()));
    try {
      return await what(child);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    for (const { child } of this.#idle) await child.kill();
  }

  async #whole(trial: Trial): Promise<Omit<Finding, "id" | "kind">> {
    const { regions } = this.#trace;
    const ignored = new Set(trial.ignore ?? []);
    const ignore = regions.flatMap(({ name }, i) => (ignored.has(name) ? [i] : []));
    const from = trial.coldAt === undefined ? undefined : await this.#stateAt(trial.coldAt);
    const spec = { ...this.#specOf(trial), ...(from && { from }) };
    const play = (child: Child<AuditVerbs>): Promise<Trace> => child.call("trace", spec, this.#trace, ignore);
    const role = `the run with ${trial.id}`;
    const seen = await (trial.kind === "option" ? this.#inAny(play) : this.#in(role, play));
    this.framesRun += seen.last;
    const shape = (r: Trace["regions"]): string => r.map(({ name }) => name).join();
    if (shape(seen.regions) !== shape(regions)) return { verdict: "differs", frame: 0, bytes: 0 };
    const parted = partedAt(this.#trace, seen, (from?.frame ?? 0) + 1, seen.last);
    if (!seen.dump) return output(parted);
    // Once more, and then the plain run up to there.
    const { again, expected } = await this.#in(role, async (child) => {
      const again = await play(child);
      await child.call("open", this.#spec);
      return { again, expected: await child.call("to", seen.last) };
    });
    this.framesRun += again.last + seen.last;
    const unsteady = again.last !== seen.last || !again.dump || Buffer.compare(again.dump, seen.dump) !== 0;
    return { ...this.#told(seen.last, expected, seen.dump, ignored), ...(unsteady && { unsteady }) };
  }

  async #fromTouched(trial: Trial): Promise<Omit<Finding, "id" | "kind">> {
    const spec = this.#specOf(trial);
    const parted = await this.#in(`the run with ${trial.id}`, async (child) => {
      await child.call("log", "plain", this.#spec);
      return child.call("parting", "plain", spec);
    });
    this.framesRun += 2 * (parted?.frame ?? spec.frames);
    if (!parted) return { verdict: "same" };
    const { frame, first, bytes, all } = parted;
    return { verdict: "differs", frame, bytes, ...(first && { place: first }), ...this.#named(all) };
  }

  #told(
    frame: number,
    expected: Uint8Array,
    actual: Uint8Array,
    ignored: ReadonlySet<string>,
  ): Omit<Finding, "id" | "kind"> {
    const { first, bytes, all } = placesIn(this.#trace.regions, expected, actual, (_, { name }) => !ignored.has(name));
    return { verdict: "differs", frame, ...(first && { place: first }), bytes, ...this.#named(all) };
  }

  #named(places: readonly Place[]): { probe?: string } {
    const probe = probeIn(this.#profile, places);
    return probe === undefined ? {} : { probe };
  }

  #stateAt(frame: number): Promise<NonNullable<TraceSpec["from"]>> {
    this.framesRun += frame;
    return this.#in("the plain run", async (child) => {
      await child.call("open", this.#spec);
      await child.call("to", frame);
      return child.call("state");
    });
  }
}

function output({ video, audio }: Parted): Omit<Finding, "id" | "kind"> {
  if (video === undefined && audio === undefined) return { verdict: "same" };
  const which = video === undefined ? "sound" : audio === undefined ? "picture" : "picture and sound";
  return {
    verdict: "output",
    frame: Math.min(video ?? Number.POSITIVE_INFINITY, audio ?? Number.POSITIVE_INFINITY),
    output: which,
  };
}
