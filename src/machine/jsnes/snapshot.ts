import { utf8ToBytes } from "@noble/hashes/utils.js";
import { Problem } from "../../problem.ts";
import { sha256Hex } from "../boot.ts";

type Holder = Record<string, unknown>;
type Numbers = Uint8Array | Uint16Array | Uint32Array | Int16Array | Int32Array | Float64Array;
type Scalar = number | boolean | null | undefined;

const MAGIC = 0x534e5349; // "ISNS"
const HEADER = 24;
/** Fields that count for as long as the console runs; all others are at home within SMALL. */
const CLOCK = /cycle|dot/i;
const SMALL = 2 ** 32;
const SPECIAL: readonly Scalar[] = [0, false, true, null, undefined];

/**
 * Complete binary states of a graph of plain objects. The graph is walked once: every own property that holds a number,
 * boolean, null or typed array is kept, in the order of the walk, but for what `constant` names. Objects keep their
 * identity, so views into their arrays stay live when a state is loaded.
 *
 * Layout (little-endian): magic u32, size u32, plan 16 bytes; scalars as f64; a kind byte for each (0 number, 1 false,
 * 2 true, 3 null, 4 undefined); arrays, each padded to 8.
 */
export class Snapshot {
  readonly size: number;
  readonly #names: string[] = [];
  readonly #holders: Holder[] = [];
  readonly #keys: string[] = [];
  readonly #arrays: { name: string; holder: Holder; key: string; value: Numbers; bytes: Uint8Array; at: number }[] = [];
  readonly #values: Float64Array;
  readonly #valueBytes: Uint8Array;
  readonly #kinds: Uint8Array;
  readonly #header: Uint8Array;
  readonly #source: string;

  /**
   * `identity` says whose states these are (core, version, game): states of others are refused. `constant` holds paths
   * ("ppu.buffer") and objects that no state needs; `source` names the content in messages.
   */
  constructor(roots: Record<string, object>, constant: ReadonlySet<unknown>, identity: string, source: string) {
    this.#source = source;
    this.#walk(roots, constant);
    this.#values = new Float64Array(this.#keys.length);
    this.#valueBytes = new Uint8Array(this.#values.buffer);
    this.#kinds = new Uint8Array(this.#keys.length);
    let at = HEADER + this.#valueBytes.length + pad8(this.#kinds.length);
    for (const array of this.#arrays) {
      array.at = at;
      at += pad8(array.bytes.length);
    }
    this.size = at;
    const plan = [identity, ...this.#names, ...this.#arrays.map(({ name, bytes }) => `${name} ${bytes.length}`)].join(
      "\n",
    );
    this.#header = new Uint8Array(HEADER);
    const view = new DataView(this.#header.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, this.size, true);
    this.#header.set(utf8ToBytes(sha256Hex(utf8ToBytes(plan)).slice(0, 16)), 8);
  }

  #walk(roots: Record<string, object>, constant: ReadonlySet<unknown>): void {
    const seen = new Set<unknown>(Object.values(roots));
    const queue = Object.entries(roots) as [string, Holder][];
    for (const [path, holder] of queue) {
      for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
        const name = `${path}.${key}`;
        const value: unknown = property.value;
        if (property.get || key === "length" || constant.has(name) || constant.has(value)) continue;
        if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") {
          this.#names.push(name);
          this.#holders.push(holder);
          this.#keys.push(key);
        } else if (ArrayBuffer.isView(value)) {
          const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
          this.#arrays.push({ name, holder, key, value: value as Numbers, bytes, at: 0 });
        } else if (typeof value === "object" && !seen.has(value)) {
          seen.add(value);
          queue.push([name, value as Holder]);
        } else if (typeof value === "bigint") throw new TypeError(`${name} is a bigint, which states do not know`);
      }
    }
  }

  /** The names of all that a state holds: a test compares them with the graph after a run. */
  get names(): readonly string[] {
    return [...this.#names, ...this.#arrays.map((array) => array.name)];
  }

  save(into: Uint8Array = new Uint8Array(this.size)): Uint8Array {
    const values = this.#values;
    const kinds = this.#kinds;
    for (let i = 0; i < values.length; i++) {
      const value = this.#holders[i]![this.#keys[i]!] as Scalar;
      const isNumber = typeof value === "number";
      values[i] = isNumber ? value : 0;
      kinds[i] = isNumber ? 0 : SPECIAL.indexOf(value);
    }
    into.set(this.#header);
    into.set(this.#valueBytes, HEADER);
    const kindsAt = HEADER + this.#valueBytes.length;
    into.set(kinds, kindsAt);
    into.fill(0, kindsAt + kinds.length, kindsAt + pad8(kinds.length));
    for (const { holder, key, value, name, bytes, at } of this.#arrays) {
      if (holder[key] !== value) throw new Error(`${name} is another array now: the state would be incomplete`);
      into.set(bytes, at);
      into.fill(0, at + bytes.length, at + pad8(bytes.length));
    }
    return into.length === this.size ? into : into.subarray(0, this.size);
  }

  /** Refuses what this console did not write; nothing is changed then. */
  load(state: Uint8Array, check?: (value: (name: string) => number) => string | undefined): void {
    const refuse = (why: string): never => {
      throw new Problem(`${this.#source}: the state cannot be loaded: ${why}; take one of the same game and core`);
    };
    if (state.length !== this.size) refuse(`it has ${state.length} bytes, not ${this.size}`);
    for (let i = 0; i < HEADER; i++) if (state[i] !== this.#header[i]) refuse("it is of another game or version");
    const values = this.#values;
    this.#valueBytes.set(state.subarray(HEADER, HEADER + this.#valueBytes.length));
    const kindsAt = HEADER + this.#valueBytes.length;
    for (let i = 0; i < values.length; i++) {
      const kind = state[kindsAt + i]!;
      const limit = CLOCK.test(this.#keys[i]!) ? Number.MAX_SAFE_INTEGER : SMALL;
      if (kind >= SPECIAL.length || !(Math.abs(values[i]!) <= limit)) refuse(`${this.#names[i]} is damaged`);
      this.#kinds[i] = kind;
    }
    const wrong = check?.((name) => values[this.#names.indexOf(name)]!);
    if (wrong) refuse(wrong);
    for (let i = 0; i < values.length; i++) {
      const kind = this.#kinds[i]!;
      this.#holders[i]![this.#keys[i]!] = kind === 0 ? values[i] : SPECIAL[kind];
    }
    for (const { bytes, at } of this.#arrays) bytes.set(state.subarray(at, at + bytes.length));
  }
}

const pad8 = (size: number): number => (size + 7) & ~7;
