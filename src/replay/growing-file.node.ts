import { closeSync, fdatasync, fsyncSync, openSync, writeSync } from "node:fs";
import { Problem } from "../problem.ts";

/** Milliseconds between two times that the file is brought to the disk itself, for a power cut's sake. */
const SYNC_EVERY = 1000;

/** A file that is only appended to. What was appended survives the process at once, and a power cut a second later. */
export class GrowingFile {
  readonly path: string;
  readonly #fd: number;
  #synced = performance.now();
  #syncing = false;
  length = 0;

  /** Throws a Problem when the file is there already and may not be overwritten. */
  constructor(path: string, overwrite = false) {
    this.path = path;
    try {
      this.#fd = openSync(path, overwrite ? "w" : "wx");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw new Problem(`${path}: is there already; choose another name, or add --overwrite`);
      throw new Problem(`${path}: cannot be written (${code})`);
    }
  }

  append(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new Problem(
        `${this.path}: ${code === "ENOSPC" ? "the disk is full" : `cannot be written (${code})`}; what was recorded until now is kept and plays`,
      );
    }
    this.length += bytes.length;
    const now = performance.now();
    if (this.#syncing || now - this.#synced < SYNC_EVERY) return;
    this.#synced = now;
    this.#syncing = true;
    fdatasync(this.#fd, () => (this.#syncing = false));
  }

  close(): void {
    fsyncSync(this.#fd);
    closeSync(this.#fd);
  }
}
