import { sha256Hex } from "../../machine/boot.ts";
import { embeddedCores } from "../../machine/embedded.ts";
import type { Core } from "../../machine/registry.ts";
import { Problem } from "../../problem.ts";

/** A game that this player has. */
export interface Rom {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly core: Core;
  /** Where on this site it came from, so that a link can name it. */
  readonly from?: string;
}

/** Larger files are no games of these consoles. */
const LARGEST = 16 << 20;

/** Throws a Problem for what no core here plays. */
export function romOf(name: string, bytes: Uint8Array, from?: string): Rom {
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const core = embeddedCores.find(({ extensions }) => extensions.includes(extension));
  if (!core) {
    const known = embeddedCores.flatMap(({ extensions }) => extensions.map((one) => `.${one}`)).join(", ");
    throw new Problem(`${name}: this page plays ${known}; for others there is the command line`);
  }
  return { name, bytes, sha256: sha256Hex(bytes), core, ...(from !== undefined && { from }) };
}

export async function romOfFile(file: File): Promise<Rom> {
  if (file.size > LARGEST) throw new Problem(`${file.name}: ${file.size} bytes; no game of these consoles is so large`);
  return romOf(file.name, new Uint8Array(await file.arrayBuffer()));
}

/** A game that this site has. */
export async function romOfUrl(path: string): Promise<Rom> {
  const url = new URL(path, document.baseURI);
  if (url.origin !== location.origin) throw new Problem(`${path}: games are taken from this site only`);
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) throw new Problem(`${path}: this site has no such game`);
  return romOf(url.pathname.split("/").at(-1)!, new Uint8Array(await response.arrayBuffer()), path);
}
