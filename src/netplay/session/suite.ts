import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { blake2s } from "@noble/hashes/blake2.js";

/** The cryptography of a link, so that a simulation may do without. */
export interface Suite {
  /** Who this is: 32 bytes. */
  readonly identity: Uint8Array;
  /** 64 bytes, by the identity's secret. */
  sign(message: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, identity: Uint8Array): boolean;
  /** Keys of one connection: `public` has 32 bytes. */
  newKeys(): { readonly secret: Uint8Array; readonly public: Uint8Array };
  /** 32 bytes that only the two have; undefined for a key that is none. */
  agree(secret: Uint8Array, theirs: Uint8Array): Uint8Array | undefined;
  /** Keyed hash of `length` bytes, at most 32. */
  hash(message: Uint8Array, key: Uint8Array, length: number): Uint8Array;
}

/** Ed25519 identities, X25519 agreement, BLAKE2s (RFC 8032, 7748, 7693). */
export function realSuite(signer: { publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }): Suite {
  return {
    identity: signer.publicKey,
    sign: (message) => signer.sign(message),
    verify(signature, message, identity) {
      try {
        return ed25519.verify(signature, message, identity, { zip215: false });
      } catch {
        return false;
      }
    },
    newKeys() {
      const secret = x25519.utils.randomSecretKey();
      return { secret, public: x25519.getPublicKey(secret) };
    },
    agree(secret, theirs) {
      try {
        return x25519.getSharedSecret(secret, theirs);
      } catch {
        return undefined;
      }
    },
    hash: (message, key, length) => blake2s(message, { key, dkLen: length }),
  };
}

/** An identity that is made for one session: for players who bring none. */
export function newIdentity(): { publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array } {
  const { secretKey, publicKey } = ed25519.keygen();
  return { publicKey, sign: (message) => ed25519.sign(message, secretKey) };
}
