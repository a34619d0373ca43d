import type { Mode } from "../../netplay/session/messages.ts";
import { type Rom, romOf } from "./rom.ts";

// What a tab keeps while it is in a room, so that it comes back into it when it is loaded anew: the place in the tab's own
// storage, the game in the browser's database, which holds more.

const NAME = "instep-stay";
/** Games that are kept at most; all are dropped then. */
const MOST_GAMES = 8;

export interface Stay {
  readonly code: string;
  readonly name: string;
  readonly mode: Mode;
  readonly game: string;
  readonly sha256: string;
  readonly from: string | undefined;
}

export async function stay({ code, name, mode }: { code: string; name: string; mode: Mode }, rom: Rom): Promise<void> {
  const kept: Stay = { code, name, mode, game: rom.name, sha256: rom.sha256, from: rom.from };
  sessionStorage.setItem(NAME, JSON.stringify(kept));
  await inGames("readwrite", async (games) => {
    if ((await done(games.count())) >= MOST_GAMES) games.clear();
    await done(games.put(rom.bytes, rom.sha256));
  }).catch(() => {}); // without a database, whoever comes back names the game again
}

export const leave = (): void => sessionStorage.removeItem(NAME);

/** Where this tab was, in that room, with its game if that is still here. */
export async function stayed(code: string): Promise<{ at: Stay; rom: Rom | undefined } | undefined> {
  const text = sessionStorage.getItem(NAME);
  const at = text === null ? undefined : (JSON.parse(text) as Stay);
  if (!at || at.code !== code) return undefined;
  const bytes = await inGames("readonly", (games) => done<Uint8Array | undefined>(games.get(at.sha256))).catch(
    () => undefined,
  );
  return { at, rom: bytes && romOf(at.game, bytes, at.from) };
}

async function inGames<T>(mode: IDBTransactionMode, work: (games: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open("instep", 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("games"));
  const database = await done(opening);
  try {
    return await work(database.transaction("games", mode).objectStore("games"));
  } finally {
    database.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
