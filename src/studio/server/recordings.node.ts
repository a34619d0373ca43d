import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { extname } from "node:path";
import { writeWhole } from "../../follow/job.node.ts";
import { Refusal } from "./fault.node.ts";
import type { Folders } from "./folders.node.ts";
import type { Library } from "./library.node.ts";

/**
 * Appends to a recording that is being played in a page: what comes must begin where the file ends, so that a page that
 * lost the server goes on where it was. Returns the size now. `at` 0 makes the file.
 */
export async function append(folders: Folders, id: string, at: number, bytes: Uint8Array): Promise<number> {
  if (extname(id).toLowerCase() !== ".isr") throw new Refusal(400, `${id}: only recordings are written to`);
  const path = await folders.make(id);
  const file = await open(path, at === 0 ? "wx" : "r+").catch((error) => {
    if (error.code === "EEXIST") throw new Refusal(409, `${id}: is there already`);
    throw error;
  });
  try {
    const { size } = await file.stat();
    if (size !== at) throw new Refusal(409, `${id}: ends at byte ${size}, not at ${at}`);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
    return at + bytes.length;
  } catch (error) {
    // What was written of it is taken back, so that the same bytes can come again.
    if (!(error instanceof Refusal)) await file.truncate(at).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** A name in the library's first folder that is free: "gleam 2.isr". */
export async function freeName(folders: Folders, folder: string, name: string, extension: string): Promise<string> {
  const plain = plainName(name);
  for (let n = 1; n < 10_000; n++) {
    const id = `0/${folder ? `${folder}/` : ""}${n === 1 ? plain : `${plain} ${n}`}${extension}`;
    if (!existsSync(await folders.make(id))) return id;
  }
  throw new Refusal(409, `${plain}: there are too many of that name; choose another`);
}

/** Gives a file another name in its folder. Returns its new id. */
export async function renamed(folders: Folders, id: string, name: string): Promise<string> {
  const from = await folders.find(id);
  const to = `${id.slice(0, id.lastIndexOf("/"))}/${plainName(name)}${extname(from)}`;
  if (to === id) return id;
  const path = await folders.make(to);
  if (existsSync(path)) throw new Refusal(409, `${name}: there is a file of that name already`);
  await rename(from, path);
  return to;
}

/** Takes a file out of the library: it lies in .instep/removed of the first folder from then on. */
export async function removed(folders: Folders, id: string): Promise<void> {
  if (!folders.writable(id)) throw new Refusal(403, `${id}: comes with Instep and stays`);
  const from = await folders.find(id);
  const to = folders.own("removed", `${Date.now()}-${id.split("/").at(-1)}`);
  writeWhole(to, "");
  await rename(from, to);
}

/** Keeps a game that was dropped into a page; one that is there already is not kept twice. Returns its id. */
export async function keepRom(folders: Folders, library: Library, name: string, bytes: Uint8Array): Promise<string> {
  const extension = extname(name).toLowerCase();
  const known = (await library.cores()).some(({ extensions }) => extensions.includes(extension.slice(1)));
  if (!known) throw new Refusal(415, `${name}: no core here plays files of this kind`);
  if (bytes.length === 0) throw new Refusal(422, `${name}: is empty`);
  const sha256 = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const there = (await library.read()).find(({ kind, card }) => kind === "rom" && card?.hashes?.includes(sha256));
  if (there) return there.id;
  const id = await freeName(folders, "games", name.slice(0, -extension.length), extension);
  writeWhole(await folders.make(id), bytes);
  return id;
}

/** Without what file systems or the studio's ids do not take. */
function plainName(name: string): string {
  const plain = name
    .replace(/[\p{C}<>:"/\\|?*]/gu, " ")
    .replace(/\s+/g, " ")
    .replace(/^[.\s]+/, "")
    .trim()
    .slice(0, 100);
  if (!plain) throw new Refusal(400, "a name is missing");
  return plain;
}
