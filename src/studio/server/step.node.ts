import { type ChildProcess, spawn } from "node:child_process";
import { setPriority } from "node:os";

/** How far a command is, as it says itself. */
export interface Progress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  /** The JSON that it printed, or what it printed for people instead. */
  readonly result?: unknown;
  readonly words?: string;
  /** One line. */
  readonly fault?: string;
}

interface Watching {
  started(child: ChildProcess): void;
  /** What it says of itself, line by line. */
  lines(lines: readonly string[]): void;
  progress(progress: Progress): void;
}

const MOST_OUTPUT = 32 << 20;
const MOST_WORDS = 20_000;
const LONGEST_LINE = 500;

/** Runs a command of the program in a process of its own, which ends with this one. */
export function runStep(cli: string, cwd: string, args: readonly string[], watching: Watching): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, INSTEP_PROGRESS: "ipc" },
  });
  watching.started(child);
  try {
    // The page that shows it, and a game that is played in it, go first.
    setPriority(child.pid!, 10);
  } catch {
    // It has ended already, or this system has no such thing.
  }
  let out = "";
  let half = "";
  let last = "";
  child.stdout!.on("data", (text: Buffer) => {
    if (out.length < MOST_OUTPUT) out += text;
  });
  child.stderr!.on("data", (text: Buffer) => {
    const lines = (half + text).split("\n").map((line) => line.slice(0, LONGEST_LINE));
    half = lines.pop()!;
    last = lines.findLast((line) => line.startsWith("instep: ")) ?? last;
    watching.lines(lines);
  });
  child.on("message", (message) => watching.progress(message as Progress));
  child.on("error", () => {}); // how it went is told by its end
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const result = lastJson(out);
      const said = last.slice("instep: ".length) || (code === null ? "it was ended from outside" : "it says not why");
      resolve({
        code: code ?? 1,
        ...(result !== undefined ? { result } : out && { words: out.slice(-MOST_WORDS) }),
        ...(code !== 0 && { fault: said }),
      });
    });
  });
}

function lastJson(out: string): unknown {
  const line = out.trimEnd().split("\n").at(-1) ?? "";
  try {
    return line.startsWith("{") ? JSON.parse(line) : undefined;
  } catch {
    return undefined;
  }
}
