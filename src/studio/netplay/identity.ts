import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

const NAME = "instep-key";

/**
 * Who this player is: the browser's own key, which it keeps. A second tab is another player, with a key of its own that
 * lasts as long as the tab; so is every tab where a page may not know of the others (an address without https).
 */
export async function openIdentity(): Promise<{ publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }> {
  const secret = keptIn((await isFirstTab()) ? localStorage : sessionStorage);
  return { publicKey: ed25519.getPublicKey(secret), sign: (message) => ed25519.sign(message, secret) };
}

/** Holds the browser's key until the tab is closed; false where another tab does. */
function isFirstTab(): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return Promise.resolve(false);
  return new Promise((resolve) => {
    void locks.request(NAME, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

function keptIn(storage: Storage): Uint8Array {
  const kept = storage.getItem(NAME) ?? "";
  if (/^[0-9a-f]{64}$/.test(kept)) return hexToBytes(kept);
  const { secretKey } = ed25519.keygen();
  storage.setItem(NAME, bytesToHex(secretKey));
  return secretKey;
}
