import type { Suite } from "../session/suite.ts";
import type { Random } from "./random.ts";

/**
 * Cryptography that keeps nobody out and costs nothing: for simulations, which are about everything else. Whoever has
 * another's public key can speak for them here.
 */
export function toySuite(random: Random): Suite {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random(256));
  const identity = bytes(32);
  const hash = (message: Uint8Array, key: Uint8Array, length: number): Uint8Array => {
    let h = 0x811c9dc5;
    for (const byte of key) h = Math.imul(h ^ byte, 0x01000193);
    for (let i = 0; i < message.length; i++) h = Math.imul(h ^ message[i]!, 0x01000193);
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
      out[i] = h >>> 11;
    }
    return out;
  };
  return {
    identity,
    sign: (message) => hash(message, identity, 64),
    verify: (signature, message, by) => hash(message, by, 64).every((byte, i) => byte === signature[i]),
    newKeys() {
      const key = bytes(32);
      return { secret: key, public: key };
    },
    agree: (secret, theirs) => secret.map((byte, i) => byte ^ theirs[i]!),
    hash,
  };
}
