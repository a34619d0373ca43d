import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { Problem } from "../problem.ts";

/** A player's key: Ed25519 (RFC 8032). */
export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
  /** The file was not there and was made. */
  readonly made: boolean;
}

/**
 * The key in a PEM file (PKCS #8), as `openssl genpkey -algorithm ed25519` makes them; where there is no such file it is
 * made, for its owner's eyes only. Throws a Problem for a file that holds no such key.
 */
export function openKey(path: string): SigningKey {
  const found = read(path);
  const key = found === undefined ? make(path) : parse(path, found);
  const { x } = createPublicKey(key).export({ format: "jwk" });
  return {
    publicKey: new Uint8Array(Buffer.from(x!, "base64url")),
    sign: (message) => new Uint8Array(sign(null, message, key)),
    made: found === undefined,
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new Problem(`${path}: the key cannot be read (${code})`);
  }
}

function parse(path: string, pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {}
  if (key?.asymmetricKeyType !== "ed25519")
    throw new Problem(`${path}: holds no Ed25519 private key; name a file that is not there, and one is made`);
  return key;
}

function make(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync("ed25519");
  try {
    writeFileSync(path, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new Problem(`${path}: the new key cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  return privateKey;
}
