import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

const NAME = "instep-key";
/** Milliseconds that a page which is loaded anew waits for the one before it to be gone. */
const RELOADED_WITHIN = 2000;

/**
 * Who this player is: the browser's own key, which it keeps. A second tab is another player, with a key of its own that
 * lasts as long as the tab; so is every tab where a page may not know of the others (an address without https).
 */
export async function openIdentity(): Promise<{ publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }> {
  const before = sessionStorage.getItem(NAME);
  const browsers = localStorage.getItem(NAME) ?? newKey();
  let key = newKey();
  if (before !== null && (await holds(before, RELOADED_WITHIN))) key = before;
  else if ("locks" in navigator && (await holds(browsers, 0))) {
    key = browsers;
    localStorage.setItem(NAME, key);
  } else await holds(key, 0);
  sessionStorage.setItem(NAME, key);
  const secret = hexToBytes(key);
  return { publicKey: ed25519.getPublicKey(secret), sign: (message) => ed25519.sign(message, secret) };
}

const newKey = (): string => bytesToHex(ed25519.keygen().secretKey);

/** Holds a key until the page is gone; false where it is none, or another tab holds it for longer than that. */
async function holds(key: string, patience: number): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(key)) return false;
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return true;
  const name = `${NAME} ${bytesToHex(ed25519.getPublicKey(hexToBytes(key)))}`;
  const options = patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
  return new Promise((resolve) => {
    const held = (lock: Lock | null): Promise<never> | undefined => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    };
    locks.request(name, options, held).catch(() => resolve(false));
  });
}
