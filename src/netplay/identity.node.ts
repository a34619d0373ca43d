import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { openKey, type SigningKey } from "../replay/keys.node.ts";

/** Where a user's own key is, unless they name another: below $XDG_CONFIG_HOME, or ~/.config. */
export const identityPath = (): string =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "instep", "identity.pem");

/** The key that says who somebody is in a session; it is made when it is not there. Throws a Problem where it cannot be. */
export function openIdentity(path = identityPath()): SigningKey {
  if (path === identityPath()) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openKey(path);
}
