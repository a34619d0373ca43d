import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { canonicalJson } from "../machine/boot.ts";
import { EXIT, Problem } from "../problem.ts";
import type { Range } from "../watch/profile.ts";
import type { Divergence } from "../watch/readings.ts";
import { joinRanges } from "./readback.ts";

/** A line of a job's log. What a line says has happened: its files were complete before it was written. */
export type JobEntry =
  | { readonly desync: Divergence }
  | { readonly repair: number; readonly sample?: number; readonly residual?: Divergence }
  /** Found at that frame: pictures in memory, which the fingerprint leaves out from then on. */
  | { readonly found: number; readonly masks: readonly Range[] }
  | { readonly checkpoint: number; readonly sample?: number }
  | { readonly aligned: number; readonly gaveUp?: string };

/**
 * The folder of a force-sync: plain files that each step appends to and that the next run goes on from.
 * job.json says what it is of; native.readings.txt and target.readings.txt are the readings; align.jsonl is the log;
 * states/N.state is the native run's state at frame N.
 */
export class Job {
  readonly folder: string;
  readonly #log: string;
  readonly entries: JobEntry[] = [];

  readonly #card: string;
  #identity: Record<string, unknown> = {};

  /** Opens the folder, or makes it; `restart` empties it first. */
  constructor(folder: string, restart = false) {
    this.folder = folder;
    this.#log = join(folder, "align.jsonl");
    this.#card = join(folder, "job.json");
    if (restart) rmSync(folder, { recursive: true, force: true });
    try {
      mkdirSync(join(folder, "states"), { recursive: true });
    } catch (error) {
      throw diskProblem(folder, error);
    }
    if (existsSync(this.#card)) this.#identity = JSON.parse(readFileSync(this.#card, "utf8"));
    this.#readLog();
  }

  /** Says what the results of a step depend on. A folder that holds results of something else is a Problem. */
  claim(identity: Record<string, unknown>): void {
    const plain: Record<string, unknown> = JSON.parse(JSON.stringify(identity));
    for (const [key, value] of Object.entries(plain)) {
      if (key in this.#identity && canonicalJson(this.#identity[key]) !== canonicalJson(value)) {
        throw new Problem(
          `${this.folder}: holds another job (its ${key} differs); add --restart to begin anew, or choose another folder with --job`,
        );
      }
    }
    if (Object.keys(plain).every((key) => key in this.#identity)) return;
    this.#identity = { ...this.#identity, ...plain };
    writeWhole(this.#card, `${JSON.stringify(this.#identity, null, 2)}\n`);
  }

  /** What an earlier step claimed. */
  claimed(key: string): unknown {
    return this.#identity[key];
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  statePath(frame: number): string {
    return this.path(`states/${String(frame).padStart(7, "0")}.state`);
  }

  add(entry: JobEntry): void {
    try {
      appendFileSync(this.#log, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      throw diskProblem(this.#log, error);
    }
    this.entries.push(entry);
  }

  /** Whether aligning has ended, and how. */
  get aligned(): { aligned: number; gaveUp?: string } | undefined {
    return this.entries.findLast((e) => "aligned" in e);
  }

  /** Where aligning can go on from: the last repair or checkpoint. What the log says after it is void and is dropped. */
  resumePoint(readingsLength: number): { frame: number; sample?: number; state: string } | undefined {
    const at = this.entries.findLastIndex(
      (e) => ("repair" in e && e.repair < readingsLength) || ("checkpoint" in e && e.checkpoint < readingsLength),
    );
    const masks = this.entries.slice(at + 1).filter((e) => "masks" in e);
    const entry = this.entries[at];
    this.entries.splice(at + 1, Number.POSITIVE_INFINITY, ...masks);
    writeWhole(this.#log, this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    if (!entry) return undefined;
    const sample = "sample" in entry && entry.sample !== undefined ? { sample: entry.sample } : {};
    if ("repair" in entry) return { frame: entry.repair, ...sample, state: this.statePath(entry.repair) };
    const { checkpoint } = entry as { checkpoint: number };
    return { frame: checkpoint, ...sample, state: this.checkpointPath(checkpoint) };
  }

  checkpointPath(frame: number): string {
    return this.path(`checkpoint/${String(frame).padStart(7, "0")}.state`);
  }

  /** What the fingerprint leaves out besides what the profile says. */
  get masks(): Range[] {
    return joinRanges(this.entries.flatMap((e) => ("masks" in e ? e.masks : [])));
  }

  /** The readings of both runs hold without these ranges; native's fingerprints, and the profile, are to be made anew. */
  mask(frame: number, masks: readonly Range[]): void {
    const { profile: _, ...rest } = this.#identity;
    this.#identity = rest;
    writeWhole(this.#card, `${JSON.stringify(rest, null, 2)}\n`);
    rmSync(this.path("native.readings.txt"), { force: true });
    this.add({ found: frame, masks });
  }

  get desyncs(): Divergence[] {
    return this.entries.flatMap((e) => ("desync" in e ? [e.desync] : []));
  }

  get repairs(): { frame: number; sample?: number }[] {
    return this.entries.flatMap((e) =>
      "repair" in e ? [{ frame: e.repair, ...(e.sample !== undefined && { sample: e.sample }) }] : [],
    );
  }

  #readLog(): void {
    if (!existsSync(this.#log)) return;
    const text = readFileSync(this.#log, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(this.#log, Buffer.byteLength(whole));
    for (const line of whole.split("\n")) if (line) this.entries.push(JSON.parse(line));
  }
}

/** Writes a file so that it is there whole or not at all, whatever is killed or full. */
export function writeWhole(path: string, data: string | Uint8Array): void {
  const half = `${path}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(half, "w");
    try {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(half, path);
  } catch (error) {
    rmSync(half, { force: true });
    throw diskProblem(path, error);
  }
}

/** Why a file could not be written, and the mend. */
export function diskProblem(path: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new Problem(
      `${path}: the disk is full; make room and run the same command again, it goes on from here`,
      EXIT.desync,
    );
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return new Problem(`${path}: no permission to write there; choose another place`);
  if (code === "ENOTDIR" || code === "EEXIST" || code === "ENOENT" || code === "EISDIR")
    return new Problem(`${path}: cannot be written (${code}); choose another place`);
  return error as Error;
}
