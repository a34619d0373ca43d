import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { openMachine } from "../follow/open-run.node.ts";
import { serve } from "../machine/instance/child.ts";
import { type Machine, SHOW_ALL, SHOW_NOTHING } from "../machine/machine.ts";
import { Run } from "../replay/run.ts";
import { fingerprint } from "../watch/watcher.ts";
import { MemoryLog, memoryOf, type Parting, regionsOf, type Stepped } from "./audit-memory.ts";
import { type Prints, type Region, sameMemory, type Trace, type TraceSpec } from "./audit-trace.ts";

/** Frames that a machine runs before it is closed and opened again, or switched off and on. */
const BEFORE = 120;
const WARM_EVERY = 30;
/** A rollback of netplay: so many frames at most. */
const DEEPEST = 12;

let run: Run | undefined;
const logs = new Map<string, MemoryLog>();

const verbs = {
  /** Plays a run and takes its fingerprints. It ends early where its memory is no longer as `against` says. */
  async trace(spec: TraceSpec, against?: Prints, ignore: readonly number[] = []): Promise<Trace> {
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
      return logs.get(name)!.parting(it);
    } finally {
      it.machine.close();
    }
  },
  /** Address of the instruction that last changed a byte on the way to that frame; undefined where the core has no hooks or none did. */
  async writer(
    spec: TraceSpec,
    frame: number,
    place: { region: string; address: number },
  ): Promise<number | undefined> {
    const it = await opened(spec);
    while (it.frame < frame - 1) it.step(SHOW_ALL);
    const found = writer(it, place);
    it.machine.close();
    return found;
  },
};
export type AuditVerbs = typeof verbs;
const progress = serve(verbs);

async function opened(spec: TraceSpec): Promise<Run> {
  const { machine, profile } = await openMachine(spec, spec.movie.start);
  return new Run(machine, spec.movie, profile, spec.faults);
}

async function stepped(spec: TraceSpec): Promise<Stepped> {
  const it = await opened(spec);
  const step = (): void => {
    it.step(SHOW_NOTHING);
    signOfLife();
  };
  return { machine: it.machine, step };
}

async function trace(spec: TraceSpec, against: Prints | undefined, ignore: ReadonlySet<number>) {
  const { frames, treatment, from } = spec;
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
  const regions = regionsOf(machine);
  const width = regions.length;
  const prints: Prints & { memory: BigUint64Array } = {
    memory: new BigUint64Array((frames + 1) * width),
    video: new BigUint64Array(frames + 1),
    audio: new BigUint64Array(frames + 1),
  };
  const disturb = disturbance(it, spec);
  const show = treatment === "no video" ? SHOW_NOTHING : SHOW_ALL;
  const started = performance.now();
  const parted = (row: number): boolean => against !== undefined && !sameMemory(against, prints, row, width, ignore);
  printMemory(machine, prints.memory, it.frame);
  let dump = parted(it.frame) ? memoryOf(machine, regions) : undefined;
  while (!dump && it.frame < frames) {
    it.step(show);
    const row = it.frame;
    printMemory(machine, prints.memory, row);
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

function printMemory(machine: Machine, into: BigUint64Array, row: number): void {
  const { memory } = machine;
  for (let r = 0; r < memory.length; r++) {
    memory[r]!.refresh?.();
    into[row * memory.length + r] = fingerprint(memory[r]!.bytes);
  }
}

const bytesOf = (samples: Int16Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

/** All that a CPU with 16 address lines can name. */
const ADDRESSES = 0x10000;

function writer(run: Run, { region: name, address }: { region: string; address: number }): number | undefined {
  const { hooks, memory } = run.machine;
  const region = memory.find((r) => r.name === name);
  if (!hooks || !region) return undefined;
  const at = address - region.base;
  let found: number | undefined;
  let before: number | undefined;
  let last = region.bytes[at];
  const look = (next?: number): void => {
    const value = region.bytes[at];
    if (value !== last) found = before;
    last = value;
    before = next;
  };
  const away = Array.from({ length: ADDRESSES }, (_, pc) => hooks.onExecute(pc, () => look(pc)));
  run.step(SHOW_ALL);
  look();
  for (const remove of away) remove();
  return found;
}

/** A slow core says that it is not hung. */
let lastSign = 0;
function signOfLife(): void {
  const now = performance.now();
  if (now - lastSign < 5000) return;
  lastSign = now;
  progress(0);
}
