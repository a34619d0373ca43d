import { createHash, createHmac, randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type IndexOf, type Seal, SeekIndex } from "../replay/seek-index.ts";

/** Bytes of a seal: HMAC-SHA256, cut. */
const SEAL = 16;
const KEY = 32;

/** Of which recording and which run an index is. */
export interface IndexedRun {
  /** Path of the recording, and all its bytes. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** A hash over all that the run depends on besides. */
  readonly run: string;
}

/**
 * The file of an index: `game.isr.index` beside `game.isr`, or in the user's cache where that folder cannot be written. It
 * is only a cache: whatever is wrong with it, it is made anew, and where it cannot be written the index is in memory only.
 */
export class IndexFile {
  readonly index: SeekIndex;
  /** Undefined where the index is in memory only. */
  readonly path: string | undefined;
  #fd: number | undefined;

  private constructor(index: SeekIndex, path?: string, fd?: number) {
    this.index = index;
    this.path = path;
    this.#fd = fd;
  }

  /** Opens the recording's index, or begins one. What is of another recording or run, or of another user, is replaced. */
  static open(of: IndexedRun): IndexFile {
    const seal = userSeal();
    for (const path of pathsOf(of)) {
      const fd = opened(path);
      if (fd === undefined) continue;
      const index = readIndex(readFileSync(fd), of, seal) ?? new SeekIndex(seal);
      ftruncateSync(fd, index.length);
      const file = new IndexFile(index, path, fd);
      if (index.length === 0)
        file.append(index.begin({ bytes: of.bytes.length, sha256: sha256(of.bytes), run: of.run }));
      return file;
    }
    return new IndexFile(new SeekIndex(seal));
  }

  /** Bytes that the index just gave. */
  append(bytes: Uint8Array): void {
    if (this.#fd === undefined) return;
    const at = this.index.length - bytes.length;
    try {
      // Another process made the same index meanwhile: its file is as good.
      if (fstatSync(this.#fd).size !== at) return this.#release();
      for (let from = 0; from < bytes.length; )
        from += writeSync(this.#fd, bytes, from, bytes.length - from, at + from);
    } catch {
      // A full disk: what is whole stays.
      this.#release();
    }
  }

  /** Takes in what another process has appended. Only where this one appends nothing. */
  refresh(): void {
    if (this.#fd === undefined) return;
    const { index } = this;
    const more = fstatSync(this.#fd).size - index.length;
    if (more <= 0) return;
    const bytes = new Uint8Array(more);
    const got = readSync(this.#fd, bytes, 0, more, index.length);
    try {
      index.read(bytes.subarray(0, got));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#release();
    }
  }

  close(): void {
    this.#release();
  }

  #release(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** The index in these bytes as far as it is whole; undefined where it is not of this run. */
function readIndex(bytes: Uint8Array, of: IndexedRun, seal: Seal): SeekIndex | undefined {
  const index = new SeekIndex(seal);
  let said: IndexOf | undefined;
  try {
    said = index.readHeader(bytes);
    if (said) index.read(bytes.subarray(index.length));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (!said || said.run !== of.run || said.bytes > of.bytes.length) return undefined;
  return sha256(of.bytes.subarray(0, said.bytes)) === said.sha256 ? index : undefined;
}

function opened(path: string): number | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // "a+" would write at the end wherever that is; a new file must not cut one that another process just made.
    return openSync(path, exists(path) ? "r+" : "wx+");
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
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
    if (!exists(path)) writeFileSync(path, randomBytes(KEY), { mode: 0o600, flag: "wx" });
  } catch {
    // Another process was first, or the folder cannot be written.
  }
  try {
    const key = readFileSync(path);
    if (key.length === KEY) return key;
  } catch {
    // as below
  }
  return randomBytes(KEY);
}
