import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasShared, shared } from "../support/data.ts";

/** All real recordings, by their path under the data folder. */
export const FILES: readonly string[] = hasShared
  ? readdirSync(shared("slp"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".slp"))
      .sort()
  : [];

export const pathOf = (name: string): string => shared(join("slp", name));

/** A file's bytes, not shared with Node's pool, so that tests may change them. */
export function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(pathOf(name)));
}
