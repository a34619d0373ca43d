import type { GameFile } from "./source.ts";

/** Larger files are neither recordings nor games of these consoles. */
const LARGEST = 256 << 20;

/** What can be opened: a file, bytes, or an address. */
export type Openable = File | Blob | ArrayBuffer | Uint8Array | URL | string;

/** Why a file could not be had: one line for people. */
class NoFile extends Error {}

/** The file, wherever it is; `name` is for bytes, which have none. Throws an error with a line for people. */
export function fileOf(what: Openable, name: string | undefined, signal: AbortSignal): Promise<GameFile> {
  return typeof what === "string" || what instanceof URL ? fetched(`${what}`, signal) : bytesOf(what, name);
}

/** What to call it before it is there. */
export function nameOf(what: Openable): string {
  if (what instanceof File) return what.name;
  return typeof what === "string" || what instanceof URL ? `${what}`.split("/").at(-1)! : "it";
}

/** A file of somebody's disk, or bytes that a page has already. */
async function bytesOf(file: Exclude<Openable, URL | string>, name = "recording.isr"): Promise<GameFile> {
  if (file instanceof Blob) {
    const called = file instanceof File ? file.name : name;
    if (file.size > LARGEST) throw new NoFile(`${called}: ${file.size} bytes are too many for a recording or a game`);
    return { name: called, bytes: new Uint8Array(await file.arrayBuffer()) };
  }
  return { name, bytes: file instanceof ArrayBuffer ? new Uint8Array(file) : file };
}

/** A file of this site, or of another that lets pages read it. */
async function fetched(address: string, signal: AbortSignal): Promise<GameFile> {
  const url = new URL(address, document.baseURI);
  const name = decodeURIComponent(url.pathname.split("/").at(-1) || url.host);
  const response = await fetch(url, { signal }).catch((error: Error) => {
    if (signal.aborted) throw error;
    const other = url.origin !== location.origin;
    throw new NoFile(
      other
        ? `${url.href}: ${url.host} does not answer, or does not let other sites read its files: it must send the header Access-Control-Allow-Origin (CORS)`
        : `${url.href}: the server does not answer`,
    );
  });
  if (!response.ok)
    throw new NoFile(`${url.href}: the server says ${response.status} ${response.statusText}`.trimEnd());
  if (Number(response.headers.get("content-length")) > LARGEST)
    throw new NoFile(`${name}: it is too large for a recording or a game`);
  return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** A game of a console that pages play, by its name. */
export const isGame = ({ name }: File): boolean => /\.(nes|gbc?)$/i.test(name);

/** Has the browser save bytes as a file. */
export function saveFile(name: string, bytes: Uint8Array): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes.slice()]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
