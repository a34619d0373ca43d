import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { serve, signOfLife } from "../machine/instance/child.ts";
import { regionOf, SHOW_ALL, SHOW_NOTHING } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../replay/run.ts";
import { fingerprint } from "../watch/watcher.ts";
import { MemoryLog, memoryOf, type Parting, regionsOf } from "./audit-memory.ts";
import { opened, stepped } from "./audit-open.node.ts";
import { type Prints, type Region, sameMemory, type Trace, type TraceSpec } from "./audit-trace.ts";
import { chain, source } from "./explain-chain.node.ts";

/** Frames that a machine runs before it is closed and opened again, or switched off and on. */
const BEFORE = 120;
const WARM_EVERY = 30;
/** A rollback of netplay: so many frames at most. */
const DEEPEST = 12;

let run: Run | undefined;
const logs = new Map<string, MemoryLog>();

const verbs = {
  /** Plays a run and takes its fingerprints. It ends early where its memory is no longer as `against` says, in the same regions. */
  async trace(spec: TraceSpec, against?: Expected, ignore: readonly number[] = []): Promise<Trace> {
    const busy = spec.treatment === "host load" ? hostLoad() : [];
    try {
      return await trace(spec, against, new Set(ignore));
    } finally {
      for (const worker of busy) await worker.terminate();
    }
  },
  /** Opens a run that {@link to} goes on with. */
  async open(spec: TraceSpec): Promise<void> {
    run = await opened(spec);
  },
  /** Plays on to a frame, treated as the specification says; all memory there. */
  to(frame: number): Uint8Array {
    while (run!.frame < frame) {
      run!.step(SHOW_ALL);
      signOfLife();
    }
    return memoryOf(run!.machine, regionsOf(run!.machine));
  },
  /** The state of the frame it is at, as a cold load takes it. */
  state(): NonNullable<TraceSpec["from"]> {
    const { frame, machine } = run!;
    const sample = run!.sampleAt(frame) ?? frame;
    const before = frame > 0 ? (run!.sampleAt(frame - 1) ?? frame - 1) : 0;
    return { state: machine.saveState(), frame, sample, before };
  },
  /** Keeps all memory of a run on every frame under a name, to compare others with; the regions it has. */
  async log(name: string, spec: TraceSpec, regions?: readonly string[]): Promise<Region[]> {
    const it = await stepped(spec);
    try {
      const log = new MemoryLog(it, spec.frames, regions);
      logs.set(name, log);
      return [...log.regions];
    } finally {
      it.machine.close();
    }
  },
  /** Where a run parts from the one kept under that name. */
  async parting(name: string, spec: TraceSpec): Promise<Parting | undefined> {
    const it = await stepped(spec);
    try {
      return logs.get(name)!.parting(it, spec.written?.places);
    } finally {
      it.machine.close();
    }
  },
  chain,
  source,
};
export type AuditVerbs = typeof verbs;
serve(verbs);

/** From here on all threads of this process, also those that a core starts, take turns on one CPU core. */
function useOneCpu(): void {
  const pid = String(process.pid);
  try {
    const allowed = execFileSync("taskset", ["-cp", pid], { encoding: "utf8" });
    execFileSync("taskset", ["-acp", /(\d+)\S*$/.exec(allowed.trim())![1]!, pid], { stdio: "ignore" });
  } catch {
    throw new Problem("this system has no taskset, which says what CPU core a process may use");
  }
}

type Expected = Prints & Pick<Trace, "regions">;

async function trace(spec: TraceSpec, against: Expected | undefined, ignore: ReadonlySet<number>) {
  const { frames, treatment, from } = spec;
  if (treatment === "one CPU") useOneCpu();
  const beside = treatment === "beside" ? await opened(spec) : undefined;
  beside?.step(SHOW_ALL);
  let it = await opened(spec);
  if (treatment === "second" || treatment === "power") {
    for (let i = 0; i < Math.min(BEFORE, frames); i++) it.step(SHOW_ALL);
    if (treatment === "power") it.powerOn();
    else {
      it.machine.close();
      it = await opened(spec);
    }
  }
  if (from) it.load(from.state, from.frame, from.sample, from.before);
  const { machine } = it;
  const own = regionsOf(machine);
  // Some cores show save memory only once a game has used it.
  const known = against?.regions.every(({ name }) => own.some((region) => region.name === name));
  const regions = known ? against!.regions : own;
  const width = regions.length;
  const prints: Prints & { memory: BigUint64Array } = {
    memory: new BigUint64Array((frames + 1) * width),
    video: new BigUint64Array(frames + 1),
    audio: new BigUint64Array(frames + 1),
  };
  const disturb = disturbance(it, spec);
  const show = treatment === "no video" ? SHOW_NOTHING : SHOW_ALL;
  const started = performance.now();
  const parted = (row: number): boolean =>
    against !== undefined && !(known && sameMemory(against, prints, row, width, ignore));
  const printMemory = (row: number): void => {
    for (const [r, { name }] of regions.entries()) {
      const region = regionOf(machine, name);
      region?.refresh?.();
      if (region) prints.memory[row * width + r] = fingerprint(region.bytes);
    }
  };
  printMemory(it.frame);
  let dump = parted(it.frame) ? memoryOf(machine, regions) : undefined;
  while (!dump && it.frame < frames) {
    beside?.step(SHOW_ALL);
    it.step(show);
    const row = it.frame;
    printMemory(row);
    const { video, audio } = machine;
    if (show.video && video.pixels.length > 0)
      prints.video[row] = fingerprint(video.pixels, BigInt(video.width * 65536 + video.height));
    if (show.audio) prints.audio[row] = fingerprint(bytesOf(audio.samples), 1n);
    if (parted(row)) dump = memoryOf(machine, regions);
    else disturb?.();
    signOfLife();
  }
  const seconds = (performance.now() - started) / 1000;
  machine.close();
  beside?.machine.close();
  return { ...prints, regions, seconds, boot: machine.boot, last: it.frame, ...(dump && { dump }) };
}

/** What is done to a run after each of its frames. */
function disturbance(run: Run, { treatment, seed }: TraceSpec): (() => void) | undefined {
  const { machine } = run;
  const random = xorshift(seed);
  const back = (ahead: number): void => {
    const frame = run.frame;
    const sample = run.sampleAt(frame);
    const before = frame > 0 ? run.sampleAt(frame - 1) : undefined;
    const state = machine.saveState();
    for (let i = 0; i < ahead; i++) run.step(SHOW_ALL);
    run.load(state, frame, sample, before);
  };
  switch (treatment) {
    case "save each frame":
      return () => void machine.saveState();
    case "load warm":
      return () => run.frame % WARM_EVERY === 0 && back(0);
    case "roll back":
      return () => random() % 24 === 0 && back(1 + (random() % DEEPEST));
    case "run ahead":
      return () => back(1);
    default:
      return undefined;
  }
}

/** As many threads as there are cores, each as busy as can be. */
function hostLoad(): Worker[] {
  return Array.from({ length: availableParallelism() }, () => new Worker("for (;;) Math.sqrt(2);", { eval: true }));
}

/** Marsaglia 2003. */
function xorshift(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

const bytesOf = (samples: Int16Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
