import { createHash, createHmac, randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type IndexOf, type Seal, SeekIndex } from "../replay/seek-index.ts";

/** Bytes of a seal: HMAC-SHA256, cut. */
const SEAL = 16;
const KEY = 32;
/** A header has fewer bytes. */
const HEADER = 1024;

/** Of which recording and which run an index is. */
export interface IndexedRun {
  /** Path of the recording, and all its bytes. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** A hash over all that the run depends on besides. */
  readonly run: string;
  /** One that is made goes to the user's cache: the recording's folder is left as it is. */
  readonly aside?: boolean | undefined;
}

/**
 * The file of an index: `game.isr.index` beside `game.isr`, or in the user's cache where that folder cannot be written. It
 * is only a cache: whatever is wrong with it, it is made anew, and where it cannot be written the index is in memory only.
 */
export class IndexFile {
  readonly index = new SeekIndex(userSeal());
  readonly #of: IndexedRun;
  #path: string | undefined;
  #fd: number | undefined;

  /** Reads the recording's index; it is empty where there is none, or one of another recording, run or user. */
  constructor(of: IndexedRun) {
    this.#of = of;
    this.refresh();
  }

  /** Where it is kept; undefined: in memory only. */
  get path(): string | undefined {
    return this.#fd === undefined ? undefined : this.#path;
  }

  /** Before the first {@link append}: takes away what is not whole; what is of another recording, run or user is replaced. */
  begin(): void {
    const { index } = this;
    try {
      if (this.#fd !== undefined) ftruncateSync(this.#fd, index.length);
    } catch {
      this.#release();
    }
    if (index.length > 0) return;
    const { bytes, run } = this.#of;
    const header = index.begin({ bytes: bytes.length, sha256: sha256(bytes), run });
    for (const path of pathsOf(this.#of).slice(this.#of.aside ? 1 : 0)) {
      this.#fd = opened(path, "w+");
      this.#path = path;
      if (this.#fd !== undefined) break;
    }
    this.append(header);
  }

  /** Bytes that the index just gave. */
  append(bytes: Uint8Array): void {
    if (this.#fd === undefined) return;
    const at = this.index.length - bytes.length;
    try {
      const mine = fstatSync(this.#fd).size === at;
      if (mine) writeAll(this.#fd, bytes, at);
      // Another process made the same index meanwhile: its file is as good.
      else this.#release();
    } catch {
      // A full disk: what is whole stays.
      this.#release();
    }
  }

  /** Takes in what another process has written. Only where this one appends nothing. */
  refresh(): void {
    const { index } = this;
    if (index.length === 0) this.#join();
    if (this.#fd === undefined) return;
    const bytes = new Uint8Array(Math.max(0, fstatSync(this.#fd).size - index.length));
    const got = readSync(this.#fd, bytes, 0, bytes.length, index.length);
    try {
      index.read(bytes.subarray(0, got));
    } catch (error) {
      // Damaged from here on: begin() cuts it off.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  /** Opens the file that is of this recording and run, if there is one. */
  #join(): void {
    for (const path of pathsOf(this.#of)) {
      const fd = opened(path, "r+") ?? opened(path, "r");
      if (fd === undefined) continue;
      if (this.#begins(fd)) {
        this.#fd = fd;
        this.#path = path;
        return;
      }
      this.index.length = 0;
      closeSync(fd);
    }
  }

  #begins(fd: number): boolean {
    const { bytes, run } = this.#of;
    const first = new Uint8Array(HEADER);
    let said: IndexOf | undefined;
    try {
      said = this.index.readHeader(first.subarray(0, readSync(fd, first, 0, HEADER, 0)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return said?.run === run && said.bytes <= bytes.length && sha256(bytes.subarray(0, said.bytes)) === said.sha256;
  }

  close(): void {
    this.#release();
  }

  #release(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function opened(path: string, flags: "r" | "r+" | "w+"): number | undefined {
  try {
    if (flags === "w+") mkdirSync(dirname(path), { recursive: true });
    return openSync(path, flags);
  } catch {
    return undefined;
  }
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from, bytes.length - from, at + from);
}

function pathsOf({ file, bytes, run }: IndexedRun): string[] {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return [`${file}.index`, join(cache, "instep", `${sha256(bytes).slice(0, 32)}-${run.slice(0, 8)}.index`)];
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Seals with a secret of this user: states of others are not loaded into native cores. */
function userSeal(): Seal {
  const key = userKey();
  return (bytes) => new Uint8Array(createHmac("sha256", key).update(bytes).digest().subarray(0, SEAL));
}

/** The secret in the user's own folder, made the first time; one for this process only where none can be kept. */
function userKey(): Buffer {
  const folder = join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "instep");
  const path = join(folder, "index.key");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, randomBytes(KEY), { mode: 0o600, flag: "wx" });
  } catch {
    // It is there already, or the folder cannot be written.
  }
  try {
    const key = readFileSync(path);
    if (key.length === KEY) return key;
  } catch {
    // as below
  }
  return randomBytes(KEY);
}
