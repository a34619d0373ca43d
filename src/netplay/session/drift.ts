import type { Chain } from "./chain.ts";
import type { Message } from "./messages.ts";
import type { Peer } from "./peer.ts";

/** Bytes of a leaf of the hash tree, and children of a node. */
const LEAF = 64;
const FAN = 16;
/** Leaves whose bytes are compared: what is named stays readable. */
const MOST_LEAVES = 16;
/** Milliseconds after which what is not known by then stays unknown. */
const PATIENCE = 3000;
const MOST_PRINTS = 512;

/** A byte that two machines hold differently: where in the watched memory, taken as one. */
export interface ByteDifference {
  readonly offset: number;
  readonly mine: number;
  readonly theirs: number;
}

/** What was found out about a desync. */
export interface Drift {
  readonly seat: number;
  /** The first frame that differs. */
  readonly frame: number;
  /** The frame, settled on both sides, at which it was noticed. */
  readonly noticedAt: number;
  /** In order; at most 1024, and empty where the frame's memory is not at hand any more. */
  readonly bytes: readonly ByteDifference[];
}

/**
 * Finds out with a peer, whose chain of fingerprints is another than ours, at which frame and in which bytes the two
 * machines first differ: fingerprints frame by frame, then the hash tree of that frame's memory, then bytes.
 */
export class Diagnosis {
  readonly peer: Peer;
  /** Set when it is done. */
  found: Drift | undefined;
  readonly #chain: Chain;
  readonly #memory: (frame: number) => Uint8Array | undefined;
  readonly #until: number;
  readonly #noticedAt: number;
  #frame: number;

  /** `claimed` is a settled frame at which the chains differ. */
  constructor(
    peer: Peer,
    claimed: number,
    chain: Chain,
    memory: (frame: number) => Uint8Array | undefined,
    now: number,
  ) {
    this.peer = peer;
    this.#chain = chain;
    this.#memory = memory;
    this.#until = now + PATIENCE;
    this.#noticedAt = claimed;
    this.#frame = peer.claims.agreed + 1;
    peer.tell(["askPrints", this.#frame, Math.min(MOST_PRINTS, claimed - peer.claims.agreed)]);
  }

  tick(now: number): void {
    if (now > this.#until) this.#end([]);
  }

  receive(message: Message): void {
    if (this.found) return;
    if (message[0] === "prints" && message[1] === this.#frame) this.#prints(message[2]);
    else if (message[0] === "tree" && message[1] === this.#frame) this.#tree(message[2], message[3], message[4]);
    else if (message[0] === "bytes" && message[1] === this.#frame) this.#bytes(message[2], message[3]);
  }

  #prints(theirs: readonly number[]): void {
    const first = this.#frame;
    const at = theirs.findIndex((print, i) => this.#chain.print(first + i) !== print);
    this.#frame = first + (at < 0 ? theirs.length : at);
    const memory = this.#memory(this.#frame);
    if (!memory || at < 0) this.#end([]);
    else this.#ask(topLevel(memory.length), range(0, nodesAt(memory.length, topLevel(memory.length))));
  }

  #tree(level: number, nodes: readonly number[], hashes: readonly number[]): void {
    const memory = this.#memory(this.#frame);
    const known = memory && level <= topLevel(memory.length);
    const differ = known
      ? nodes.filter((node, i) => hashes[i] !== hashOf(memory, level, node)).slice(0, MOST_LEAVES)
      : [];
    const below = memory ? nodesAt(memory.length, level - 1) : 0;
    if (differ.length === 0) this.#end([]);
    else if (level === 0) this.peer.tell(["askBytes", this.#frame, differ]);
    else
      this.#ask(
        level - 1,
        differ.flatMap((node) => range(node * FAN, Math.min(below, (node + 1) * FAN))),
      );
  }

  #ask(level: number, nodes: number[]): void {
    this.peer.tell(["askTree", this.#frame, level, nodes]);
  }

  #bytes(leaves: readonly number[], theirs: Uint8Array): void {
    const memory = this.#memory(this.#frame);
    const differences: ByteDifference[] = [];
    let at = 0;
    for (const leaf of leaves)
      for (let offset = leaf * LEAF; memory && offset < Math.min(memory.length, (leaf + 1) * LEAF); offset++, at++)
        if (at < theirs.length && memory[offset] !== theirs[at])
          differences.push({ offset, mine: memory[offset]!, theirs: theirs[at]! });
    this.#end(differences);
  }

  #end(bytes: readonly ByteDifference[]): void {
    this.found ??= { seat: this.peer.seat, frame: this.#frame, noticedAt: this.#noticedAt, bytes };
  }
}

/** Answers a peer that finds out where it differs from us; undefined when it asked something else. */
export function answer(
  message: Message,
  chain: Chain,
  memory: (frame: number) => Uint8Array | undefined,
): Message | undefined {
  if (message[0] === "askPrints") {
    const [, first, count] = message;
    const prints: number[] = [];
    for (let frame = first; frame < first + count; frame++) {
      const print = chain.print(frame);
      if (print === undefined) break;
      prints.push(print);
    }
    return ["prints", first, prints];
  }
  if (message[0] === "askTree") {
    const [, frame, level, nodes] = message;
    const bytes = memory(frame);
    const known = bytes && level <= topLevel(bytes.length) ? nodes.filter((n) => n < nodesAt(bytes.length, level)) : [];
    return ["tree", frame, level, known, known.map((node) => hashOf(bytes!, level, node))];
  }
  if (message[0] === "askBytes") {
    const [, frame, leaves] = message;
    const bytes = memory(frame) ?? new Uint8Array(0);
    const parts = leaves.map((leaf) => bytes.subarray(leaf * LEAF, (leaf + 1) * LEAF));
    return ["bytes", frame, leaves, Uint8Array.from(parts.flatMap((part) => [...part]))];
  }
  return undefined;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
const nodesAt = (length: number, level: number): number => Math.ceil(length / (LEAF * FAN ** level));

/** The first level that has so few nodes that they fit one message. */
function topLevel(length: number): number {
  let level = 0;
  while (nodesAt(length, level) > FAN) level++;
  return level;
}

/** A node's hash is that of all bytes below it. */
function hashOf(memory: Uint8Array, level: number, node: number): number {
  const size = LEAF * FAN ** level;
  let hash = 0x811c9dc5;
  for (let i = node * size; i < Math.min(memory.length, (node + 1) * size); i++)
    hash = Math.imul(hash ^ memory[i]!, 0x01000193);
  return hash >>> 0;
}
