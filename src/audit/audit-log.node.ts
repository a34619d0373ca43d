import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { diskProblem, writeWhole } from "../follow/job.node.ts";
import { canonicalJson } from "../machine/boot.ts";
import { Problem } from "../problem.ts";
import type { Finding } from "./audit.node.ts";

/**
 * Finished trials in a file, a line of JSON each; the first line says of what. A file of another audit is begun anew.
 * Without a path nothing is kept.
 */
export class AuditLog {
  readonly #path: string | undefined;
  readonly #known = new Map<string, Finding>();
  #head: { identity: string; frames: number } | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
    if (path === undefined || !existsSync(path)) return;
    const lines = readText(path).split("\n").slice(0, -1); // the last one was not written whole
    try {
      const [head, ...findings] = lines.map((line) => JSON.parse(line));
      if (typeof head?.identity !== "string") throw new TypeError("no head");
      this.#head = head;
      for (const finding of findings) this.#known.set(finding.id, finding);
    } catch {
      throw new Problem(`${path}: keeps no trials of an audit; name a file that is not there yet`);
    }
  }

  /** Frames of the audit that the file is of, where it is this one. */
  frames(identity: unknown): number | undefined {
    return this.#head?.identity === canonicalJson(identity) ? this.#head.frames : undefined;
  }

  /** Says what the findings are of. */
  claim(of: unknown, frames: number): void {
    const identity = canonicalJson(of);
    if (this.#head?.identity !== identity || this.#head.frames !== frames) this.#known.clear();
    const lines = [{ identity, frames }, ...this.#known.values()].map((line) => `${JSON.stringify(line)}\n`);
    if (this.#path !== undefined) writeWhole(this.#path, lines.join(""));
  }

  finding(id: string): Finding | undefined {
    return this.#known.get(id);
  }

  keep(finding: Finding): void {
    if (this.#path === undefined) return;
    try {
      appendFileSync(this.#path, `${JSON.stringify(finding)}\n`);
    } catch (error) {
      throw diskProblem(this.#path, error);
    }
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Problem(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
