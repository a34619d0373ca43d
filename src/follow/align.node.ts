import { readFileSync, rmSync } from "node:fs";
import { Problem } from "../problem.ts";
import type { Profile, Range } from "../watch/profile.ts";
import type { Divergence, Readings } from "../watch/readings.ts";
import { ReadingsLog } from "../watch/readings-log.ts";
import { ByValues } from "./by-values.node.ts";
import { type Followed, type Follower, follow } from "./follow.ts";
import { Instance } from "./instance.node.ts";
import { type Job, writeWhole } from "./job.node.ts";
import { explainReadback } from "./learn-readback.ts";
import { keepHistory, NativeRun } from "./native.node.ts";
import type { RunSpec } from "./open-run.node.ts";
import { ReadingsFile } from "./readings-file.node.ts";
import { Seeker } from "./seeker.node.ts";

/** What a step tells while it works; `frame` of `end`. */
export interface Watching {
  progress?(step: "collect" | "align", frame: number, end: number): void;
  desync?(divergence: Divergence): void;
  repaired?(frame: number): void;
  /** Pictures in memory, found at that frame: aligning begins anew without them. */
  masked?(frame: number, masks: readonly Range[]): void;
  opened?(role: "native" | "target", instance: Instance): void;
}

/** How often aligning writes down where it is, in ms. */
const CHECKPOINT_EVERY = 10_000;

/** Plays the movie at native settings and writes its readings to native.readings.txt. Returns them. */
export async function collect(job: Job, spec: RunSpec, end: number, watching: Watching = {}): Promise<ReadingsLog> {
  const instance = await Instance.open("native", { ...spec, masks: job.masks });
  try {
    watching.opened?.("native", instance);
    claimNative(job, instance, end);
    const { profile } = instance.opened;
    const log = new ReadingsLog(profile, end);
    const file = new ReadingsFile(job.path("native.readings.txt"), profile, log);
    if (log.length <= end) {
      const native = new NativeRun({
        instance,
        profile,
        log,
        file,
        end,
        from: 0,
        seeker: new Seeker(spec, profile),
        byPoll: spec.movie.by === "poll",
      });
      await native.start(Number.POSITIVE_INFINITY, (frame) => watching.progress?.("collect", frame, end));
    }
    file.close();
    return log;
  } finally {
    await instance.close();
  }
}

export interface Aligned extends Followed {
  readonly profile: Profile;
  /** Readings of the native run and of the target as repaired. */
  readonly expected: ReadingsLog;
  readonly actual: ReadingsLog;
}

/**
 * Plays the movie at target settings beside the native run, finds each desync and repairs it with the native run's state.
 * Collects at the same time what is not yet collected. Goes on from where an earlier run was stopped.
 */
export async function align(
  job: Job,
  specs: { native: RunSpec; target: RunSpec },
  end: number,
  options: { maxRepairs?: number | undefined },
  watching: Watching = {},
): Promise<Aligned> {
  const { opened: _, ...again } = watching;
  for (let told = watching; ; told = again) {
    const { masks } = job;
    const masked = { native: { ...specs.native, masks }, target: { ...specs.target, masks } };
    const aligned = await alignOnce(job, masked, end, options, told);
    if (!aligned.anew) return aligned;
  }
}

