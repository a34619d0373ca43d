import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { CborError, CborReader } from "./isr-cbor.ts";
import { readHeader } from "./isr-header.ts";
import { contentOf, isCount, LINK, OBSERVED, SIGNATURE, signedMessage, VERDICT } from "./isr-items.ts";

/** A player as a recording's header names them. */
export interface RecordedPlayer {
  readonly name?: string;
  readonly port: number;
  /** Ed25519 public key, 32 bytes. */
  readonly key?: Uint8Array;
}

export interface PlayerProof {
  readonly name: string | undefined;
  readonly port: number;
  /** Hexadecimal. */
  readonly key: string;
  /** The last frame that the player's signatures cover; -1: none. */
  readonly signedTo: number;
  /** The player signed, and every signature holds. */
  readonly valid: boolean;
}

export interface Proof {
  /** Links of the chain that hold. */
  readonly links: number;
  /** The last frame that the chain covers; -1: none. */
  readonly linkedTo: number;
  /** Where it first does not hold: offset in the file of the item, and the last frame before it. */
  readonly broken: { readonly offset: number; readonly frame: number } | undefined;
  readonly players: readonly PlayerProof[];
}

const CHECKED: ReadonlySet<unknown> = new Set([OBSERVED, LINK, SIGNATURE]);

/**
 * Checks the chain of hashes and the signatures of a recording. It shows that nothing before a link was changed after a
 * player signed that link; whose a key is, is for whoever reads it to know. Throws a Problem for bytes that are no .isr.
 */
export function checkProof(file: string, bytes: Uint8Array): Proof {
  const { header, end } = readHeader(file, bytes, false)!;
  const players = playersOf(header.players).map((player) => ({ ...player, signedTo: -1, signed: 0, held: 0 }));
  const reader = new CborReader(bytes, end);
  /** Links that hold, and the last frame that each covers. */
  const links: { hash: Uint8Array; frame: number }[] = [];
  let chain = sha256.create().update(new Uint8Array(32)).update(bytes.subarray(0, end));
  let frame = -1;
  let broken: Proof["broken"];
  while (!reader.done && !broken) {
    const start = reader.at;
    try {
      const item = reader.value();
      const kind = Array.isArray(item) ? item[0] : undefined;
      const content = CHECKED.has(kind) ? contentOf(bytes, start, reader.at, item as unknown[]) : [];
      if (!content) broken = { offset: start, frame };
      else if (kind === LINK) {
        const hash = chain.digest();
        if (equal(hash, content[0])) links.push({ hash, frame });
        else broken = { offset: start, frame };
        chain = sha256.create().update(hash);
      } else if (kind === SIGNATURE) {
        const player = players.find(({ port }) => port === content[0]);
        if (!player) continue;
        const link = links[content[1] as number];
        player.signed++;
        if (!link || !holds(content[2], link.hash, player)) continue;
        player.held++;
        player.signedTo = Math.max(player.signedTo, link.frame);
      } else if (kind !== VERDICT) {
        if (kind === OBSERVED) frame = lastFrame(content);
        chain.update(bytes.subarray(start, reader.at));
      }
    } catch (error) {
      if (!(error instanceof CborError)) throw error;
      if (!error.cut) broken = { offset: start, frame };
      break;
    }
  }
  return {
    links: links.length,
    linkedTo: links.at(-1)?.frame ?? -1,
    broken,
    players: players.map(({ name, port, key, signed, held, signedTo }) => ({
      name,
      port,
      key: bytesToHex(key),
      signedTo,
      valid: signed > 0 && held === signed,
    })),
  };
}

function playersOf(players: unknown): { name: string | undefined; port: number; key: Uint8Array }[] {
  if (!Array.isArray(players)) return [];
  return players.flatMap((player: Partial<RecordedPlayer> | null) => {
    const { name, port, key } = typeof player === "object" && player !== null ? player : {};
    if (!isCount(port) || !(key instanceof Uint8Array) || key.length !== 32) return [];
    return [{ name: typeof name === "string" ? name : undefined, port, key }];
  });
}

function lastFrame([first, count]: readonly unknown[]): number {
  return isCount(first) && isCount(count) ? first + count - 1 : -1;
}

function holds(signature: unknown, link: Uint8Array, { key, port }: { key: Uint8Array; port: number }): boolean {
  if (!(signature instanceof Uint8Array) || signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, signedMessage(link, port), key, { zip215: false });
  } catch {
    return false;
  }
}

const equal = (a: Uint8Array, b: unknown): boolean =>
  b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i]);
