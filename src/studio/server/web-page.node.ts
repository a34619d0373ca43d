import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { zip } from "./zip.ts";

/** Characters that a page takes as they are, in an attribute too. */
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** An archive that is a web page with this recording in the player; `player`: the folder of the player, as it was built. */
export async function webPage(player: string, recording: string): Promise<Buffer> {
  const name = basename(recording);
  const files: [string, Uint8Array][] = [[name, await readFile(recording)]];
  for (const entry of await readdir(player, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const at = relative(player, path).split(sep).join("/");
    files.push([at, at === "index.html" ? filled(await readFile(path, "utf8"), name) : await readFile(path)]);
  }
  return zip(files);
}

/** The player's own page, with the recording in it. */
function filled(html: string, name: string): Uint8Array {
  const src = escaped(encodeURIComponent(name));
  return Buffer.from(html.replace("<instep-player ", () => `<instep-player src="${src}" `));
}