async function alignOnce(
  job: Job,
  specs: { native: RunSpec; target: RunSpec },
  end: number,
  options: { maxRepairs?: number | undefined },
  watching: Watching,
): Promise<Aligned> {
  const [native, target] = await openBoth(specs);
  let seeker: Seeker | undefined;
  const files: ReadingsFile[] = [];
  try {
    watching.opened?.("native", native);
    watching.opened?.("target", target);
    claimNative(job, native, end);
    job.claim({ target: target.opened.boot, faults: specs.target.faults ?? [] });
    const { profile } = native.opened;
    const expected = new ReadingsLog(profile, end);
    const actual = new ReadingsLog(profile, end);
    const nativeFile = new ReadingsFile(job.path("native.readings.txt"), profile, expected);
    const targetFile = new ReadingsFile(job.path("target.readings.txt"), profile, actual);
    files.push(nativeFile, targetFile);
    if (job.aligned && expected.length > end && actual.length > end)
      return { ...outcome(job), expected, actual, profile };

    const from = await resume(job, target, actual.length);
    seeker = new Seeker(specs.native, profile);
    const played = new NativeRun({
      instance: native,
      profile,
      log: expected,
      file: nativeFile,
      end,
      from,
      seeker,
      byPoll: specs.native.movie.by === "poll",
    });
    const playing = played.start();
    playing.catch(() => {}); // it rejects the readings that the follower waits for, and is awaited below
    const foreign = native.opened.boot.core.name !== target.opened.boot.core.name;
    const reference = foreign ? new ByValues(played, target) : played;
    const checkpoint = new Checkpoints(job, target);
    const repaired = (frame: number, state: Uint8Array, sample?: number, residual?: Divergence): void => {
      writeWhole(job.statePath(frame), state);
      job.add({ repair: frame, ...(sample !== undefined && { sample }), ...(residual && { residual }) });
      watching.repaired?.(frame);
    };
    const follower: Follower = {
      play: (frames) => target.play(frames),
      async load(state, frame, sample) {
        await target.load(state, frame, sample);
        await target.forgetAfter();
      },
      read: () => target.read(),
    };
    if (reference instanceof ByValues) {
      await keepHistory(target);
      const state = from === 0 && job.repairs.length === 0 ? await reference.atPowerOn() : undefined;
      if (state) {
        await follower.load(state, 0, reference.sampleAt(0));
        repaired(0, state, reference.sampleAt(0));
      }
    }
    const followed = await follow(
      reference,
      follower,
      profile,
      {
        maxRepairs: options.maxRepairs,
        ...(target.opened.readsBack &&
          !foreign && {
            async explain(divergence) {
              const why = await explainReadback(reference, target.trials, divergence, job.masks);
              if (!("masks" in why)) return why;
              job.mask(divergence.frame, why.masks);
              watching.masked?.(divergence.frame, why.masks);
              return undefined;
            },
          }),
        onDesync(divergence) {
          job.add({ desync: divergence });
          watching.desync?.(divergence);
        },
        onRepair: repaired,
        onSettled(readings: Readings) {
          actual.append(readings);
          targetFile.append(readings);
          watching.progress?.("align", readings.first + readings.count - 1, end);
        },
        wantsPause: () => checkpoint.due,
        onPause: (frame) => checkpoint.write(frame, reference.sampleAt(frame)),
      },
      from,
    );
    if (followed.frame === end) await playing;
    else await native.close(); // it writes no more
    if (followed.anew) return { ...followed, expected, actual, profile };
    job.add({ aligned: followed.frame, ...(followed.gaveUp !== undefined && { gaveUp: followed.gaveUp }) });
    rmSync(job.path("checkpoint"), { recursive: true, force: true });
    return { ...outcome(job), expected, actual, profile };
  } finally {
    await Promise.all([native.close(), target.close(), seeker?.close()]);
    for (const file of files) file.close();
  }
}

async function openBoth(specs: { native: RunSpec; target: RunSpec }): Promise<[Instance, Instance]> {
  const opened = await Promise.allSettled([
    Instance.open("native", specs.native),
    Instance.open("target", specs.target),
  ]);
  const failed = opened.find((o) => o.status === "rejected");
  if (!failed) return opened.map((o) => (o as PromiseFulfilledResult<Instance>).value) as [Instance, Instance];
  for (const o of opened) if (o.status === "fulfilled") await o.value.close();
  throw failed.reason;
}

function claimNative(job: Job, native: Instance, end: number): void {
  job.claim({ format: 1, frames: end, native: native.opened.boot, profile: native.opened.profile });
}

/** Puts the target where the log says that aligning got to; 0 is the boot. */
async function resume(job: Job, target: Instance, readings: number): Promise<number> {
  const point = job.resumePoint(readings);
  if (!point) return 0;
  await target.load(readFileSync(point.state), point.frame, point.sample);
  return point.frame;
}

/** What the log holds, with all that earlier runs put there. */
function outcome(job: Job): Followed {
  const desyncs = job.desyncs;
  const repairs = job.entries.flatMap((e) => ("repair" in e ? [e] : []));
  const { aligned, gaveUp } = job.aligned!;
  return {
    desyncs,
    repairs: repairs.map((r) => r.repair),
    residual: repairs.filter((r) => r.residual).map((r) => r.repair),
    frame: aligned,
    ...(gaveUp !== undefined && { gaveUp }),
  };
}

/** Writes down the target's state now and then, so that a stopped run goes on from there. */
class Checkpoints {
  readonly #job: Job;
  readonly #target: Instance;
  #last = Date.now();
  #previous: string | undefined;

  constructor(job: Job, target: Instance) {
    this.#job = job;
    this.#target = target;
  }

  get due(): boolean {
    return Date.now() - this.#last >= CHECKPOINT_EVERY;
  }

  async write(frame: number, sample: number | undefined): Promise<void> {
    this.#last = Date.now();
    const file = this.#job.checkpointPath(frame);
    writeWhole(file, await this.#target.save());
    this.#job.add({ checkpoint: frame, ...(sample !== undefined && { sample }) });
    if (this.#previous) rmSync(this.#previous, { force: true });
    this.#previous = file;
  }
}

/** What collecting and aligning left in a job's folder, for a dump of its own. */
export function loadAligned(job: Job, end: number): Aligned {
  const profile = job.claimed("profile") as Profile | undefined;
  if (!profile || !job.aligned) throw new Problem(`${job.folder}: is not aligned yet; run instep align first`);
  const expected = new ReadingsLog(profile, end);
  const actual = new ReadingsLog(profile, end);
  new ReadingsFile(job.path("native.readings.txt"), profile, expected).close();
  new ReadingsFile(job.path("target.readings.txt"), profile, actual).close();
  return { ...outcome(job), expected, actual, profile };
}
