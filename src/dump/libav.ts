import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Ratio } from "../machine/machine.ts";
import { missing, Problem } from "../problem.ts";

/** FFmpeg's libraries in process. They weigh 200 MB, so they are loaded when the first video is opened, not before. */
export type Libav = typeof import("node-av/lib") & typeof import("node-av/constants");

let loading: Promise<Libav> | undefined;

/** Options are set by name on contexts, never by a Dictionary: node-av 6 frees a Dictionary twice once FFmpeg took it. */
export function libav(): Promise<Libav> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Libav> {
  process.env.SVT_LOG ??= "1"; // the AV1 encoder prints by itself: errors only
  try {
    const [lib, constants] = await Promise.all([import("node-av/lib"), import("node-av/constants")]);
    lib.Log.setLevel(constants.AV_LOG_QUIET); // what goes wrong is told by return codes; they become Problems
    return { ...lib, ...constants };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.includes("MODULE_NOT_FOUND")) {
      throw missing("FFmpeg for Node (node-av)", "npm install node-av");
    }
    throw error;
  }
}

const ENOENT = -2;
const EACCES = [-13, -1, -30]; // EACCES, EPERM, EROFS
const ENOSPC = [-28, -122]; // ENOSPC, EDQUOT

/** The one line that tells what went wrong with `path`. `code` is FFmpeg's: for files, the negative errno. */
export function avProblem(av: Libav, code: number, path: string, doing: string): Problem {
  const why = fileTrouble(code, path);
  return new Problem(why ?? `${path}: ${doing} failed: ${av.FFmpegError.strerror(code)}`);
}

function fileTrouble(code: number, path: string): string | undefined {
  if (ENOSPC.includes(code))
    return `${path}: the disk is full; free some space or write to another disk, then run it again`;
  if (EACCES.includes(code))
    return `${path}: may not be written; choose a folder that is yours or change its permissions`;
  if (code === ENOENT) return `${path}: not found; does the folder ${dirname(path)} exist?`;
  return undefined;
}

/** The same for an error of node:fs; other errors are returned as they are. */
export function fileProblem(error: unknown, path: string): Error {
  const errno = (error as NodeJS.ErrnoException)?.errno;
  const why = errno === undefined ? undefined : fileTrouble(errno, path);
  return why === undefined ? (error as Error) : new Problem(why);
}

/** Throws a Problem when `code` is negative; returns it otherwise. */
export function check(av: Libav, code: number, path: string, doing: string): number {
  if (code < 0) throw avProblem(av, code, path, doing);
  return code;
}

/** The name of a file that is being written: nothing ever has its final name before it is whole. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** Puts a whole file on the disk under its final name. */
export async function commit(path: string): Promise<void> {
  const part = partOf(path);
  try {
    const file = await open(part, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw fileProblem(error, path);
  }
}

/** FFmpeg's fractions have 32 bits; a finer one becomes the nearest of that size (by continued fractions). */
export function narrow(ratio: Ratio, limit = 0x7fffffff): Ratio {
  let [num, den] = [BigInt(Math.round(ratio.num)), BigInt(Math.round(ratio.den))];
  if (!Number.isInteger(ratio.num) || !Number.isInteger(ratio.den)) {
    [num, den] = [BigInt(Math.round((ratio.num / ratio.den) * 2 ** 40)), 2n ** 40n];
  }
  if (num <= 0n || den <= 0n) throw new RangeError(`not a positive fraction: ${ratio.num}/${ratio.den}`);
  let [p0, q0, p1, q1] = [0n, 1n, 1n, 0n];
  while (den > 0n) {
    const whole = num / den;
    const [p2, q2] = [p0 + whole * p1, q0 + whole * q1];
    if (p2 > limit || q2 > limit) break;
    [p0, q0, p1, q1] = [p1, q1, p2, q2];
    [num, den] = [den, num - whole * den];
  }
  return { num: Number(p1), den: Number(q1) };
}
